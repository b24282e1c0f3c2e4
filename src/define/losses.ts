/**
 * Losses and their options. What is minimised is native (native/kernels/loss-inl.h); the formulas are
 * Keras 3's, and `sumSquaredError` is the textbook's.
 */
import type { LossSpec } from '../native.ts'
import { belowOne, checkName, checkNumber, checkOptions, positive } from '../validate.ts'
import { type Factories, resolveKind } from './kinds.ts'
import type { LossName } from './names.ts'

export interface LossOptions {
  /** How the samples of a batch are put together. Default 'mean'. */
  readonly reduction?: 'mean' | 'sum'
}

export interface CrossentropyOptions extends LossOptions {
  /** Takes this much from the targets and spreads it evenly over the classes; 0 to below 1. Default 0. */
  readonly labelSmoothing?: number
}

export interface HuberOptions extends LossOptions {
  /** Where the loss turns from quadratic to linear; above 0. Default 1. */
  readonly delta?: number
}

export interface LossDefinition {
  readonly kind: LossName
  readonly reduction: 'mean' | 'sum'
  readonly labelSmoothing?: number
  readonly delta?: number
}

/** What `compile` takes: a name, or what a factory made. */
export type Loss = LossName | LossDefinition

const reductions = ['mean', 'sum'] as const

function plain(kind: LossName, options: unknown): LossDefinition {
  const { reduction = 'mean' } = checkOptions(options, kind, ['reduction'])
  return Object.freeze({ kind, reduction: checkName(reduction, 'reduction', reductions) })
}

function crossentropy(kind: LossName, options: unknown): LossDefinition {
  const { reduction = 'mean', labelSmoothing = 0 } = checkOptions(options, kind, ['reduction', 'labelSmoothing'])
  return Object.freeze({
    kind,
    reduction: checkName(reduction, 'reduction', reductions),
    labelSmoothing: checkNumber(labelSmoothing, 'labelSmoothing', belowOne),
  })
}

/** Mean over the outputs of (target - output)². */
function meanSquaredError(options?: LossOptions): LossDefinition {
  return plain('meanSquaredError', options)
}

/** The textbook's Σ ½ (target - output)² over the outputs. */
function sumSquaredError(options?: LossOptions): LossDefinition {
  return plain('sumSquaredError', options)
}

/** Mean over the outputs of |target - output|. */
function meanAbsoluteError(options?: LossOptions): LossDefinition {
  return plain('meanAbsoluteError', options)
}

/** Mean over the outputs of ½ e² where |e| ≤ delta, and delta · (|e| - ½ delta) beyond. */
function huber(options?: HuberOptions): LossDefinition {
  const { reduction = 'mean', delta = 1 } = checkOptions(options, 'huber', ['reduction', 'delta'])
  return Object.freeze({
    kind: 'huber',
    reduction: checkName(reduction, 'reduction', reductions),
    delta: checkNumber(delta, 'delta', positive),
  })
}

/** Mean over the outputs of log(cosh(output - target)). */
function logCosh(options?: LossOptions): LossDefinition {
  return plain('logCosh', options)
}

/** Mean over the outputs of -t · log(o) - (1 - t) · log(1 - o); outputs are probabilities. */
function binaryCrossentropy(options?: CrossentropyOptions): LossDefinition {
  return crossentropy('binaryCrossentropy', options)
}

/** -Σ t · log(o); outputs are probabilities. Targets are one-hot rows or class indices. */
function categoricalCrossentropy(options?: CrossentropyOptions): LossDefinition {
  return crossentropy('categoricalCrossentropy', options)
}

/** -log of the output of the true class; targets are class indices. */
function sparseCategoricalCrossentropy(options?: LossOptions): LossDefinition {
  return plain('sparseCategoricalCrossentropy', options)
}

/** Mean over the outputs of max(1 - t · o, 0); targets -1 or 1 (0 counts as -1). */
function hinge(options?: LossOptions): LossDefinition {
  return plain('hinge', options)
}

/** max(0, the highest wrong output - the right one + 1). */
function categoricalHinge(options?: LossOptions): LossDefinition {
  return plain('categoricalHinge', options)
}

/** Σ t · log(t / o). */
function kullbackLeiblerDivergence(options?: LossOptions): LossDefinition {
  return plain('kullbackLeiblerDivergence', options)
}

/** Mean over the outputs of o - t · log(o). */
function poisson(options?: LossOptions): LossDefinition {
  return plain('poisson', options)
}

interface Losses {
  readonly meanSquaredError: typeof meanSquaredError
  readonly sumSquaredError: typeof sumSquaredError
  readonly meanAbsoluteError: typeof meanAbsoluteError
  readonly huber: typeof huber
  readonly logCosh: typeof logCosh
  readonly binaryCrossentropy: typeof binaryCrossentropy
  readonly categoricalCrossentropy: typeof categoricalCrossentropy
  readonly sparseCategoricalCrossentropy: typeof sparseCategoricalCrossentropy
  readonly hinge: typeof hinge
  readonly categoricalHinge: typeof categoricalHinge
  readonly kullbackLeiblerDivergence: typeof kullbackLeiblerDivergence
  readonly poisson: typeof poisson
}

export const losses: Losses = Object.freeze({
  meanSquaredError,
  sumSquaredError,
  meanAbsoluteError,
  huber,
  logCosh,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  hinge,
  categoricalHinge,
  kullbackLeiblerDivergence,
  poisson,
})

export function resolveLoss(value: unknown, where: string): LossDefinition {
  return resolveKind(value, where, losses as unknown as Factories<LossDefinition>)
}

export function nativeLoss(definition: LossDefinition): LossSpec {
  const { kind, reduction, labelSmoothing = 0, delta = 1 } = definition
  return Object.freeze({ kind, reduction, labelSmoothing, delta })
}
