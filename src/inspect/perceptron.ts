/**
 * Perceptron: threshold units trained by the perceptron rule, small enough to be followed weight by weight.
 * Owns what goes into the rule and what it leaves behind; the rule itself is native/engine/perceptron, and how targets are
 * read for it is perceptron-data.ts's.
 */
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Targets } from '../data/encode.ts'
import { generator, shuffle } from '../data/shuffle.ts'
import { calling } from '../errors.ts'
import { Matrix } from '../matrix.ts'
import { type NativePerceptron, native } from '../native.ts'
import { type Features, splitArguments, toDataset } from '../samples.ts'
import {
  checkFlag,
  checkNumber,
  checkOptions,
  checkSeed,
  checkWhole,
  expected,
  expectedText,
  positive,
} from '../validate.ts'
import { type Coding, readClasses, readTargets } from './perceptron-data.ts'

/** What `onEpoch` is given; the arrays are copies. */
export interface PerceptronEpoch {
  /** From 0. */
  readonly epoch: number
  /** Rows that were wrong when their turn came, and moved the weights. */
  readonly wrong: number
  /** After the epoch; features × outputs, row after row. */
  readonly weights: Float64Array
  /** After the epoch; one an output. */
  readonly biases: Float64Array
}

export interface PerceptronOptions {
  /** The rule's n, above 0. Default 1. */
  readonly learningRate?: number
  /** Stops there when it has not converged before; 1 … 2^30 - 1. Default 1000. */
  readonly maxEpochs?: number
  /** For `shuffle` and random initial weights. Whole number, 0 … 2^53 - 1. Default 0. */
  readonly seed?: number
  /**
   * Take the rows in a new random order in every epoch. Default false: in their own. Where nothing separates the rows the
   * last ones taken weigh most, so that an order of the data's own costs accuracy: on MNIST's test digits 84 to 86 %
   * without and 85 to 89 % with it.
   */
  readonly shuffle?: boolean
  /**
   * Weights and biases before training. 'random': multiples of 1/64 from -0.5 to below 0.5, so that sums of them and of
   * whole numbers round nowhere. Or numbers: features × outputs of them, row after row, and 0 for the biases. Default 'zeros'.
   */
  readonly initialWeights?: 'zeros' | 'random' | readonly number[]
  /** Called after every epoch; what it throws, `fit` throws. Default none. */
  readonly onEpoch?: (epoch: PerceptronEpoch) => void
}

export interface PerceptronScores {
  /** Part of the rows whose class is found, 0 … 1. */
  readonly accuracy: number
  /** Counts: a row for each true class, a column for each class found. */
  readonly confusionMatrix: number[][]
}

/** The most weights, and the most mistakes, that are kept: a gigabyte and half of one. */
const LARGEST_TABLE = 2 ** 27

interface Fitted {
  readonly features: number
  readonly outputs: number
  readonly coding: Coding
  readonly initialWeights: Float64Array // (features, outputs)
  readonly initialBiases: Float64Array // (outputs)
  readonly weights: Float64Array // (features, outputs)
  readonly biases: Float64Array // (outputs)
  readonly mistakes: Int32Array // (rows, outputs)
  readonly wrong: readonly number[]
  readonly converged: boolean
}

/**
 * Rosenblatt's perceptron (1958): an output is on where its weighted sum with the bias is above 0, and off elsewhere, and
 * each row in its turn moves the weights by
 *
 *     W(t + 1) = W(t) + n (d − y) X
 *
 * with d the target, y the output, n the learning rate, and the bias as the weight of one more input that is always 1. It
 * ends with the first epoch in which no row is wrong (`converged`), which comes if and only if a line, plane or hyperplane
 * separates the rows, or after `maxEpochs`.
 *
 * Outputs follow the coding of the targets. Targets 0 and 1 (values, or class indices of at most two classes): off is 0, on
 * is 1, and d − y is 0 or ±1. Targets −1 and 1: off is −1, on is 1, and d − y is 0 or ±2. Several columns are several
 * independent outputs, and class indices of more than two classes one output a class, 1 for its own rows and 0 for all others.
 *
 * `mistakes` holds Σ (d − y) of each row over the whole training, a signed whole number. The weights are nothing else:
 *
 *     weights = initialWeights + n · Σ mistakes[i] · x[i],   bias = initialBias + n · Σ mistakes[i]
 *
 * evaluated in this order, in float64, rows ascending: after every epoch they are computed anew by this formula, so that it
 * holds to the bit for any data and any rate, however often updates in between were rounded.
 *
 * It runs on the calling thread: `fit` returns when it is done, and nothing else runs meanwhile. All 60,000 digits of
 * MNIST with ten outputs take about a tenth of a second an epoch.
 */
export class Perceptron {
  readonly #learningRate: number
  readonly #maxEpochs: number
  readonly #seed: number
  readonly #shuffle: boolean
  readonly #initialWeights: 'zeros' | 'random' | readonly number[]
  readonly #onEpoch: ((epoch: PerceptronEpoch) => void) | undefined
  #fitted: Fitted | undefined

  /** @throws ERR_OPTION */
  constructor(options?: PerceptronOptions) {
    const names = ['learningRate', 'maxEpochs', 'seed', 'shuffle', 'initialWeights', 'onEpoch']
    const given = checkOptions(options, 'Perceptron', names)
    this.#learningRate = checkNumber(given.learningRate ?? 1, 'learningRate', positive)
    this.#maxEpochs = checkWhole(given.maxEpochs ?? 1000, 'maxEpochs', 1, 2 ** 30 - 1)
    this.#seed = checkSeed(given.seed ?? 0, 'seed')
    this.#shuffle = checkFlag(given.shuffle ?? false, 'shuffle')
    this.#initialWeights = checkInitial(given.initialWeights ?? 'zeros')
    this.#onEpoch = checkFunction(given.onEpoch)
  }

  /**
   * Trains from the initial weights on, every time it is called. One that throws leaves the perceptron as it was.
   * Targets are 0 and 1, or −1 and 1, in one column or several; or class indices.
   *
   * @returns this
   * @throws ERR_DATA for targets that are none of these, ERR_SHAPE, ERR_OPTION, ERR_DIVERGED when a weight is too large for a float64
   */
  fit(data: Dataset): this
  fit(x: Features, y: Targets): this
  fit(...args: readonly unknown[]): this {
    const { x, y, options } = splitArguments(args)
    if (options !== undefined) throw expected('ERR_OPTION', 'no options (the constructor takes them)', 'fit', options)
    const data = toDataset(x, y)
    const { targets, outputs, coding } = readTargets(data, LARGEST_TABLE)
    checkTable(data.features * outputs, 'weights, features × outputs,')
    checkTable(data.rows * outputs, 'mistakes, rows × outputs,')
    const random = generator(this.#seed)
    const initialWeights = this.#begin(data.features * outputs, random)
    const initialBiases = new Float64Array(outputs)
    if (this.#initialWeights === 'random') initialBiases.set(drawn(outputs, random))
    const source = {
      off: coding.off,
      learningRate: this.#learningRate,
      targets,
      weights: initialWeights,
      biases: initialBiases,
    }
    const perceptron = calling(() => new native.Perceptron(insideOf(data)!.handle, source))
    const wrong = this.#train(perceptron, data.rows, random)
    this.#fitted = {
      features: data.features,
      outputs,
      coding,
      initialWeights,
      initialBiases,
      weights: perceptron.weights(),
      biases: perceptron.biases(),
      mistakes: perceptron.mistakes(),
      wrong,
      converged: wrong.at(-1) === 0,
    }
    return this
  }

  /**
   * The outputs, rows × outputs, coded as the targets of `fit`.
   *
   * @throws ERR_NOT_COMPILED before a fit, ERR_SHAPE, ERR_DATA
   */
  predict(x: Features): Matrix<readonly [number, number]> {
    const fitted = this.#done('predict')
    const data = this.#read(fitted, x)
    const { on, off } = fitted.coding
    const found = sumsOf(fitted, data).map((sum) => (sum > 0 ? on : off))
    return new Matrix(found, [data.rows, fitted.outputs] as const)
  }

  /**
   * The class of each row: with one output what it says, coded as the targets; with several the one with the highest
   * weighted sum, the first of equals.
   *
   * @throws ERR_NOT_COMPILED before a fit, ERR_SHAPE, ERR_DATA
   */
  classify(x: Features): number[] {
    const fitted = this.#done('classify')
    const { on, off } = fitted.coding
    const places = classesOf(fitted, this.#read(fitted, x))
    return fitted.outputs === 1 ? places.map((place) => (place === 1 ? on : off)) : places
  }

  /**
   * Compares `classify` with targets given as for `fit`; of several columns the highest is the class. With one output the
   * classes of the confusion matrix are off and on, in this order.
   *
   * @throws ERR_NOT_COMPILED before a fit, ERR_SHAPE, ERR_DATA
   */
  evaluate(data: Dataset): PerceptronScores
  evaluate(x: Features, y: Targets): PerceptronScores
  evaluate(...args: readonly unknown[]): PerceptronScores {
    const fitted = this.#done('evaluate')
    const { x, y, options } = splitArguments(args)
    if (options !== undefined) throw expected('ERR_OPTION', 'no options', 'evaluate', options)
    const data = this.#read(fitted, toDataset(x, y))
    const actual = readClasses(data, fitted.outputs, fitted.coding)
    const size = Math.max(2, fitted.outputs)
    const confusionMatrix = Array.from({ length: size }, () => new Array<number>(size).fill(0))
    let right = 0
    for (const [row, place] of classesOf(fitted, data).entries()) {
      confusionMatrix[actual[row]!]![place]!++
      if (actual[row] === place) right++
    }
    return { accuracy: right / data.rows, confusionMatrix }
  }

  /** Features × outputs numbers, row after row: with one output one weight a feature. @throws ERR_NOT_COMPILED before a fit */
  get weights(): Float64Array {
    return this.#done('weights').weights
  }

  /** The bias of the only output. @throws ERR_SHAPE with several outputs, ERR_NOT_COMPILED before a fit */
  get bias(): number {
    return only(this.#done('bias').biases, 'bias', 'biases')
  }

  /** One an output. @throws ERR_NOT_COMPILED before a fit */
  get biases(): Float64Array {
    return this.#done('biases').biases
  }

  /** `weights` before the first epoch. @throws ERR_NOT_COMPILED before a fit */
  get initialWeights(): Float64Array {
    return this.#done('initialWeights').initialWeights
  }

  /** `bias` before the first epoch. @throws ERR_SHAPE with several outputs, ERR_NOT_COMPILED before a fit */
  get initialBias(): number {
    return only(this.#done('initialBias').initialBiases, 'initialBias', 'initialBiases')
  }

  /** `biases` before the first epoch. @throws ERR_NOT_COMPILED before a fit */
  get initialBiases(): Float64Array {
    return this.#done('initialBiases').initialBiases
  }

  /** Rows × outputs whole numbers, with one output one a row: Σ (d − y) over the training. @throws ERR_NOT_COMPILED before a fit */
  get mistakes(): Int32Array {
    return this.#done('mistakes').mistakes
  }

  /** An epoch went by without a wrong row. @throws ERR_NOT_COMPILED before a fit */
  get converged(): boolean {
    return this.#done('converged').converged
  }

  /** Epochs run, with the last one in which nothing was wrong. @throws ERR_NOT_COMPILED before a fit */
  get epochs(): number {
    return this.#done('epochs').wrong.length
  }

  /** Wrong rows of each epoch; 0 at the end where it converged. @throws ERR_NOT_COMPILED before a fit */
  get wrong(): readonly number[] {
    return this.#done('wrong').wrong
  }

  #done(where: string): Fitted {
    if (this.#fitted) return this.#fitted
    throw expectedText('ERR_NOT_COMPILED', 'a perceptron that is trained', where, 'one that is not', 'call fit first')
  }

  #read({ features }: Fitted, x: unknown): Dataset {
    const data = toDataset(x, undefined)
    if (data.features === features) return data
    throw expectedText('ERR_SHAPE', `rows of ${features} features`, 'x', `rows of ${data.features}`)
  }

  #begin(count: number, random: () => number): Float64Array {
    const initial = this.#initialWeights
    if (initial === 'zeros') return new Float64Array(count)
    if (initial === 'random') return drawn(count, random)
    if (initial.length === count) return Float64Array.from(initial)
    throw expectedText('ERR_SHAPE', `${count} numbers, features × outputs,`, 'initialWeights', `${initial.length}`)
  }

  /** Runs the epochs; returns how many rows were wrong in each. */
  #train(perceptron: NativePerceptron, rows: number, random: () => number): number[] {
    const order = this.#shuffle ? Uint32Array.from({ length: rows }, (_, i) => i) : null
    const all: number[] = []
    while (all.length < this.#maxEpochs && all.at(-1) !== 0) {
      if (order) shuffle(order, random)
      const wrong = calling(() => perceptron.epoch(order))
      if (perceptron.diverged) {
        throw expectedText('ERR_DIVERGED', 'weights that stay finite', 'fit', 'one that is not', 'scale the features')
      }
      this.#onEpoch?.({ epoch: all.length, wrong, weights: perceptron.weights(), biases: perceptron.biases() })
      all.push(wrong)
    }
    return all
  }
}

/** biases + x · weights, rows × outputs. */
function sumsOf({ outputs, weights, biases }: Fitted, data: Dataset): Float64Array {
  const sums = new Float64Array(data.rows * outputs)
  calling(() => native.weightedSums(insideOf(data)!.handle, weights, biases, sums))
  return sums
}

/** The place of the class of each row: 0 (off) or 1 (on) with one output, the highest sum with several. */
function classesOf(fitted: Fitted, data: Dataset): number[] {
  const sums = sumsOf(fitted, data)
  if (fitted.outputs === 1) return Array.from(sums, (sum) => (sum > 0 ? 1 : 0))
  return new Matrix(sums, [data.rows, fitted.outputs]).argMax()
}

function drawn(count: number, random: () => number): Float64Array {
  return Float64Array.from({ length: count }, () => Math.floor(random() * 64) / 64 - 0.5)
}

function only(values: Float64Array, name: string, all: string): number {
  if (values.length === 1) return values[0]!
  throw expectedText('ERR_SHAPE', 'one output', name, `${values.length}`, `see \`${all}\``)
}

function checkInitial(value: unknown): 'zeros' | 'random' | readonly number[] {
  if (value === 'zeros' || value === 'random') return value
  if (!Array.isArray(value)) {
    throw expected('ERR_OPTION', "'zeros', 'random' or an array of numbers", 'initialWeights', value)
  }
  return Object.freeze(Array.from(value, (number, i) => checkNumber(number, `initialWeights[${i}]`)))
}

function checkFunction(value: unknown): ((epoch: PerceptronEpoch) => void) | undefined {
  if (value === undefined || typeof value === 'function') return value as ((epoch: PerceptronEpoch) => void) | undefined
  throw expected('ERR_OPTION', 'a function', 'onEpoch', value)
}

function checkTable(size: number, what: string): void {
  if (size > LARGEST_TABLE) throw expectedText('ERR_SHAPE', `at most ${LARGEST_TABLE} ${what}`, 'x', `${size}`)
}
