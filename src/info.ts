/**
 * What this build and this machine are.
 */
import { createRequire } from 'node:module'
import { calling } from './errors.ts'
import { native } from './native.ts'
import { checkFlag, checkOptions } from './validate.ts'

export interface InfoOptions {
  /** Also measure `fmaPeak`, which takes a fifth of a second on all threads. Default false. */
  readonly measure?: boolean
}

export interface Info {
  /** Of this package. */
  readonly version: string
  /** The instruction set in use; the environment variable MYELIN_ISA forces one. */
  readonly isa: string
  /** Those that this CPU has. */
  readonly isas: readonly string[]
  /** CPUs that this process may use. */
  readonly threads: number
  readonly physicalCores: number
  /** Fused multiply-adds in float32 on all threads, FLOP/s, two to each; when it was asked for. */
  readonly fmaPeak?: number
}

const MEASURE_MS = 200

export function info(options?: InfoOptions): Info {
  const { measure = false } = checkOptions(options, 'info', ['measure'])
  const { version } = createRequire(import.meta.url)('../package.json') as { version: string }
  const found = { version, ...native.info() }
  if (!checkFlag(measure, 'measure')) return found
  const { threads } = found
  return { ...found, fmaPeak: calling(() => native.fmaPeak({ dtype: 'float32', threads, milliseconds: MEASURE_MS })) }
}
