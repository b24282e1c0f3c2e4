/**
 * Training that was saved and goes on elsewhere ends with the same bits as training that never stopped: weights,
 * moving statistics, everything the optimizer keeps, and counters.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadModel, type Model, optimizers, schedules } from '../src/index.ts'
import { BATCH_SIZE, data, DTYPES, EPOCHS, fit, modelFor, OPTIMIZERS, SAVED_AFTER } from './files/jobs.ts'

const test = suite('resume')
const folder = mkdtempSync(join(tmpdir(), 'myelin-resume-'))
test.after(() => rmSync(folder, { recursive: true }))

test.before(() => {
  const program = fileURLToPath(new URL('./files/jobs.ts', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', program, folder], { encoding: 'utf8' })
  assert.is(status, 0, stderr)
})

const jobs = DTYPES.flatMap((dtype) => Object.keys(OPTIMIZERS).map((name) => ({ name, dtype })))

/** All bits that a model has, by name. */
function bitsOf(model: Model): string[] {
  return model.getWeights().map(({ data: values }) => Buffer.from(values.buffer).toString('hex'))
}

for (const [i, { name, dtype }] of jobs.entries()) {
  test(`${name} in ${dtype}, saved by another process in the middle of its fit`, async () => {
    const half = join(folder, `${i}.half`)
    const whole = readFileSync(join(folder, `${i}.whole`))
    const resumed = await loadModel(half)
    assert.is(resumed.epochs, SAVED_AFTER)
    assert.is(resumed.dtype, dtype)
    assert.ok((await resumed.toBuffer()).equals(readFileSync(half)), 'saved again, it is the same file')
    assert.not.equal(bitsOf(resumed), bitsOf(await loadModel(whole)), 'there is something left to train')

    await fit(resumed, { epochs: EPOCHS, initialEpoch: resumed.epochs, threads: 1 })
    assert.equal(bitsOf(resumed), bitsOf(await loadModel(whole)))
    assert.ok((await resumed.toBuffer()).equals(whole), 'optimizer and counters too')
  })
}

test('it predicts and evaluates as before, to the bit', async () => {
  const model = await loadModel(join(folder, '0.whole'))
  const other = modelFor(OPTIMIZERS['sgd']!, 'float32')
  await fit(other, { epochs: EPOCHS })
  assert.equal(await model.evaluate(data()), await other.evaluate(data()))
  assert.equal((await model.predict(data())).data, (await other.predict(data())).data)
})

test('what is lost or changed is noticed: without its optimizer, training goes another way', async () => {
  const model = modelFor(OPTIMIZERS['adam']!, 'float32')
  await fit(model, { epochs: 2 })
  const without = await loadModel(await model.toBuffer({ includeOptimizer: false }))
  assert.equal(bitsOf(without), bitsOf(model))
  without.compile({ optimizer: optimizers.adam({ learningRate: 0.01 }), loss: 'categoricalCrossentropy' })
  await fit(model, { epochs: 1 })
  await fit(without, { epochs: 1 })
  assert.not.equal(bitsOf(without), bitsOf(model))
})

test('a learning rate set after compile', async () => {
  const model = modelFor(optimizers.adam({ learningRate: 0.5 }), 'float32')
  model.optimizer.learningRate = 0.003
  const again = await loadModel(await model.toBuffer())
  assert.is(again.learningRate, 0.003)
  await fit(model, { epochs: 1 })
  await fit(again, { epochs: 1 })
  assert.equal(bitsOf(again), bitsOf(model))
})

test('a schedule goes on at its step', async () => {
  const rate = schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 1, decayRate: 0.5 })
  const model = modelFor(optimizers.sgd({ learningRate: rate }), 'float32')
  await fit(model, { epochs: 1 })
  const again = await loadModel(await model.toBuffer())
  const steps = Math.ceil(data().rows / BATCH_SIZE)
  assert.is(again.optimizer.iterations, steps)
  assert.is(again.learningRate, 0.5 ** steps)
})

test('a save during a slice waits for its end and is all of one step', async () => {
  // all rows in one batch: then steps are epochs, and a fit of as many gives what was saved
  const batchSize = data().rows
  const model = modelFor(OPTIMIZERS['nadam']!, 'float32')
  const controller = new AbortController()
  const running = fit(model, { epochs: 1_000_000, batchSize, signal: controller.signal }).catch(() => {})
  await new Promise((done) => setTimeout(done, 10))
  assert.throws(() => model.getWeights(), /ERR_BUSY|is training/)
  const bytes = await model.toBuffer()
  controller.abort()
  await running
  const { epochs } = await loadModel(bytes)
  assert.ok(epochs > 0 && epochs < 1_000_000)
  const other = modelFor(OPTIMIZERS['nadam']!, 'float32')
  await fit(other, { epochs, batchSize })
  assert.ok(bytes.equals(await other.toBuffer()))
})

test.run()
