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
  readonly threads: number
  readonly seed: number
  readonly x: Part
  readonly y: Part
}

export interface Result {
  /** Of the timed epochs. */
  readonly seconds: number
  /** Mean loss of the first epoch, and of the last. */
  readonly firstLoss: number
  readonly lastLoss: number
  readonly version: string
  readonly threads: number
}
