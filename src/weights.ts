/**
 * Parameters of a network in and out, as matrices in Keras's order: layer by layer, kernel and bias, or
 * gamma, beta, moving mean and moving variance.
 */
import type { Core } from './core.ts'
import { checkFinite, isNumberArray, type NumberArray, readRows, steady } from './data/arrays.ts'
import { Matrix } from './matrix.ts'
import type { FloatArray, ParameterInfo } from './native.ts'
import { expected, expectedText, isObject } from './validate.ts'

/** A parameter: nested or typed arrays, flat typed data in row order, or `{ data, shape }` such as a Matrix. */
export type Weight =
  | readonly number[]
  | readonly (readonly number[])[]
  | readonly NumberArray[]
  | NumberArray
  | { readonly data: NumberArray; readonly shape: readonly number[] }

/** Places in `core.parameters` that belong to a public layer, or all. */
export function parametersOf(core: Core, layer: number | null): readonly number[] {
  const all = core.parameters.map((_, index) => index)
  if (layer === null) return all
  const { native } = core.plan.layers[layer]!
  return all.filter((index) => native !== null && core.parameters[index]!.layer === native)
}

export function readWeights(core: Core, indices: readonly number[]): Matrix[] {
  return indices.map((index) => new Matrix(core.getParameter(index), core.parameters[index]!.shape))
}

/** Sets all or, when anything is wrong with one of them, none. */
export function writeWeights(core: Core, indices: readonly number[], list: unknown, where: string): void {
  if (!Array.isArray(list)) throw expected('ERR_SHAPE', `an array of ${indices.length} weights`, where, list)
  if (list.length !== indices.length) {
    throw expectedText('ERR_SHAPE', `${indices.length} weights`, where, `${list.length}`)
  }
  const values = indices.map((index, i) => {
    const data = toParameter(list[i], core.parameters[index]!, core.plan.spec.dtype, `${where}[${i}]`)
    return { index, data }
  })
  core.setParameters(values)
}

/** Initial weights that dense layers were given. */
export function writeInitialWeights(core: Core): void {
  for (const [i, { definition, name }] of core.plan.layers.entries()) {
    if (definition.kind !== 'dense' || definition.weights === null) continue
    writeWeights(core, parametersOf(core, i), definition.weights, `${name}.weights`)
  }
}

function toParameter(value: unknown, { shape }: ParameterInfo, dtype: string, where: string): FloatArray {
  const data = flatten(value, shape, where)
  checkFinite(data, where, shape[1] ?? 1)
  const floats = dtype === 'float64' ? Float64Array.from(data) : Float32Array.from(data)
  checkFinite(floats, where, shape[1] ?? 1)
  return floats
}

function flatten(value: unknown, shape: readonly number[], where: string): ArrayLike<number> {
  const size = shape.reduce((product, length) => product * length, 1)
  const wanted = `numbers of shape [${shape.join(', ')}]`
  const flat = isNumberArray(value) ? steady(value, where) : value
  if (isNumberArray(flat) || (shape.length === 1 && Array.isArray(flat) && !Array.isArray(flat[0]))) {
    if (flat.length !== size) throw expectedText('ERR_SHAPE', wanted, where, `${flat.length} numbers`)
    return flat
  }
  if (isObject(flat) && isNumberArray(flat.data) && Array.isArray(flat.shape)) {
    if (flat.shape.join() !== shape.join()) throw expected('ERR_SHAPE', wanted, where, flat.shape)
    return flatten(flat.data, shape, where)
  }
  if (shape.length === 1 || !Array.isArray(flat)) throw expected('ERR_SHAPE', wanted, where, value)
  if (flat.length === 0) throw expected('ERR_SHAPE', wanted, where, flat)
  const rows = readRows(flat, where)
  if (rows.rows !== shape[0] || rows.columns !== shape[1]) {
    throw expectedText('ERR_SHAPE', wanted, where, `[${rows.rows}, ${rows.columns}]`)
  }
  return rows.data
}
