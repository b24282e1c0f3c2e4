/**
 * The data arguments of fit, evaluate, predict and trace: a Dataset, or arrays that become one; checked
 * against the network they are for. Also the weights of samples and classes.
 */
import type { Core } from './core.ts'
import { isNumberArray, type MatrixLike, type NumberArray, readRows, type Storage, steady } from './data/arrays.ts'
import { Dataset, insideOf } from './data/dataset.ts'
import type { Targets } from './data/encode.ts'
import type { Standardization } from './data/recipe.ts'
import type { FloatArray } from './native.ts'
import { checkNumber, expected, expectedText, isObject, notNegative } from './validate.ts'

export type Features = MatrixLike | Dataset

/** One weight a row: finite, at least 0. */
export type SampleWeight = readonly number[] | NumberArray

/** A weight for each class index; classes left out weigh 1. */
export type ClassWeight = Readonly<Record<number, number>> | ReadonlyMap<number, number>

/** The arguments `(dataset, options)` or `(x, y, options)`, told apart. */
export interface Arguments {
  readonly x: unknown
  readonly y: unknown
  readonly options: unknown
}

export function splitArguments([x, y, options]: readonly unknown[]): Arguments {
  if (insideOf(x) === undefined) return { x, y, options }
  if (y === undefined || y === null) return { x, y: undefined, options }
  if (options === undefined && isObject(y)) return { x, y: undefined, options: y }
  throw expected('ERR_OPTION', 'no targets beside a Dataset', 'y', y)
}

/** @param standardization that of the model, for rows that have none of their own */
export function withTargets(
  core: Core,
  caller: string,
  { x, y }: Pick<Arguments, 'x' | 'y'>,
  standardization: Standardization | null = core.recipe?.standardization ?? null,
): Dataset {
  const data = toDataset(x, y)
  checkFeatures(core, data.features, data === x ? 'dataset' : 'x')
  checkTargets(core, caller, data)
  return standardized(data, standardization)
}

export function withoutTargets(core: Core, x: unknown): Dataset {
  const data = toDataset(x, undefined)
  checkFeatures(core, data.features, 'x')
  return standardized(data, core.recipe?.standardization ?? null)
}

/**
 * Rows given as `{ data, shape }` in the network's own type, which the addon can read as they are; null for all others,
 * and for what is wrong. Whether the values are finite is not looked at.
 */
export function plainRows(core: Core, x: unknown): { data: FloatArray; rows: number } | null {
  const { dtype, inputs } = core.plan.spec
  if (!isObject(x)) return null
  const { data, shape } = x as { data?: unknown; shape?: unknown }
  if (!(data instanceof (dtype === 'float64' ? Float64Array : Float32Array)) || !Array.isArray(shape)) return null
  const rows = data.length / inputs
  const fits = rows > 0 && shape.length === 2 && shape[0] === rows && shape[1] === inputs
  if (!fits || (core.recipe?.standardization ?? null) !== null) return null
  return data.buffer instanceof ArrayBuffer ? { data, rows } : null
}

/** The rows in the network's own type, for a prediction on the spot: what fits as it is is not copied. */
export function networkRows(core: Core, x: unknown): { data: FloatArray; rows: number } {
  if (insideOf(x) === undefined && (core.recipe?.standardization ?? null) === null) {
    const { data, rows, columns } = readRows(x, 'x')
    checkFeatures(core, columns, 'x')
    return { data: inDtype(core, data), rows }
  }
  const data = withoutTargets(core, x)
  return { data: inDtype(core, insideOf(data)!.handle.x()), rows: data.rows }
}

function inDtype(core: Core, data: Storage): FloatArray {
  if (core.plan.spec.dtype === 'float64') return data instanceof Float64Array ? data : Float64Array.from(data)
  return data instanceof Float32Array ? data : Float32Array.from(data)
}

function standardized(data: Dataset, standardization: Standardization | null): Dataset {
  if (standardization === null || data.recipe.standardization !== null) return data
  return insideOf(data)!.standardizedBy(standardization)
}

/** The dataset itself, or one made of the arrays. */
export function toDataset(x: unknown, y: unknown): Dataset {
  return insideOf(x) === undefined ? Dataset.from(x as MatrixLike, y as Targets | undefined) : (x as Dataset)
}

function checkFeatures(core: Core, features: number, where: string): void {
  const { inputs } = core.plan.spec
  if (features !== inputs) {
    throw expectedText('ERR_SHAPE', `rows of ${inputs} features`, where, `rows of ${features}`)
  }
}

/** @throws ERR_SHAPE or ERR_DATA when the targets are none for the outputs and the loss of this network. */
function checkTargets(core: Core, caller: string, data: Dataset): void {
  const { loss } = core.training(caller)
  const { outputs } = core.plan
  const { hasLabels, notClass } = insideOf(data)!
  if (data.outputs === 0) throw expectedText('ERR_DATA', 'targets', 'y', 'none')
  if (hasLabels && outputs > 1) {
    if (data.classes! <= outputs) return
    throw expectedText('ERR_DATA', `class indices from 0 to ${outputs - 1}`, 'y', `${data.classes} classes`)
  }
  const classes = `class indices from 0 to ${outputs - 1}`
  if (outputs > 1 && notClass !== null) throw expected('ERR_DATA', `${classes}, or ${outputs} columns,`, 'y', notClass)
  if (loss.kind === 'sparseCategoricalCrossentropy') {
    throw expectedText('ERR_SHAPE', `${classes} with ${loss.kind}`, 'y', `${data.outputs} columns of values`)
  }
  if (data.outputs !== outputs) {
    const what = outputs > 1 ? `${outputs} columns, or class indices,` : '1 column'
    throw expectedText('ERR_SHAPE', what, 'y', `${data.outputs}`)
  }
}

/** One weight a row in the dtype of the network, or null when nothing is weighted. */
export function rowWeights(core: Core, data: Dataset, sampleWeight: unknown, classWeight: unknown): FloatArray | null {
  const samples = checkSampleWeight(sampleWeight, data.rows)
  const classes = checkClassWeight(classWeight, data)
  if (!samples && !classes) return null
  const weights = core.plan.spec.dtype === 'float64' ? new Float64Array(data.rows) : new Float32Array(data.rows)
  for (let i = 0; i < weights.length; i++) weights[i] = (samples?.[i] ?? 1) * (classes?.[i] ?? 1)
  return weights
}

function checkSampleWeight(value: unknown, rows: number): ArrayLike<number> | null {
  if (value === undefined || value === null) return null
  const list = isNumberArray(value) ? steady(value, 'sampleWeight') : value
  if (!isNumberArray(list) && !Array.isArray(list)) {
    throw expected('ERR_OPTION', 'an array of one weight a row', 'sampleWeight', value)
  }
  if (list.length !== rows)
    throw expectedText('ERR_SHAPE', `${rows} weights, one a row,`, 'sampleWeight', `${list.length}`)
  for (let i = 0; i < rows; i++) {
    if (Number.isFinite(list[i]) && list[i]! >= 0) continue
    throw expected('ERR_DATA', notNegative.says, `sampleWeight[${i}]`, list[i])
  }
  return list
}

function checkClassWeight(value: unknown, data: Dataset): Float64Array | null {
  if (value === undefined || value === null) return null
  if (!(value instanceof Map) && !isObject(value)) {
    throw expected('ERR_OPTION', 'an object or Map of class index to weight', 'classWeight', value)
  }
  const classOfRows = insideOf(data)!.classOfRows()
  if (classOfRows === null) throw expectedText('ERR_OPTION', 'targets that are classes', 'classWeight', 'other targets')
  const count = data.classes ?? (data.outputs > 1 ? data.outputs : Number.MAX_SAFE_INTEGER)
  const weights = new Map<number, number>()
  for (const [key, weight] of value instanceof Map ? value : Object.entries(value)) {
    const index = typeof key === 'string' && key.trim() !== '' ? Number(key) : key
    if (!Number.isInteger(index) || index < 0 || index >= Math.max(count, 2)) {
      throw expected('ERR_OPTION', `class indices from 0 to ${Math.max(count, 2) - 1}`, 'classWeight', key)
    }
    weights.set(index, checkNumber(weight, `classWeight[${index}]`, notNegative))
  }
  return Float64Array.from(classOfRows, (index) => weights.get(index) ?? 1)
}
