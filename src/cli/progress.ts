/**
 * What the command line shows of a training on standard error: a bar on a terminal, plain lines elsewhere. Of epochs that
 * are faster than the eye some are left out, never the first and the last.
 */
import type { Callback, Logs } from '../callbacks.ts'
import { Bar } from '../callbacks/progress-bar.ts'
import type { HistoryParams } from '../history.ts'
import { EpochWords, Pause } from '../progress.ts'

const LEAST_MS = 100

export function progress(stream: NodeJS.WriteStream = process.stderr): Callback {
  return stream.isTTY ? new Bar(stream, LEAST_MS) : new Lines(stream)
}

class Lines implements Callback {
  readonly #stream: NodeJS.WriteStream
  readonly #pause = new Pause(LEAST_MS)
  #params!: HistoryParams
  #words!: EpochWords

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  setParams(params: HistoryParams): void {
    this.#params = params
    this.#words = new EpochWords({ ...params, initialEpoch: 0 })
  }

  onEpochBegin(): void {
    this.#words.epochBegins()
  }

  onEpochEnd(epoch: number, logs: Logs): void {
    if (!(this.#pause.isOver() || epoch + 1 === this.#params.epochs)) return
    this.#stream.write(`${this.#words.of({ epoch, part: 1, samples: this.#params.rows, logs }).join('  ')}\n`)
  }
}
