/** The progress bar: what a terminal shows of it, and that it leaves other streams and the process alone. */
import { spawnSync } from 'node:child_process'
import { PassThrough } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Bar } from '../src/callbacks/progress-bar.ts'
import { type Callback, callbacks, layers, type Model, sequential } from '../src/index.ts'

const X = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const Y = X.map(([a, b]) => (a! > b! ? 1 : 0))

function make(): Model {
  const model = sequential({ seed: 5, layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [2] })] })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** A stream that says it is a terminal, and what was written to it. */
class Terminal extends PassThrough {
  readonly isTTY = true
  readonly columns = 120
  text = ''
  clearLine = (): boolean => true

  constructor() {
    super()
    this.on('data', (chunk: Buffer) => {
      this.text += chunk.toString()
    })
  }
}

async function shown(extra: readonly Callback[], epochs = 2): Promise<string> {
  const terminal = new Terminal()
  const bar = new Bar(terminal as unknown as NodeJS.WriteStream)
  const options = { epochs, batchSize: 4, callbacks: [bar, ...extra], sliceMs: 0 }
  await make()
    .fit(X, Y, options)
    .catch(() => {})
  return terminal.text
}

/** The escape sequence that puts the cursor where it was. */
const RESTORE = '\x1b8'

const test = suite('progress-bar')

test('a terminal gets a bar within an epoch and a line at its end', async () => {
  const text = await shown([])
  assert.match(
    text,
    /epoch 1\/2 ━+╌+ 10 % {2}loss \d\.\d{4} {2}accuracy \d\.\d{4} {2}[\d,]+ samples\/s {2}[\d.]+ s left/,
  )
  assert.match(text, /epoch 1\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}[\d,]+ samples\/s {2}[\d.]+ s left\n/)
  assert.match(text, /epoch 2\/2 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}[\d,]+ samples\/s {2}[\d.]+ s in all\n$/)
})

test('a stream has no bar, as nobody knows where it ends, but lines; hooks are told of its rows', async () => {
  const terminal = new Terminal()
  const bar = new Bar(terminal as unknown as NodeJS.WriteStream)
  const told: number[][] = []
  const listen: Callback = {
    setParams: ({ steps, rows }) => void told.push([steps, rows]),
    onProgress: ({ step, steps, samples }) => void told.push([step, steps, samples]),
  }
  async function* batches() {
    for (let i = 0; i < 40; i += 10) yield { x: X.slice(i, i + 10), y: Y.slice(i, i + 10) }
  }
  await make().fit(() => batches(), { epochs: 1, callbacks: [bar, listen] })
  assert.match(terminal.text, /^epoch 1\/1 {2}loss [\d.]+ {2}accuracy [\d.]+ {2}[\d.]+ s in all\n$/)
  assert.equal(told, [
    [0, 0],
    [1, 0, 10],
    [2, 0, 20],
    [3, 0, 30],
    [4, 0, 40],
  ])
})

test('a fit that fails leaves no bar and no timer behind', async () => {
  const failing: Callback = {
    onProgress({ step }) {
      if (step === 3) throw new Error('mine')
    },
  }
  const text = await shown([failing])
  assert.match(text, '30 %')
  assert.ok(text.lastIndexOf(RESTORE) > text.lastIndexOf('━'), 'the cursor is put back')
})

test('elsewhere it is quiet and on no stream', () => {
  const script = `
    import { callbacks, layers, sequential } from './src/index.ts'
    const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] })
    model.compile({ loss: 'meanSquaredError' })
    await model.fit([[1], [2]], [[1], [2]], { epochs: 2, batchSize: 1, callbacks: [callbacks.progressBar()] })
    console.log('done')`
  const args = ['--import', 'tsx', '--input-type=module', '-e', script]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 60_000 })
  assert.equal([status, stdout, stderr], [0, 'done\n', ''])
  assert.type(callbacks.progressBar().onProgress, 'function')
})

test.run()
