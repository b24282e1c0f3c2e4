/**
 * The state of one model that its parts share: the plan, the native network, what it was compiled with, and
 * who uses it now. Internal; what callers see is model.ts.
 */
import type { Recipe } from './data/recipe.ts'
import { rateAt, type Schedule } from './define/schedules.ts'
import { planNetwork, type Plan, withoutDraws } from './define/network.ts'
import { planTraining, type TrainingPlan } from './define/training.ts'
import { calling, MyelinError } from './errors.ts'
import { type FloatArray, native, type NativeNetwork, type ParameterInfo } from './native.ts'
import { Turns } from './turns.ts'
import { checkNumber, expectedText, notNegative } from './validate.ts'

/** Numbers of predictions that a model keeps room for. */
const MOST_ROOM = 4096

export class Core {
  readonly plan: Plan
  readonly network: NativeNetwork
  readonly parameters: readonly ParameterInfo[]
  readonly turns: Turns = new Turns()
  /** From the call of `fit` until its promise settles. */
  fitting = false
  stopTraining = false
  /** How the data it was fitted on was made, where that is known. */
  recipe: Recipe | null = null
  #outputRoom: FloatArray | null = null
  #training: TrainingPlan | null = null
  #learningRate: number | Schedule = 0

  /** @param initialize false leaves all weights that an initializer would draw at 0, for those who set them */
  constructor(options: unknown, initialize = true) {
    this.plan = planNetwork(options)
    this.network = calling(() => new native.Network(initialize ? this.plan.spec : withoutDraws(this.plan.spec)))
    this.parameters = this.network.parameters()
  }

  compile(options: unknown): void {
    if (this.fitting) throw busy('compile', 'it is training', 'await the fit first')
    this.#checkIdle('compile')
    const training = planTraining(options, this.plan.outputs)
    calling(() => this.network.compile(training.spec))
    this.#training = training
    this.#learningRate = training.optimizer.learningRate
  }

  get isCompiled(): boolean {
    return this.#training !== null
  }

  /** @throws ERR_NOT_COMPILED */
  training(caller: string): TrainingPlan {
    if (this.#training) return this.#training
    throw new MyelinError(
      'ERR_NOT_COMPILED',
      `expected a compiled model for \`${caller}\`, received one that is not; call model.compile({ optimizer, loss }) first`,
    )
  }

  get learningRate(): number | Schedule {
    return this.#learningRate
  }

  /** The rate of the next step. */
  get rate(): number {
    return rateAt(this.#learningRate, this.network.iterations)
  }

  setLearningRate(value: unknown): void {
    this.training('learningRate')
    const rate = checkNumber(value, 'learningRate', notNegative)
    if (typeof this.#learningRate === 'function') {
      throw expectedText(
        'ERR_OPTION',
        'no other rate',
        'learningRate',
        `${rate} beside the schedule it was compiled with`,
      )
    }
    this.#learningRate = rate
  }

  /**
   * Where predictions of these rows are put before they are copied: kept for the next call when small, because the
   * addon's first look at a small array costs a microsecond.
   */
  outputRoom(rows: number): FloatArray {
    const size = rows * this.plan.outputs
    if (this.#outputRoom !== null && size <= this.#outputRoom.length) return this.#outputRoom
    const room = this.plan.spec.dtype === 'float64' ? new Float64Array(size) : new Float32Array(size)
    if (size <= MOST_ROOM) this.#outputRoom = room
    return room
  }

  /** Weights may be read or written. @throws ERR_BUSY while a slice of training runs. */
  checkBetweenSlices(caller: string, hint: string): void {
    if (this.turns.writing) throw busy(caller, 'it is training', hint)
  }

  /** Weights may be changed. @throws ERR_BUSY while anything uses them. */
  #checkIdle(caller: string): void {
    this.checkBetweenSlices(caller, 'do it in a callback, or await the fit')
    if (this.turns.reading) throw busy(caller, 'it is predicting or evaluating', 'await that first')
  }

  getParameter(index: number): Float32Array | Float64Array {
    this.checkBetweenSlices('getWeights', 'call it in a callback, or await the fit')
    return calling(() => this.network.getParameter(index))
  }

  setParameters(values: readonly { readonly index: number; readonly data: Float32Array | Float64Array }[]): void {
    this.#checkIdle('setWeights')
    for (const { index, data } of values) calling(() => this.network.setParameter(index, data))
  }
}

export function busy(caller: string, why: string, hint: string): MyelinError {
  return new MyelinError(
    'ERR_BUSY',
    `expected a model that is free for \`${caller}\`, received one while ${why}; ${hint}`,
  )
}
