/**
 * How long property tests look: so many runs in the suite, so many seconds each where scripts/fuzz.mjs asks for that.
 */
import type { Parameters } from 'fast-check'

export function effortOf(numRuns: number): Parameters<unknown> {
  const seconds = Number(process.env.MYELIN_FUZZ_SECONDS ?? 0)
  return seconds > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: seconds * 1000 } : { numRuns }
}
