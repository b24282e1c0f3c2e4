/**
 * What a model of Keras 3 or TensorFlow.js was compiled with, as the options of our `compile`: optimizer, schedule, loss and
 * metrics. The state of the optimizer stays behind.
 */
import { type Loss, losses } from '../define/losses.ts'
import { type MetricDefinition, metrics } from '../define/metrics.ts'
import { LOSSES, type LossName, METRICS, type MetricName, OPTIMIZERS } from '../define/names.ts'
import { type Optimizer, optimizers } from '../define/optimizers.ts'
import { type Schedule, schedules } from '../define/schedules.ts'
import type { CompileOptions } from '../define/training.ts'
import { describe, isObject, type Options } from '../validate.ts'
import {
  camel,
  camelKeys,
  described,
  inFile,
  ourName,
  type Place,
  type Rules,
  translate,
  unsupported,
} from './keras-config.ts'

/** Where in the file, with the way out. */
function placed(file: string, where: string): Place {
  return { file, where, hint: 'load it with { compile: false } and compile it yourself' }
}

/** For what is not about one of the parts. */
export function trainingPlace(file: string): Place {
  return placed(file, 'what the model was compiled with')
}

/** What one of our factories makes of the options. */
function make<T>(factories: object, kind: string, options: Options): T {
  return (factories as Record<string, (options: Options) => T>)[kind]!(options)
}

/** The compiled part of a file as options of ours, or null for a model that was not compiled. */
export function readTraining(value: unknown, file: string): CompileOptions | null {
  if (value === null || value === undefined) return null
  const place = trainingPlace(file)
  const config = camelKeys(value, place)
  const optimizer = config.optimizer ?? config.optimizerConfig
  if (optimizer === undefined && config.loss === undefined) return null
  for (const name of ['lossWeights', 'weightedMetrics', 'sampleWeightMode']) {
    if (!isNothing(config[name])) throw unsupported(place, `no ${name}`, describe(config[name]))
  }
  return {
    optimizer: readOptimizer(optimizer, file),
    loss: readLoss(onlyOne(config.loss), file),
    metrics: withNames(listOf(config.metrics, file).map((metric) => readMetric(metric, file))),
  }
}

function isNothing(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0)
}

/** Of a network with one output there may be a list of one. */
function onlyOne(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value
}

function listOf(value: unknown, file: string): readonly unknown[] {
  if (isNothing(value)) return []
  if (Array.isArray(value)) return value.flat()
  throw unsupported(trainingPlace(file), 'a list of metrics', describe(value))
}

const optimizerRules: Rules = {
  take: [
    'weightDecay',
    'momentum',
    'nesterov',
    'rho',
    'epsilon',
    'centered',
    'initialAccumulatorValue',
    'beta1',
    'beta2',
    'amsgrad',
  ],
  rename: {
    clipnorm: 'clipNorm',
    globalClipnorm: 'globalClipNorm',
    clipvalue: 'clipValue',
    useNesterov: 'nesterov',
  },
  // Averages of weights are refused by `useEma`; the rest says how, not what.
  ignore: ['name', 'emaMomentum', 'jitCompile', 'isLegacyOptimizer'],
  // Of the learning rate, as it was before there were schedules.
  only: { decay: [0] },
}

/** TensorFlow.js says `decay` for the rho of RMSProp. */
const decayIsRho: Rules = { ...optimizerRules, rename: { ...optimizerRules.rename, decay: 'rho' } }

function readOptimizer(value: unknown, file: string): Optimizer {
  const { className, config } = described(value, placed(file, 'the optimizer'))
  const place = placed(file, `the optimizer ${className}`)
  const kind = ourName(className, OPTIMIZERS, { momentum: 'sgd' })
  if (!kind) throw unsupported(place, `one of the optimizers ${OPTIMIZERS.join(', ')}`, `'${className}'`)
  const { learningRate, ...rest } = config
  const rules = kind === 'rmsprop' && rest.rho === undefined ? decayIsRho : optimizerRules
  const options = translate(rest, rules, place)
  const rate = learningRate === undefined ? {} : { learningRate: readRate(learningRate, place) }
  return inFile(place, () => make<Optimizer>(optimizers, kind, { ...options, ...rate }))
}

const scheduleRules: Rules = {
  take: [
    'initialLearningRate',
    'decaySteps',
    'decayRate',
    'staircase',
    'boundaries',
    'values',
    'endLearningRate',
    'power',
    'cycle',
    'alpha',
    'warmupTarget',
    'warmupSteps',
  ],
  ignore: ['name'],
}

function readRate(value: unknown, place: Place): number | Schedule {
  if (!isObject(value)) return value as number
  const { className, config } = described(value, place)
  const names = Object.keys(schedules).filter((name) => name !== 'oneCycle')
  const kind = ourName(className, names)
  if (!kind) throw unsupported(place, `one of the schedules ${names.join(', ')}`, `'${className}'`)
  return inFile(place, () => make<Schedule>(schedules, kind, translate(config, scheduleRules, place)))
}

const lossAliases: Readonly<Record<string, LossName>> = {
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  bce: 'binaryCrossentropy',
  kld: 'kullbackLeiblerDivergence',
  kldivergence: 'kullbackLeiblerDivergence',
}
/** `sumSquaredError` is known here alone. */
const lossNames = LOSSES.filter((name) => name !== 'sumSquaredError')

const lossRules: Rules = {
  take: ['labelSmoothing', 'delta'],
  ignore: ['name'],
  only: { axis: [-1], reduction: ['sum_over_batch_size', 'mean', 'sum', 'auto'] },
}

function readLoss(value: unknown, file: string): Loss {
  const { className, config } = described(value, placed(file, 'the loss'))
  const place = placed(file, `the loss ${className}`)
  const kind = ourName(className, lossNames, lossAliases)
  if (!kind) throw unsupported(place, `one of the losses ${lossNames.join(', ')}`, `'${className}'`)
  if (config.fromLogits === true) {
    throw unsupported(place, 'outputs that are probabilities', '`fromLogits`: true')
  }
  const options = translate(config, lossRules, place)
  const reduction = config.reduction === 'sum' ? 'sum' : 'mean'
  return inFile(place, () => make<Loss>(losses, kind, { ...options, reduction }))
}

const metricAliases: Readonly<Record<string, MetricName | 'accuracy'>> = {
  acc: 'accuracy',
  mse: 'meanSquaredError',
  mae: 'meanAbsoluteError',
  r2score: 'r2',
  sparsecategoricalaccuracy: 'categoricalAccuracy',
  sparsetopkcategoricalaccuracy: 'topKCategoricalAccuracy',
  f1score: 'f1',
}

const metricRules: Rules = {
  take: ['k', 'threshold'],
  rename: { thresholds: 'threshold' },
  ignore: ['dtype', 'name'],
  only: { average: ['micro'], beta: [1], classAggregation: ['uniform_average'], numRegressors: [0], axis: [-1] },
}

interface NamedMetric {
  readonly metric: MetricDefinition
  /** In the file. */
  readonly name: string
}

/** Names that somebody gave stay, and so do those that keep two metrics of a kind apart; the others become ours. */
function withNames(list: readonly NamedMetric[]): readonly MetricDefinition[] {
  const kinds = list.map(({ metric }) => metric.kind)
  return list.map(({ metric, name }, i) => {
    const ours = ourName(name.replace(/_\d+$/, ''), [metric.kind], metricAliases) === metric.kind
    return ours && kinds.indexOf(metric.kind) === i ? metric : { ...metric, name: camel(name) }
  })
}

function readMetric(value: unknown, file: string): NamedMetric {
  const { className, config } = described(value, placed(file, 'a metric'))
  const place = placed(file, `the metric ${className}`)
  const names = ['accuracy', ...METRICS] as const
  const kind = ourName(className, names, metricAliases)
  // Keras's class Accuracy, which only says whether values are equal, is not what its name 'accuracy' means.
  if (!kind || className === 'Accuracy') {
    throw unsupported(place, `one of the metrics ${names.join(', ')}`, `'${className}'`)
  }
  if (kind === 'f1' && typeof config.threshold !== 'number') {
    throw unsupported(place, 'a number for `threshold`', describe(config.threshold))
  }
  const all = translate(config, metricRules, place)
  const options = Object.fromEntries(Object.entries(all).filter(([, item]) => item !== null))
  const metric = inFile(place, () => make<MetricDefinition>(metrics, kind, options))
  return { metric, name: typeof config.name === 'string' ? config.name : className }
}
