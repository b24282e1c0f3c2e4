/**
 * Reads IDX files, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, a type code, the
 * number of dimensions, each size as a big-endian 32-bit number, then the values, big-endian.
 * Compressed with gzip or not, which is found out from the first bytes.
 */
import { LARGEST_COUNT } from '../validate.ts'
import type { NumberArray } from './arrays.ts'
import { checkPath, readWhole, wrongFile as wrong } from './bytes.ts'

export interface IdxArray {
  readonly data: NumberArray
  readonly shape: readonly number[]
}

interface ValueType {
  readonly bytes: number
  readonly make: (length: number) => NumberArray
  readonly read: (view: DataView, at: number) => number
}

const types: Readonly<Record<number, ValueType>> = {
  8: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
  9: { bytes: 1, make: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) },
  11: { bytes: 2, make: (n) => new Int16Array(n), read: (v, at) => v.getInt16(at) },
  12: { bytes: 4, make: (n) => new Int32Array(n), read: (v, at) => v.getInt32(at) },
  13: { bytes: 4, make: (n) => new Float32Array(n), read: (v, at) => v.getFloat32(at) },
  14: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at) => v.getFloat64(at) },
}

/** @throws ERR_FILE when the file is missing, cut short, too long, or no IDX file. */
export async function readIdx(path: unknown, where: string): Promise<IdxArray> {
  const file = checkPath(path, where, 'the path of an IDX file')
  return parse(await readWhole(file, 'a readable IDX file'), String(file))
}

function parse(bytes: Buffer, file: string): IdxArray {
  const type = types[bytes[2] ?? 0]
  const dimensions = bytes[3] ?? 0
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || !type || dimensions === 0) {
    const start = bytes.length === 0 ? 'an empty file' : `the bytes ${[...bytes.subarray(0, 4)].join(' ')}`
    throw wrong(file, 'an IDX file (bytes 0 0, a type of 8, 9, 11, 12, 13 or 14, and at least one dimension)', start)
  }
  const header = 4 + 4 * dimensions
  if (bytes.length < header) throw wrong(file, `a header of ${header} bytes`, `a file of ${bytes.length}`)
  const shape = Array.from({ length: dimensions }, (_, i) => bytes.readUInt32BE(4 + 4 * i))
  const length = shape.reduce((product, size) => product * size, 1)
  const whole = header + length * type.bytes
  if (bytes.length !== whole) {
    throw wrong(file, `${whole} bytes (${shape.join(' × ')} values)`, `${bytes.length} bytes`)
  }
  if (shape.some((size) => size > LARGEST_COUNT)) throw wrong(file, `sizes up to ${LARGEST_COUNT}`, shape.join(' × '))
  return { data: values(bytes, header, length, type), shape }
}

function values(bytes: Buffer, header: number, length: number, type: ValueType): NumberArray {
  if (type === types[8]) return bytes.subarray(header)
  const data = type.make(length)
  const view = new DataView(bytes.buffer, bytes.byteOffset + header)
  for (let i = 0; i < length; i++) data[i] = type.read(view, i * type.bytes)
  return data
}
