/**
 * Reads IDX files, the format of MNIST (http://yann.lecun.com/exdb/mnist): two zero bytes, a type code, the
 * number of dimensions, each size as a big-endian 32-bit number, then the values, big-endian.
 * Compressed with gzip or not, which is found out from the first bytes.
 */
import { LARGEST_COUNT } from '../validate.ts'
import type { NumberArray } from './arrays.ts'
import { checkPath, readWhole, wrongFile as wrong } from './bytes.ts'
import { type Element, elements, readElements } from './elements.ts'

export interface IdxArray {
  readonly data: NumberArray
  readonly shape: readonly number[]
}

const types: Readonly<Record<number, Element>> = {
  8: elements.u1,
  9: elements.i1,
  11: elements.i2,
  12: elements.i4,
  13: elements.f4,
  14: elements.f8,
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
  return { data: readElements(bytes, header, length, type, false), shape }
}
