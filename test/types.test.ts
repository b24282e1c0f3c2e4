/** The type tests in types/ are checked by the compiler; this says whether they speak of everything there is. */
import { readdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('types')

test('every public name is in a type test', () => {
  const folder = new URL('types/', import.meta.url)
  const tests = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'))
  const index = readFileSync(new URL('../src/index.ts', import.meta.url), 'utf8')
  const lists = [...index.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].map(([, list]) => list!)
  const names = lists.flatMap((list) => list.split(',')).map((name) => name.trim().replace(/^type /, ''))
  const missing = names.filter((name) => name !== '' && !tests.some((text) => new RegExp(`\\b${name}\\b`).test(text)))
  assert.ok(names.length > 80, `${names.length} names`)
  assert.equal(missing, [])
})

test.run()
