/**
 * The fast way through a CSV file: the native reader, for files of numbers alone. Whatever is not plain, a quote, a
 * text, a missing value, a wrong line, is left to csv-table.ts, which reads everything and names what is wrong.
 */
import type { parse } from 'csv-parse/sync'
import { native, type NativeCsvReader } from '../native.ts'
import { LARGEST_COUNT } from '../validate.ts'
import { readPieces } from './bytes.ts'
import type { CsvSettings } from './csv-options.ts'
import { planTable, type TablePlan } from './csv-plan.ts'
import { parserOptions } from './csv-table.ts'

export interface PlainTable {
  readonly plan: TablePlan
  readonly reader: NativeCsvReader
  readonly rows: number
  /** One a row, or null without a label. */
  readonly labels: Float64Array | null
}

const NEWLINE = 10

/** Null when the file is not plain. @throws as `Dataset.fromCsv` does for its options and for files that cannot be read */
export async function readPlain(
  source: string | URL | Uint8Array,
  file: string,
  settings: CsvSettings,
): Promise<PlainTable | null> {
  let table: { plan: TablePlan; reader: NativeCsvReader } | null = null
  let plain: Promise<boolean> = Promise.resolve(true)
  for await (const piece of readPieces(source, file)) {
    let text = piece
    if (table === null) {
      const { parse } = await import('csv-parse/sync')
      const begin = readBegin(parse, piece, file, settings)
      if (begin === null || !isPlain(begin.plan, settings)) return null
      table = { plan: begin.plan, reader: openReader(begin.plan, settings) }
      text = begin.rest
    }
    // the piece before is read while this one comes from the disk
    if (!(await plain)) return null
    plain = table.reader.read(text)
    plain.catch(() => {}) // it is awaited, unless the file fails first
  }
  if (table === null || !(await plain) || !(await table.reader.finish())) return null
  const { plan, reader } = table
  const labels = plan.label === null ? null : reader.labels()
  const good = reader.rows > 0 && reader.rows <= LARGEST_COUNT
  return good && areLabels(labels, settings.classes) ? { plan, reader, rows: reader.rows, labels } : null
}

function openReader(plan: TablePlan, { delimiter }: CsvSettings): NativeCsvReader {
  const { threads } = native.info()
  return new native.CsvReader({ columns: plan.fields, label: plan.label?.index ?? null, delimiter, threads })
}

/** The plan from the first line that is not empty, and the text from the first line of data on. */
function readBegin(
  parseText: typeof parse,
  piece: Buffer,
  file: string,
  settings: CsvSettings,
): { plan: TablePlan; rest: Buffer } | null {
  if (piece[0]! >= 0xfe) return null // UTF-16
  let line = 0
  for (let at = 0; at < piece.length; ) {
    const newline = piece.indexOf(NEWLINE, at)
    const end = newline === -1 ? piece.length : newline + 1
    line++
    const records = parseLine(parseText, piece.subarray(at, end), settings)
    if (records === null || records.length > 1) return null
    const [fields] = records
    if (fields) {
      const plan = planTable(fields, line, file, settings)
      return { plan, rest: piece.subarray(plan.header ? end : at) }
    }
    at = end
  }
  return null
}

/** Null when the line is no whole record: a quote goes on in the next. */
function parseLine(parseText: typeof parse, line: Buffer, settings: CsvSettings): string[][] | null {
  try {
    return parseText(line, parserOptions(settings))
  } catch {
    return null
  }
}

/** All columns but the label are features, in their order, and nothing is known to be text or wants a mean. */
function isPlain({ features, label, fields }: TablePlan, { delimiter }: CsvSettings): boolean {
  const columns = [...features, ...(label ? [label] : [])]
  const inOrder = features.every(({ index }, i) => i === 0 || index > features[i - 1]!.index)
  const numbers = columns.every(({ kind, fill }) => kind !== 'text' && typeof fill !== 'string')
  return Buffer.byteLength(delimiter) === 1 && columns.length === fields && inOrder && numbers
}

/** With a number of classes, labels must be indices below it. */
function areLabels(labels: Float64Array | null, classes: number | null): boolean {
  return classes === null || labels === null || labels.every((v) => Number.isInteger(v) && v >= 0 && v < classes)
}
