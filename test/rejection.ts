/** What a promise rejects with. */
import * as assert from 'uvu/assert'
import type { MyelinError } from '../src/index.ts'

export async function rejection(promise: Promise<unknown>): Promise<MyelinError> {
  try {
    await promise
  } catch (error) {
    return error as MyelinError
  }
  return assert.unreachable('it did not reject') as never
}
