/**
 * earlyStopping: ends a fit once its monitor has not improved for a while.
 */
import type { Callback, Logs, Trainee } from '../callbacks.ts'
import type { Matrix } from '../matrix.ts'
import { anyNumber, checkFlag, checkNumber, checkOptions, checkWhole } from '../validate.ts'
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from './monitor.ts'
import { checkVerbose, say } from './say.ts'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** What a value must be better by, and more, to count as better. Default 0. */
  readonly minDelta?: number
  /** Epochs without improvement after which the fit ends. Default 0. */
  readonly patience?: number
  /** Patience also runs out while values are no better than this. Default none. */
  readonly baseline?: number | null
  /**
   * Give the model, when the fit ends, the weights of its best epoch, whether it was stopped or ran to its last epoch.
   * The state of the optimizer stays that of the last. A fit that rejects keeps its last weights. Default false.
   */
  readonly restoreBestWeights?: boolean
  /** Epochs before this one, counted from 0, are not looked at. Default 0. */
  readonly startFromEpoch?: number
  /** 1 says on standard error when it stops and what it restores. Default 0. */
  readonly verbose?: 0 | 1
}

export interface EarlyStopping extends Callback {
  /** The epoch it stopped in, counted from 0, or null. */
  readonly stoppedEpoch: number | null
  /** The epoch of the best value, or null. */
  readonly bestEpoch: number | null
  /** The best value, or null. */
  readonly best: number | null
}

const NAMES = [
  ...MONITOR_OPTIONS,
  'minDelta',
  'patience',
  'baseline',
  'restoreBestWeights',
  'startFromEpoch',
  'verbose',
]

/** Ends a fit once its monitor has not improved for `patience` epochs. @throws ERR_OPTION */
export function earlyStopping(options?: EarlyStoppingOptions): EarlyStopping {
  return new Stopping(options)
}

class Stopping implements EarlyStopping {
  readonly #monitor: Monitor
  readonly #patience: number
  readonly #baseline: number | null
  readonly #restores: boolean
  readonly #startFrom: number
  readonly #verbose: boolean
  #model!: Trainee
  #wait = 0
  #weights: Matrix[] | null = null
  stoppedEpoch: number | null = null
  bestEpoch: number | null = null
  best: number | null = null

  constructor(options: unknown) {
    const given = checkOptions(options, 'earlyStopping', NAMES)
    this.#monitor = new Monitor('earlyStopping', given, given.minDelta)
    this.#patience = checkWhole(given.patience ?? 0, 'patience', 0)
    this.#baseline = given.baseline == null ? null : checkNumber(given.baseline, 'baseline', anyNumber)
    this.#restores = checkFlag(given.restoreBestWeights ?? false, 'restoreBestWeights')
    this.#startFrom = checkWhole(given.startFromEpoch ?? 0, 'startFromEpoch', 0)
    this.#verbose = checkVerbose(given.verbose)
  }

  setModel(model: Trainee): void {
    this.#model = model
    this.#monitor.begin(model)
  }

  onTrainBegin(): void {
    this.#wait = 0
    this.#weights = null
    this.stoppedEpoch = null
    this.bestEpoch = null
    this.best = null
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    const value = this.#monitor.valueIn(logs)
    if (value === undefined || epoch < this.#startFrom) return
    this.#wait++
    if (this.#monitor.improves(value, this.best)) {
      this.best = value
      this.bestEpoch = epoch
      if (this.#restores) this.#weights = this.#model.getWeights()
      if (this.#monitor.improves(value, this.#baseline)) this.#wait = 0
    } else if (this.#wait >= this.#patience && epoch > 0) {
      this.stoppedEpoch = epoch
      this.#model.stopTraining = true
    }
  }

  onTrainEnd(): void {
    if (this.#verbose && this.stoppedEpoch !== null) {
      say(`epoch ${this.stoppedEpoch + 1}: stopped early, ${this.#monitor.name} no longer improves`)
    }
    if (this.#weights === null) return
    if (this.#verbose) say(`restored the weights of epoch ${this.bestEpoch! + 1}`)
    this.#model.setWeights(this.#weights)
    this.#weights = null
  }
}
