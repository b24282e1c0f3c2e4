/**
 * `myelin train`: data, network, training, test, and what is kept of it.
 */
import { access, constants } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { Callback, Logs } from '../callbacks.ts'
import type { Dataset } from '../data/dataset.ts'
import { MyelinError } from '../errors.ts'
import { History } from '../history.ts'
import { info } from '../info.ts'
import { coreOf, type Model } from '../model.ts'
import { report } from '../report/report.ts'
import { resultsOf } from '../report/results.ts'
import { confusionLines } from './confusion.ts'
import { loadTraining } from './load.ts'
import { count, counted, type Output, percent, short } from './output.ts'
import { progress } from './progress.ts'
import { batchSizeFor, buildModel, decideTask, epochsFor, inShort, readSettings, type Settings } from './settings.ts'
import { UnitTargets } from './unit-targets.ts'
import { type Given, UsageError } from './usage.ts'

/** Exit statuses of what is stopped, as shells have them: 128 and the number of the signal. */
const STOPS = { SIGINT: 130, SIGTERM: 143 } as const
type Stop = keyof typeof STOPS

export async function train(given: Given, output: Output): Promise<number> {
  const settings = readSettings(given)
  await checkFolders(settings)
  const { train, test, notes } = await loadTraining(settings)
  const { task, note } = decideTask(settings, train)
  const classes = task === 'classes' ? Math.max(train.classes!, test.classes ?? 0, 2) : null
  const batchSize = batchSizeFor(settings, train.rows)
  const plan = { batchSize, epochs: epochsFor(settings, train.rows, batchSize), task }
  const model = buildModel(settings, train.features, classes)
  const title = inShort(settings, train.features, classes ?? 1)
  const what = task === 'classes' ? counted(classes!, 'class', 'classes') : 'values to learn'
  output.stress(`${settings.data}  ${title}`)
  output.say(
    `${counted(train.rows, 'row')} to train with, ${count(test.rows)} to test with, ${counted(train.features, 'feature')}, ${what}`,
  )
  for (const line of note === null ? notes : [...notes, note]) output.say(line)
  output.say(`${counted(plan.epochs, 'epoch')} of batches of ${batchSize}, seed ${settings.seed}, ${info().isa}\n`)
  const trained = await new Training(settings, plan, model, train, test).run()
  return trained.stop
    ? stopped(settings, trained, model, output)
    : finish(settings, trained, model, test, title, output)
}

/** That what is to be kept can be kept is known before it is computed. */
async function checkFolders({ save, report: page }: Settings): Promise<void> {
  for (const [option, file] of [
    ['save', save],
    ['report', page],
  ] as const) {
    if (file === undefined) continue
    await access(dirname(file), constants.W_OK).catch(() => {
      throw new UsageError(`--${option} ${file}: there is no folder ${dirname(file)} that can be written to`)
    })
  }
}

interface Plan {
  readonly epochs: number
  readonly batchSize: number
  readonly task: 'classes' | 'values'
}

interface Trained {
  readonly history: History
  /** Of training alone, without tests in between. */
  readonly seconds: number
  readonly rows: number
  readonly stop: Stop | null
}

/** One fit, tested after each epoch, that Ctrl-C ends after the present batch. */
class Training {
  readonly #settings: Settings
  readonly #plan: Plan
  readonly #model: Model
  readonly #train: Dataset
  readonly #targets: UnitTargets | null
  /** As the fit sees them. */
  readonly #fitted: Dataset
  readonly #tested: Dataset
  readonly #history: History
  readonly #controller = new AbortController()
  #testSeconds = 0
  #stop: Stop | null = null

  constructor(settings: Settings, plan: Plan, model: Model, train: Dataset, test: Dataset) {
    this.#settings = settings
    this.#plan = plan
    this.#model = model
    this.#train = train
    this.#targets = plan.task === 'values' ? new UnitTargets(train) : null
    this.#fitted = this.#targets?.of(train) ?? train
    this.#tested = this.#targets?.of(test) ?? test
    const { epochs, batchSize } = plan
    const steps = Math.ceil(train.rows / batchSize)
    this.#history = new History({ epochs, steps, batchSize, rows: train.rows, verbose: 0 })
  }

  async run(): Promise<Trained> {
    const interrupt = (signal: Stop): void => {
      if (this.#stop !== null) process.exit(STOPS[signal]) // asked twice
      this.#stop = signal
      this.#controller.abort()
    }
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt)
    const begun = performance.now()
    try {
      await this.#fit()
    } catch (error) {
      if (!(error instanceof MyelinError && error.code === 'ERR_ABORTED')) throw explained(error)
    } finally {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt)
    }
    const seconds = (performance.now() - begun) / 1000 - this.#testSeconds
    this.#targets?.fold(this.#model, this.#train)
    return { history: this.#history, seconds, rows: this.#train.rows, stop: this.#stop }
  }

  async #fit(): Promise<void> {
    const { threads } = this.#settings
    const { epochs, batchSize } = this.#plan
    await this.#model.fit(this.#fitted, {
      epochs,
      batchSize,
      signal: this.#controller.signal,
      callbacks: [this.#testing(), progress()],
      ...threads,
    })
  }

  /** Validation as `fit` does it, with its time told apart from that of training. */
  #testing(): Callback {
    return {
      onProgress: (_, logs) => this.#targets?.rescale(logs),
      onEpochEnd: async (epoch: number, logs: Logs) => {
        const begun = performance.now()
        const scores = await this.#model.evaluate(this.#tested, { signal: this.#controller.signal })
        for (const [name, value] of Object.entries(scores)) logs[`val_${name}`] = value
        this.#targets?.rescale(logs)
        this.#history.add(epoch, logs)
        this.#testSeconds += (performance.now() - begun) / 1000
      },
    }
  }
}

function explained(error: unknown): unknown {
  if (!(error instanceof MyelinError && error.code === 'ERR_DIVERGED')) return error
  return new MyelinError(error.code, `${error.message}; try a smaller --learning-rate`, { cause: error })
}

async function finish(
  settings: Settings,
  { history, seconds, rows }: Trained,
  model: Model,
  test: Dataset,
  title: string,
  output: Output,
): Promise<number> {
  if (settings.save !== undefined) await model.save(settings.save)
  const scores = await model.evaluate(test)
  const results = resultsOf(coreOf(model)!, test, await model.predict(test))
  const epochs = history.epoch.length
  const samplesPerSecond = (rows * epochs) / seconds
  output.say()
  if (results.kind === 'classes') {
    for (const line of confusionLines(results)) output.say(line)
    output.stress(
      `\ntest accuracy ${percent(scores['accuracy']!)}, ${count(results.rows - results.right)} of ${count(results.rows)} wrong`,
    )
  } else {
    output.stress(`test mean absolute error ${short(scores['meanAbsoluteError']!)}, r2 ${short(scores['r2']!)}`)
  }
  output.say(
    `trained in ${seconds.toFixed(2)} s, testing not counted, ${count(Math.round(samplesPerSecond))} samples/s`,
  )
  if (settings.save !== undefined) output.say(`saved ${settings.save}`)
  if (settings.report !== undefined) {
    await report(model, history, test, { path: settings.report, title: `${basename(settings.data)} · ${title}` })
    output.say(`wrote ${settings.report}`)
  }
  const { save: saved = null, report: page = null, seed } = settings
  output.result({ ...scores, epochs, seconds, samplesPerSecond, seed, interrupted: false, saved, report: page })
  return 0
}

async function stopped(
  settings: Settings,
  { history, seconds, stop }: Trained,
  model: Model,
  output: Output,
): Promise<number> {
  const { save: saved = null } = settings
  const epochs = history.epoch.length
  process.stderr.write('\n')
  const where = `interrupted after ${counted(epochs, 'whole epoch')}`
  if (saved === null) output.say(`${where}; nothing is kept without --save`)
  else {
    await model.save(saved)
    output.say(`${where}; saved ${saved} as it was after the last batch`)
  }
  output.result({ epochs, seconds, interrupted: true, saved, report: null })
  return STOPS[stop!]
}
