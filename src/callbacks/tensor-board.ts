/**
 * tensorBoard: loss, metrics, learning rate and, if asked for, histograms of the weights as event files.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Callback, Logs, Trainee } from '../callbacks.ts'
import type { FloatArray } from '../native.ts'
import { checkOptions, checkWhole } from '../validate.ts'
import { eventRecord, type Histogram, type Summary, versionRecord } from './event-file.ts'
import { checkPath, writing } from '../paths.ts'

export interface TensorBoardOptions {
  /** The folder; `train` and `validation` are made in it. One for each run shows them side by side. Default 'logs'. */
  readonly logDir?: string | URL
  /** Histograms of the weights every so many epochs; 0 is never. Default 0. */
  readonly histogramFreq?: number
}

type Part = 'train' | 'validation'

/** Bins of a histogram, as many as TensorBoard itself makes. */
const BINS = 30
/** Tells event files apart that one process begins in the same second. */
let filesBegun = 0

/**
 * Writes event files that TensorBoard opens (`tensorboard --logdir logs`): `epoch_loss`, `epoch_accuracy`, … for
 * training and for validation, `epoch_learning_rate`, and the histograms `<layer>/<weight>/histogram`. Steps are epochs.
 *
 * @throws ERR_OPTION; in `fit` ERR_FILE when a file cannot be written
 */
export function tensorBoard(options?: TensorBoardOptions): Callback {
  return new Board(options)
}

class Board implements Callback {
  readonly #directory: string
  readonly #histogramFreq: number
  #model!: Trainee
  /** The event files of this fit that are begun. */
  #files = new Map<Part, string>()

  constructor(options: unknown) {
    const given = checkOptions(options, 'tensorBoard', ['logDir', 'histogramFreq'])
    this.#directory = checkPath(given.logDir ?? 'logs', 'logDir')
    this.#histogramFreq = checkWhole(given.histogramFreq ?? 0, 'histogramFreq', 0)
  }

  setModel(model: Trainee): void {
    this.#model = model
  }

  onTrainBegin(): void {
    this.#files = new Map()
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const { learningRate = this.#model.optimizer.learningRate, ...numbers } = logs
    const train: Summary[] = []
    const validation: Summary[] = []
    for (const [name, scalar] of Object.entries(numbers)) {
      if (name.startsWith('val_')) validation.push({ tag: `epoch_${name.slice(4)}`, scalar })
      else train.push({ tag: `epoch_${name}`, scalar })
    }
    train.push({ tag: 'epoch_learning_rate', scalar: learningRate })
    if (this.#histogramFreq > 0 && epoch % this.#histogramFreq === 0) train.push(...this.#histograms())
    await this.#write('train', epoch, train)
    if (validation.length > 0) await this.#write('validation', epoch, validation)
  }

  #histograms(): Summary[] {
    return this.#model.layers.flatMap((layer) =>
      layer.getWeights().map(({ data }, i) => {
        return { tag: `${layer.name}/${layer.weightNames[i]}/histogram`, histogram: histogramOf(data) }
      }),
    )
  }

  async #write(part: Part, step: number, summaries: readonly Summary[]): Promise<void> {
    const wallTime = Date.now() / 1000
    const folder = join(this.#directory, part)
    await writing(this.#files.get(part) ?? folder, async () => {
      let file = this.#files.get(part)
      if (file === undefined) {
        const second = String(Math.floor(wallTime)).padStart(10, '0')
        file = join(folder, `events.out.tfevents.${second}.${hostname()}.${process.pid}.${filesBegun++}.v2`)
        await mkdir(folder, { recursive: true })
        await writeFile(file, versionRecord(wallTime))
        this.#files.set(part, file)
      }
      await appendFile(file, eventRecord({ wallTime, step, summaries }))
    })
  }
}

/** Bins of equal width from the lowest value to the highest; one bin when all are the same. */
function histogramOf(values: FloatArray): Histogram {
  let [least, most, sum, sumOfSquares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
    sum += value
    sumOfSquares += value * value
  }
  const bins = most > least ? BINS : 1
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) counts[binOf(value, least, most, bins)]!++
  const edges = Array.from({ length: bins + 1 }, (_, i) => least + ((most - least) * i) / bins)
  return { edges, counts, sum, sumOfSquares }
}

function binOf(value: number, least: number, most: number, bins: number): number {
  return bins === 1 ? 0 : Math.min(Math.floor(((value - least) / (most - least)) * bins), bins - 1)
}
