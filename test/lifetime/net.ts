/**
 * The net and the data that the programs in this folder train: real work, but small; and threads to train it in.
 */
import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import { Dataset, layers, type Model, sequential } from '../../src/index.ts'

export const ROWS = 512
export const FEATURES = 100
/** More epochs than any test waits for. */
export const FOREVER = 10_000_000

export function arrays(): { x: Float32Array<ArrayBuffer>; y: Uint8Array<ArrayBuffer> } {
  const x = Float32Array.from({ length: ROWS * FEATURES }, (_, i) =>
    Math.max(0, Math.sin(i * 0.37) + Math.cos(i * 0.011)),
  )
  const y = Uint8Array.from({ length: ROWS }, (_, i) => (i * 7) % 10)
  return { x, y }
}

export function dataset(): Dataset {
  const { x, y } = arrays()
  return Dataset.from({ data: x, shape: [ROWS, FEATURES] }, y, { classes: 10 })
}

export function net(units = 64): Model {
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units, activation: 'relu', inputShape: [FEATURES] }),
      layers.dropout({ keep: 0.8 }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' })
  return model
}

export function digestOf(model: Model): string {
  const hash = createHash('sha256')
  for (const { data } of model.getWeights()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

/** A worker thread that runs a program of this folder; the TypeScript loader is not in worker threads by itself. */
export function startWorker(program: string): Worker {
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  const file = JSON.stringify(new URL(`./${program}.ts`, import.meta.url).href)
  return new Worker(`import(${loader}).then(({ register }) => { register(); return import(${file}) })`, { eval: true })
}
