/**
 * What `verbose` shows of a fit, on standard error: a line that is written anew in place where that is a
 * terminal, and plain lines elsewhere. Also the words of these lines, which the progress bar uses too.
 */
import type { Logs } from './callbacks.ts'

export interface EpochSettings {
  readonly initialEpoch: number
  readonly epochs: number
}

export interface ProgressSettings extends EpochSettings {
  readonly verbose: number
}

export interface Seen {
  /** From 0. */
  readonly epoch: number
  /** The part of the epoch that is done, 0 … 1; null where nobody knows how long it is. */
  readonly part: number | null
  /** Rows trained in this epoch; 0 where they are not counted. */
  readonly samples: number
  readonly logs: Logs
}

/** Tells in words what is seen of an epoch: its number, loss and metrics, samples a second, the time that is left. */
export class EpochWords {
  readonly #settings: EpochSettings
  readonly #begun: number = performance.now()
  #epochBegun: number = performance.now()

  constructor(settings: EpochSettings) {
    this.#settings = settings
  }

  epochBegins(): void {
    this.#epochBegun = performance.now()
  }

  of({ epoch, part, samples, logs }: Seen): readonly string[] {
    const { epochs } = this.#settings
    const seconds = Math.max((performance.now() - this.#epochBegun) / 1000, 1e-9)
    const speed = `${Math.round(samples / seconds).toLocaleString('en-US')} samples/s`
    return [
      `epoch ${epoch + 1}/${epochs}`,
      ...Object.entries(logs).map(([name, value]) => `${name} ${short(value)}`),
      ...(samples > 0 ? [speed] : []),
      ...(part === null ? [] : [this.#time(epoch, part)]),
    ]
  }

  #time(epoch: number, part: number): string {
    const { epochs, initialEpoch } = this.#settings
    const seconds = (performance.now() - this.#begun) / 1000
    const done = epoch - initialEpoch + part
    const left = (seconds / done) * (epochs - initialEpoch - done)
    return left > 0 ? `${duration(left)} left` : `${duration(seconds)} in all`
  }
}

/** Tells when so much time has gone by since it last said so; at first at once. */
export class Pause {
  readonly #leastMs: number
  #last = Number.NEGATIVE_INFINITY

  constructor(leastMs: number) {
    this.#leastMs = leastMs
  }

  isOver(): boolean {
    const now = performance.now()
    if (now - this.#last < this.#leastMs) return false
    this.#last = now
    return true
  }
}

export class ProgressLines {
  readonly #settings: ProgressSettings
  readonly #words: EpochWords
  readonly #stream: NodeJS.WriteStream
  readonly #live: boolean

  constructor(settings: ProgressSettings, stream: NodeJS.WriteStream = process.stderr) {
    this.#settings = settings
    this.#words = new EpochWords(settings)
    this.#stream = stream
    this.#live = settings.verbose === 1 && stream.isTTY === true
  }

  epochBegins(): void {
    this.#words.epochBegins()
  }

  /** After each slice that does not end an epoch. */
  sliceEnded(seen: Seen): void {
    if (this.#live) this.#stream.write(`\r\x1b[K${this.#line(seen)}`)
  }

  epochEnded(epoch: number, samples: number, logs: Logs): void {
    if (this.#settings.verbose === 0) return
    this.#stream.write(`${this.#live ? '\r\x1b[K' : ''}${this.#line({ epoch, part: 1, samples, logs })}\n`)
  }

  #line(seen: Seen): string {
    return this.#words.of(seen).join('  ')
  }
}

function short(value: number): string {
  const plain = value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5)
  return plain ? value.toFixed(4) : value.toExponential(3)
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${whole % 60} s`
}
