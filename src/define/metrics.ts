/**
 * Metrics and their options; computed natively over each epoch, weighted by rows. `accuracy` is public
 * only: it becomes a concrete metric once the number of outputs is known.
 */
import type { MetricSpec } from '../native.ts'
import { checkNumber, checkOptions, checkWhole, expected, LARGEST_COUNT } from '../validate.ts'
import { type Factories, resolveKind } from './kinds.ts'
import type { MetricName } from './names.ts'

export interface MetricOptions {
  /** Its key in the history and in what `evaluate` returns. Default: the metric's own name. */
  readonly name?: string
}

export interface TopKOptions extends MetricOptions {
  /** Right when the true class is among the k highest outputs; at least 1. Default 5. */
  readonly k?: number
}

export interface ThresholdOptions extends MetricOptions {
  /** Outputs above it count as 1. Default 0.5. */
  readonly threshold?: number
}

export type PublicMetricName = 'accuracy' | MetricName

export interface MetricDefinition {
  readonly kind: PublicMetricName
  readonly name: string
  readonly k?: number
  readonly threshold?: number
}

/** What `compile` takes: a name, or what a factory made. */
export type Metric = PublicMetricName | MetricDefinition

function nameOf(value: unknown, kind: string): string {
  if (value === undefined) return kind
  if (typeof value === 'string' && value !== '') return value
  throw expected('ERR_OPTION', 'a text that is not empty', 'name', value)
}

function plain(kind: PublicMetricName, options: unknown): MetricDefinition {
  const { name } = checkOptions(options, kind, ['name'])
  return Object.freeze({ kind, name: nameOf(name, kind) })
}

function thresholded(kind: PublicMetricName, options: unknown): MetricDefinition {
  const { name, threshold = 0.5 } = checkOptions(options, kind, ['name', 'threshold'])
  return Object.freeze({ kind, name: nameOf(name, kind), threshold: checkNumber(threshold, 'threshold') })
}

/** The share of right answers: `binaryAccuracy` for one output, `categoricalAccuracy` for more, as Keras picks it. */
function accuracy(options?: MetricOptions): MetricDefinition {
  return plain('accuracy', options)
}

/** The share of outputs on the same side of `threshold` as their target. */
function binaryAccuracy(options?: ThresholdOptions): MetricDefinition {
  return thresholded('binaryAccuracy', options)
}

/** The share of rows whose highest output is the target's. */
function categoricalAccuracy(options?: MetricOptions): MetricDefinition {
  return plain('categoricalAccuracy', options)
}

/** The share of rows whose class is among the k highest outputs. */
function topKCategoricalAccuracy(options?: TopKOptions): MetricDefinition {
  const { name, k = 5 } = checkOptions(options, 'topKCategoricalAccuracy', ['name', 'k'])
  const kind = 'topKCategoricalAccuracy'
  return Object.freeze({ kind, name: nameOf(name, kind), k: checkWhole(k, 'k', 1, LARGEST_COUNT) })
}

/** Mean of (target - output)². */
function meanSquaredError(options?: MetricOptions): MetricDefinition {
  return plain('meanSquaredError', options)
}

/** Mean of |target - output|. */
function meanAbsoluteError(options?: MetricOptions): MetricDefinition {
  return plain('meanAbsoluteError', options)
}

/** 1 - Σ(t - o)² / Σ(t - mean t)². */
function r2(options?: MetricOptions): MetricDefinition {
  return plain('r2', options)
}

/** True positives / (true + false positives). */
function precision(options?: ThresholdOptions): MetricDefinition {
  return thresholded('precision', options)
}

/** True positives / (true positives + false negatives). */
function recall(options?: ThresholdOptions): MetricDefinition {
  return thresholded('recall', options)
}

/** 2 · precision · recall / (precision + recall). */
function f1(options?: ThresholdOptions): MetricDefinition {
  return thresholded('f1', options)
}

interface Metrics {
  readonly accuracy: typeof accuracy
  readonly binaryAccuracy: typeof binaryAccuracy
  readonly categoricalAccuracy: typeof categoricalAccuracy
  readonly topKCategoricalAccuracy: typeof topKCategoricalAccuracy
  readonly meanSquaredError: typeof meanSquaredError
  readonly meanAbsoluteError: typeof meanAbsoluteError
  readonly r2: typeof r2
  readonly precision: typeof precision
  readonly recall: typeof recall
  readonly f1: typeof f1
}

export const metrics: Metrics = Object.freeze({
  accuracy,
  binaryAccuracy,
  categoricalAccuracy,
  topKCategoricalAccuracy,
  meanSquaredError,
  meanAbsoluteError,
  r2,
  precision,
  recall,
  f1,
})

export function resolveMetric(value: unknown, where: string): MetricDefinition {
  return resolveKind(value, where, metrics as unknown as Factories<MetricDefinition>)
}

/** Keras 3 goes by the outputs: one output is a yes or no, several are classes. */
export function nativeMetric(definition: MetricDefinition, outputs: number): MetricSpec {
  const { kind, k = 1, threshold = 0.5 } = definition
  const accuracyKind = outputs === 1 ? 'binaryAccuracy' : 'categoricalAccuracy'
  return Object.freeze({ kind: kind === 'accuracy' ? accuracyKind : kind, k: Math.min(k, outputs), threshold })
}
