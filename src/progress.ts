/**
 * What `verbose` shows of a fit, on standard error: a line that is written anew in place where that is a
 * terminal, and plain lines elsewhere.
 */
import type { Logs } from './callbacks.ts'

export interface ProgressSettings {
  readonly verbose: number
  readonly initialEpoch: number
  readonly epochs: number
  /** Rows trained in one epoch. */
  readonly rows: () => number
}

export interface Seen {
  /** From 0. */
  readonly epoch: number
  /** The part of the epoch that is done, 0 … 1. */
  readonly part: number
  readonly logs: Logs
}

export class ProgressLines {
  readonly #settings: ProgressSettings
  readonly #stream: NodeJS.WriteStream
  readonly #live: boolean
  readonly #begun: number = performance.now()
  #epochBegun: number = performance.now()

  constructor(settings: ProgressSettings, stream: NodeJS.WriteStream = process.stderr) {
    this.#settings = settings
    this.#stream = stream
    this.#live = settings.verbose === 1 && stream.isTTY === true
  }

  epochBegins(): void {
    this.#epochBegun = performance.now()
  }

  /** After each slice. */
  sliceEnded(seen: Seen): void {
    if (this.#live && seen.part > 0) this.#stream.write(`\r\x1b[K${this.#line(seen)}`)
  }

  epochEnded(epoch: number, logs: Logs): void {
    if (this.#settings.verbose === 0) return
    this.#stream.write(`${this.#live ? '\r\x1b[K' : ''}${this.#line({ epoch, part: 1, logs })}\n`)
  }

  #line({ epoch, part, logs }: Seen): string {
    const { epochs, initialEpoch, rows } = this.#settings
    const now = performance.now()
    const seconds = Math.max((now - this.#epochBegun) / 1000, 1e-9)
    const done = epoch - initialEpoch + part
    const left = ((now - this.#begun) / 1000 / done) * (epochs - initialEpoch - done)
    const numbers = Object.entries(logs).map(([name, value]) => `${name} ${short(value)}`)
    const speed = `${Math.round((rows() * part) / seconds).toLocaleString('en-US')} samples/s`
    const time = left > 0 ? `${duration(left)} left` : `${duration((now - this.#begun) / 1000)} in all`
    return [`epoch ${epoch + 1}/${epochs}`, ...numbers, speed, time].join('  ')
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
