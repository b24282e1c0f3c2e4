/**
 * The options of `fit`, checked and with their defaults; and the data of a fit: what to train with, what to
 * validate with, and the weights of both.
 */
import { checkSignal } from './abort.ts'
import { type Callback, checkCallbacks } from './callbacks.ts'
import type { Core } from './core.ts'
import type { MatrixLike, NumberArray } from './data/arrays.ts'
import { type Dataset, drawSplit } from './data/dataset.ts'
import type { Targets } from './data/encode.ts'
import type { Standardization } from './data/recipe.ts'
import { checkThreads } from './evaluate.ts'
import type { FloatArray } from './native.ts'
import { type ClassWeight, rowWeights, type SampleWeight, withTargets } from './samples.ts'
import {
  belowOne,
  checkFlag,
  checkNumber,
  checkOptions,
  checkWhole,
  expected,
  LARGEST_COUNT,
  notNegative,
} from './validate.ts'

export type ValidationData =
  | Dataset
  | readonly [x: MatrixLike, y: Targets]
  | readonly [x: MatrixLike, y: Targets, sampleWeight: SampleWeight]

export interface FitOptions {
  /** The epoch to stop before, counted from 0. Default 1. */
  readonly epochs?: number
  /** The epoch to start with, for a run that goes on. Default 0. */
  readonly initialEpoch?: number
  /** Rows of one step. Default 32. */
  readonly batchSize?: number
  /** A new seeded order of the rows in each epoch. Default true. */
  readonly shuffle?: boolean
  /** Looked at after each epoch. */
  readonly validationData?: ValidationData | null
  /** The part of the rows, 0 to below 1, held back as validation data, drawn at random by the model's seed. Default 0. */
  readonly validationSplit?: number
  /** Keep the share of each class when `validationSplit` draws. Default false. */
  readonly stratify?: boolean
  /** Multiplied with `sampleWeight`. */
  readonly classWeight?: ClassWeight | null
  readonly sampleWeight?: SampleWeight | null
  readonly callbacks?: readonly Callback[]
  /** Ends the fit after the present batch; it rejects with ERR_ABORTED and the model stays usable. */
  readonly signal?: AbortSignal
  /** Default: all that this process may use (`info().threads`). Changes no bit of the result. */
  readonly threads?: number
  /** On standard error: 0 nothing, 1 a live line (plain lines where that is no terminal), 2 a line an epoch. Default 0. */
  readonly verbose?: 0 | 1 | 2
}

export interface FitPlan {
  /** Null when batches come one after the other. */
  readonly train: Dataset | null
  readonly trainWeights: FloatArray | null
  readonly validation: Dataset | null
  readonly validationWeights: FloatArray | null
  readonly epochs: number
  readonly initialEpoch: number
  /** 0: batches are taken as they come. */
  readonly batchSize: number
  readonly shuffle: boolean
  readonly callbacks: readonly Callback[]
  readonly signal: AbortSignal | null
  readonly threads: number
  readonly verbose: number
  /** How long a slice lasts; 0 is one batch. */
  readonly sliceMs: number
}

const NAMES = [
  'epochs',
  'initialEpoch',
  'batchSize',
  'shuffle',
  'validationData',
  'validationSplit',
  'stratify',
  'classWeight',
  'sampleWeight',
  'callbacks',
  'signal',
  'threads',
  'verbose',
]
/** Undocumented, for tests: any length of slice must give the same weights. */
const SLICE_OPTION = 'sliceMs'
/** Short enough to abort and predict between slices, long enough that their overhead (tens of µs) is nothing. */
const SLICE_MS = 50

/** Everything that needs no data, so that an aborted signal or a wrong option is known before any is read. */
export function checkFitOptions(
  value: unknown,
): Omit<FitPlan, 'train' | 'trainWeights' | 'validation' | 'validationWeights'> {
  const hidden = typeof value === 'object' && value !== null && SLICE_OPTION in value
  const given = checkOptions(value, 'fit', hidden ? [...NAMES, SLICE_OPTION] : NAMES)
  const initialEpoch = checkWhole(given.initialEpoch ?? 0, 'initialEpoch', 0, LARGEST_COUNT)
  const verbose = given.verbose ?? 0
  if (verbose !== 0 && verbose !== 1 && verbose !== 2) throw expected('ERR_OPTION', '0, 1 or 2', 'verbose', verbose)
  return {
    epochs: checkWhole(given.epochs ?? initialEpoch + 1, 'epochs', initialEpoch + 1, LARGEST_COUNT),
    initialEpoch,
    batchSize: checkWhole(given.batchSize ?? 32, 'batchSize', 1, LARGEST_COUNT),
    shuffle: checkFlag(given.shuffle ?? true, 'shuffle'),
    callbacks: checkCallbacks(given.callbacks ?? []),
    signal: checkSignal(given.signal),
    threads: checkThreads(given.threads),
    verbose,
    sliceMs: checkNumber(given[SLICE_OPTION] ?? SLICE_MS, SLICE_OPTION, notNegative),
  }
}

/** With batches that come one after the other. */
export function planStream(core: Core, value: unknown): FitPlan {
  const options = checkFitOptions(value)
  const given = (value ?? {}) as Record<string, unknown>
  for (const name of ['validationSplit', 'stratify', 'sampleWeight', 'shuffle']) {
    const at = given[name]
    if (at === undefined || at === null || at === false || at === 0) continue
    throw expected('ERR_OPTION', 'nothing beside batches, which come as they are,', name, at)
  }
  const { validationData } = given
  const standardization = core.recipe?.standardization ?? null
  const validation =
    validationData === undefined || validationData === null
      ? null
      : readValidation(core, validationData, standardization)
  const parts = { validation: validation?.data ?? null, validationWeights: validation?.weights ?? null }
  const batchSize = given.batchSize === undefined ? 0 : options.batchSize
  return { ...options, ...parts, batchSize, train: null, trainWeights: null }
}

export function planFit(core: Core, data: Dataset, value: unknown): FitPlan & { readonly train: Dataset } {
  const options = checkFitOptions(value)
  const {
    validationData,
    validationSplit = 0,
    stratify = false,
    sampleWeight,
    classWeight,
  } = (value ?? {}) as Record<string, unknown>
  const fraction = checkNumber(validationSplit, 'validationSplit', belowOne)
  const stratified = checkFlag(stratify, 'stratify')
  const hasData = validationData !== undefined && validationData !== null
  if (hasData && fraction > 0)
    throw expected('ERR_OPTION', 'nothing beside validationData', 'validationSplit', fraction)
  if (stratified && fraction === 0)
    throw expected('ERR_OPTION', 'false without a validationSplit', 'stratify', stratify)
  if (fraction > 0) {
    const { first, second } = drawSplit(data, fraction, core.plan.spec.seed, stratified)
    const samples = rowWeights(core, data, sampleWeight, undefined)
    const both = rowWeights(core, data, sampleWeight, classWeight)
    return finish(options, data.subset(second), pick(both, second), data.subset(first), pick(samples, first))
  }
  const trainWeights = rowWeights(core, data, sampleWeight, classWeight)
  if (!hasData) return finish(options, data, trainWeights, null, null)
  const validation = readValidation(core, validationData, data.recipe.standardization)
  return finish(options, data, trainWeights, validation.data, validation.weights)
}

function finish(
  options: ReturnType<typeof checkFitOptions>,
  train: Dataset,
  trainWeights: FloatArray | null,
  validation: Dataset | null,
  validationWeights: FloatArray | null,
): FitPlan & { readonly train: Dataset } {
  const batchSize = Math.min(options.batchSize, train.rows)
  return { ...options, batchSize, train, trainWeights, validation, validationWeights }
}

function readValidation(
  core: Core,
  value: unknown,
  standardization: Standardization | null,
): { data: Dataset; weights: FloatArray | null } {
  if (Array.isArray(value) && value.length !== 2 && value.length !== 3) {
    throw expected('ERR_OPTION', 'a Dataset, [x, y] or [x, y, sampleWeight]', 'validationData', value)
  }
  const [x, y, sampleWeight] = Array.isArray(value) ? (value as [unknown, unknown, NumberArray?]) : [value, undefined]
  const data = withTargets(core, 'fit', { x, y }, standardization)
  return { data, weights: rowWeights(core, data, sampleWeight, undefined) }
}

function pick(weights: FloatArray | null, rows: Uint32Array): FloatArray | null {
  if (weights === null) return null
  const picked = weights instanceof Float64Array ? new Float64Array(rows.length) : new Float32Array(rows.length)
  for (const [i, row] of rows.entries()) picked[i] = weights[row]!
  return picked
}
