/**
 * Monitor: the number of the logs that a callback goes by, and whether one value of it is better than another.
 */
import type { Logs, Trainee } from '../callbacks.ts'
import type { PublicMetricName } from '../define/metrics.ts'
import { checkName, checkNumber, expected, expectedText, suggestion } from '../validate.ts'

/** Whether lower or higher values are better; 'auto' knows it for the loss and for every metric. */
export type MonitorMode = 'auto' | 'min' | 'max'

export interface MonitorOptions {
  /** A name in the logs. Default 'val_loss'. */
  readonly monitor?: string
  /** Default 'auto'. */
  readonly mode?: MonitorMode
}

/** The names of MonitorOptions. */
export const MONITOR_OPTIONS = ['monitor', 'mode'] as const

const MODES = ['auto', 'min', 'max'] as const

const BETTER: Readonly<Record<PublicMetricName, 'min' | 'max'>> = {
  accuracy: 'max',
  binaryAccuracy: 'max',
  categoricalAccuracy: 'max',
  topKCategoricalAccuracy: 'max',
  meanSquaredError: 'min',
  meanAbsoluteError: 'min',
  r2: 'max',
  precision: 'max',
  recall: 'max',
  f1: 'max',
}

export class Monitor {
  readonly name: string
  readonly #mode: MonitorMode
  readonly #minDelta: number
  readonly #caller: string
  #better: 'min' | 'max' = 'min'
  #warned = false

  /** @param minDelta what a value must be better by, and more; its sign does not matter */
  constructor(caller: string, options: { readonly monitor?: unknown; readonly mode?: unknown }, minDelta: unknown = 0) {
    const { monitor = 'val_loss', mode = 'auto' } = options
    if (typeof monitor !== 'string' || monitor === '') {
      throw expected('ERR_OPTION', 'a name in the logs', 'monitor', monitor)
    }
    this.name = monitor
    this.#mode = checkName(mode, 'mode', MODES)
    this.#minDelta = Math.abs(checkNumber(minDelta, 'minDelta'))
    this.#caller = caller
  }

  /** Before training: settles which way is better. @throws ERR_OPTION when 'auto' cannot know it. */
  begin(model: Trainee): void {
    this.#warned = false
    this.#better = this.#mode === 'auto' ? this.#direction(model) : this.#mode
  }

  #direction(model: Trainee): 'min' | 'max' {
    const name = this.name.replace(/^val_/, '')
    if (name === 'loss') return 'min'
    const metric = model.metrics.find((candidate) => candidate.name === name)
    if (metric) return BETTER[metric.kind]
    const names = ['loss', ...model.metrics.map((candidate) => candidate.name)]
    throw expectedText(
      'ERR_OPTION',
      `'min' or 'max' with a monitor that is none of ${names.join(', ')}`,
      'mode',
      `'auto' with '${this.name}'`,
      suggestion(this.name, [...names, ...names.map((known) => `val_${known}`)]),
    )
  }

  /** Its value, or undefined where the logs have none; then a process warning says so, once a fit. */
  valueIn(logs: Logs): number | undefined {
    const value = logs[this.name]
    if (value === undefined && !this.#warned) {
      this.#warned = true
      const names = Object.keys(logs).join(', ')
      process.emitWarning(`${this.#caller} goes by '${this.name}', which is not in the logs: ${names}`, 'MyelinWarning')
    }
    return value
  }

  /** Any number improves on null; NaN improves on nothing. */
  improves(value: number, reference: number | null): boolean {
    if (Number.isNaN(value)) return false
    if (reference === null) return true
    return this.#better === 'min' ? value + this.#minDelta < reference : value - this.#minDelta > reference
  }
}
