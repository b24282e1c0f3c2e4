/**
 * reduceLROnPlateau: lowers the learning rate whenever its monitor has not improved for a while.
 */
import type { Callback, Logs, Trainee } from '../callbacks.ts'
import { checkNumber, checkOptions, checkWhole, type NumberRange, notNegative } from '../validate.ts'
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from './monitor.ts'
import { checkVerbose, say } from './say.ts'

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the rate is multiplied by, above 0 and below 1. Default 0.1. */
  readonly factor?: number
  /** Epochs without improvement after which the rate is reduced. Default 10. */
  readonly patience?: number
  /** What a value must be better by, and more, to count as better. Default 1e-4. */
  readonly minDelta?: number
  /** Epochs after a reduction in which patience does not run. Default 0. */
  readonly cooldown?: number
  /** The rate does not fall below it. Default 0. */
  readonly minLearningRate?: number
  /** 1 says on standard error when it reduces. Default 0. */
  readonly verbose?: 0 | 1
}

const NAMES = [...MONITOR_OPTIONS, 'factor', 'patience', 'minDelta', 'cooldown', 'minLearningRate', 'verbose']
const factorRange: NumberRange = { says: 'a number above 0 and below 1', holds: (v) => v > 0 && v < 1 }

/**
 * Multiplies the learning rate by `factor` whenever its monitor has not improved for `patience` epochs. Adds
 * `learningRate`, the rate that each epoch was trained with last, to the logs and so to the history.
 *
 * @throws ERR_OPTION; also in `fit` when the model was compiled with a schedule, which sets the rate itself
 */
export function reduceLROnPlateau(options?: ReduceLROnPlateauOptions): Callback {
  return new Reducing(options)
}

class Reducing implements Callback {
  readonly #monitor: Monitor
  readonly #factor: number
  readonly #patience: number
  readonly #cooldown: number
  readonly #least: number
  readonly #verbose: boolean
  #model!: Trainee
  #best: number | null = null
  #wait = 0
  /** Epochs left in which patience does not run. */
  #cooling = 0

  constructor(options: unknown) {
    const given = checkOptions(options, 'reduceLROnPlateau', NAMES)
    this.#monitor = new Monitor('reduceLROnPlateau', given, given.minDelta ?? 1e-4)
    this.#factor = checkNumber(given.factor ?? 0.1, 'factor', factorRange)
    this.#patience = checkWhole(given.patience ?? 10, 'patience', 0)
    this.#cooldown = checkWhole(given.cooldown ?? 0, 'cooldown', 0)
    this.#least = checkNumber(given.minLearningRate ?? 0, 'minLearningRate', notNegative)
    this.#verbose = checkVerbose(given.verbose)
  }

  setModel(model: Trainee): void {
    this.#model = model
    this.#monitor.begin(model)
  }

  onTrainBegin(): void {
    this.#best = null
    this.#wait = 0
    this.#cooling = 0
    const { optimizer } = this.#model
    const { learningRate } = optimizer
    optimizer.learningRate = learningRate // a schedule refuses it: better now than after epochs of training
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    logs['learningRate'] = this.#model.optimizer.learningRate
    const value = this.#monitor.valueIn(logs)
    if (value === undefined) return
    if (this.#cooling > 0) {
      this.#cooling--
      this.#wait = 0
    }
    if (this.#monitor.improves(value, this.#best)) {
      this.#best = value
      this.#wait = 0
    } else if (this.#cooling === 0 && ++this.#wait >= this.#patience) {
      this.#reduce(epoch)
    }
  }

  #reduce(epoch: number): void {
    const { optimizer } = this.#model
    const rate = optimizer.learningRate
    if (rate <= this.#least) return
    optimizer.learningRate = Math.max(rate * this.#factor, this.#least)
    this.#cooling = this.#cooldown
    this.#wait = 0
    if (this.#verbose) say(`epoch ${epoch + 1}: learning rate ${rate} reduced to ${optimizer.learningRate}`)
  }
}
