/**
 * progressBar: how far an epoch is, as a bar on a terminal.
 */
import type { SingleBar } from 'cli-progress'
import type { Callback, EpochProgress, Logs } from '../callbacks.ts'
import type { HistoryParams } from '../history.ts'
import { EpochWords, Pause } from '../progress.ts'
import { checkOptions } from '../validate.ts'

const WIDTH = 24

/**
 * Draws on standard error a bar for the epoch that is trained and, when it ends, a line with its loss and metrics.
 * Writes nothing where that is no terminal.
 *
 * @throws ERR_OPTION
 */
export function progressBar(options?: Record<string, never>): Callback {
  checkOptions(options, 'progressBar', [])
  return new Bar(process.stderr)
}

/** @internal */
export class Bar implements Callback {
  readonly #stream: NodeJS.WriteStream
  readonly #pause: Pause
  #params!: HistoryParams
  #words: EpochWords | null = null
  #SingleBar!: typeof SingleBar
  #bar: SingleBar | null = null

  /** @param leastMs between two lines of epochs: of epochs that are faster, some have none */
  constructor(stream: NodeJS.WriteStream, leastMs = 0) {
    this.#stream = stream
    this.#pause = new Pause(leastMs)
  }

  setParams(params: HistoryParams): void {
    this.#params = params
    this.#words = null
  }

  async onEpochBegin(epoch: number): Promise<void> {
    if (!this.#stream.isTTY) return
    this.#SingleBar ??= (await import('cli-progress')).SingleBar
    this.#words ??= new EpochWords({ ...this.#params, initialEpoch: epoch })
    this.#words.epochBegins()
  }

  onProgress({ epoch, step, steps, samples }: EpochProgress, logs: Logs): void {
    if (!this.#words || steps === 0) return // without an end there is no bar
    const [title, ...rest] = this.#words.of({ epoch, part: step / steps, samples, logs })
    if (!this.#bar) {
      this.#bar = new this.#SingleBar({
        stream: this.#stream,
        format: '{title} {bar} {percentage} %  {rest}',
        barsize: WIDTH,
        barCompleteChar: '━',
        barIncompleteChar: '╌',
        clearOnComplete: true,
      })
      this.#bar.start(steps, step, { title, rest: rest.join('  ') })
    }
    this.#bar.update(step, { title, rest: rest.join('  ') })
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    this.#takeDown()
    const last = epoch + 1 === this.#params.epochs
    if (!this.#words || !(this.#pause.isOver() || last)) return
    this.#stream.write(`${this.#words.of({ epoch, part: 1, samples: this.#params.rows, logs }).join('  ')}\n`)
  }

  onTrainError(): void {
    this.#takeDown()
  }

  #takeDown(): void {
    this.#bar?.stop()
    this.#bar = null
  }
}
