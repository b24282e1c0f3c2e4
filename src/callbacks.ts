/**
 * Callbacks: what they may have, and calling them one after the other. When they are called is fit.ts's.
 */
import type { MetricDefinition } from './define/metrics.ts'
import type { SaveOptions } from './files/save-model.ts'
import type { HistoryParams } from './history.ts'
import type { Layer } from './layer.ts'
import type { Matrix } from './matrix.ts'
import { expected } from './validate.ts'
import type { Weight } from './weights.ts'

/** Numbers by name: loss, metrics, and the same with `val_` for validation. */
export type Logs = Record<string, number>

/** What a callback may use of the model it is told of. */
export interface Trainee {
  /** Set to true to stop after this epoch. */
  stopTraining: boolean
  readonly optimizer: { learningRate: number }
  /** What it was compiled with. */
  readonly metrics: readonly MetricDefinition[]
  readonly layers: readonly Layer[]
  getWeights(): Matrix[]
  setWeights(weights: readonly Weight[]): void
  /** Puts all there is into a file, in the place of an old one. */
  save(path: string | URL, options?: SaveOptions): Promise<void>
}

/** How far an epoch is. */
export interface EpochProgress {
  /** From 0. */
  readonly epoch: number
  /** Optimizer steps done in this epoch, at least 1. */
  readonly step: number
  /** Steps of the whole epoch; 0 where nobody knows before its end. */
  readonly steps: number
  /** Rows trained in this epoch. */
  readonly samples: number
}

/**
 * Any of these; each may be async and may throw, which makes `fit` reject with that very error. What
 * `onEpochEnd` adds to the logs becomes part of the history.
 */
export interface Callback {
  setModel?(model: Trainee): void
  /** Before `onTrainBegin`: what the history will have as `params`. */
  setParams?(params: HistoryParams): void
  onTrainBegin?(logs: Logs): unknown
  onEpochBegin?(epoch: number, logs: Logs): unknown
  /** Within an epoch, between slices of training, about 20 times a second; the logs are the means so far. */
  onProgress?(progress: EpochProgress, logs: Logs): unknown
  onEpochEnd?(epoch: number, logs: Logs): unknown
  onTrainEnd?(logs: Logs): unknown
  /** Instead of `onTrainEnd` when the fit rejects: to put things away. What it throws is lost, `fit` rejects with `error`. */
  onTrainError?(error: unknown): unknown
  /** A loss that is not finite then ends the training after `onEpochEnd`, instead of making `fit` reject with ERR_DIVERGED. */
  readonly handlesDivergence?: boolean
}

const hooks = [
  'onTrainBegin',
  'onEpochBegin',
  'onProgress',
  'onEpochEnd',
  'onTrainEnd',
  'onTrainError',
  'setModel',
  'setParams',
] as const

export function checkCallbacks(value: unknown): readonly Callback[] {
  if (!Array.isArray(value)) throw expected('ERR_OPTION', 'an array of callbacks', 'callbacks', value)
  for (const [i, callback] of value.entries()) {
    if (typeof callback !== 'object' || callback === null || !hooks.some((hook) => hook in callback)) {
      throw expected('ERR_OPTION', `an object with any of ${hooks.join(', ')}`, `callbacks[${i}]`, callback)
    }
    for (const hook of hooks) {
      if (callback[hook] !== undefined && typeof callback[hook] !== 'function') {
        throw expected('ERR_OPTION', 'a function', `callbacks[${i}].${hook}`, callback[hook])
      }
    }
  }
  return [...value]
}

export async function callEach(list: readonly Callback[], call: (callback: Callback) => unknown): Promise<void> {
  for (const callback of list) await call(callback)
}
