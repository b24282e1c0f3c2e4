/**
 * How a definition may be given: by name ('adam'), or as data with a `kind`, which is what the factories
 * return and what JSON keeps. Data is always checked again by its factory, so it may come from anywhere.
 */
import { checkName, expected, isObject } from '../validate.ts'

/** Factories by kind; each checks its options and fills in the defaults. */
export type Factories<T> = Readonly<Record<string, (options?: never) => T>>

export function resolveKind<T>(value: unknown, where: string, factories: Factories<T>): T {
  const kinds = Object.keys(factories)
  if (typeof value === 'string') return factories[checkName(value, where, kinds)]!()
  if (isObject(value) && 'kind' in value) {
    const { kind, ...options } = value
    return factories[checkName(kind, `${where}.kind`, kinds)]!(options as never)
  }
  throw expected('ERR_OPTION', `one of ${kinds.join(', ')}, by name or made by its factory`, where, value)
}

/** The same where `null` and `undefined` mean none. */
export function resolveOptional<T>(value: unknown, where: string, factories: Factories<T>): T | null {
  return value === undefined || value === null ? null : resolveKind(value, where, factories)
}
