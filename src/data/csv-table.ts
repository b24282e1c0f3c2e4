/**
 * The thorough way through a CSV file: csv-parse finds the fields, quoted or not, and every column is collected as
 * numbers or as texts. Names the line, the column and the text of whatever is wrong.
 */
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { CsvError, Options } from 'csv-parse'
import type { MyelinError } from '../errors.ts'
import { describe, expected, expectedText, LARGEST_COUNT } from '../validate.ts'
import { type ByteStream, readPieces, wrongFile } from './bytes.ts'
import { CsvColumn } from './csv-column.ts'
import type { CsvSettings } from './csv-options.ts'
import { onOneLine, placeIn, planTable, readNumber, type TablePlan } from './csv-plan.ts'

export interface CollectedTable {
  readonly plan: TablePlan
  readonly features: readonly CsvColumn[]
  readonly label: CsvColumn | null
  readonly rows: number
}

/** So many take csv-parse a few milliseconds. */
const SLICE_BYTES = 64 << 10

/** What csv-parse is told, here and where it looks at a first line alone. */
export function parserOptions({ delimiter }: CsvSettings): Options {
  return {
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true, // looked at here, to say which line
    skip_empty_lines: true,
    trim: true,
  }
}

export async function readTable(
  source: string | URL | Uint8Array | ByteStream,
  file: string,
  settings: CsvSettings,
): Promise<CollectedTable> {
  const collector = new Collector(file, settings)
  const pieces = slices(source, file)
  const first = pieces.next() // now: a stream that fails while nobody listens ends the process
  first.catch(() => {})
  const { CsvError, Parser } = await import('csv-parse')
  const parser = new Parser({
    ...parserOptions(settings),
    on_record: (fields: string[], { lines }) => collector.take(fields, lines),
  })
  parser.resume() // nothing comes out: on_record takes it all
  try {
    await pipeline(resumed(first, pieces), parser)
  } catch (error) {
    throw error instanceof CsvError ? wrongRecord(error, file) : error
  }
  return collector.finish()
}

async function* resumed<T>(first: Promise<IteratorResult<T>>, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  const { value, done } = await first
  if (done) return
  yield value
  yield* rest
}

/** Copies, as a stream holds more than one at a time; and everybody else gets a turn after each. */
async function* slices(source: string | URL | Uint8Array | ByteStream, file: string): AsyncGenerator<Buffer> {
  for await (const piece of readPieces(source, file)) {
    for (let at = 0; at < piece.length; at += SLICE_BYTES) {
      yield Buffer.from(piece.subarray(at, at + SLICE_BYTES))
      await nextTurn()
    }
  }
}

function wrongRecord(error: CsvError, file: string): MyelinError {
  const { code, lines, column, message } = error as CsvError & { lines: number; column: number }
  const line = code === 'CSV_QUOTE_NOT_CLOSED' ? message.match(/at line (\d+)/)?.[1] : lines
  const received: Partial<Record<string, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'one that is never closed',
    CSV_INVALID_CLOSING_QUOTE: `more after the closing one: ${message.match(/got (".*?") at line/s)?.[1]}`,
    INVALID_OPENING_QUOTE: `one behind ${message.match(/value is (".*")/s)?.[1]}`,
  }
  const place = `${file}, line ${line}, column ${column + 1}`
  return wrongFile(place, 'quotes at the beginning and the end of a field', received[code] ?? message, error)
}

class Collector {
  readonly #file: string
  readonly #settings: CsvSettings
  #plan: TablePlan | null = null
  #features: CsvColumn[] = []
  #label: CsvColumn | null = null
  #rows = 0

  constructor(file: string, settings: CsvSettings) {
    this.#file = file
    this.#settings = settings
  }

  /** The fields of the record that ends in this line. */
  take(fields: readonly string[], line: number): undefined {
    if (this.#plan === null) {
      this.#plan = planTable(fields, line, this.#file, this.#settings)
      this.#features = this.#plan.features.map((plan) => new CsvColumn(plan))
      if (this.#plan.label) this.#label = new CsvColumn(this.#plan.label)
      if (this.#plan.header) return
    }
    const plan = this.#plan
    if (fields.length !== plan.fields) {
      const what = `${plan.fields} ${plan.fields === 1 ? 'field' : 'fields'}, as in the first line,`
      const text = describe(onOneLine(fields.join(this.#settings.delimiter)))
      throw expectedText('ERR_DATA', what, `${plan.file}, line ${line}`, `${fields.length}: ${text}`)
    }
    if (this.#rows === LARGEST_COUNT) throw expectedText('ERR_DATA', `at most ${LARGEST_COUNT} rows`, plan.file, 'more')
    for (const column of this.#features) this.#add(column, fields, line)
    if (this.#label) this.#add(this.#label, fields, line)
    this.#rows++
  }

  #add(column: CsvColumn, fields: readonly string[], line: number): void {
    const { index } = column.plan
    const text = fields[index]!
    const isLabel = column === this.#label
    const wrong = (what: string, hint = ''): MyelinError =>
      expected('ERR_DATA', what, placeIn(this.#plan!, line, index), onOneLine(text), hint)
    if (this.#settings.missing.has(text) && !column.knows(text)) {
      if (isLabel) throw wrong('a label')
      if (column.plan.fill === null) {
        const alike = this.#settings.like?.columns
        throw wrong('a value', alike ? '`like` fills no missing values here' : 'name a `fill` for missing values')
      }
      column.addMissing(line, text)
      return
    }
    const fault = column.add(text)
    if (fault) throw wrong(fault.what, fault.hint)
    if (!isLabel || column.kind === 'text' || this.#settings.classes === null) return
    const value = readNumber(text)
    if (Number.isInteger(value) && value >= 0 && value < this.#settings.classes) return
    throw wrong(`a class index (a whole number from 0 to ${this.#settings.classes - 1})`)
  }

  finish(): CollectedTable {
    if (this.#plan === null || this.#rows === 0) {
      const received = this.#plan === null ? 'an empty file' : 'a header alone'
      throw expectedText('ERR_DATA', 'at least one row', this.#file, received)
    }
    const { classes } = this.#settings
    if (classes !== null && this.#label?.kind === 'text' && this.#label.texts.length > classes) {
      const what = `at most ${classes} different texts in the label`
      throw expectedText('ERR_DATA', what, this.#file, `${this.#label.texts.length}`)
    }
    return { plan: this.#plan, features: this.#features, label: this.#label, rows: this.#rows }
  }
}
