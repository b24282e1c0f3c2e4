/**
 * Reads what callers pass as rows of numbers, checks every value, and keeps it in the smallest storage
 * that loses nothing: bytes, float32 or float64. Knows nothing of targets and classes: that is encode.ts.
 */
import { expected, expectedText, isObject, LARGEST_COUNT } from '../validate.ts'
import type { FloatArray } from '../native.ts'

export type NumberArray =
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array

/** Rows of numbers: nested arrays, an array of typed arrays, or flat data with a shape (sizes after the first are multiplied). */
export type MatrixLike =
  | readonly (readonly number[])[]
  | readonly NumberArray[]
  | { readonly data: NumberArray; readonly shape: readonly number[] }

export type Storage = Uint8Array | FloatArray

export interface Rows {
  readonly data: Storage
  readonly rows: number
  readonly columns: number
}

const kinds = [
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
]

export function isNumberArray(value: unknown): value is NumberArray {
  return kinds.some((kind) => value instanceof kind)
}

/**
 * The array itself, or a copy where somebody else could change its length or values under us (resizable or
 * shared memory). @throws ERR_DATA when its memory was transferred away.
 */
export function steady<T extends NumberArray>(array: T, where: string): T {
  const buffer = array.buffer as ArrayBufferLike & { readonly resizable?: boolean }
  try {
    new Uint8Array(buffer, 0, 0)
  } catch {
    throw expectedText('ERR_DATA', 'an array with its memory', where, 'one whose buffer is detached')
  }
  return buffer.resizable === true || !(buffer instanceof ArrayBuffer) ? (array.slice() as T) : array
}

/** Rows of numbers from anything a `MatrixLike` may be. */
export function readRows(value: unknown, where: string): Rows {
  if (Array.isArray(value)) return fromNested(value, where)
  if (isObject(value) && 'data' in value && 'shape' in value) return fromFlat(value.data, value.shape, where)
  throw expected('ERR_DATA', 'rows of numbers (number[][], typed arrays, or { data, shape })', where, value)
}

function fromFlat(value: unknown, shape: unknown, where: string): Rows {
  if (!isNumberArray(value)) throw expected('ERR_DATA', 'a typed array of numbers', `${where}.data`, value)
  const data = steady(value, `${where}.data`)
  const [rows, columns] = readShape(shape, `${where}.shape`)
  if (rows === 0) throw expectedText('ERR_DATA', 'at least one row', where, 'no rows')
  if (rows * columns !== data.length) {
    const sizes = (shape as number[]).join(' × ')
    throw expectedText('ERR_SHAPE', `${rows * columns} numbers (${sizes})`, `${where}.data`, `${data.length}`)
  }
  return { data: store(data, where, columns), rows, columns }
}

function readShape(shape: unknown, where: string): [rows: number, columns: number] {
  const good =
    Array.isArray(shape) &&
    shape.length > 0 &&
    shape.every((size, i) => Number.isSafeInteger(size) && size >= (i === 0 ? 0 : 1) && size <= LARGEST_COUNT)
  if (!good) throw expected('ERR_SHAPE', '[rows, columns], whole numbers,', where, shape)
  const [rows, ...rest] = shape as [number, ...number[]]
  const columns = rest.reduce((product, size) => product * size, 1)
  if (columns > LARGEST_COUNT) throw expected('ERR_SHAPE', `at most ${LARGEST_COUNT} columns`, where, columns)
  return [rows, columns]
}

/** Typed arrays keep their kind where the engine has it, and become the smallest float that holds all values elsewhere. */
function store(data: NumberArray, where: string, columns: number): Storage {
  if (data instanceof Uint8Array) return data
  if (data instanceof Uint8ClampedArray) return new Uint8Array(data.buffer, data.byteOffset, data.length)
  if (data instanceof Float32Array || data instanceof Float64Array) checkFinite(data, where, columns)
  if (data instanceof Float32Array) return data
  return toFloats(data)
}

/** Float32Array when it holds every value exactly, else Float64Array. */
export function toFloats(data: ArrayLike<number>): FloatArray {
  for (let i = 0; i < data.length; i++) {
    if (Math.fround(data[i]!) !== data[i]) return Float64Array.from(data)
  }
  return Float32Array.from(data)
}

/** Zero times a number is zero, but for NaN and the infinities; four sums at once, as an addition waits for the one before. */
function allFinite(data: FloatArray): boolean {
  let [a, b, c, d] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < data.length; i += 4) {
    a += data[i]! * 0
    b += data[i + 1]! * 0
    c += data[i + 2]! * 0
    d += data[i + 3]! * 0
  }
  for (; i < data.length; i++) a += data[i]! * 0
  return a + b + c + d === 0
}

/** @throws ERR_DATA at the first value that is not a finite number. */
export function checkFinite(data: ArrayLike<unknown>, where: string, columns: number): void {
  if ((data instanceof Float32Array || data instanceof Float64Array) && allFinite(data)) return
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue
    const place = columns === 1 ? `${where}[${i}]` : `${where}[${Math.floor(i / columns)}][${i % columns}]`
    throw expected('ERR_DATA', 'a finite number', place, data[i])
  }
}

/** Two passes, one that checks and finds the storage and one that copies, so that nothing is held twice. */
function fromNested(rows: readonly unknown[], where: string): Rows {
  if (rows.length === 0) throw expectedText('ERR_DATA', 'at least one row', where, 'no rows')
  const [first] = rows
  if (rows.length === 1 && isNumberArray(first) && first.length > 0) {
    return { data: store(steady(first, `${where}[0]`), where, first.length), rows: 1, columns: first.length }
  }
  const columns = checkRow(first, `${where}[0]`).length
  if (columns === 0) throw expectedText('ERR_SHAPE', 'at least one number in each row', `${where}[0]`, 'none')
  let bytes = true
  let singles = true
  const checked: ArrayLike<number>[] = []
  for (let i = 0; i < rows.length; i++) {
    const row = checkRow(rows[i], `${where}[${i}]`)
    if (row.length !== columns) {
      throw expectedText('ERR_SHAPE', `${columns} numbers, as in the first row,`, `${where}[${i}]`, `${row.length}`)
    }
    for (let j = 0; j < columns; j++) {
      const value = row[j]!
      if (!Number.isFinite(value)) throw expected('ERR_DATA', 'a finite number', `${where}[${i}][${j}]`, value)
      bytes &&= (value & 255) === value
      singles &&= Math.fround(value) === value
    }
    checked.push(row)
  }
  const size = rows.length * columns
  const data = bytes ? new Uint8Array(size) : singles ? new Float32Array(size) : new Float64Array(size)
  for (const [i, row] of checked.entries()) data.set(row, i * columns)
  return { data, rows: rows.length, columns }
}

function checkRow(row: unknown, where: string): ArrayLike<number> {
  if (Array.isArray(row)) return row
  if (isNumberArray(row)) return steady(row, where)
  throw expected('ERR_DATA', 'a row of numbers', where, row)
}
