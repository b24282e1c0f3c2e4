/**
 * Paths that callers give, and the error for a file that cannot be written.
 */
import { fileURLToPath } from 'node:url'
import { MyelinError } from './errors.ts'
import { describe, expected } from './validate.ts'

export function checkPath(value: unknown, where: string): string {
  if (value instanceof URL && value.protocol === 'file:') return fileURLToPath(value)
  if (typeof value === 'string' && value !== '') return value
  throw expected('ERR_OPTION', 'a path or a file: URL', where, value)
}

/** @throws (rejects) ERR_FILE with the reason when `write` fails. */
export async function writing<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    if (cause instanceof MyelinError) throw cause
    const message = `expected a file that can be written for \`${path}\`, received ${describe(cause)}`
    throw new MyelinError('ERR_FILE', message, { cause })
  }
}
