/**
 * Trains on a stream of generated batches that is far larger than memory, and watches the memory of the process; also
 * what a stream costs beside a dataset of the same batches.
 *
 *   node --import tsx bench/stream.ts [--gigabytes 20]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Batch, Dataset, layers, type Model, optimizers, sequential } from '../src/index.ts'

const FEATURES = 4096
const ROWS = 2048
const BATCH_SIZE = 512
const GIGABYTE = 1e9

const { values: options } = parseArgs({ options: { gigabytes: { type: 'string', default: '20' } } })

function makeNet(): Model {
  const model = sequential({
    seed: 1,
    layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [FEATURES] })],
  })
  model.compile({
    optimizer: optimizers.sgd({ learningRate: 0.01 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

/** Floats from a xorshift generator, filled in anew for each piece; whether their first few are positive in sum is the target. */
class Pieces {
  readonly #noise = new Float32Array(1 << 20)
  readonly #data = new Float32Array(ROWS * FEATURES)
  #state = 1

  constructor() {
    for (let i = 0; i < this.#noise.length; i++) this.#noise[i] = this.#next() / 2 ** 31 - 1
  }

  #next(): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    return this.#state >>> 0
  }

  make(): { x: { data: Float32Array; shape: [number, number] }; y: Uint8Array } {
    const y = new Uint8Array(ROWS)
    for (let row = 0; row < ROWS; row++) {
      const from = this.#next() % (this.#noise.length - FEATURES)
      const values = this.#noise.subarray(from, from + FEATURES)
      this.#data.set(values, row * FEATURES)
      y[row] = values.subarray(0, 16).reduce((sum, value) => sum + value, 0) > 0 ? 1 : 0
    }
    return { x: { data: this.#data, shape: [ROWS, FEATURES] }, y }
  }
}

const PIECE_BYTES = ROWS * FEATURES * Float32Array.BYTES_PER_ELEMENT

async function trainOnStream(gigabytes: number) {
  const count = Math.ceil((gigabytes * GIGABYTE) / PIECE_BYTES)
  const pieces = new Pieces()
  const model = makeNet()
  let highest = 0
  const began = performance.now()
  const { history } = await model.fit(
    async function* (): AsyncGenerator<Batch> {
      for (let i = 0; i < count; i++) {
        highest = Math.max(highest, process.memoryUsage.rss())
        if (i % 50 === 0) {
          const done = ((i * PIECE_BYTES) / GIGABYTE).toFixed(1)
          process.stderr.write(`\r${done} GB, at most ${(highest / 2 ** 20).toFixed(0)} MB resident `)
        }
        yield pieces.make()
        await new Promise(setImmediate)
      }
    },
    { batchSize: BATCH_SIZE },
  )
  process.stderr.write('\n')
  const seconds = (performance.now() - began) / 1000
  return {
    gigabytes: (count * PIECE_BYTES) / GIGABYTE,
    seconds,
    peakMB: highest / 2 ** 20,
    loss: history.loss![0]!,
    accuracy: history.accuracy![0]!,
  }
}

/** Small batches of a small net, where what a batch costs beside the training counts most. */
async function compareWithDataset() {
  const [features, rows, size] = [784, 12_288, 128]
  const data = Float32Array.from({ length: rows * features }, (_, i) => ((i * 7919) % 1000) / 1000)
  const y = Uint8Array.from({ length: rows }, (_, i) => i % 10)
  const model = (): Model => {
    const made = sequential({
      layers: [
        layers.dense({ units: 128, activation: 'relu', inputShape: [features] }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    })
    made.compile({ optimizer: optimizers.sgd(), loss: 'categoricalCrossentropy' })
    return made
  }
  const piece = (at: number, count: number) => ({
    x: { data: data.subarray(at * features, (at + count) * features), shape: [count, features] as const },
    y: y.subarray(at, at + count),
  })
  const stream = (count: number) =>
    function* (): Generator<Batch> {
      for (let at = 0; at < rows; at += count) yield piece(at, count)
    }
  const whole = Dataset.from({ data, shape: [rows, features] }, y)
  const ways = {
    dataset: () => model().fit(whole, { epochs: 3, batchSize: size, shuffle: false }),
    smallBatches: () => model().fit(stream(size), { epochs: 3 }),
    largePieces: () => model().fit(stream(16 * size), { epochs: 3, batchSize: size }),
  }
  const times: Record<keyof typeof ways, number[]> = { dataset: [], smallBatches: [], largePieces: [] }
  for (let round = 0; round < 7; round++) {
    for (const [name, train] of Object.entries(ways) as [keyof typeof ways, () => Promise<unknown>][]) {
      const began = performance.now()
      await train()
      times[name].push((3 * rows) / ((performance.now() - began) / 1000))
    }
  }
  const median = (list: readonly number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1]!
  return {
    dataset: Math.round(median(times.dataset)),
    smallBatches: Math.round(median(times.smallBatches)),
    largePieces: Math.round(median(times.largePieces)),
  }
}

const samplesPerSecond = await compareWithDataset()
console.log('samples/s of 784-128-10 on batches of 128')
console.log(`  a dataset                       ${samplesPerSecond.dataset}`)
console.log(`  a stream of these batches       ${samplesPerSecond.smallBatches}`)
console.log(`  a stream of pieces 16 as large  ${samplesPerSecond.largePieces}`)
const stream = await trainOnStream(Number(options.gigabytes))
console.log(
  `${stream.gigabytes.toFixed(1)} GB of batches in ${stream.seconds.toFixed(0)} s, at most ${stream.peakMB.toFixed(0)} MB resident, accuracy ${stream.accuracy.toFixed(3)}`,
)
const file = new URL('results/stream.json', import.meta.url)
mkdirSync(new URL('.', file), { recursive: true })
writeFileSync(file, `${JSON.stringify({ samplesPerSecond, stream }, null, 2)}\n`)
