/**
 * How a process, its threads and its memory end: each test runs a program of test/lifetime, which must end by itself
 * with exit code 0 and no signal, because a crash or a hang is what these tests look for.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const TIMEOUT_MS = 120_000

/** Standard output of a program that ended well. */
async function run(program: string, args: readonly string[] = [], flags: readonly string[] = []): Promise<string> {
  const file = fileURLToPath(new URL(`./lifetime/${program}.ts`, import.meta.url))
  const child = spawn(process.execPath, [...flags, '--import', 'tsx', file, ...args], { timeout: TIMEOUT_MS })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  assert.is(signal, null, `ended by ${signal}: ${stderr}`)
  assert.is(code, 0, stderr)
  assert.is(stderr, '')
  return stdout.trim()
}

const lifetime = suite('lifetime')

lifetime('worker.terminate() during a fit', async () => {
  assert.is(await run('terminate'), 'ended 6 workers, then 2 epochs')
})

for (const delayMs of [0, 10, 200]) {
  lifetime(`process.exit() ${delayMs} ms into a fit`, async () => {
    assert.is(await run('exit', [`${delayMs}`]), 'fitting')
  })
}

lifetime('worker.terminate() and process.exit() while a CSV file is read', async () => {
  assert.is(await run('terminate-reader'), 'ended 6 workers, then 2 rows')
  for (const delayMs of ['0', '10', '60']) assert.is(await run('read-forever', [delayMs]), 'reading')
})

lifetime('the main module ends while a fit is pending', async () => {
  assert.is(await run('main-ends'), 'last line\n30 epochs\nexit')
})

lifetime('several worker threads train at once', async () => {
  assert.is(await run('workers'), '1 result of 5 trainings')
})

lifetime('abort, then predict and train again', async () => {
  const facts = { code: 'ERR_ABORTED', soon: true, shape: [512, 10], finite: true, moved: true, epochs: 1 }
  assert.equal(JSON.parse(await run('abort')), facts)
})

lifetime('a model dropped and collected during its fit', async () => {
  const facts = { losses: 1, finite: true, freed: 5, kept: true }
  assert.equal(JSON.parse(await run('collect', [], ['--expose-gc'])), facts)
})

lifetime('arrays that change after they were given', async () => {
  assert.is(await run('arrays-change'), '1 result of 7 trainings')
})

lifetime('400 fits leave memory flat', async () => {
  const { grownMB } = JSON.parse(await run('many-fits', [], ['--expose-gc'])) as { grownMB: number }
  assert.ok(grownMB < 12, `grew by ${grownMB.toFixed(1)} MB`) // the weights of each kept would be 40 MB
})

lifetime.run()
