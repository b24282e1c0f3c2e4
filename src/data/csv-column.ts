/**
 * One column of a CSV file while it is read: numbers, or indices of texts; and the values that were missing.
 */
import { type ColumnPlan, type ColumnKind, readNumber } from './csv-plan.ts'

/** Why a field cannot be in a column. */
export interface Fault {
  readonly what: string
  readonly hint: string
}

/** More are names or dates: one-hot, they would be more features than anybody wants. */
const MOST_TEXTS = 1000
const MISSING_TEXT = -1

export class CsvColumn {
  readonly plan: ColumnPlan
  /** Null as long as every value was missing. */
  kind: ColumnKind | null
  /** Numbers as they are, texts as indices into `#texts`. NaN and -1 where they are missing. */
  #values: Float64Array | Int32Array = new Float64Array(64)
  #rows = 0
  readonly #texts: Map<string, number>
  /** What the column was taken for text by. */
  #first: string | null = null
  /** Where the first value is missing. */
  firstMissing: { readonly line: number; readonly text: string } | null = null

  constructor(plan: ColumnPlan) {
    this.plan = plan
    this.kind = plan.kind
    this.#texts = new Map((plan.texts ?? []).map((text, i) => [text, i]))
    if (this.kind === 'text') this.#values = new Int32Array(64)
  }

  /** Texts in the order in which they came, or as they were planned. */
  get texts(): readonly string[] {
    return [...this.#texts.keys()]
  }

  /** A text that is meant, even if it looks like a missing value. */
  knows(text: string): boolean {
    return this.plan.texts?.includes(text) === true
  }

  addMissing(line: number, text: string): void {
    this.firstMissing ??= { line, text }
    this.#push(this.kind === 'text' ? MISSING_TEXT : Number.NaN)
  }

  /** Null when all is well. */
  add(text: string): Fault | null {
    const value = readNumber(text)
    if (this.kind === null) {
      this.kind = Number.isNaN(value) ? 'text' : 'numbers'
      this.#first = text
      if (this.kind === 'text') this.#values = new Int32Array(this.#values.length).fill(MISSING_TEXT)
    }
    return this.kind === 'text' ? this.#addText(text, value) : this.#addNumber(value)
  }

  #addNumber(value: number): Fault | null {
    if (!Number.isFinite(value)) return { what: Number.isNaN(value) ? 'a number' : 'a finite number', hint: '' }
    this.#push(value)
    return null
  }

  #addText(text: string, value: number): Fault | null {
    if (this.plan.kind === null && !Number.isNaN(value)) {
      const hint = `name the column in \`text\` if numbers are texts too, or pass header: true if '${this.#first}' is its name`
      return { what: `a text, as '${this.#first}' above,`, hint }
    }
    let code = this.#texts.get(text)
    if (code === undefined) {
      if (this.plan.texts !== null) return { what: `one of ${listed(this.plan.texts)}`, hint: '' }
      if (this.#texts.size === MOST_TEXTS) {
        return { what: `at most ${MOST_TEXTS} different texts`, hint: 'leave the column out with `ignore`' }
      }
      code = this.#texts.size
      this.#texts.set(text, code)
    }
    this.#push(code)
    return null
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) {
      const kind = this.#values.constructor as new (length: number) => Float64Array | Int32Array
      const wider = new kind(2 * this.#rows)
      wider.set(this.#values)
      this.#values = wider
    }
    this.#values[this.#rows++] = value
  }

  /** All numbers, NaN where they are missing. */
  numbers(): Float64Array {
    return (this.#values as Float64Array).subarray(0, this.#rows)
  }

  /** All indices into `texts`, -1 where they are missing. */
  codes(): Int32Array {
    return (this.#values as Int32Array).subarray(0, this.#rows)
  }
}

function listed(texts: readonly string[]): string {
  const shown = texts.slice(0, 8).map((text) => `'${text}'`)
  return texts.length > shown.length ? `${shown.join(', ')} … (${texts.length} texts)` : shown.join(', ')
}
