/**
 * Activations as options of layers: a name, or an object for the two that have a setting.
 * The formulas are in native/kernels/activation-inl.h.
 */
import { checkName, checkNumber, checkOptions, isObject, notNegative } from '../validate.ts'
import { ACTIVATIONS, type ActivationName } from './names.ts'

/** x for x ≥ 0, negativeSlope · x below. Keras's default slope is 0.2 when given by name. */
export interface LeakyReluActivation {
  readonly kind: 'leakyRelu'
  readonly negativeSlope: number
}

/** x for x ≥ 0, alpha · (eˣ - 1) below. Default alpha 1. */
export interface EluActivation {
  readonly kind: 'elu'
  readonly alpha: number
}

/** As it stands in a layer definition. */
export type ActivationDefinition = Exclude<ActivationName, 'leakyRelu' | 'elu'> | LeakyReluActivation | EluActivation

/** What options take: every name, 'swish' for 'silu', and the objects above with their setting left out or not. */
export type Activation =
  | ActivationName
  | 'swish'
  | { readonly kind: 'leakyRelu'; readonly negativeSlope?: number }
  | { readonly kind: 'elu'; readonly alpha?: number }

const DEFAULT_SLOPE = 0.2
const DEFAULT_ALPHA = 1

export function resolveActivation(value: unknown, where: string): ActivationDefinition {
  if (value === 'swish') return 'silu'
  const given = isObject(value) ? value : { kind: value }
  const kind = checkName(given.kind, where, ACTIVATIONS)
  if (kind === 'leakyRelu') {
    const { negativeSlope = DEFAULT_SLOPE } = checkOptions(given, where, ['kind', 'negativeSlope'])
    return Object.freeze({ kind, negativeSlope: checkNumber(negativeSlope, `${where}.negativeSlope`, notNegative) })
  }
  if (kind === 'elu') {
    const { alpha = DEFAULT_ALPHA } = checkOptions(given, where, ['kind', 'alpha'])
    return Object.freeze({ kind, alpha: checkNumber(alpha, `${where}.alpha`, notNegative) })
  }
  checkOptions(given, where, ['kind'])
  return kind
}

/** The engine's form: the name and its one number (0 for those that have none). */
export function nativeActivation(activation: ActivationDefinition): { activation: ActivationName; alpha: number } {
  if (typeof activation === 'string') return { activation, alpha: 0 }
  if (activation.kind === 'elu') return { activation: 'elu', alpha: activation.alpha }
  return { activation: 'leakyRelu', alpha: activation.negativeSlope }
}
