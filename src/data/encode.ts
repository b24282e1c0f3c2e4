/**
 * Targets: class indices or columns of values, as the addon wants them; and one-hot rows.
 */
import type { FloatArray } from '../native.ts'
import { Matrix } from '../matrix.ts'
import { checkWhole, expected, expectedText, isObject } from '../validate.ts'
import { isNumberArray, type MatrixLike, type NumberArray, readRows, steady, toFloats } from './arrays.ts'

/** Class indices or values, one a row; or rows of values. */
export type Targets = readonly number[] | NumberArray | MatrixLike

export interface EncodedTargets {
  /** Class indices, or rows × outputs values. */
  readonly y: Int32Array | FloatArray
  /** Columns; 1 for class indices. */
  readonly outputs: number
  /** Number of classes where the targets are class indices or one-hot rows. */
  readonly classes: number | null
  /** One target a row: the first value that is no class index, to be named when class indices turn out to be needed. */
  readonly notClass: number | null
}

const LARGEST_CLASS = 2 ** 31 - 1

/** @param classes the caller's number of classes; what is one column then must be class indices below it. */
export function encodeTargets(value: unknown, rows: number, classes: number | null): EncodedTargets {
  const column = asColumn(value)
  if (column) return encodeColumn(column, rows, classes, areFloats(column))
  const matrix = readRows(value, 'y')
  checkRows(matrix.rows, rows)
  if (matrix.columns === 1 && classes !== null) return encodeColumn(matrix.data, rows, classes, areFloats(matrix.data))
  if (classes !== null && classes !== matrix.columns) {
    throw expectedText('ERR_SHAPE', `class indices or ${classes} columns`, 'y', `${matrix.columns} columns`)
  }
  const y = matrix.data instanceof Uint8Array ? Float32Array.from(matrix.data) : matrix.data.slice()
  const oneHotRows = matrix.columns > 1 && isOneHot(y, matrix.columns)
  return { y, outputs: matrix.columns, classes: classes ?? (oneHotRows ? matrix.columns : null), notClass: null }
}

function checkRows(received: number, rows: number): void {
  if (received !== rows) throw expectedText('ERR_SHAPE', `${rows} targets, one for each row of x,`, 'y', `${received}`)
}

/** One-dimensional targets, or null. */
function asColumn(value: unknown): ArrayLike<unknown> | null {
  if (isNumberArray(value)) return steady(value, 'y')
  if (isObject(value) && Array.isArray(value.shape) && value.shape.length === 1 && isNumberArray(value.data)) {
    const [length] = value.shape
    if (value.data.length === length) return steady(value.data, 'y.data')
    throw expected('ERR_SHAPE', `[${value.data.length}]`, 'y.shape', value.shape)
  }
  const nested = Array.isArray(value) && (Array.isArray(value[0]) || isNumberArray(value[0]))
  return Array.isArray(value) && !nested ? value : null
}

function areFloats(column: ArrayLike<unknown>): boolean {
  return column instanceof Float32Array || column instanceof Float64Array
}

/** The numbers of a file: class indices when all of them can be, values otherwise. */
export function encodeNumbers(numbers: Float64Array, classes: number | null): EncodedTargets {
  return encodeColumn(numbers, numbers.length, classes, false)
}

/** Whole numbers from 0 are class indices, unless they came as floats without a word about classes: then they are values. */
function encodeColumn(
  column: ArrayLike<unknown>,
  rows: number,
  classes: number | null,
  floats: boolean,
): EncodedTargets {
  checkRows(column.length, rows)
  const odd = firstOdd(column, classes)
  if (odd !== -1 && classes !== null) {
    throw expected('ERR_DATA', `a class index (a whole number from 0 to ${classes - 1})`, `y[${odd}]`, column[odd])
  }
  const values = column as ArrayLike<number>
  if (odd !== -1 || (floats && classes === null)) {
    const notClass = odd === -1 ? null : values[odd]!
    return { y: toFloats(values), outputs: 1, classes: null, notClass }
  }
  const labels = Int32Array.from(values)
  return { y: labels, outputs: 1, classes: classes ?? highest(labels) + 1, notClass: null }
}

/** The first place that is not a class index, or -1. @throws ERR_DATA for what is no finite number. */
function firstOdd(column: ArrayLike<unknown>, classes: number | null): number {
  const largest = classes === null ? LARGEST_CLASS - 1 : classes - 1
  let odd = -1
  for (let i = 0; i < column.length; i++) {
    const value = column[i]
    if (!Number.isFinite(value)) throw expected('ERR_DATA', 'a finite number', `y[${i}]`, value)
    const label = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= largest
    if (!label && odd === -1) odd = i
  }
  return odd
}

function highest(labels: Int32Array): number {
  let most = 0
  for (const label of labels) most = Math.max(most, label)
  return most
}

function isOneHot(y: FloatArray, columns: number): boolean {
  for (let start = 0; start < y.length; start += columns) {
    let ones = 0
    for (let j = start; j < start + columns; j++) {
      if (y[j] === 1) ones++
      else if (y[j] !== 0) return false
    }
    if (ones !== 1) return false
  }
  return true
}

/**
 * Class indices as rows with a 1 in the column of the class and 0 elsewhere.
 *
 * @param labels whole numbers from 0 to classes - 1
 * @param classes number of columns; default: the highest label + 1
 * @throws ERR_DATA for a label out of range
 */
export function oneHot(labels: readonly number[] | NumberArray, classes?: number): Matrix<readonly [number, number]> {
  const columns = classes === undefined ? null : checkWhole(classes, 'classes', 1, LARGEST_CLASS)
  const column = isNumberArray(labels) ? steady(labels, 'labels') : labels
  if (!isNumberArray(column) && !Array.isArray(column)) {
    throw expected('ERR_DATA', 'an array of class indices', 'labels', labels)
  }
  if (column.length === 0) throw expectedText('ERR_DATA', 'at least one class index', 'labels', 'none')
  const most = columns === null ? LARGEST_CLASS - 1 : columns - 1
  let width = columns ?? 1
  for (const [i, label] of column.entries()) {
    if (!Number.isInteger(label) || label < 0 || label > most) {
      throw expected('ERR_DATA', `a whole number from 0 to ${most}`, `labels[${i}]`, label)
    }
    width = Math.max(width, label + 1)
  }
  if (column.length * width > LARGEST_CLASS) {
    throw expected('ERR_DATA', `at most ${LARGEST_CLASS} numbers in all`, 'classes', width)
  }
  const data = new Float32Array(column.length * width)
  for (const [i, label] of column.entries()) data[i * width + label] = 1
  return new Matrix(data, [column.length, width] as const)
}
