/**
 * Ways to damage a model's description, for the tests of files that are not what they should be.
 */
import * as fc from 'fast-check'
import * as assert from 'uvu/assert'
import { MyelinError } from '../../src/index.ts'

/** Parsed JSON, to be changed in place. */
// biome-ignore lint/suspicious/noExplicitAny: whatever a test reaches into
export type Json = any

/** A change of the description, and what the refusal must say. */
export type Damage = readonly [name: string, change: (model: Json) => void, says: RegExp]

/** @throws unless it rejects with ERR_FILE and a message of the usual form */
export async function assertRefused(load: () => Promise<unknown>, says: RegExp): Promise<void> {
  const error = await load().then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof MyelinError)) throw error ?? new Error('it was loaded')
  assert.is(error.code, 'ERR_FILE', error.message)
  assert.match(error.message, /^expected .+ for `.+`, received .+/)
  assert.match(error.message, says)
}

/** A description in which some values are something else. */
export function damaged(text: string): fc.Arbitrary<string> {
  const paths = pathsOf(JSON.parse(text))
  const change = fc.record({ path: fc.constantFrom(...paths), value: fc.jsonValue({ maxDepth: 2 }) })
  return fc.array(change, { minLength: 1, maxLength: 2 }).map((changes) => {
    const copy: Json = JSON.parse(text)
    for (const { path, value } of changes) put(copy, path, value)
    return JSON.stringify(copy)
  })
}

type Path = readonly string[]

function pathsOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  const below = Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))
  return path.length === 0 ? below : [path, ...below]
}

function put(value: Json, [key, ...rest]: Path, item: unknown): void {
  if (typeof value !== 'object' || value === null || key === undefined) return
  if (rest.length === 0) value[key] = item
  else put(value[key], rest, item)
}
