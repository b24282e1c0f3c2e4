/** The examples as they are, with the package as it is emitted: services that answer, rightly, and refuse what is wrong. */
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Dataset, loadModel, type Model } from '../src/index.ts'
import { Built, startNode } from './built.ts'

const EXAMPLES = new URL('../examples/', import.meta.url)
const test = suite('examples')
let folder = ''
let built: Built
let model: Model
let rows: number[][]

test.before(async () => {
  built = new Built()
  folder = await mkdtemp(join(tmpdir(), 'myelin-examples-'))
  built.installInto(folder)
  for (const name of await readdir(EXAMPLES)) await copyFile(new URL(name, EXAMPLES), join(folder, name))
  const args = ['train', 'iris.csv', '--label', 'species', '--epochs', '40', '--save', 'iris.safetensors']
  const { status, stderr } = await built.run(args, folder)
  assert.is(status, 0, stderr)
  model = await loadModel(join(folder, 'iris.safetensors'))
  const lines = (await readFile(join(folder, 'iris.csv'), 'utf8')).trimEnd().split('\n').slice(1)
  rows = lines.map((line) => line.split(',').slice(0, 4).map(Number))
})
test.after(async () => {
  built.remove()
  await rm(folder, { recursive: true })
})

interface Service {
  readonly post: (body: string, path?: string) => Promise<{ status: number; body: unknown }>
  readonly stop: () => Promise<unknown>
}

async function serve(script: string, ...args: string[]): Promise<Service> {
  const { child, ended, said } = startNode([script, 'iris.safetensors', '--port', '0', ...args], folder)
  const [, port] = await said(/listening on port (\d+)/)
  const post = async (body: string, path = '/predict'): Promise<{ status: number; body: unknown }> => {
    const options = { method: 'POST', body, headers: { connection: 'close' } }
    const response = await fetch(`http://localhost:${port}${path}`, options)
    return { status: response.status, body: await response.json() }
  }
  const stop = (): Promise<unknown> => {
    child.kill('SIGTERM')
    return ended
  }
  return { post, stop }
}

const outputsOf = (data: number[][] | Dataset): number[][] => model.predictSync(data).toArray()

test('the HTTP service gives the classes and the very probabilities of the model', async () => {
  const { post, stop } = await serve('http.mjs')
  const outputs = outputsOf(rows)
  const names = ['setosa', 'versicolor', 'virginica']
  const answers = outputs.map((values) => ({
    class: names[values.indexOf(Math.max(...values))],
    probabilities: Object.fromEntries(values.map((value, i) => [names[i], value])),
  }))
  assert.equal(await post(JSON.stringify(rows)), { status: 200, body: answers })
  const single = await Promise.all(rows.map((row) => post(JSON.stringify(row))))
  assert.equal(
    single.map(({ body }) => body),
    answers,
  )
  const right = answers.filter(({ class: name }, i) => name === names[Math.floor(i / 50)]).length
  assert.ok(right > 135, `${right} of 150`)
  await stop()
})

test('the HTTP service refuses what is wrong and goes on', async () => {
  const { post, stop } = await serve('http.mjs')
  const cases: readonly [body: string, path: string, status: number, says: RegExp][] = [
    ['[1, 2, 3]', '/predict', 400, /rows of 4 features/],
    ['[1, 2, 3, null]', '/predict', 400, /finite number/],
    ['[]', '/predict', 400, /expected/],
    ['"text"', '/predict', 400, /expected/],
    ['null', '/predict', 400, /expected/],
    ['{ "a": 1', '/predict', 400, /not JSON/],
    [`[${'1,'.repeat(600_000)}1]`, '/predict', 413, /more than/],
    ['[1, 2, 3, 4]', '/', 404, /predict/],
  ]
  for (const [body, path, status, says] of cases) {
    const answer = await post(body, path)
    assert.is(answer.status, status, body.slice(0, 40))
    assert.match((answer.body as { error: string }).error, says)
  }
  assert.is((await post('[5.1, 3.5, 1.4, 0.2]')).status, 200)
  await stop()
})

test('the service with workers gives the same, and an error for a wrong row', async () => {
  const { post, stop } = await serve('workers.mjs', '--workers', '2')
  const outputs = outputsOf(rows)
  const answers = await Promise.all(rows.map((row) => post(JSON.stringify([row]))))
  assert.equal(
    answers.map(({ body }) => (body as number[][])[0]),
    outputs,
  )
  assert.is((await post('[[1]]')).status, 400)
  assert.is((await post('[[')).status, 400)
  await stop()
})

test.run()
