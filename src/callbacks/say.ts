/**
 * What callbacks say when they are asked to: a line on standard error.
 */
import { expected } from '../validate.ts'

export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

export function checkVerbose(value: unknown = 0): boolean {
  if (value === 0 || value === 1) return value === 1
  throw expected('ERR_OPTION', '0 or 1', 'verbose', value)
}
