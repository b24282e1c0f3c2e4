/** Event files: byte by byte against TensorBoard's own classes, and read by TensorBoard where Python has it. */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { crc32c, type EventRecord, eventRecord, versionRecord } from '../src/callbacks/event-file.ts'
import { type Callback, callbacks, layers, type Model, sequential } from '../src/index.ts'

interface Golden {
  readonly events: { readonly records: readonly EventRecord[]; readonly hex: string }
}

const { events } = JSON.parse(readFileSync(new URL('golden/callbacks.json', import.meta.url), 'utf8')) as Golden

const X = Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const Y = X.map(([a, b]) => (a! > b! ? 1 : 0))

function make(): Model {
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 6, activation: 'relu', inputShape: [2] }),
      layers.batchNormalization({ scale: false }),
      layers.dense({ units: 2, activation: 'softmax', useBias: false }),
    ],
  })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** A Python that has TensorBoard: of the repository's own environment, or the one on the PATH. */
function findPython(): string | undefined {
  const own = fileURLToPath(new URL('../.cache/venv/bin/python', import.meta.url))
  return ['python3', 'python', ...(existsSync(own) ? [own] : [])].find(
    (python) => spawnSync(python, ['-c', 'import tensorboard.backend.event_processing']).status === 0,
  )
}

const test = suite('tensor-board')
let folder = ''

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'myelin-tensorboard-'))
})
test.after(() => rm(folder, { recursive: true }))

test('crc32c gives the check value of the catalogues and those of RFC 3720', () => {
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283)
  assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa)
  assert.is(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
  assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
})

test("records have the bytes of TensorBoard's own writer", () => {
  const bytes = Buffer.concat([versionRecord(1.5), ...events.records.map(eventRecord)])
  assert.is(bytes.toString('hex'), events.hex)
})

test('a fit makes one file for training and one for validation, each fit new ones', async () => {
  const logDir = join(folder, 'files')
  const model = make()
  const board = callbacks.tensorBoard({ logDir })
  await model.fit(X, Y, { epochs: 3, validationData: [X, Y], callbacks: [board] })
  await model.fit(X, Y, { callbacks: [board] })
  assert.is((await readdir(join(logDir, 'train'))).length, 2)
  const [file] = await readdir(join(logDir, 'validation'))
  assert.match(file!, /^events\.out\.tfevents\.\d{10}\..+\.\d+\.\d+\.v2$/)
  const text = await readFile(join(logDir, 'validation', file!), 'latin1')
  assert.equal(text.match(/epoch_\w+/g), Array(3).fill(['epoch_loss', 'epoch_accuracy']).flat())
})

const READ = `
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
def read(part):
    events = EventAccumulator(sys.argv[1] + "/" + part, size_guidance={"scalars": 0, "histograms": 0})
    events.Reload()
    tags = events.Tags()
    return {
        "scalars": {t: [[e.step, e.value] for e in events.Scalars(t)] for t in tags["scalars"]},
        "histograms": {t: [[e.step, *(getattr(e.histogram_value, name) for name in ("min", "max", "num", "sum", "sum_squares", "bucket_limit", "bucket"))] for e in events.Histograms(t)] for t in tags["histograms"]},
    }
print(json.dumps([read("train"), read("validation")], default=list))
`

interface Read {
  readonly scalars: Readonly<Record<string, [step: number, value: number][]>>
  readonly histograms: Readonly<Record<string, [number, number, number, number, number, number, number[], number[]][]>>
}

const python = findPython()
if (!python) console.log('  left out: no Python with tensorboard (pip install -r scripts/golden-requirements.txt)')

;(python ? test : test.skip)('TensorBoard reads the numbers of the fit and the weights', async () => {
  const logDir = join(folder, 'read')
  const model = make()
  const kernels: Float32Array[] = []
  const remember: Callback = {
    onEpochEnd: () => void kernels.push(model.layers[0]!.getWeights()[0]!.data as Float32Array),
  }
  const board = callbacks.tensorBoard({ logDir, histogramFreq: 2 })
  const options = { epochs: 3, validationSplit: 0.2, callbacks: [remember, board] }
  const { history } = await model.fit(X, Y, options)
  const [train, validation] = JSON.parse(execFileSync(python!, ['-c', READ, logDir], { encoding: 'utf8' })) as Read[]
  const column = (name: string): [number, number][] => history[name]!.map((value, i) => [i, Math.fround(value)])
  assert.equal(train!.scalars, {
    epoch_loss: column('loss'),
    epoch_accuracy: column('accuracy'),
    epoch_learning_rate: [0, 1, 2].map((i) => [i, Math.fround(0.001)]),
  })
  assert.equal(validation!.scalars, { epoch_loss: column('val_loss'), epoch_accuracy: column('val_accuracy') })
  assert.equal(validation!.histograms, {})
  assert.equal(Object.keys(train!.histograms), [
    'dense/kernel/histogram',
    'dense/bias/histogram',
    'batchNormalization/beta/histogram',
    'batchNormalization/movingMean/histogram',
    'batchNormalization/movingVariance/histogram',
    'dense_1/kernel/histogram',
  ])
  const seen = train!.histograms['dense/kernel/histogram']!
  assert.equal(
    seen.map(([step]) => step),
    [0, 2],
  )
  for (const [step, least, most, count, sum, sumOfSquares, limits, bins] of seen) {
    const kernel = [...kernels[step]!]
    assert.equal([least, most, count], [Math.min(...kernel), Math.max(...kernel), kernel.length])
    const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-12, `${a} is not ${b}`)
    near(
      sum,
      kernel.reduce((total, value) => total + value, 0),
    )
    near(
      sumOfSquares,
      kernel.reduce((total, value) => total + value * value, 0),
    )
    assert.equal([limits.length, bins.length, limits.at(-1)], [30, 30, most])
    for (const [i, limit] of limits.entries()) {
      const below = kernel.filter((value) => value < limit || i === 29).length
      assert.is(
        bins.slice(0, i + 1).reduce((total, value) => total + value, 0),
        below,
        `bin ${i}`,
      )
    }
  }
})

test.run()
