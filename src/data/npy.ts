/**
 * Reads the files of numpy.save (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic
 * string, a version, the length of a header, the header as a Python dictionary, then the values.
 */
import { LARGEST_COUNT } from '../validate.ts'
import type { NumberArray } from './arrays.ts'
import { checkPath, readWhole, wrongFile as wrong } from './bytes.ts'
import { type Element, elements, readElements } from './elements.ts'

export interface NpyArray {
  readonly data: NumberArray
  readonly shape: readonly number[]
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1')
/** NumPy's own limit is 10,000 characters. */
const LONGEST_HEADER = 65535
const HEADER =
  /^\{\s*'descr'\s*:\s*'(?<order>[<>|=])(?<kind>[a-zA-Z]\d+)'\s*,\s*'fortran_order'\s*:\s*(?<fortran>True|False)\s*,\s*'shape'\s*:\s*\((?<shape>[\d,\s]*)\)\s*,?\s*\}\s*$/
const KINDS = 'b1, u1, i1, u2, i2, u4, i4, u8, i8, f4 or f8'

/** @throws ERR_FILE when the file is missing, cut short, too long, or no array of numbers. */
export async function readNpy(path: unknown, where: string): Promise<NpyArray> {
  const file = checkPath(path, where, 'the path of an npy file')
  return parse(await readWhole(file, 'a readable npy file'), String(file))
}

function parse(bytes: Buffer, file: string): NpyArray {
  const [text, begin] = readHeader(bytes, file)
  const { order, kind, fortran, shape: sizes } = HEADER.exec(text)?.groups ?? {}
  if (sizes === undefined) {
    throw wrong(file, "a header of 'descr', 'fortran_order' and 'shape', and no fields,", JSON.stringify(text.trim()))
  }
  const element: Element | undefined = kind === 'b1' ? elements.u1 : elements[kind as keyof typeof elements]
  if (!element) throw wrong(file, `numbers of kind ${KINDS}`, `'${order}${kind}'`)
  if (order === '>') throw wrong(file, 'little-endian numbers', `'${order}${kind}'; save array.astype('<${kind}')`)
  const shape = readShape(sizes, file)
  if (fortran === 'True' && shape.length > 1) {
    throw wrong(file, 'rows one after the other', 'columns (Fortran order); save numpy.ascontiguousarray(array)')
  }
  const length = shape.reduce((product, size) => product * size, 1)
  const whole = begin + length * element.bytes
  if (bytes.length !== whole) {
    throw wrong(file, `${whole} bytes (${shape.join(' × ')} values)`, `${bytes.length} bytes`)
  }
  const data = readElements(bytes, begin, length, element, true)
  const odd = element.bytes === 8 && kind !== 'f8' ? data.findIndex((value) => !Number.isSafeInteger(value)) : -1
  if (odd !== -1) throw wrong(file, 'integers up to 2^53', `${data[odd]} at place ${odd}`)
  return { data, shape }
}

function readHeader(bytes: Buffer, file: string): [header: string, end: number] {
  const version = bytes[6] ?? 0
  if (bytes.length < 12 || !bytes.subarray(0, 6).equals(MAGIC) || version < 1 || version > 3) {
    const start = bytes.length === 0 ? 'an empty file' : `the bytes ${[...bytes.subarray(0, 8)].join(' ')}`
    throw wrong(file, 'an npy file (bytes 147 78 85 77 80 89 and a version from 1 to 3)', start)
  }
  const begin = version === 1 ? 10 : 12
  const length = version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8)
  if (length > LONGEST_HEADER || begin + length > bytes.length) {
    throw wrong(file, `a header of ${length} bytes`, `a file of ${bytes.length}`)
  }
  return [bytes.toString('latin1', begin, begin + length), begin + length]
}

function readShape(sizes: string, file: string): number[] {
  const texts = sizes.split(',').map((text) => text.trim())
  if (texts.at(-1) === '') texts.pop()
  const shape = texts.map((text) => (text === '' ? Number.NaN : Number(text)))
  const good = shape.length > 0 && shape.every((size) => Number.isInteger(size) && size <= LARGEST_COUNT)
  if (!good) throw wrong(file, `a shape of sizes up to ${LARGEST_COUNT}`, `(${sizes})`)
  return shape
}
