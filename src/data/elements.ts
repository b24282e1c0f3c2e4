/**
 * The kinds of numbers that binary files hold, and reading many of one kind.
 */
import type { NumberArray } from './arrays.ts'

export interface Element {
  readonly bytes: number
  readonly make: (length: number) => NumberArray
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number
}

/** By kind and bytes, as NumPy names them. 64-bit integers become doubles, which hold them up to 2^53. */
export const elements: Readonly<Record<'u1' | 'i1' | 'u2' | 'i2' | 'u4' | 'i4' | 'u8' | 'i8' | 'f4' | 'f8', Element>> =
  {
    u1: { bytes: 1, make: (n) => new Uint8Array(n), read: (v, at) => v.getUint8(at) },
    i1: { bytes: 1, make: (n) => new Int8Array(n), read: (v, at) => v.getInt8(at) },
    u2: { bytes: 2, make: (n) => new Uint16Array(n), read: (v, at, little) => v.getUint16(at, little) },
    i2: { bytes: 2, make: (n) => new Int16Array(n), read: (v, at, little) => v.getInt16(at, little) },
    u4: { bytes: 4, make: (n) => new Uint32Array(n), read: (v, at, little) => v.getUint32(at, little) },
    i4: { bytes: 4, make: (n) => new Int32Array(n), read: (v, at, little) => v.getInt32(at, little) },
    u8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, little) => Number(v.getBigUint64(at, little)) },
    i8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, little) => Number(v.getBigInt64(at, little)) },
    f4: { bytes: 4, make: (n) => new Float32Array(n), read: (v, at, little) => v.getFloat32(at, little) },
    f8: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at, little) => v.getFloat64(at, little) },
  }

/** `length` numbers from place `at` on, which must be there. Bytes are not copied. */
export function readElements(
  bytes: Buffer,
  at: number,
  length: number,
  element: Element,
  littleEndian: boolean,
): NumberArray {
  if (element === elements.u1) return bytes.subarray(at, at + length)
  const data = element.make(length)
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, length * element.bytes)
  for (let i = 0; i < length; i++) data[i] = element.read(view, i * element.bytes, littleEndian)
  return data
}
