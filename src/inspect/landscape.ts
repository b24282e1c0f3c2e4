/**
 * The error as a surface: what the loss would be if two weights, or the weights along two random directions, were
 * others. Computed on a float64 copy; the model stays as it is.
 */
import { Core } from '../core.ts'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Targets } from '../data/encode.ts'
import { initializers } from '../define/initializers.ts'
import { calling } from '../errors.ts'
import { Matrix } from '../matrix.ts'
import { coreOf, type Model } from '../model.ts'
import { type Features, splitArguments, withTargets } from '../samples.ts'
import {
  checkNumber,
  checkOptions,
  checkSeed,
  checkWhole,
  expected,
  expectedText,
  isObject,
  type Options,
  positive,
} from '../validate.ts'
import { parametersOf } from '../weights.ts'
import { twinOf } from './twin.ts'

/** One weight of a model. */
export interface LandscapeWeight {
  /** Index in `model.layers`. */
  readonly layer: number
  /** Of the parameter, row after row: weight [input, unit] of a kernel is number input · units + unit. */
  readonly index: number
  /** Place in `model.layers[layer].getWeights()`: of a dense layer 0 is the kernel, 1 the bias. Default 0. */
  readonly parameter?: number
}

export interface LandscapeOptions {
  /**
   * The two directions. Two weights: each axis is the value of one. 'random': two normal draws for every trainable
   * kernel, those into each unit scaled to the length of the unit's own weights ("filter normalization", Li et al.,
   * Visualizing the Loss Landscape of Neural Nets, 2018); each axis is how far along, and biases stay.
   */
  readonly weights: readonly [LandscapeWeight, LandscapeWeight] | 'random'
  /** Points along each direction, 2 … 1001; an odd number has the present weights in the middle. Default 25. */
  readonly steps?: number
  /** How far to go to either side of the present weights; above 0. Default 1. */
  readonly span?: number
  /** Of the random directions. Whole number, 0 … 2^53 - 1. Default 0. */
  readonly seed?: number
}

type Table = Matrix<readonly [number, number]>

export interface Landscape {
  /** Places along the first direction, rising. */
  readonly xs: Float64Array
  /** Places along the second. */
  readonly ys: Float64Array
  /** steps × steps: row j, column i is the loss at (xs[i], ys[j]), with regularizers; Infinity or NaN where it overflows. */
  readonly loss: Table
  /** The present weights: the values of the two weights, or 0 and 0, and the loss there. */
  readonly centre: { readonly x: number; readonly y: number; readonly loss: number }
}

/** Moves the copy to a place of the surface. */
interface Surface {
  readonly x: number
  readonly y: number
  readonly moveTo: (x: number, y: number) => void
}

const NAMES = ['weights', 'steps', 'span', 'seed']

/**
 * The loss over a grid of steps × steps places around the present weights, of all rows as one batch and as at test
 * time (dropout and noise do not act). It is as many passes over the data on the calling thread: a few hundred
 * rows are enough to see the shape.
 *
 * @throws ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA, ERR_BUSY while a slice of a fit runs
 */
export function lossLandscape(model: Model, data: Dataset, options: LandscapeOptions): Landscape
export function lossLandscape(model: Model, x: Features, y: Targets, options: LandscapeOptions): Landscape
export function lossLandscape(model: Model, ...args: readonly unknown[]): Landscape {
  const core = coreOf(model)
  if (!core) throw expected('ERR_OPTION', 'a model', 'model', model)
  core.training('lossLandscape')
  core.checkBetweenSlices('lossLandscape', 'call it in a callback, or await the fit')
  const given = splitArguments(args)
  const data = withTargets(core, 'lossLandscape', given)
  const options = checkOptions(given.options, 'lossLandscape', NAMES)
  const steps = checkWhole(options.steps ?? 25, 'steps', 2, 1001)
  const span = checkNumber(options.span ?? 1, 'span', positive)
  const seed = checkSeed(options.seed ?? 0, 'seed')
  const twin = twinOf(core, 'lossLandscape')
  const surface = options.weights === 'random' ? alongRandom(twin, seed) : alongWeights(twin, options.weights)
  const { handle } = insideOf(data)!
  const lossAt = (x: number, y: number): number => {
    surface.moveTo(x, y)
    return calling(() => twin.network.trace(handle, false).loss)
  }
  const centre = { x: surface.x, y: surface.y, loss: lossAt(surface.x, surface.y) }
  const xs = placesAround(surface.x, span, steps)
  const ys = placesAround(surface.y, span, steps)
  const loss = new Float64Array(steps * steps)
  for (const [j, y] of ys.entries()) {
    for (const [i, x] of xs.entries()) loss[j * steps + i] = lossAt(x, y)
  }
  return { xs, ys, loss: new Matrix(loss, [steps, steps] as const), centre }
}

/** The middle one of an odd number is the centre itself, to the bit. */
function placesAround(centre: number, span: number, steps: number): Float64Array {
  return Float64Array.from({ length: steps }, (_, i) => centre + span * ((2 * i) / (steps - 1) - 1))
}

function alongWeights(twin: Core, value: unknown): Surface {
  if (!Array.isArray(value) || value.length !== 2) {
    throw expected('ERR_OPTION', "two weights { layer, index } or 'random'", 'weights', value)
  }
  const [first, second] = [checkWeight(twin, value[0], 'weights[0]'), checkWeight(twin, value[1], 'weights[1]')]
  if (first.parameter === second.parameter && first.index === second.index) {
    throw expectedText('ERR_OPTION', 'two different weights', 'weights', 'the same one twice')
  }
  const firstValues = twin.getParameter(first.parameter)
  const secondValues = first.parameter === second.parameter ? firstValues : twin.getParameter(second.parameter)
  const moved = [
    { index: first.parameter, data: firstValues },
    { index: second.parameter, data: secondValues },
  ]
  return {
    x: firstValues[first.index]!,
    y: secondValues[second.index]!,
    moveTo: (x, y) => {
      firstValues[first.index] = x
      secondValues[second.index] = y
      twin.setParameters(firstValues === secondValues ? moved.slice(0, 1) : moved)
    },
  }
}

/** The place of a weight in `core.parameters`, and in that parameter. */
function checkWeight(core: Core, value: unknown, where: string): { parameter: number; index: number } {
  if (!isObject(value)) throw expected('ERR_OPTION', 'a weight { layer, index }', where, value)
  const given: Options = checkOptions(value, where, ['layer', 'index', 'parameter'])
  const layer = checkWhole(given.layer, `${where}.layer`, 0, core.plan.layers.length - 1)
  const places = parametersOf(core, layer)
  if (places.length === 0) {
    const { name } = core.plan.layers[layer]!
    throw expectedText('ERR_OPTION', 'a layer that has weights', `${where}.layer`, `${layer}, which is ${name}`)
  }
  const place = checkWhole(given.parameter ?? 0, `${where}.parameter`, 0, places.length - 1)
  const parameter = places[place]!
  const size = core.parameters[parameter]!.shape.reduce((product, length) => product * length, 1)
  return { parameter, index: checkWhole(given.index, `${where}.index`, 0, size - 1) }
}

/** Two directions through all trainable kernels at once. */
function alongRandom(twin: Core, seed: number): Surface {
  const [first, second] = [normalDraws(twin, seed, 0), normalDraws(twin, seed, 1)]
  const kernels = twin.parameters.flatMap(({ name, trainable, shape }, index) => {
    if (name !== 'kernel' || !trainable) return []
    const centre = twin.getParameter(index)
    const units = shape[1]!
    return [
      {
        index,
        centre,
        alongX: filterNormalised(first.getParameter(index), centre, units),
        alongY: filterNormalised(second.getParameter(index), centre, units),
      },
    ]
  })
  if (kernels.length === 0) {
    throw expectedText('ERR_OPTION', "a model with a trainable kernel for 'random'", 'weights', 'one without')
  }
  const moveTo = (x: number, y: number): void =>
    twin.setParameters(
      kernels.map(({ index, centre, alongX, alongY }) => ({
        index,
        data: Float64Array.from(centre, (value, i) => value + x * alongX[i]! + y * alongY[i]!),
      })),
    )
  return { x: 0, y: 0, moveTo }
}

/** Far apart, so that a direction is drawn from no seed that a model is likely to have: its weights may be such draws. */
const SEED_APART = 0x1d872b41a3f7

/** A network of the same shapes, whose kernels are standard normal draws. */
function normalDraws(core: Core, seed: number, direction: number): Core {
  const { definition } = core.plan
  const kernelInitializer = initializers.randomNormal({ mean: 0, stddev: 1 })
  return new Core({
    ...definition,
    seed: (seed + SEED_APART * (direction + 1)) % 2 ** 53,
    layers: definition.layers.map((layer) => (layer.kind === 'dense' ? { ...layer, kernelInitializer } : layer)),
  })
}

/** Scales the column of each unit to the length of its weights. */
function filterNormalised(direction: ArrayLike<number>, weights: ArrayLike<number>, units: number): Float64Array {
  const scales = Float64Array.from({ length: units }, (_, unit) => {
    let length = 0
    let wanted = 0
    for (let i = unit; i < weights.length; i += units) {
      length += direction[i]! ** 2
      wanted += weights[i]! ** 2
    }
    return length > 0 ? Math.sqrt(wanted / length) : 0
  })
  return Float64Array.from(direction, (value, i) => value * scales[i % units]!)
}
