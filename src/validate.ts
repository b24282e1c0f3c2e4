/**
 * Small checkers that every public function uses on what it is given, and the form of their messages:
 * "expected … for `learningRate`, received …". Knows nothing of layers, data or models.
 */
import { type ErrorCode, MyelinError } from './errors.ts'

/** An options object whose keys are known and whose values are not checked yet. */
export type Options = Readonly<Record<string, unknown>>

const LONGEST_TEXT = 60

/** A received value, short enough for one line. */
export function describe(value: unknown): string {
  if (typeof value === 'string')
    return value.length > LONGEST_TEXT ? `'${value.slice(0, LONGEST_TEXT)}…'` : `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return value.name ? `function ${value.name}` : 'a function'
  if (Object.is(value, -0)) return '-0'
  if (value === null || typeof value !== 'object') return String(value)
  if (ArrayBuffer.isView(value))
    return `${nameOfClass(value)} of length ${'length' in value ? value.length : value.byteLength}`
  if (Array.isArray(value)) return describeArray(value)
  if (value instanceof Error) return `${value.name}: ${value.message}`
  const name = nameOfClass(value)
  if (name !== 'Object') return `an object of class ${name}`
  const keys = Object.keys(value)
  return keys.length === 0 ? '{}' : `{ ${keys.slice(0, 4).join(', ')}${keys.length > 4 ? ', …' : ''} }`
}

function describeArray(list: readonly unknown[]): string {
  const simple = list.length <= 6 && list.every((item) => item === null || typeof item !== 'object')
  return simple ? `[${list.map(describe).join(', ')}]` : `an array of length ${list.length}`
}

function nameOfClass(value: object): string {
  const made: unknown = (Object.getPrototypeOf(value) as { constructor?: unknown } | null)?.constructor
  return typeof made === 'function' && made.name ? made.name : 'Object'
}

/** The error for a value that is not what was expected. `received` is the value itself. */
export function expected(code: ErrorCode, what: string, where: string, received: unknown, hint = ''): MyelinError {
  return expectedText(code, what, where, describe(received), hint)
}

/** The same, where `received` is already in words. */
export function expectedText(code: ErrorCode, what: string, where: string, received: string, hint = ''): MyelinError {
  return new MyelinError(code, `expected ${what} for \`${where}\`, received ${received}${hint && `; ${hint}`}`)
}

/** "did you mean `units`?", or nothing when no name is near. */
export function suggestion(name: string, names: readonly string[]): string {
  let best = ''
  let least = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best && `did you mean \`${best}\`?`
}

/** Levenshtein's distance: insertions, deletions and replacements that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      row.push(Math.min(replaced, above[j]! + 1, row[j - 1]! + 1))
    }
    above = row
  }
  return above[b.length]!
}

export function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
}

/** An options object with no unknown names; `undefined` counts as an empty one. */
export function checkOptions(value: unknown, where: string, names: readonly string[]): Options {
  if (value === undefined) return {}
  if (!isObject(value)) throw expected('ERR_OPTION', 'an object of options', where, value)
  for (const key of Object.keys(value)) {
    if (names.includes(key)) continue
    const what = names.length === 0 ? 'no options' : `only the options ${names.join(', ')}`
    throw expectedText('ERR_OPTION', what, where, `\`${key}\``, suggestion(key, names))
  }
  return value
}

/** One of a list of names. */
export function checkName<T extends string>(value: unknown, where: string, names: readonly T[]): T {
  if (names.includes(value as T)) return value as T
  const hint = typeof value === 'string' ? suggestion(value, names) : ''
  throw expected('ERR_OPTION', `one of ${names.join(', ')}`, where, value, hint)
}

/** What a number must be, in words and as a test. NaN and the infinities never pass. */
export interface NumberRange {
  readonly says: string
  readonly holds: (value: number) => boolean
}

export const anyNumber: NumberRange = { says: 'a finite number', holds: () => true }
export const positive: NumberRange = { says: 'a finite number above 0', holds: (v) => v > 0 }
export const notNegative: NumberRange = { says: 'a finite number of at least 0', holds: (v) => v >= 0 }
export const notZero: NumberRange = { says: 'a finite number other than 0', holds: (v) => v !== 0 }
export const unitInterval: NumberRange = { says: 'a number from 0 to 1', holds: (v) => v >= 0 && v <= 1 }
export const belowOne: NumberRange = { says: 'a number from 0 to below 1', holds: (v) => v >= 0 && v < 1 }
export const aboveZeroToOne: NumberRange = { says: 'a number above 0 and at most 1', holds: (v) => v > 0 && v <= 1 }
export const betweenZeroAndOne: NumberRange = { says: 'a number above 0 and below 1', holds: (v) => v > 0 && v < 1 }

export function checkNumber(value: unknown, where: string, range: NumberRange = anyNumber): number {
  if (typeof value === 'number' && Number.isFinite(value) && range.holds(value)) return value
  throw expected('ERR_OPTION', range.says, where, value)
}

/** A whole number from `min` to `max`. */
export function checkWhole(value: unknown, where: string, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`
  throw expected('ERR_OPTION', `a whole number ${range}`, where, value)
}

export function checkFlag(value: unknown, where: string): boolean {
  if (typeof value === 'boolean') return value
  throw expected('ERR_OPTION', 'true or false', where, value)
}

/** Whole number, 0 … 2^53 - 1. */
export function checkSeed(value: unknown, where: string): number {
  return checkWhole(value, where, 0)
}

/** The largest count that the addon takes for units, rows, batches and the like. */
export const LARGEST_COUNT: number = 2 ** 31 - 1
