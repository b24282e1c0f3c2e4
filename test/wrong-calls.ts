/**
 * Wrong calls, and what must come of each: a MyelinError with its code, that says what was expected and what was
 * received.
 */
import type { uvu } from 'uvu'
import * as assert from 'uvu/assert'
import { type ErrorCode, MyelinError } from '../src/index.ts'

/** A call, its code, and texts that its message must hold: what was expected, and what was received. */
export type Wrong = readonly [call: () => unknown, code: ErrorCode, expected: string, received: string]

// wrong calls are no TypeScript
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Anything = any
export const wrong = (value: unknown): Anything => value

export async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    await call()
  } catch (error) {
    return error
  }
  return undefined
}

/** Makes a test of each call. */
export function testWrongCalls(test: uvu.Test<unknown>, group: string, table: readonly Wrong[]): void {
  for (const [i, [call, code, expected, received]] of table.entries()) {
    test(`${group} ${i}: ${received}`, async () => {
      const error = await thrownBy(call)
      assert.instance(error, MyelinError, `no MyelinError but ${error}`)
      const { message } = error as MyelinError
      assert.is((error as MyelinError).code, code, message)
      const [first = '', ...rest] = message.split(', received ')
      assert.ok(first.includes(expected), `"${expected}" is not in what was expected: ${message}`)
      assert.ok(rest.join().includes(received), `"${received}" is not in what was received: ${message}`)
    })
  }
}
