/**
 * The loop of a fit: slices of native training one after the other, and between them everything a caller
 * sees of it: history, validation, callbacks, progress, abort and early end. Options are fit-options.ts's.
 */
import { type Abortable, abortable } from './abort.ts'
import { type Callback, callEach, type Logs, type Trainee } from './callbacks.ts'
import type { Core } from './core.ts'
import { type Dataset, insideOf } from './data/dataset.ts'
import { takenOver } from './data/recipe.ts'
import { calling, fromNative, MyelinError } from './errors.ts'
import { evaluate } from './evaluate.ts'
import { type FitOptions, type FitPlan, planFit, planStream } from './fit-options.ts'
import { History } from './history.ts'
import { native, type NativeSession, type Progress } from './native.ts'
import { ProgressLines } from './progress.ts'
import { Rates } from './rates.ts'
import { type Batches, StreamSession } from './stream.ts'

/** @param trainee the model, as callbacks are told of it */
export async function fit(core: Core, trainee: Trainee, data: Dataset, options: unknown): Promise<History> {
  const plan = planFit(core, data, options)
  const session = calling(
    () =>
      new native.Session(core.network, insideOf(plan.train)!.handle, {
        task: 'train',
        batchSize: plan.batchSize,
        threads: plan.threads,
        epochs: plan.epochs - plan.initialEpoch,
        shuffle: plan.shuffle,
        endAtEpoch: plan.callbacks.length > 0 || plan.validation !== null || plan.verbose > 0,
        sampleWeights: plan.trainWeights,
      }),
  )
  core.recipe = takenOver(core.recipe, data.recipe)
  const batches = Math.ceil(plan.train.rows / plan.batchSize)
  return run(core, trainee, plan, { session, batches, rows: () => plan.train.rows })
}

/** The same with batches that come one after the other. */
export function fitStream(core: Core, trainee: Trainee, batches: Batches, options: unknown): Promise<History> {
  const plan = planStream(core, options)
  const { classWeight } = (options ?? {}) as FitOptions
  const session = new StreamSession(core, batches, { ...plan, classWeight })
  return run(core, trainee, plan, { session, batches: Number.POSITIVE_INFINITY, rows: () => session.rows })
}

async function run(core: Core, trainee: Trainee, plan: FitPlan, training: Training): Promise<History> {
  const { session } = training
  const abort = abortable(plan.signal, 'fit', () => session.stop())
  try {
    abort.check()
    return await new Fit(core, trainee, plan, training, abort).run()
  } finally {
    abort.release()
    session.close()
  }
}

interface Training {
  readonly session: Pick<NativeSession, 'run' | 'stop' | 'close'> & { readonly ready?: () => Promise<void> }
  /** Steps of one epoch; infinite when they are not known before it ends. */
  readonly batches: number
  /** Rows of one epoch, as far as they are known. */
  readonly rows: () => number
}

class Fit {
  readonly #core: Core
  readonly #trainee: Trainee
  readonly #plan: FitPlan
  readonly #session: Training['session']
  readonly #abort: Abortable
  readonly #columns: readonly string[]
  readonly #history: History
  readonly #progress: ProgressLines
  readonly #rates: Rates
  /** Batches of one epoch. */
  readonly #batches: number
  readonly #rows: () => number
  /** The present epoch, and the batches done in it. */
  #epoch: number
  #batch = 0

  constructor(core: Core, trainee: Trainee, plan: FitPlan, { session, batches, rows }: Training, abort: Abortable) {
    const { batchSize, initialEpoch, epochs, verbose } = plan
    this.#core = core
    this.#trainee = trainee
    this.#plan = plan
    this.#session = session
    this.#abort = abort
    this.#columns = core.training('fit').columns
    this.#batches = batches
    this.#rows = rows
    this.#history = new History({
      epochs,
      steps: Number.isFinite(batches) ? batches : 0,
      batchSize,
      rows: rows(),
      verbose,
    })
    this.#progress = new ProgressLines({ verbose, initialEpoch, epochs })
    this.#rates = new Rates(core)
    this.#epoch = initialEpoch
  }

  async run(): Promise<History> {
    try {
      return await this.#train()
    } catch (error) {
      for (const callback of this.#plan.callbacks) {
        try {
          await callback.onTrainError?.(error)
        } catch {
          // the first error is the one to know
        }
      }
      throw error
    }
  }

  async #train(): Promise<History> {
    this.#core.stopTraining = false
    let last: Logs = {}
    await this.#callEach((callback) => callback.setModel?.(this.#trainee))
    await this.#callEach((callback) => callback.setParams?.(this.#history.params))
    await this.#callEach((callback) => callback.onTrainBegin?.({}))
    while (this.#epoch < this.#plan.epochs) {
      if (this.#batch === 0) await this.#beginEpoch()
      const progress = await this.#slice()
      if (this.#batch > 0 && !progress.diverged) await this.#tellProgress(progress)
      for (const logs of this.#endedEpochs(progress)) {
        last = logs
        await this.#endEpoch(logs)
      }
      if (progress.diverged || (this.#core.stopTraining && this.#batch === 0)) break
    }
    await this.#callEach((callback) => callback.onTrainEnd?.({ ...last }))
    return this.#history
  }

  async #beginEpoch(): Promise<void> {
    this.#progress.epochBegins()
    await this.#callEach((callback) => callback.onEpochBegin?.(this.#epoch, {}))
  }

  async #slice(): Promise<Progress> {
    const { epochs, sliceMs } = this.#plan
    await this.#session.ready?.()
    this.#abort.check()
    const leftInEpoch = this.#batches - this.#batch
    const later = epochs - this.#epoch - 1
    const left = later > 0 ? leftInEpoch + later * this.#batches : leftInEpoch
    const progress = await this.#core.turns.write(async () => {
      // asked to stop in the middle of an epoch: to its end and no further
      const ends = this.#core.stopTraining && Number.isFinite(leftInEpoch)
      const rates = ends ? this.#rates.exactly(leftInEpoch) : this.#rates.next(left)
      return this.#session.run(sliceMs, rates).catch((error: unknown) => {
        throw fromNative(error)
      })
    })
    this.#rates.sliceEnded()
    this.#abort.check()
    this.#batch = progress.batch % this.#batches
    return progress
  }

  async #tellProgress({ running }: Progress): Promise<void> {
    const logs = this.#logs(running)
    const [epoch, step, steps] = [this.#epoch, this.#batch, this.#batches]
    const known = Number.isFinite(steps)
    const samples = known ? step * this.#plan.batchSize : this.#rows()
    this.#progress.sliceEnded({ epoch, part: known ? step / steps : null, samples, logs })
    const seen = { epoch, step, steps: known ? steps : 0, samples }
    await this.#callEach((callback) => callback.onProgress?.(seen, logs))
  }

  /** The logs of the epochs that a slice finished: one at most when somebody looks at each. */
  #endedEpochs(progress: Progress): readonly Logs[] {
    const width = this.#columns.length
    const count = progress.finished.length / width
    const ended = Array.from({ length: count }, (_, i) => this.#logs(progress.finished.subarray(i * width)))
    if (!progress.diverged) return ended
    this.#checkDivergence(count)
    return [...ended, { ...this.#logs(progress.running), loss: Number.NaN }]
  }

  #checkDivergence(ended: number): void {
    if (this.#plan.callbacks.some(({ handlesDivergence }) => handlesDivergence === true)) return
    const epoch = this.#epoch + ended + 1
    const message = `expected a finite loss for \`fit\`, received one that is not in epoch ${epoch} of ${this.#plan.epochs}, learning rate ${this.#core.rate}`
    throw new MyelinError('ERR_DIVERGED', `${message}; the weights are those before that batch`)
  }

  async #endEpoch(logs: Logs): Promise<void> {
    const { validation, validationWeights, threads, signal } = this.#plan
    if (validation !== null) {
      const options = { threads, signal, sampleWeight: validationWeights }
      const scores = await evaluate(this.#core, validation, options)
      for (const [name, value] of Object.entries(scores)) logs[`val_${name}`] = value
    }
    await this.#callEach((callback) => callback.onEpochEnd?.(this.#epoch, logs))
    this.#history.add(this.#epoch, logs)
    this.#progress.epochEnded(this.#epoch, this.#rows(), logs)
    this.#epoch++
  }

  #logs(row: Float64Array): Logs {
    return Object.fromEntries(this.#columns.map((name, i) => [name, row[i] ?? Number.NaN]))
  }

  async #callEach(call: (callback: Callback) => unknown): Promise<void> {
    await callEach(this.#plan.callbacks, call)
    this.#abort.check()
  }
}
