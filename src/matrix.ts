/**
 * Matrix: numbers with a shape, row after row; what predictions, weights and traces come as.
 * No arithmetic.
 */
import { expected, expectedText, LARGEST_COUNT } from './validate.ts'
import type { FloatArray } from './native.ts'

type Nested<Shape extends readonly number[]> = Shape extends readonly [number, number]
  ? number[][]
  : Shape extends readonly [number]
    ? number[]
    : number[] | number[][]

/** `[rows, columns]`, or `[length]` for a vector such as a bias. */
export class Matrix<Shape extends readonly number[] = readonly number[]> {
  /** All numbers, row after row. */
  readonly data: FloatArray
  readonly shape: Shape

  /** @throws ERR_SHAPE when the shape has not one or two sizes, or not as many places as there are numbers. */
  constructor(data: FloatArray, shape: Shape) {
    if (!(data instanceof Float32Array || data instanceof Float64Array)) {
      throw expected('ERR_DATA', 'a Float32Array or Float64Array', 'data', data)
    }
    const fits = Array.isArray(shape) && (shape.length === 1 || shape.length === 2) && shape.every(isSize)
    if (!fits) throw expected('ERR_SHAPE', '[rows, columns] or [length]', 'shape', shape)
    const size = shape.reduce((product, length) => product * length, 1)
    if (size !== data.length) {
      throw expectedText('ERR_SHAPE', `a shape of ${data.length} numbers`, 'shape', `[${shape.join(', ')}]`)
    }
    this.data = data
    this.shape = shape
  }

  /** Row `i`, sharing the memory of `data`. A vector is one row. */
  row(i: number): FloatArray {
    const [rows, columns] = this.#extent()
    if (!Number.isInteger(i) || i < 0 || i >= rows) {
      throw expected('ERR_OPTION', `a row from 0 to ${rows - 1}`, 'i', i)
    }
    return this.data.subarray(i * columns, (i + 1) * columns)
  }

  /** The place of the highest number of each row; the first of equals. */
  argMax(): number[] {
    const [rows] = this.#extent()
    return Array.from({ length: rows }, (_, i) => highest(this.row(i)))
  }

  /** Nested arrays, or a plain array for a vector. */
  toArray(): Nested<Shape> {
    if (this.shape.length === 1) return Array.from(this.data) as Nested<Shape>
    const [rows] = this.#extent()
    return Array.from({ length: rows }, (_, i) => Array.from(this.row(i))) as Nested<Shape>
  }

  #extent(): [rows: number, columns: number] {
    return this.shape.length === 1 ? [1, this.shape[0]!] : [this.shape[0]!, this.shape[1]!]
  }
}

function isSize(length: unknown): boolean {
  return Number.isInteger(length) && (length as number) >= 0 && (length as number) <= LARGEST_COUNT
}

function highest(row: FloatArray): number {
  let best = 0
  for (let j = 1; j < row.length; j++) {
    if (row[j]! > row[best]!) best = j
  }
  return best
}
