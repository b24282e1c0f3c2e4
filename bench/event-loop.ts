/**
 * How late a 10 ms timer on the main thread is while a fit runs on all cores but one, against a machine at rest.
 *
 *   node --import tsx bench/event-loop.ts [--seconds 10]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { datasets, info, layers, optimizers, sequential } from '../src/index.ts'

const INTERVAL_MS = 10

const { values: options } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
const milliseconds = Number(options.seconds) * 1000

/** Runs a timer until told to stop; how late each call was, in milliseconds, sorted. */
function watchTimer(): () => number[] {
  const late: number[] = []
  let due = performance.now() + INTERVAL_MS
  let timer = setTimeout(function look() {
    const now = performance.now()
    late.push(Math.max(0, now - due))
    due = now + INTERVAL_MS
    timer = setTimeout(look, INTERVAL_MS)
  }, INTERVAL_MS)
  return () => {
    clearTimeout(timer)
    return late.sort((a, b) => a - b)
  }
}

const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!

const lateness = (sorted: readonly number[]) => ({
  median: at(sorted, 0.5),
  p99: at(sorted, 0.99),
  worst: sorted.at(-1)!,
})

function line(name: string, late: readonly number[]): string {
  const { median, p99, worst } = lateness(late)
  const numbers = [median, p99, worst].map((value) => value.toFixed(2).padStart(9))
  return [name.padEnd(34), String(late.length).padStart(6), ...numbers].join('')
}

const { train } = await datasets.mnist()
const threads = Math.max(1, info().threads - 1)
const model = sequential({
  layers: [
    layers.dense({ units: 512, activation: 'relu', inputShape: [train.features] }),
    layers.dense({ units: 512, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
model.compile({ optimizer: optimizers.adam(), loss: 'categoricalCrossentropy' })

const endRest = watchTimer()
await new Promise((done) => setTimeout(done, milliseconds / 4))
const rest = endRest()

const endBusy = watchTimer()
const signal = AbortSignal.timeout(milliseconds)
try {
  await model.fit(train, { epochs: 1_000_000, batchSize: 128, threads, signal })
} catch (error) {
  if ((error as { code?: string }).code !== 'ERR_ABORTED') throw error
}
const busy = endBusy()

console.log(`how late a ${INTERVAL_MS} ms timer is, in ms\n`)
console.log(
  ['while'.padEnd(34), 'timers'.padStart(6), ...['median', 'p99', 'worst'].map((head) => head.padStart(9))].join(''),
)
console.log(line('nothing else happens', rest))
console.log(line(`a fit on ${threads} of ${info().threads} threads runs`, busy))

const file = new URL('results/event-loop.json', import.meta.url)
const result = {
  threads,
  allThreads: info().threads,
  intervalMs: INTERVAL_MS,
  rest: lateness(rest),
  busy: lateness(busy),
}
mkdirSync(new URL('.', file), { recursive: true })
writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`)
console.log('\nwritten to bench/results/event-loop.json')
