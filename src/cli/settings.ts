/**
 * The settings of `myelin train`: read and checked before any data is, then made into a model.
 */
import type { Dataset } from '../data/dataset.ts'
import { type LayerDefinition, layers } from '../define/layers.ts'
import { ACTIVATIONS, type ActivationName, OPTIMIZERS, type OptimizerName } from '../define/names.ts'
import { optimizers } from '../define/optimizers.ts'
import { constraints } from '../define/constraints.ts'
import { regularizers } from '../define/regularizers.ts'
import { type Model, sequential } from '../model.ts'
import type { TrainingSource } from './load.ts'
import { type Given, UsageError } from './usage.ts'
import {
  column,
  delimiterOf,
  notNegative,
  notZero,
  number,
  oneOf,
  part,
  positive,
  sizes,
  text,
  threadsOf,
  whole,
} from './values.ts'

export type Task = 'classes' | 'values'

export interface Settings extends TrainingSource {
  readonly task: Task | undefined
  readonly hidden: readonly number[]
  readonly activation: ActivationName
  readonly keepInput: number
  readonly keep: number
  readonly l2: number
  readonly maxNorm: number | undefined
  readonly optimizer: OptimizerName
  readonly learningRate: number | undefined
  readonly epochs: number | undefined
  readonly batchSize: number | undefined
  readonly threads: { readonly threads?: number }
  readonly save: string | undefined
  readonly report: string | undefined
}

/** Few rows are gone through more often, until about so many steps are done, as far as the longest run allows. */
const WANTED_STEPS = 3000
const [LEAST_EPOCHS, MOST_EPOCHS] = [10, 200]
const MANY_ROWS = 10_000
/** More class numbers than this, or than a row in five, are rather values. */
const MOST_CLASS_NUMBERS = 100

export function readSettings(given: Given): Settings {
  const label = text(given, 'label')
  return {
    data: given.positionals[0]!,
    test: text(given, 'test'),
    label: label === undefined ? undefined : column(label),
    ignore: text(given, 'ignore')?.split(',').map(column) ?? [],
    delimiter: delimiterOf(given),
    scale: number(given, 'scale', notZero),
    task: oneOf(given, 'task', ['classes', 'values'] as const),
    hidden: sizes(given, 'layers') ?? [128, 64],
    activation: oneOf(given, 'activation', ACTIVATIONS) ?? 'relu',
    keepInput: number(given, 'keep-input', part) ?? 1,
    keep: number(given, 'keep', part) ?? 1,
    l2: number(given, 'l2', notNegative) ?? 0,
    maxNorm: number(given, 'max-norm', positive),
    optimizer: oneOf(given, 'optimizer', OPTIMIZERS) ?? 'adam',
    learningRate: number(given, 'learning-rate', notNegative),
    epochs: whole(given, 'epochs', 1),
    batchSize: whole(given, 'batch-size', 1),
    seed: whole(given, 'seed', 0) ?? 0,
    threads: threadsOf(given),
    save: text(given, 'save'),
    report: text(given, 'report'),
  }
}

/** What the label is; `note` says so where it could have been both. */
export function decideTask({ task }: Settings, train: Dataset): { readonly task: Task; readonly note: string | null } {
  const { classes, classNames, rows } = train
  if (task === 'classes' && classes === null) {
    throw new UsageError('--task classes needs a label of texts or of whole numbers from 0, and it has other numbers')
  }
  if (task === 'values' && classNames !== null) {
    throw new UsageError('--task values needs a label of numbers, and it has texts')
  }
  if (classes === null || task === 'values') return { task: 'values', note: null }
  const tooMany = classNames === null && classes > Math.min(MOST_CLASS_NUMBERS, rows / 5)
  if (task === 'classes' || !tooMany) return { task: 'classes', note: null }
  return {
    task: 'values',
    note: `the label's whole numbers up to ${classes - 1} are taken as values; --task classes learns them as classes`,
  }
}

export function batchSizeFor({ batchSize }: Settings, rows: number): number {
  return batchSize ?? (rows < MANY_ROWS ? 32 : 128)
}

export function epochsFor({ epochs }: Settings, rows: number, batchSize: number): number {
  const wanted = Math.ceil(WANTED_STEPS / Math.ceil(rows / batchSize))
  return epochs ?? Math.min(Math.max(wanted, LEAST_EPOCHS), MOST_EPOCHS)
}

/** Hidden layers and one for the classes, or a linear unit for values; compiled. */
export function buildModel(settings: Settings, features: number, classes: number | null): Model {
  const { hidden, activation, keepInput, keep, l2, maxNorm, optimizer, learningRate, seed } = settings
  const common = {
    kernelRegularizer: l2 > 0 ? regularizers.l2({ l2 }) : null,
    kernelConstraint: maxNorm === undefined ? null : constraints.maxNorm({ maxValue: maxNorm }),
  }
  const kernelInitializer = activation === 'relu' || activation === 'leakyRelu' ? 'heNormal' : 'glorotUniform'
  const list: LayerDefinition[] = [layers.input({ shape: [features] })]
  if (keepInput < 1) list.push(layers.dropout({ keep: keepInput }))
  for (const units of hidden) {
    list.push(layers.dense({ units, activation, kernelInitializer, ...common }))
    if (keep < 1) list.push(layers.dropout({ keep }))
  }
  const activationOfLast = classes === null ? 'linear' : 'softmax'
  list.push(layers.dense({ units: classes ?? 1, activation: activationOfLast, ...common }))
  const model = sequential({ seed, layers: list })
  model.compile({
    optimizer: optimizers[optimizer](learningRate === undefined ? {} : { learningRate }),
    loss: classes === null ? 'meanSquaredError' : 'categoricalCrossentropy',
    metrics: classes === null ? ['meanAbsoluteError', 'r2'] : ['accuracy'],
  })
  return model
}

/** `784-512-512-10 relu, keep 0.8/0.5, l2 0.0001`. */
export function inShort(settings: Settings, features: number, outputs: number): string {
  const { hidden, activation, keepInput, keep, l2, maxNorm, optimizer, learningRate } = settings
  return [
    `${[features, ...hidden, outputs].join('-')}${hidden.length > 0 ? ` ${activation}` : ''}`,
    ...(keepInput < 1 || keep < 1 ? [`keep ${keepInput}/${keep}`] : []),
    ...(l2 > 0 ? [`l2 ${l2}`] : []),
    ...(maxNorm === undefined ? [] : [`max-norm ${maxNorm}`]),
    `${optimizer}${learningRate === undefined ? '' : ` ${learningRate}`}`,
  ].join(', ')
}
