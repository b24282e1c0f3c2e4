/**
 * Damages files for as long as it is told, and stops at the first that is neither refused with ERR_FILE nor read as its
 * header says. The suite does the same for a moment.
 *
 *   node --import tsx test/files/fuzz.ts [--minutes 10]
 */
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import {
  checkLoading,
  checkPlaces,
  content,
  damaged,
  damages,
  estranged,
  fileOf,
  headerOf,
  strangeness,
  trainedModel,
} from './corpus.ts'

const RUNS = 500
/** Beyond what the files of a round, Node and the compiler's caches take. */
const MOST_BYTES = 600e6

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const end = performance.now() + Number(values.minutes) * 60_000
const model = await (await trainedModel()).toBuffer()
const counts = { files: 0, read: 0, refused: 0, models: 0, loaded: 0, mostBytes: 0 }

const codec = fc.asyncProperty(content, damages, async (whole, harm) => {
  const bytes = damaged(fileOf(whole), harm)
  const tensors = await headerOf(bytes)
  if (tensors) checkPlaces(tensors, bytes.length)
  counts.files++
  counts[tensors ? 'read' : 'refused']++
})
const loading = fc.asyncProperty(damages, strangeness, fc.nat(2), async (harm, strange, which) => {
  const odd = which > 0 ? estranged(model, strange) : model
  const outcome = await checkLoading(which < 2 ? damaged(odd, harm) : odd)
  counts.models++
  if (outcome === 'loaded') counts.loaded++
})

while (performance.now() < end) {
  // nothing in a round waits for the event loop, and models are freed only there
  await new Promise((turn) => setImmediate(turn))
  await fc.assert(codec, { numRuns: RUNS })
  await fc.assert(loading, { numRuns: RUNS })
  counts.mostBytes = Math.max(counts.mostBytes, process.memoryUsage.rss())
  if (counts.mostBytes > MOST_BYTES) throw new Error(`uses ${counts.mostBytes} bytes of memory`)
}
console.log(counts)
