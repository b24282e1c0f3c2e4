/**
 * Regularizers: what the size of weights adds to the loss. Defaults are Keras 3's.
 */
import type { RegularizerSpec } from '../native.ts'
import { checkNumber, checkOptions, notNegative } from '../validate.ts'
import { type Factories, resolveOptional } from './kinds.ts'

export interface L1Options {
  /** At least 0. Default 0.01. */
  readonly l1?: number
}

export interface L2Options {
  /** At least 0. Default 0.01. */
  readonly l2?: number
}

export interface L1L2Options {
  /** At least 0. Default 0. */
  readonly l1?: number
  /** At least 0. Default 0. */
  readonly l2?: number
}

export interface L2CostOptions {
  /** λ, at least 0. */
  readonly lambda: number
}

export type RegularizerDefinition =
  | { readonly kind: 'l1'; readonly l1: number }
  | { readonly kind: 'l2'; readonly l2: number }
  | { readonly kind: 'l1l2'; readonly l1: number; readonly l2: number }
  | { readonly kind: 'l2Cost'; readonly lambda: number }

/** What options take: a name with its defaults, what a factory made, or `null` for none. */
export type Regularizer = 'l1' | 'l2' | 'l1l2' | RegularizerDefinition | null

/** Adds l1 · Σ|w|. */
function l1(options?: L1Options): RegularizerDefinition {
  const given = checkOptions(options, 'l1', ['l1'])
  return Object.freeze({ kind: 'l1', l1: checkNumber(given.l1 ?? 0.01, 'l1', notNegative) })
}

/** Adds l2 · Σw². */
function l2(options?: L2Options): RegularizerDefinition {
  const given = checkOptions(options, 'l2', ['l2'])
  return Object.freeze({ kind: 'l2', l2: checkNumber(given.l2 ?? 0.01, 'l2', notNegative) })
}

/** Adds l1 · Σ|w| + l2 · Σw². */
function l1l2(options?: L1L2Options): RegularizerDefinition {
  const given = checkOptions(options, 'l1l2', ['l1', 'l2'])
  return Object.freeze({
    kind: 'l1l2',
    l1: checkNumber(given.l1 ?? 0, 'l1', notNegative),
    l2: checkNumber(given.l2 ?? 0, 'l2', notNegative),
  })
}

/** The textbook's cost: adds λ / (2n) · Σw² with n the number of training samples. */
function l2Cost(options: L2CostOptions): RegularizerDefinition {
  const { lambda } = checkOptions(options, 'l2Cost', ['lambda'])
  return Object.freeze({ kind: 'l2Cost', lambda: checkNumber(lambda, 'lambda', notNegative) })
}

interface Regularizers {
  readonly l1: typeof l1
  readonly l2: typeof l2
  readonly l1l2: typeof l1l2
  readonly l2Cost: typeof l2Cost
}

export const regularizers: Regularizers = Object.freeze({ l1, l2, l1l2, l2Cost })

export function resolveRegularizer(value: unknown, where: string): RegularizerDefinition | null {
  return resolveOptional(value, where, regularizers as unknown as Factories<RegularizerDefinition>)
}

export function nativeRegularizer(definition: RegularizerDefinition | null): RegularizerSpec | null {
  if (!definition) return null
  return Object.freeze({
    l1: 'l1' in definition ? definition.l1 : 0,
    l2: 'l2' in definition ? definition.l2 : 0,
    l2Cost: 'lambda' in definition ? definition.lambda : 0,
  })
}
