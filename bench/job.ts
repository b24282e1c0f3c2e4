/** What the bench and its drivers tell each other: one job in, one result out, as JSON. */
import type { Workload } from './workloads.ts'

/** An array in a file: raw numbers, row after row, from `offset` on. */
export interface Part {
  readonly path: string
  readonly offset: number
  readonly type: 'uint8' | 'float32'
  readonly shape: readonly number[]
  readonly scale: number
}

export interface Job {
  readonly workload: Workload
  /** Rows of the data used, from its start: fewer than the workload's for a peer that would take an hour. */
  readonly rows: number
  readonly threads: number
  readonly seed: number
  readonly x: Part
  readonly y: Part
  readonly testX: Part
  readonly testY: Part
  /** Kernels and biases of a trained net, layer after layer, each kernel [inputs, units]; for a net that predicts. */
  readonly weights: Part | null
  /** When the process was started, in milliseconds as Date.now() counts them. */
  readonly started: number
}

export interface Result {
  /** On the clock: of the timed epochs, of the predictions, or from the start of the process. */
  readonly seconds: number
  /** Of all cores, within them: less than `seconds` on one thread says that others had the core. */
  readonly cpuSeconds: number
  /** Trained or predicted within them. */
  readonly samples: number
  /** Mean loss over the first rows of the data, nothing dropped: before any training, and at the end. */
  readonly firstLoss: number
  readonly lastLoss: number
  /** Of a race: part of the test digits that are right in the end. */
  readonly accuracy?: number
  /** Of a race: seconds of training and testing alone, and the epochs it took. */
  readonly trainingSeconds?: number
  readonly epochs?: number
  readonly version: string
  readonly threads: number
}
