/**
 * The safetensors format (https://huggingface.co/docs/safetensors): the length of the header as a 64-bit
 * little-endian number, the header in JSON (header.ts), then the numbers of all tensors without a gap. Owns what the
 * header must say of the bytes behind it; what tensors and metadata mean is model-file.ts's.
 */
import { describe } from '../validate.ts'
import { fileError } from './file-error.ts'
import { parseHeader, type TensorEntry } from './safetensors-header.ts'
import type { Source } from './source.ts'

/** Bytes of one number by dtype. */
const BYTES: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ BOOL: 1, U8: 1, I8: 1, F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1, U16: 2, I16: 2, F16: 2, BF16: 2 },
    ...{ U32: 4, I32: 4, F32: 4, U64: 8, I64: 8, F64: 8, C64: 8 },
  }),
)

/** The longest header that the format allows, in bytes. */
const LONGEST_HEADER = 100_000_000
const LENGTH_BYTES = 8
/** Tensors begin at a multiple of it. */
const ALIGNMENT = 8

/** Where a tensor is: bytes [begin, end) of the file. */
export interface TensorPlace {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface Header {
  readonly metadata: ReadonlyMap<string, string>
  readonly tensors: ReadonlyMap<string, TensorPlace>
}

/** What can be written. */
export interface Tensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array | Float64Array
}

/** The header, its length before it, padded with spaces so that the numbers behind it are aligned. */
function encodeHeader(tensors: readonly Tensor[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const entries: Record<string, unknown> = Object.create(null)
  entries['__metadata__'] = metadata
  let begin = 0
  for (const { name, shape, data } of tensors) {
    const end = begin + data.byteLength
    entries[name] = { dtype: data instanceof Float64Array ? 'F64' : 'F32', shape, data_offsets: [begin, end] }
    begin = end
  }
  const json = Buffer.from(JSON.stringify(entries))
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT
  if (length > LONGEST_HEADER) {
    const what = `names and metadata of at most ${LONGEST_HEADER} bytes together`
    throw fileError('safetensors', what, `${length}, which nobody could read again`)
  }
  const bytes = Buffer.alloc(LENGTH_BYTES + length, ' ')
  bytes.writeBigUInt64LE(BigInt(length))
  bytes.set(json, LENGTH_BYTES)
  return bytes
}

/** The whole file, piece by piece: the header, then the memory of each tensor. Names must differ. */
export function encode(
  tensors: readonly Tensor[],
  metadata: Readonly<Record<string, string>>,
): readonly [Uint8Array, ...Uint8Array[]] {
  // the larger numbers first: then all are aligned
  const sorted = tensors.toSorted((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT)
  const bodies = sorted.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return [encodeHeader(sorted, metadata), ...bodies]
}

/** Reads the header and nothing else. @throws ERR_FILE for everything that the format does not allow. */
export async function readHeader(source: Source): Promise<Header> {
  const { name, size } = source
  const wrong = (what: string, received: string) => fileError(name, what, received)
  if (size < LENGTH_BYTES) throw wrong('a safetensors file', `${size} bytes, too few for the length of a header`)
  const start = Buffer.alloc(LENGTH_BYTES)
  await source.read(start, 0)
  const length = Number(start.readBigUInt64LE())
  const most = Math.min(size - LENGTH_BYTES, LONGEST_HEADER)
  if (length > most) throw wrong(`a safetensors file with a header of at most ${most} bytes`, `a length of ${length}`)
  const bytes = new Uint8Array(length)
  await source.read(bytes, LENGTH_BYTES)
  const { metadata, entries } = parseHeader(textOf(bytes, name), name)
  return { metadata, tensors: placed(entries, LENGTH_BYTES + length, source) }
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw fileError(name, 'a safetensors header in UTF-8', 'other bytes', '', cause)
  }
}

/** Every byte behind the header must belong to exactly one tensor, and each tensor must have what its shape says. */
function placed(entries: ReadonlyMap<string, TensorEntry>, start: number, { name, size }: Source): Header['tensors'] {
  const tensors = new Map<string, TensorPlace>()
  let free = 0
  for (const [tensor, { dtype, shape, begin, end }] of inOrder(entries)) {
    const where = `tensor ${describe(tensor)}`
    const bytes = BYTES.get(dtype)
    if (bytes === undefined) throw fileError(name, `a known dtype in ${where}`, describe(dtype))
    if (begin > end) throw fileError(name, `rising offsets in ${where}`, `[${begin}, ${end}]`)
    if (begin !== free)
      throw fileError(name, `${where} to begin at ${free}`, `${begin}, which leaves a gap or overlaps`)
    const wanted = byteLength(shape, bytes)
    if (wanted !== end - begin) {
      throw fileError(name, `${wanted} bytes in ${where} (${dtype}, ${describe(shape)})`, `${end - begin}`)
    }
    tensors.set(tensor, { dtype, shape, begin: start + begin, end: start + end })
    free = end
  }
  if (start + free !== size) throw fileError(name, `${start + free} bytes, as its header says,`, `${size}`)
  return tensors
}

/** Infinity where the product of some of the sizes is more than a number can say exactly, whatever the rest. */
function byteLength(shape: readonly number[], bytes: number): number {
  let product = bytes
  for (const size of shape) {
    product *= size
    if (!Number.isSafeInteger(product)) return Number.POSITIVE_INFINITY
  }
  return product
}

function inOrder(entries: ReadonlyMap<string, TensorEntry>): [string, TensorEntry][] {
  return [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
}
