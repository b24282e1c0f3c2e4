/**
 * Compares the gradients of backpropagation with central differences of the loss, in float64.
 */
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Targets } from '../data/encode.ts'
import { calling } from '../errors.ts'
import { coreOf, type Model } from '../model.ts'
import type { FloatArray } from '../native.ts'
import { type Features, splitArguments, withTargets } from '../samples.ts'
import { checkFlag, checkNumber, checkOptions, expected, positive } from '../validate.ts'
import { twinOf } from './twin.ts'

export interface GradientCheckOptions {
  /** As in training: dropout and noise act (with the same draws each time), batch normalization uses the batch. Default true. */
  readonly training?: boolean
  /** How far apart the points of the differences are; above 0. Default 1e-4. */
  readonly step?: number
}

export interface ParameterCheck {
  /** Index in `model.layers`. */
  readonly layer: number
  readonly layerName: string
  /** Of the parameter: kernel, bias, gamma or beta. */
  readonly name: string
  readonly maxRelativeError: number
}

export interface GradientCheck {
  /** The largest of all parameters. */
  readonly maxRelativeError: number
  /** One for each trainable parameter. */
  readonly perLayer: readonly ParameterCheck[]
}

/**
 * Checks the gradients of a compiled model on a float64 copy of it. The relative error of one gradient a against
 * its difference n is |a - n| / max(|a|, |n|, 1e-3 · the largest |a| of its parameter, 1e-5 · |loss|).
 * The floors are there because the rounding of the loss, ε · |loss| / step or about 1e-12 · |loss|, is all that a difference
 * knows: a gradient far below its neighbours, or zero by nature (a bias before batch normalization), is measured by them.
 *
 * @throws ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA, ERR_BUSY while a slice of a fit runs
 */
export function gradientCheck(model: Model, data: Dataset, options?: GradientCheckOptions): GradientCheck
export function gradientCheck(model: Model, x: Features, y: Targets, options?: GradientCheckOptions): GradientCheck
export function gradientCheck(model: Model, ...args: readonly unknown[]): GradientCheck {
  const core = coreOf(model)
  if (!core) throw expected('ERR_OPTION', 'a model', 'model', model)
  core.training('gradientCheck')
  const given = splitArguments(args)
  const data = withTargets(core, 'gradientCheck', given)
  const options = checkOptions(given.options, 'gradientCheck', ['training', 'step'])
  const training = checkFlag(options.training ?? true, 'training')
  const step = checkNumber(options.step ?? 1e-4, 'step', positive)
  const { network } = twinOf(core, 'gradientCheck')
  const { handle } = insideOf(data)!
  const { gradients, loss } = calling(() => network.trace(handle, training))
  const differences = calling(() => network.differences(handle, training, step))
  const perLayer = core.parameters.flatMap(({ layer: native, name }, i): ParameterCheck[] => {
    const analytic = gradients[i] ?? null
    const numeric = differences[i] ?? null
    if (analytic === null || numeric === null) return []
    const layer = core.plan.layers.findIndex((placed) => placed.native === native)
    const layerName = core.plan.layers[layer]!.name
    return [{ layer, layerName, name, maxRelativeError: largestError(analytic, numeric, 1e-5 * Math.abs(loss)) }]
  })
  const maxRelativeError = perLayer.reduce((most, check) => larger(most, check.maxRelativeError), 0)
  return { maxRelativeError, perLayer }
}

function largestError(analytic: FloatArray, numeric: FloatArray, leastFloor: number): number {
  let largest = 0
  for (const value of analytic) largest = larger(largest, Math.abs(value))
  const floor = Math.max(1e-3 * largest, leastFloor, Number.MIN_VALUE)
  let most = 0
  for (const [i, a] of analytic.entries()) {
    const n = numeric[i]!
    most = larger(most, Math.abs(a - n) / Math.max(Math.abs(a), Math.abs(n), floor))
  }
  return most
}

/** The larger of two; NaN, which no test may overlook, is the largest. */
function larger(a: number, b: number): number {
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : Math.max(a, b)
}
