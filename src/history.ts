/**
 * What a fit returns: columns of numbers, one entry an epoch.
 */
import type { Logs } from './callbacks.ts'

export interface HistoryParams {
  readonly epochs: number
  /** Optimizer steps of one epoch; 0 where they were not known before it ended. */
  readonly steps: number
  /** 0 where batches were taken as they came. */
  readonly batchSize: number
  /** Rows trained in one epoch; 0 where they were not known before it ended. */
  readonly rows: number
  readonly verbose: number
}

export class History {
  /** The epochs done, counted from 0. */
  readonly epoch: number[] = []
  /** A column for the loss, each metric, and each of them with `val_` when there was validation data. */
  readonly history: Record<string, number[]> = {}
  readonly params: HistoryParams

  constructor(params: HistoryParams) {
    this.params = params
  }

  /** @internal */
  add(epoch: number, logs: Logs): void {
    this.epoch.push(epoch)
    for (const [name, value] of Object.entries(logs)) {
      if (typeof value !== 'number') continue
      if (!Object.hasOwn(this.history, name)) this.history[name] = []
      this.history[name]!.push(value)
    }
  }
}
