/**
 * AbortSignals: one check before and between slices, and a call that cuts the present slice short.
 */
import { MyelinError } from './errors.ts'
import { expected } from './validate.ts'

export interface Abortable {
  /** @throws ERR_ABORTED once the signal is aborted; `cause` is its reason. */
  check(): void
  /** Lets go of the signal. */
  release(): void
}

export function checkSignal(value: unknown): AbortSignal | null {
  if (value === undefined || value === null) return null
  if (value instanceof AbortSignal) return value
  throw expected('ERR_OPTION', 'an AbortSignal', 'signal', value)
}

export function abortable(signal: AbortSignal | null, caller: string, stop: () => void): Abortable {
  signal?.addEventListener('abort', stop)
  return {
    check() {
      if (signal?.aborted !== true) return
      const message = `expected a signal that is not aborted for \`${caller}\`, received one that is`
      throw new MyelinError('ERR_ABORTED', message, { cause: signal.reason })
    },
    release() {
      signal?.removeEventListener('abort', stop)
    },
  }
}
