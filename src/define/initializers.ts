/**
 * Initializers: how a parameter starts. Defaults are Keras 3's. The draws themselves are native and derive
 * from the model's seed unless the initializer has its own.
 */
import type { InitializerSpec } from '../native.ts'
import { checkNumber, checkOptions, checkSeed, expectedText, notNegative } from '../validate.ts'
import { type Factories, resolveKind } from './kinds.ts'
import type { InitializerName } from './names.ts'

export interface SeedOptions {
  /** Whole number, 0 … 2^53 - 1: this seed alone. Default: derived from the model's seed and the parameter's place. */
  readonly seed?: number | null
}

export interface ConstantOptions {
  /** Default 0. */
  readonly value?: number
}

export interface RandomUniformOptions extends SeedOptions {
  /** Default -0.05. */
  readonly minval?: number
  /** Default 0.05; at least `minval`. */
  readonly maxval?: number
}

export interface RandomNormalOptions extends SeedOptions {
  /** Default 0. */
  readonly mean?: number
  /** Default 0.05. */
  readonly stddev?: number
}

export interface OrthogonalOptions extends SeedOptions {
  /** Multiplies the matrix. Default 1. */
  readonly gain?: number
}

export interface InitializerDefinition {
  readonly kind: InitializerName
  readonly value?: number
  readonly minval?: number
  readonly maxval?: number
  readonly mean?: number
  readonly stddev?: number
  readonly gain?: number
  readonly seed?: number | null
}

/** What options take: a name, or what a factory made. */
export type Initializer = InitializerName | InitializerDefinition

function seedOf(value: unknown): number | null {
  return value === undefined || value === null ? null : checkSeed(value, 'seed')
}

function plain(kind: InitializerName, options: unknown): InitializerDefinition {
  checkOptions(options, kind, [])
  return Object.freeze({ kind })
}

function seeded(kind: InitializerName, options: unknown): InitializerDefinition {
  const { seed } = checkOptions(options, kind, ['seed'])
  return Object.freeze({ kind, seed: seedOf(seed) })
}

function normal(kind: InitializerName, options: unknown): InitializerDefinition {
  const { mean = 0, stddev = 0.05, seed } = checkOptions(options, kind, ['mean', 'stddev', 'seed'])
  return Object.freeze({
    kind,
    mean: checkNumber(mean, 'mean'),
    stddev: checkNumber(stddev, 'stddev', notNegative),
    seed: seedOf(seed),
  })
}

/** All 0. */
function zeros(options?: Record<string, never>): InitializerDefinition {
  return plain('zeros', options)
}

/** All 1. */
function ones(options?: Record<string, never>): InitializerDefinition {
  return plain('ones', options)
}

/** All `value`. */
function constant(options?: ConstantOptions): InitializerDefinition {
  const { value = 0 } = checkOptions(options, 'constant', ['value'])
  return Object.freeze({ kind: 'constant', value: checkNumber(value, 'value') })
}

/** Uniform in [minval, maxval). */
function randomUniform(options?: RandomUniformOptions): InitializerDefinition {
  const { minval = -0.05, maxval = 0.05, seed } = checkOptions(options, 'randomUniform', ['minval', 'maxval', 'seed'])
  const low = checkNumber(minval, 'minval')
  const high = checkNumber(maxval, 'maxval')
  if (high < low) throw expectedText('ERR_OPTION', `a number of at least minval (${low})`, 'maxval', String(high))
  return Object.freeze({ kind: 'randomUniform', minval: low, maxval: high, seed: seedOf(seed) })
}

/** Normal distribution. */
function randomNormal(options?: RandomNormalOptions): InitializerDefinition {
  return normal('randomNormal', options)
}

/** Normal distribution, drawn again beyond two standard deviations. */
function truncatedNormal(options?: RandomNormalOptions): InitializerDefinition {
  return normal('truncatedNormal', options)
}

/** Uniform in ±√(6 / (inputs + units)) (Glorot and Bengio 2010). Keras's default for kernels. */
function glorotUniform(options?: SeedOptions): InitializerDefinition {
  return seeded('glorotUniform', options)
}

/** Truncated normal with variance 2 / (inputs + units) (Glorot and Bengio 2010). */
function glorotNormal(options?: SeedOptions): InitializerDefinition {
  return seeded('glorotNormal', options)
}

/** Uniform in ±√(6 / inputs) (He et al. 2015). */
function heUniform(options?: SeedOptions): InitializerDefinition {
  return seeded('heUniform', options)
}

/** Truncated normal with variance 2 / inputs (He et al. 2015). */
function heNormal(options?: SeedOptions): InitializerDefinition {
  return seeded('heNormal', options)
}

/** Uniform in ±√(3 / inputs) (LeCun et al. 1998). */
function lecunUniform(options?: SeedOptions): InitializerDefinition {
  return seeded('lecunUniform', options)
}

/** Truncated normal with variance 1 / inputs (LeCun et al. 1998). */
function lecunNormal(options?: SeedOptions): InitializerDefinition {
  return seeded('lecunNormal', options)
}

/** A random orthogonal matrix times `gain` (Saxe et al. 2014). */
function orthogonal(options?: OrthogonalOptions): InitializerDefinition {
  const { gain = 1, seed } = checkOptions(options, 'orthogonal', ['gain', 'seed'])
  return Object.freeze({ kind: 'orthogonal', gain: checkNumber(gain, 'gain'), seed: seedOf(seed) })
}

interface Initializers {
  readonly zeros: typeof zeros
  readonly ones: typeof ones
  readonly constant: typeof constant
  readonly randomUniform: typeof randomUniform
  readonly randomNormal: typeof randomNormal
  readonly truncatedNormal: typeof truncatedNormal
  readonly glorotUniform: typeof glorotUniform
  readonly glorotNormal: typeof glorotNormal
  readonly heUniform: typeof heUniform
  readonly heNormal: typeof heNormal
  readonly lecunUniform: typeof lecunUniform
  readonly lecunNormal: typeof lecunNormal
  readonly orthogonal: typeof orthogonal
}

export const initializers: Initializers = Object.freeze({
  zeros,
  ones,
  constant,
  randomUniform,
  randomNormal,
  truncatedNormal,
  glorotUniform,
  glorotNormal,
  heUniform,
  heNormal,
  lecunUniform,
  lecunNormal,
  orthogonal,
})

export function resolveInitializer(value: unknown, where: string): InitializerDefinition {
  return resolveKind(value, where, initializers as unknown as Factories<InitializerDefinition>)
}

export function nativeInitializer(definition: InitializerDefinition): InitializerSpec {
  return Object.freeze({
    kind: definition.kind,
    value: definition.value ?? 0,
    min: definition.minval ?? 0,
    max: definition.maxval ?? 0,
    mean: definition.mean ?? 0,
    stddev: definition.stddev ?? 0,
    gain: definition.gain ?? 1,
    seed: definition.seed ?? -1,
  })
}
