/**
 * The names the engine knows, each list once. A test compares them with the addon's own.
 * Owns no options and no defaults: those are next to their factories.
 */

export const ACTIVATIONS = [
  'linear',
  'sigmoid',
  'hardSigmoid',
  'tanh',
  'relu',
  'relu6',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'softplus',
  'softsign',
  'silu',
  'mish',
  'softmax',
] as const
export type ActivationName = (typeof ACTIVATIONS)[number]

export const LOSSES = [
  'meanSquaredError',
  'sumSquaredError',
  'meanAbsoluteError',
  'huber',
  'logCosh',
  'binaryCrossentropy',
  'categoricalCrossentropy',
  'sparseCategoricalCrossentropy',
  'hinge',
  'categoricalHinge',
  'kullbackLeiblerDivergence',
  'poisson',
] as const
export type LossName = (typeof LOSSES)[number]

/** What the engine computes; the public `accuracy` becomes one of these when a model is compiled. */
export const METRICS = [
  'binaryAccuracy',
  'categoricalAccuracy',
  'topKCategoricalAccuracy',
  'meanSquaredError',
  'meanAbsoluteError',
  'r2',
  'precision',
  'recall',
  'f1',
] as const
export type MetricName = (typeof METRICS)[number]

export const OPTIMIZERS = ['sgd', 'rmsprop', 'adagrad', 'adadelta', 'adam', 'adamw', 'adamax', 'nadam', 'lion'] as const
export type OptimizerName = (typeof OPTIMIZERS)[number]

export const INITIALIZERS = [
  'zeros',
  'ones',
  'constant',
  'randomUniform',
  'randomNormal',
  'truncatedNormal',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
  'orthogonal',
] as const
export type InitializerName = (typeof INITIALIZERS)[number]

export const CONSTRAINTS = ['maxNorm', 'nonNeg', 'unitNorm', 'minMaxNorm'] as const
export type ConstraintName = (typeof CONSTRAINTS)[number]

/** Layers of the engine. The public `input` and `flatten` only shape data and are not among them. */
export const NATIVE_LAYERS = [
  'dense',
  'dropout',
  'activation',
  'batchNormalization',
  'layerNormalization',
  'gaussianNoise',
  'alphaDropout',
] as const
export type NativeLayerName = (typeof NATIVE_LAYERS)[number]

/** Public layers: those that only shape data, and those of the engine. */
export type LayerName = 'input' | 'flatten' | NativeLayerName

export const DTYPES = ['float32', 'float64'] as const
