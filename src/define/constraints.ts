/**
 * Constraints: applied after every update to the incoming weights of each unit (a column of a kernel;
 * a bias counts as one unit's weights). Defaults are Keras 3's with axis 0.
 */
import type { ConstraintSpec } from '../native.ts'
import { checkNumber, checkOptions, expectedText, notNegative, positive, unitInterval } from '../validate.ts'
import { type Factories, resolveOptional } from './kinds.ts'

export interface MaxNormOptions {
  /** Above 0. Default 2. */
  readonly maxValue?: number
}

export interface MinMaxNormOptions {
  /** At least 0. Default 0. */
  readonly minValue?: number
  /** At least `minValue`, above 0. Default 1. */
  readonly maxValue?: number
  /** How far towards the range each update goes, 0 … 1. Default 1. */
  readonly rate?: number
}

export type ConstraintDefinition =
  | { readonly kind: 'maxNorm'; readonly maxValue: number }
  | { readonly kind: 'nonNeg' }
  | { readonly kind: 'unitNorm' }
  | { readonly kind: 'minMaxNorm'; readonly minValue: number; readonly maxValue: number; readonly rate: number }

/** What options take: a name with its defaults, what a factory made, or `null` for none. */
export type Constraint = ConstraintDefinition['kind'] | ConstraintDefinition | null

/** Norms above `maxValue` are scaled down to it. */
function maxNorm(options?: MaxNormOptions): ConstraintDefinition {
  const { maxValue = 2 } = checkOptions(options, 'maxNorm', ['maxValue'])
  return Object.freeze({ kind: 'maxNorm', maxValue: checkNumber(maxValue, 'maxValue', positive) })
}

/** Negative weights become 0. */
function nonNeg(options?: Record<string, never>): ConstraintDefinition {
  checkOptions(options, 'nonNeg', [])
  return Object.freeze({ kind: 'nonNeg' })
}

/** Norms become 1. */
function unitNorm(options?: Record<string, never>): ConstraintDefinition {
  checkOptions(options, 'unitNorm', [])
  return Object.freeze({ kind: 'unitNorm' })
}

/** Norms go to rate · clip(norm, minValue, maxValue) + (1 - rate) · norm. */
function minMaxNorm(options?: MinMaxNormOptions): ConstraintDefinition {
  const given = checkOptions(options, 'minMaxNorm', ['minValue', 'maxValue', 'rate'])
  const minValue = checkNumber(given.minValue ?? 0, 'minValue', notNegative)
  const maxValue = checkNumber(given.maxValue ?? 1, 'maxValue', positive)
  const rate = checkNumber(given.rate ?? 1, 'rate', unitInterval)
  if (maxValue < minValue) {
    throw expectedText('ERR_OPTION', `a number of at least minValue (${minValue})`, 'maxValue', String(maxValue))
  }
  return Object.freeze({ kind: 'minMaxNorm', minValue, maxValue, rate })
}

interface Constraints {
  readonly maxNorm: typeof maxNorm
  readonly nonNeg: typeof nonNeg
  readonly unitNorm: typeof unitNorm
  readonly minMaxNorm: typeof minMaxNorm
}

export const constraints: Constraints = Object.freeze({ maxNorm, nonNeg, unitNorm, minMaxNorm })

export function resolveConstraint(value: unknown, where: string): ConstraintDefinition | null {
  return resolveOptional(value, where, constraints as unknown as Factories<ConstraintDefinition>)
}

export function nativeConstraint(definition: ConstraintDefinition | null): ConstraintSpec | null {
  if (!definition) return null
  return Object.freeze({
    kind: definition.kind,
    minValue: 'minValue' in definition ? definition.minValue : 0,
    maxValue: 'maxValue' in definition ? definition.maxValue : 0,
    rate: 'rate' in definition ? definition.rate : 1,
  })
}
