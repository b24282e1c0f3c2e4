/**
 * From the options of `compile` to the addon's TrainingSpec. Owns what depends on the number of outputs:
 * which losses make sense and what `accuracy` means.
 */
import type { TrainingSpec } from '../native.ts'
import { checkOptions, expected, expectedText } from '../validate.ts'
import { type Loss, type LossDefinition, nativeLoss, resolveLoss } from './losses.ts'
import { type Metric, type MetricDefinition, nativeMetric, resolveMetric } from './metrics.ts'
import { nativeOptimizer, type Optimizer, type OptimizerDefinition, resolveOptimizer } from './optimizers.ts'

export interface CompileOptions {
  readonly loss: Loss
  /** Default 'rmsprop', as in Keras. */
  readonly optimizer?: Optimizer
  /** Default none. */
  readonly metrics?: readonly Metric[]
}

export interface TrainingPlan {
  readonly loss: LossDefinition
  readonly optimizer: OptimizerDefinition
  readonly metrics: readonly MetricDefinition[]
  /** 'loss' and the metrics' names, in the order of the addon's rows. */
  readonly columns: readonly string[]
  readonly spec: TrainingSpec
}

const NEEDS_CLASSES: readonly string[] = ['categoricalCrossentropy', 'sparseCategoricalCrossentropy']

export function planTraining(options: unknown, outputs: number): TrainingPlan {
  const given = checkOptions(options, 'compile', ['loss', 'optimizer', 'metrics'])
  const loss = resolveLoss(given.loss, 'loss')
  if (outputs === 1 && NEEDS_CLASSES.includes(loss.kind)) {
    throw expectedText(
      'ERR_SHAPE',
      `a network of at least 2 outputs with ${loss.kind}`,
      'loss',
      '1 output',
      'use binaryCrossentropy',
    )
  }
  const optimizer = resolveOptimizer(given.optimizer ?? 'rmsprop', 'optimizer')
  const metrics = resolveMetrics(given.metrics ?? [])
  return Object.freeze({
    loss,
    optimizer,
    metrics,
    columns: Object.freeze(['loss', ...metrics.map(({ name }) => name)]),
    spec: Object.freeze({
      loss: nativeLoss(loss),
      metrics: Object.freeze(metrics.map((metric) => nativeMetric(metric, outputs))),
      optimizer: nativeOptimizer(optimizer),
    }),
  })
}

function resolveMetrics(value: unknown): readonly MetricDefinition[] {
  if (!Array.isArray(value)) throw expected('ERR_OPTION', 'an array of metrics', 'metrics', value)
  const metrics = value.map((item, i) => resolveMetric(item, `metrics[${i}]`))
  const names = new Set(['loss'])
  for (const { name } of metrics) {
    if (names.has(name))
      throw expected('ERR_OPTION', 'different names, none of them loss,', 'metrics', name, 'give one a `name`')
    names.add(name)
  }
  return Object.freeze(metrics)
}
