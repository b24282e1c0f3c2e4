/**
 * Layers and their options; defaults are Keras 3's. What factories return is frozen plain data with every
 * default filled in, which is also what `model.toJSON()` holds. How sizes fit together is network.ts's.
 */
import {
  aboveZeroToOne,
  belowOne,
  checkFlag,
  checkName,
  checkNumber,
  checkOptions,
  checkWhole,
  expected,
  expectedText,
  isObject,
  LARGEST_COUNT,
  notNegative,
  type Options,
  positive,
  unitInterval,
} from '../validate.ts'
import { type Activation, type ActivationDefinition, resolveActivation } from './activations.ts'
import { type Constraint, type ConstraintDefinition, resolveConstraint } from './constraints.ts'
import { type Initializer, type InitializerDefinition, resolveInitializer } from './initializers.ts'
import { type Factories, resolveKind } from './kinds.ts'
import { type Regularizer, type RegularizerDefinition, resolveRegularizer } from './regularizers.ts'

/** What every layer takes. */
export interface LayerOptions {
  /** Default: its kind, with a number from the second on. */
  readonly name?: string | null
  /** The shape of one sample; needed on the first layer. [28, 28] counts as 784 features. */
  readonly inputShape?: readonly number[] | null
}

interface LayerBase {
  readonly name: string | null
  readonly inputShape: readonly number[] | null
}

/** Kernel and bias as initial weights; anything that `setWeights` takes. Read when the model is built. */
export type InitialWeights = readonly unknown[]

export interface DenseOptions extends LayerOptions {
  /** Whole number of at least 1. */
  readonly units: number
  /** Default 'linear'. */
  readonly activation?: Activation
  /** Default true. */
  readonly useBias?: boolean
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: Initializer
  /** Default 'zeros'. */
  readonly biasInitializer?: Initializer
  readonly kernelRegularizer?: Regularizer
  readonly biasRegularizer?: Regularizer
  readonly kernelConstraint?: Constraint
  readonly biasConstraint?: Constraint
  /** `[kernel, bias]`: kernel `[inputs, units]`, bias `[units]` (left out without one). */
  readonly weights?: InitialWeights | null
  /** Default true. */
  readonly trainable?: boolean | { readonly kernel?: boolean; readonly bias?: boolean }
}

export interface DenseLayer extends LayerBase {
  readonly kind: 'dense'
  readonly units: number
  readonly activation: ActivationDefinition
  readonly useBias: boolean
  readonly kernelInitializer: InitializerDefinition
  readonly biasInitializer: InitializerDefinition
  readonly kernelRegularizer: RegularizerDefinition | null
  readonly biasRegularizer: RegularizerDefinition | null
  readonly kernelConstraint: ConstraintDefinition | null
  readonly biasConstraint: ConstraintDefinition | null
  readonly weights: InitialWeights | null
  readonly trainable: { readonly kernel: boolean; readonly bias: boolean }
}

/** Exactly one of both: `keep` is the probability of keeping a unit, `rate` of dropping it. */
export type KeepOrRate =
  | { readonly keep: number; readonly rate?: undefined }
  | { readonly rate: number; readonly keep?: undefined }

export type DropoutOptions = LayerOptions &
  KeepOrRate & {
    /** 'train': kept units are divided by keep while training. 'test': outputs are multiplied by keep at test time. Default 'train'. */
    readonly scaling?: 'train' | 'test'
  }

export interface DropoutLayer extends LayerBase {
  readonly kind: 'dropout'
  readonly keep: number
  readonly scaling: 'train' | 'test'
}

export type AlphaDropoutOptions = LayerOptions & KeepOrRate

export interface AlphaDropoutLayer extends LayerBase {
  readonly kind: 'alphaDropout'
  readonly keep: number
}

export interface GaussianNoiseOptions extends LayerOptions {
  /** Standard deviation, at least 0. */
  readonly stddev: number
}

export interface GaussianNoiseLayer extends LayerBase {
  readonly kind: 'gaussianNoise'
  readonly stddev: number
}

export interface ActivationOptions extends LayerOptions {
  readonly activation: Activation
}

export interface ActivationLayer extends LayerBase {
  readonly kind: 'activation'
  readonly activation: ActivationDefinition
}

export interface LayerNormalizationOptions extends LayerOptions {
  /** Added to the variance; above 0. Default 0.001. */
  readonly epsilon?: number
  /** Has a beta. Default true. */
  readonly center?: boolean
  /** Has a gamma. Default true. */
  readonly scale?: boolean
  /** Default true. */
  readonly trainable?: boolean
}

export interface BatchNormalizationOptions extends LayerNormalizationOptions {
  /** Of the moving mean and variance, 0 … 1. Default 0.99. */
  readonly momentum?: number
}

export interface LayerNormalizationLayer extends LayerBase {
  readonly kind: 'layerNormalization'
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly trainable: boolean
}

export interface BatchNormalizationLayer extends LayerBase {
  readonly kind: 'batchNormalization'
  readonly momentum: number
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly trainable: boolean
}

export interface InputOptions {
  readonly name?: string | null
  /** The shape of one sample. */
  readonly shape: readonly number[]
}

export interface InputLayer extends LayerBase {
  readonly kind: 'input'
  readonly shape: readonly number[]
}

export interface FlattenLayer extends LayerBase {
  readonly kind: 'flatten'
}

export type LayerDefinition =
  | InputLayer
  | FlattenLayer
  | DenseLayer
  | DropoutLayer
  | ActivationLayer
  | BatchNormalizationLayer
  | LayerNormalizationLayer
  | GaussianNoiseLayer
  | AlphaDropoutLayer

const COMMON = ['name', 'inputShape']

function checkShape(value: unknown, where: string): readonly number[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw expected('ERR_SHAPE', 'an array of at least one whole number', where, value)
  }
  for (const [i, size] of value.entries()) {
    if (!Number.isSafeInteger(size) || size < 1 || size > LARGEST_COUNT) {
      throw expected('ERR_SHAPE', `a whole number from 1 to ${LARGEST_COUNT}`, `${where}[${i}]`, size)
    }
  }
  return Object.freeze([...value])
}

function checkLayerName(value: unknown): string | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && value !== '') return value
  throw expected('ERR_OPTION', 'a text that is not empty', 'name', value)
}

function base(options: Options): LayerBase {
  const { inputShape = null } = options
  return {
    name: checkLayerName(options.name),
    inputShape: inputShape === null ? null : checkShape(inputShape, 'inputShape'),
  }
}

function checkTrainable(value: unknown): DenseLayer['trainable'] {
  if (!isObject(value)) {
    const both = checkFlag(value, 'trainable')
    return Object.freeze({ kernel: both, bias: both })
  }
  const { kernel = true, bias = true } = checkOptions(value, 'trainable', ['kernel', 'bias'])
  return Object.freeze({
    kernel: checkFlag(kernel, 'trainable.kernel'),
    bias: checkFlag(bias, 'trainable.bias'),
  })
}

function checkInitialWeights(value: unknown, useBias: boolean): InitialWeights | null {
  if (value === undefined || value === null) return null
  const count = useBias ? 2 : 1
  if (Array.isArray(value) && value.length === count) return Object.freeze([...value])
  throw expected('ERR_SHAPE', useBias ? '[kernel, bias]' : '[kernel]', 'weights', value)
}

const DENSE_OPTIONS = [
  ...COMMON,
  'units',
  'activation',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'biasConstraint',
  'weights',
  'trainable',
]

/** output = activation(input · kernel + bias); kernel `[inputs, units]`, bias `[units]`. */
function dense(options: DenseOptions): DenseLayer {
  const given = checkOptions(options, 'dense', DENSE_OPTIONS)
  const useBias = checkFlag(given.useBias ?? true, 'useBias')
  return Object.freeze({
    kind: 'dense',
    ...base(given),
    units: checkWhole(given.units, 'units', 1, LARGEST_COUNT),
    activation: resolveActivation(given.activation ?? 'linear', 'activation'),
    useBias,
    kernelInitializer: resolveInitializer(given.kernelInitializer ?? 'glorotUniform', 'kernelInitializer'),
    biasInitializer: resolveInitializer(given.biasInitializer ?? 'zeros', 'biasInitializer'),
    kernelRegularizer: resolveRegularizer(given.kernelRegularizer, 'kernelRegularizer'),
    biasRegularizer: resolveRegularizer(given.biasRegularizer, 'biasRegularizer'),
    kernelConstraint: resolveConstraint(given.kernelConstraint, 'kernelConstraint'),
    biasConstraint: resolveConstraint(given.biasConstraint, 'biasConstraint'),
    weights: checkInitialWeights(given.weights, useBias),
    trainable: checkTrainable(given.trainable ?? true),
  })
}

function checkKeep(options: Options, where: string): number {
  const { keep, rate } = options
  if ((keep === undefined) === (rate === undefined)) {
    throw expectedText('ERR_OPTION', 'exactly one of keep and rate', where, keep === undefined ? 'neither' : 'both')
  }
  return rate === undefined ? checkNumber(keep, 'keep', aboveZeroToOne) : 1 - checkNumber(rate, 'rate', belowOne)
}

/** While training, sets each input to 0 with probability 1 - keep. */
function dropout(options: DropoutOptions): DropoutLayer {
  const given = checkOptions(options, 'dropout', [...COMMON, 'keep', 'rate', 'scaling'])
  return Object.freeze({
    kind: 'dropout',
    ...base(given),
    keep: checkKeep(given, 'dropout'),
    scaling: checkName(given.scaling ?? 'train', 'scaling', ['train', 'test'] as const),
  })
}

/** Dropout for selu networks: keeps mean and variance (Klambauer et al. 2017). */
function alphaDropout(options: AlphaDropoutOptions): AlphaDropoutLayer {
  const given = checkOptions(options, 'alphaDropout', [...COMMON, 'keep', 'rate'])
  return Object.freeze({ kind: 'alphaDropout', ...base(given), keep: checkKeep(given, 'alphaDropout') })
}

/** While training, adds noise of mean 0. */
function gaussianNoise(options: GaussianNoiseOptions): GaussianNoiseLayer {
  const given = checkOptions(options, 'gaussianNoise', [...COMMON, 'stddev'])
  return Object.freeze({
    kind: 'gaussianNoise',
    ...base(given),
    stddev: checkNumber(given.stddev, 'stddev', notNegative),
  })
}

/** An activation of its own; `layers.activation('relu')` is short for `{ activation: 'relu' }`. */
function activation(options: ActivationOptions | Extract<Activation, string>): ActivationLayer {
  const given = checkOptions(typeof options === 'string' ? { activation: options } : options, 'activation', [
    ...COMMON,
    'activation',
  ])
  return Object.freeze({
    kind: 'activation',
    ...base(given),
    activation: resolveActivation(given.activation, 'activation'),
  })
}

const NORMALIZATION = [...COMMON, 'epsilon', 'center', 'scale', 'trainable']

function normalization(given: Options): Omit<LayerNormalizationLayer, 'kind'> {
  return {
    ...base(given),
    epsilon: checkNumber(given.epsilon ?? 1e-3, 'epsilon', positive),
    center: checkFlag(given.center ?? true, 'center'),
    scale: checkFlag(given.scale ?? true, 'scale'),
    trainable: checkFlag(given.trainable ?? true, 'trainable'),
  }
}

/** Each feature to mean 0 and variance 1 over the batch, then gamma · x + beta (Ioffe and Szegedy 2015). */
function batchNormalization(options?: BatchNormalizationOptions): BatchNormalizationLayer {
  const given = checkOptions(options, 'batchNormalization', [...NORMALIZATION, 'momentum'])
  return Object.freeze({
    kind: 'batchNormalization',
    ...normalization(given),
    momentum: checkNumber(given.momentum ?? 0.99, 'momentum', unitInterval),
  })
}

/** Each row to mean 0 and variance 1 over its features, then gamma · x + beta (Ba et al. 2016). */
function layerNormalization(options?: LayerNormalizationOptions): LayerNormalizationLayer {
  const given = checkOptions(options, 'layerNormalization', NORMALIZATION)
  return Object.freeze({ kind: 'layerNormalization', ...normalization(given) })
}

/** Says the shape of one sample; must be the first layer. */
function input(options: InputOptions): InputLayer {
  const given = checkOptions(options, 'input', [...COMMON, 'shape'])
  return Object.freeze({ kind: 'input', ...base(given), shape: checkShape(given.shape, 'shape') })
}

/** One row of features from a sample of any shape. */
function flatten(options?: LayerOptions): FlattenLayer {
  return Object.freeze({ kind: 'flatten', ...base(checkOptions(options, 'flatten', COMMON)) })
}

interface Layers {
  readonly input: typeof input
  readonly dense: typeof dense
  readonly dropout: typeof dropout
  readonly activation: typeof activation
  readonly flatten: typeof flatten
  readonly batchNormalization: typeof batchNormalization
  readonly layerNormalization: typeof layerNormalization
  readonly gaussianNoise: typeof gaussianNoise
  readonly alphaDropout: typeof alphaDropout
}

export const layers: Layers = Object.freeze({
  input,
  dense,
  dropout,
  activation,
  flatten,
  batchNormalization,
  layerNormalization,
  gaussianNoise,
  alphaDropout,
})

/** A layer made by its factory, or its definition from JSON. */
export function resolveLayer(value: unknown, where: string): LayerDefinition {
  if (typeof value === 'string') throw expected('ERR_OPTION', 'a layer made by layers.…()', where, value)
  return resolveKind(value, where, layers as unknown as Factories<LayerDefinition>)
}
