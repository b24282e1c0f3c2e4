/**
 * The event files of TensorBoard: records (length, checksum, data, checksum) of Event messages as protocol buffers. Only
 * scalars and histograms. Writes bytes, not files.
 *
 * The formats: tensorflow/tsl, lib/io/record_writer.h; tensorflow/core/util/event.proto and framework/summary.proto.
 */
import { PbfWriter } from 'pbf'

/** How often values fall between `edges[i]` (from it on) and `edges[i + 1]`; the last bin has its upper edge too. */
export interface Histogram {
  readonly edges: readonly number[]
  readonly counts: readonly number[]
  readonly sum: number
  readonly sumOfSquares: number
}

export type Summary =
  | { readonly tag: string; readonly scalar: number }
  | { readonly tag: string; readonly histogram: Histogram }

export interface EventRecord {
  /** Seconds since 1970. */
  readonly wallTime: number
  readonly step: number
  readonly summaries: readonly Summary[]
}

/** The first record of every file: the version of the format. */
export function versionRecord(wallTime: number): Uint8Array {
  const event = new PbfWriter()
  event.writeDoubleField(1, wallTime)
  event.writeStringField(3, 'brain.Event:2')
  return framed(event.finish())
}

export function eventRecord({ wallTime, step, summaries }: EventRecord): Uint8Array {
  const event = new PbfWriter()
  event.writeDoubleField(1, wallTime)
  if (step !== 0) event.writeVarintField(2, step) // fields that are 0 are left out, as protocol buffers have it
  event.writeMessage(5, writeSummaries, summaries)
  return framed(event.finish())
}

function writeSummaries(summaries: readonly Summary[], out: PbfWriter): void {
  for (const summary of summaries) out.writeMessage(1, writeSummary, summary)
}

function writeSummary(summary: Summary, out: PbfWriter): void {
  out.writeStringField(1, summary.tag)
  if ('scalar' in summary) out.writeFloatField(2, summary.scalar)
  else out.writeMessage(5, writeHistogram, summary.histogram)
}

function writeHistogram({ edges, counts, sum, sumOfSquares }: Histogram, out: PbfWriter): void {
  const num = counts.reduce((total, count) => total + count, 0)
  for (const [i, value] of [edges[0]!, edges.at(-1)!, num, sum, sumOfSquares].entries()) {
    if (value !== 0) out.writeDoubleField(i + 1, value)
  }
  out.writePackedDouble(6, edges.slice(1))
  out.writePackedDouble(7, [...counts])
}

/** `data` as a record: its length in 8 bytes, the checksum of that, data, the checksum of data; little-endian. */
function framed(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(12 + data.length + 4)
  const view = new DataView(record.buffer)
  view.setBigUint64(0, BigInt(data.length), true)
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true)
  record.set(data, 12)
  view.setUint32(12 + data.length, maskedChecksum(data), true)
  return record
}

/** A checksum of data that holds checksums is weak, so the format rotates it and adds a constant. */
function maskedChecksum(bytes: Uint8Array): number {
  const checksum = crc32c(bytes)
  return (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
}

/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0)
  return remainder
})

/** CRC-32C (RFC 3720, appendix B.4); `zlib.crc32` has another polynomial. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!
  return ~crc >>> 0
}
