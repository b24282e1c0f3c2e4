/**
 * modelCheckpoint: saves the model after epochs, all of them or those that are better than all before.
 */
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Callback, Logs, Trainee } from '../callbacks.ts'
import { checkPath, writing } from '../paths.ts'
import { anyNumber, checkFlag, checkNumber, checkOptions, expectedText, suggestion } from '../validate.ts'
import { MONITOR_OPTIONS, Monitor, type MonitorOptions } from './monitor.ts'
import { checkVerbose, say } from './say.ts'

export interface ModelCheckpointOptions extends MonitorOptions {
  /**
   * The file; folders on its way are made. `{epoch}`, counted from 1, and names in the logs in braces become numbers, in
   * Python's form where one is given: `model-{epoch:02d}-{val_loss:.3f}.safetensors`.
   */
  readonly filepath: string | URL
  /** Save only when the monitor is better than ever before. Default false. */
  readonly saveBestOnly?: boolean
  /** Without the state of the optimizer: the file predicts, and must be compiled to train on. Default false. */
  readonly saveWeightsOnly?: boolean
  /** What the first value must be better than, with `saveBestOnly`. Default none. */
  readonly initialValueThreshold?: number | null
  /** 1 says on standard error what it saves. Default 0. */
  readonly verbose?: 0 | 1
}

const NAMES = [...MONITOR_OPTIONS, 'filepath', 'saveBestOnly', 'saveWeightsOnly', 'initialValueThreshold', 'verbose']

/** A name in braces, with or without a form: `{name}`, `{name:03d}`, `{name:.2f}`. */
const PLACE = /\{(\w+)(?::(?:0?(\d+)d|\.(\d+)f))?\}/g

/**
 * Saves the model after each epoch, or after those that are the best so far. A file takes the place of an old one whole
 * or not at all; `loadModel` reads it.
 *
 * @throws ERR_OPTION; in `fit` too for a name in braces that is not in the logs, and ERR_FILE when a file cannot be written
 */
export function modelCheckpoint(options: ModelCheckpointOptions): Callback {
  return new Checkpoint(options)
}

class Checkpoint implements Callback {
  readonly #path: string
  readonly #monitor: Monitor
  readonly #bestOnly: boolean
  readonly #includeOptimizer: boolean
  readonly #verbose: boolean
  #model!: Trainee
  /** Goes on through several fits, as in Keras: a later fit does not overwrite a better model. */
  #best: number | null

  constructor(options: unknown) {
    const given = checkOptions(options, 'modelCheckpoint', NAMES)
    this.#path = checkPath(given.filepath, 'filepath')
    this.#monitor = new Monitor('modelCheckpoint', given)
    this.#bestOnly = checkFlag(given.saveBestOnly ?? false, 'saveBestOnly')
    this.#includeOptimizer = !checkFlag(given.saveWeightsOnly ?? false, 'saveWeightsOnly')
    this.#verbose = checkVerbose(given.verbose)
    const threshold = given.initialValueThreshold ?? null
    this.#best = threshold === null ? null : checkNumber(threshold, 'initialValueThreshold', anyNumber)
  }

  setModel(model: Trainee): void {
    this.#model = model
    if (this.#bestOnly) this.#monitor.begin(model)
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#bestOnly && !this.#isBest(logs)) return
    const path = filled(this.#path, { ...logs, epoch: epoch + 1 })
    await writing(path, async () => {
      await mkdir(dirname(path), { recursive: true })
      await this.#model.save(path, { includeOptimizer: this.#includeOptimizer })
    })
    if (this.#verbose) say(`epoch ${epoch + 1}: saved ${path}`)
  }

  /** Also where the logs have no such value, as in Keras: rather a model too many than none. */
  #isBest(logs: Logs): boolean {
    const value = this.#monitor.valueIn(logs)
    if (value === undefined) return true
    if (!this.#monitor.improves(value, this.#best)) return false
    this.#best = value
    return true
  }
}

function filled(template: string, numbers: Logs): string {
  return template.replace(PLACE, (place, name: string, digits: string | undefined, decimals: string | undefined) => {
    const value = numbers[name]
    if (value === undefined) {
      const names = Object.keys(numbers)
      throw expectedText('ERR_OPTION', `names out of ${names.join(', ')}`, 'filepath', place, suggestion(name, names))
    }
    if (decimals !== undefined) return value.toFixed(Number(decimals))
    return String(value).padStart(Number(digits ?? 0), '0')
  })
}
