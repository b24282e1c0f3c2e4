/** Compiled, not run: every factory with every option it has, a wrong name for each, and a wrong value. */
import {
  type Activation,
  type ActivationDefinition,
  type ActivationName,
  type ActivationOptions,
  type AlphaDropoutOptions,
  type BatchNormalizationOptions,
  type Constraint,
  type ConstraintDefinition,
  type ConstraintName,
  constraints,
  type DenseOptions,
  type DropoutOptions,
  type GaussianNoiseOptions,
  type Initializer,
  type InitializerDefinition,
  type InitializerName,
  type InputOptions,
  initializers,
  type LayerDefinition,
  type LayerName,
  type LayerNormalizationOptions,
  type LayerOptions,
  type Loss,
  type LossDefinition,
  type LossName,
  layers,
  losses,
  type Metric,
  type MetricDefinition,
  type MetricName,
  metrics,
  type Optimizer,
  type OptimizerDefinition,
  type OptimizerName,
  optimizers,
  type Regularizer,
  type RegularizerDefinition,
  regularizers,
  type Schedule,
  schedules,
  type TaggedSchedule,
} from '../../src/index.ts'

const common: LayerOptions = { name: 'a', inputShape: [2, 3] }

export const everyLayer: readonly LayerDefinition[] = [
  layers.input({ shape: [28, 28], name: 'pixels' } satisfies InputOptions),
  layers.dense({
    ...common,
    units: 3,
    activation: 'relu',
    useBias: true,
    kernelInitializer: 'heNormal',
    biasInitializer: 'zeros',
    kernelRegularizer: regularizers.l2(),
    biasRegularizer: null,
    kernelConstraint: 'nonNeg',
    biasConstraint: null,
    weights: [[[1, 2, 3]], [0, 0, 0]],
    trainable: { kernel: false, bias: true },
  } satisfies DenseOptions),
  layers.dropout({ ...common, keep: 0.5, scaling: 'train' } satisfies DropoutOptions),
  layers.alphaDropout({ ...common, rate: 0.5 } satisfies AlphaDropoutOptions),
  layers.gaussianNoise({ ...common, stddev: 1 } satisfies GaussianNoiseOptions),
  layers.activation({ ...common, activation: { kind: 'elu', alpha: 1 } } satisfies ActivationOptions),
  layers.flatten({ ...common }),
  layers.layerNormalization({
    ...common,
    epsilon: 1e-3,
    center: true,
    scale: false,
    trainable: true,
  } satisfies LayerNormalizationOptions),
  layers.batchNormalization({ ...common, momentum: 0.9, epsilon: 1e-3 } satisfies BatchNormalizationOptions),
]

export const everyActivation: Record<ActivationName, Activation> = {
  linear: 'linear',
  sigmoid: 'sigmoid',
  hardSigmoid: 'hardSigmoid',
  tanh: 'tanh',
  relu: 'relu',
  relu6: 'relu6',
  leakyRelu: { kind: 'leakyRelu', negativeSlope: 0.2 },
  elu: { kind: 'elu', alpha: 2 },
  selu: 'selu',
  gelu: 'gelu',
  softplus: 'softplus',
  softsign: 'softsign',
  silu: 'swish',
  mish: 'mish',
  softmax: 'softmax',
}

const reduced = { reduction: 'sum' } as const

export const everyLoss: Record<LossName, LossDefinition> = {
  meanSquaredError: losses.meanSquaredError(reduced),
  sumSquaredError: losses.sumSquaredError(reduced),
  meanAbsoluteError: losses.meanAbsoluteError(reduced),
  huber: losses.huber({ ...reduced, delta: 2 }),
  logCosh: losses.logCosh(reduced),
  binaryCrossentropy: losses.binaryCrossentropy({ ...reduced, labelSmoothing: 0.1 }),
  categoricalCrossentropy: losses.categoricalCrossentropy({ ...reduced, labelSmoothing: 0.1 }),
  sparseCategoricalCrossentropy: losses.sparseCategoricalCrossentropy(reduced),
  hinge: losses.hinge(reduced),
  categoricalHinge: losses.categoricalHinge(reduced),
  kullbackLeiblerDivergence: losses.kullbackLeiblerDivergence(reduced),
  poisson: losses.poisson(reduced),
}

export const everyMetric: Record<MetricName | 'accuracy', MetricDefinition> = {
  accuracy: metrics.accuracy({ name: 'a' }),
  binaryAccuracy: metrics.binaryAccuracy({ name: 'a', threshold: 0.4 }),
  categoricalAccuracy: metrics.categoricalAccuracy(),
  topKCategoricalAccuracy: metrics.topKCategoricalAccuracy({ k: 3 }),
  meanSquaredError: metrics.meanSquaredError(),
  meanAbsoluteError: metrics.meanAbsoluteError(),
  r2: metrics.r2(),
  precision: metrics.precision({ threshold: 0.4 }),
  recall: metrics.recall({ threshold: 0.4 }),
  f1: metrics.f1({ threshold: 0.4 }),
}

const decay: TaggedSchedule = schedules.exponentialDecay({
  initialLearningRate: 1,
  decaySteps: 10,
  decayRate: 0.5,
  staircase: true,
})
const rates: readonly Schedule[] = [
  decay,
  schedules.inverseTimeDecay({ initialLearningRate: 1, decaySteps: 10, decayRate: 0.5 }),
  schedules.piecewiseConstantDecay({ boundaries: [1], values: [1, 2] }),
  schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 10, endLearningRate: 0, power: 2, cycle: true }),
  schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 10, alpha: 0.1, warmupTarget: 2, warmupSteps: 3 }),
  schedules.oneCycle({ maxLearningRate: 1, totalSteps: 10, pctStart: 0.3, divFactor: 25, finalDivFactor: 100 }),
  (step) => 1 / (1 + step),
]
const all = { learningRate: rates[0]!, weightDecay: 0.1, clipNorm: 1, globalClipNorm: null, clipValue: null } as const
const moments = { ...all, beta1: 0.9, beta2: 0.99 } as const

export const everyOptimizer: Record<OptimizerName, OptimizerDefinition> = {
  sgd: optimizers.sgd({ ...all, momentum: 0.9, nesterov: true }),
  rmsprop: optimizers.rmsprop({ ...all, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: true }),
  adagrad: optimizers.adagrad({ ...all, initialAccumulatorValue: 0.1, epsilon: 1e-7 }),
  adadelta: optimizers.adadelta({ ...all, rho: 0.9, epsilon: 1e-7 }),
  adam: optimizers.adam({ ...moments, epsilon: 1e-7, amsgrad: true }),
  adamw: optimizers.adamw({ ...moments, epsilon: 1e-7, amsgrad: true }),
  adamax: optimizers.adamax({ ...moments, epsilon: 1e-7 }),
  nadam: optimizers.nadam({ ...moments, epsilon: 1e-7 }),
  lion: optimizers.lion(moments),
}

export const everyRegularizer: readonly RegularizerDefinition[] = [
  regularizers.l1({ l1: 1 }),
  regularizers.l2({ l2: 1 }),
  regularizers.l1l2({ l1: 1, l2: 1 }),
  regularizers.l2Cost({ lambda: 1 }),
]

export const everyConstraint: Record<ConstraintName, ConstraintDefinition> = {
  maxNorm: constraints.maxNorm({ maxValue: 3 }),
  nonNeg: constraints.nonNeg(),
  unitNorm: constraints.unitNorm(),
  minMaxNorm: constraints.minMaxNorm({ minValue: 0, maxValue: 1, rate: 1 }),
}

export const everyInitializer: Record<InitializerName, InitializerDefinition> = {
  zeros: initializers.zeros(),
  ones: initializers.ones(),
  constant: initializers.constant({ value: 1 }),
  randomUniform: initializers.randomUniform({ minval: -1, maxval: 1, seed: 1 }),
  randomNormal: initializers.randomNormal({ mean: 0, stddev: 1, seed: 1 }),
  truncatedNormal: initializers.truncatedNormal({ mean: 0, stddev: 1, seed: 1 }),
  glorotUniform: initializers.glorotUniform({ seed: 1 }),
  glorotNormal: initializers.glorotNormal({ seed: 1 }),
  heUniform: initializers.heUniform({ seed: 1 }),
  heNormal: initializers.heNormal({ seed: null }),
  lecunUniform: initializers.lecunUniform({ seed: 1 }),
  lecunNormal: initializers.lecunNormal({ seed: 1 }),
  orthogonal: initializers.orthogonal({ gain: 1, seed: 1 }),
}

export function refused(): void {
  // @ts-expect-error shape is missing
  layers.input({})
  // @ts-expect-error no such option
  layers.input({ shape: [1], size: 1 })
  // @ts-expect-error a number is no shape
  layers.input({ shape: 784 })
  // @ts-expect-error a text is no number of units
  layers.dense({ units: '3' })
  // @ts-expect-error no such option
  layers.dense({ units: 3, kernel: 1 })
  // @ts-expect-error no such setting of an activation
  layers.dense({ units: 3, activation: { kind: 'leakyRelu', alpha: 0.1 } })
  // @ts-expect-error useBias is true or false
  layers.dense({ units: 3, useBias: 1 })
  // @ts-expect-error trainable has kernel and bias
  layers.dense({ units: 3, trainable: { weights: true } })
  // @ts-expect-error a regularizer by name needs its factory
  layers.dense({ units: 3, kernelRegularizer: 'l3' })
  // @ts-expect-error stddev is missing
  layers.gaussianNoise({})
  // @ts-expect-error no such activation
  layers.activation('reluu')
  // @ts-expect-error flatten has no units
  layers.flatten({ units: 3 })
  // @ts-expect-error layer normalization has no momentum
  layers.layerNormalization({ momentum: 0.9 })
  // @ts-expect-error no such reduction
  losses.meanSquaredError({ reduction: 'max' })
  // @ts-expect-error huber has no smoothing
  losses.huber({ labelSmoothing: 0.1 })
  // @ts-expect-error r2 has no threshold
  metrics.r2({ threshold: 1 })
  // @ts-expect-error no such option
  metrics.topKCategoricalAccuracy({ top: 3 })
  // @ts-expect-error no such option
  optimizers.adam({ lr: 0.1 })
  // @ts-expect-error sgd has no rho
  optimizers.sgd({ rho: 0.9 })
  // @ts-expect-error nesterov is true or false
  optimizers.sgd({ nesterov: 'yes' })
  // @ts-expect-error lion has no epsilon
  optimizers.lion({ epsilon: 1 })
  // @ts-expect-error a schedule gives numbers
  optimizers.adam({ learningRate: () => 'slow' })
  // @ts-expect-error decayRate is missing
  schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 10 })
  // @ts-expect-error values is missing
  schedules.piecewiseConstantDecay({ boundaries: [1] })
  // @ts-expect-error no such option
  schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 10, warmup: 3 })
  // @ts-expect-error totalSteps is missing
  schedules.oneCycle({ maxLearningRate: 1 })
  // @ts-expect-error no such option
  regularizers.l1({ l2: 1 })
  // @ts-expect-error no such option
  constraints.maxNorm({ max: 3 })
  // @ts-expect-error nonNeg has no options
  constraints.nonNeg({ maxValue: 1 })
  // @ts-expect-error no such option
  initializers.heNormal({ stddev: 1 })
  // @ts-expect-error zeros have no seed
  initializers.zeros({ seed: 1 })
}

/** Names and definitions go where each is taken. */
export const taken: readonly [Activation, Loss, Metric, Optimizer, Regularizer, Constraint, Initializer, LayerName] = [
  'relu' satisfies ActivationDefinition,
  'huber',
  'accuracy',
  'adam',
  everyRegularizer[0]!,
  'unitNorm',
  'heNormal',
  'flatten',
]
