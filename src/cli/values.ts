/**
 * Values of options: from the text of the command line to numbers, lists and names.
 */
import { suggestion } from '../validate.ts'
import { type Given, UsageError } from './usage.ts'

/** What a number must be, in words and as a test. */
export interface Wanted {
  readonly says: string
  readonly holds: (value: number) => boolean
}

export const positive: Wanted = { says: 'a number above 0', holds: (value) => value > 0 }
export const notNegative: Wanted = { says: 'a number of at least 0', holds: (value) => value >= 0 }
export const part: Wanted = { says: 'a number above 0 and at most 1', holds: (value) => value > 0 && value <= 1 }
export const notZero: Wanted = { says: 'a number other than 0', holds: (value) => value !== 0 }

/** The text of an option, or undefined where it was not given. */
export function text({ options }: Given, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

export function flag({ options }: Given, name: string): boolean {
  return options[name] === true
}

/** @throws UsageError */
export function number(given: Given, name: string, wanted: Wanted): number | undefined {
  const value = text(given, name)
  return value === undefined ? undefined : readNumber(value, name, wanted)
}

/** A whole number from `least` to `most`. */
export function whole(given: Given, name: string, least: number, most?: number): number | undefined {
  const says = `a whole number ${most === undefined ? `of at least ${least}` : `from ${least} to ${most}`}`
  const holds = (value: number): boolean => Number.isSafeInteger(value) && value >= least && !(value > most!)
  return number(given, name, { says, holds })
}

const MOST_THREADS = 256

export function threadsOf(given: Given): { readonly threads?: number } {
  const threads = whole(given, 'threads', 1, MOST_THREADS)
  return threads === undefined ? {} : { threads }
}

/** Whole numbers above 0 with commas between them; 'none' is no number. */
export function sizes(given: Given, name: string): readonly number[] | undefined {
  const value = text(given, name)
  if (value === undefined) return undefined
  if (value === 'none') return []
  const says = 'sizes such as 512,512, or none'
  return value
    .split(',')
    .map((item) => readNumber(item, name, { says, holds: (v) => Number.isSafeInteger(v) && v > 0 }, value))
}

export function oneOf<T extends string>(given: Given, name: string, names: readonly T[]): T | undefined {
  const value = text(given, name)
  if (value === undefined || names.includes(value as T)) return value as T | undefined
  const hint = suggestion(value, names).replaceAll('`', '')
  throw new UsageError(`--${name} is one of ${names.join(', ')}, not '${value}'${hint && `; ${hint}`}`)
}

/** What `evaluate` and `predict` say of a CSV file. */
export function csvOptionsOf(given: Given): { readonly delimiter: string; readonly label?: string | number } {
  const label = text(given, 'label')
  return { delimiter: delimiterOf(given), ...(label === undefined ? {} : { label: column(label) }) }
}

/** `\t` is a tab, which few shells let one type. */
export function delimiterOf(given: Given): string {
  const delimiter = text(given, 'delimiter') ?? ','
  return delimiter === '\\t' ? '\t' : delimiter
}

/** A column by its name, or by its number where it is one. */
export function column(value: string): string | number {
  return /^-?\d+$/.test(value) ? Number(value) : value
}

function readNumber(value: string, name: string, { says, holds }: Wanted, shown: string = value): number {
  const read = value.trim() === '' ? Number.NaN : Number(value)
  if (Number.isFinite(read) && holds(read)) return read
  throw new UsageError(`--${name} takes ${says}, not '${shown}'`)
}
