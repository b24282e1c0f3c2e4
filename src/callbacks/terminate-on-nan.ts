/**
 * terminateOnNaN: ends a fit at a loss that is not finite, without an error.
 */
import type { Callback } from '../callbacks.ts'
import { checkOptions } from '../validate.ts'

/**
 * A loss that is not finite ends the fit after `onEpochEnd` instead of making it reject with ERR_DIVERGED. The last
 * loss of the history is then NaN, and the weights are those before that batch.
 *
 * @throws ERR_OPTION
 */
export function terminateOnNaN(options?: Record<string, never>): Callback {
  checkOptions(options, 'terminateOnNaN', [])
  return { handlesDivergence: true, onEpochEnd() {} }
}
