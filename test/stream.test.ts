/** Fits on batches from an iterable: the bits of a fit on one dataset, read ahead, bounded, and broken off cleanly. */
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Batch,
  type Batches,
  Dataset,
  type FitOptions,
  layers,
  type Model,
  type MyelinError,
  optimizers,
  schedules,
  sequential,
} from '../src/index.ts'

const test = suite('stream')

const ROWS = 70
const BATCH = 16
const x = Array.from({ length: ROWS }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 7) / 7])
const y = x.map(([a, b]) => (a! * b! > 0 ? 1 : 0))
const weight = y.map((_, i) => 1 + (i % 3))

function make(dtype: 'float32' | 'float64' = 'float32'): Model {
  const model = sequential({
    seed: 5,
    dtype,
    layers: [
      layers.dense({ units: 8, activation: 'relu', inputShape: [3] }),
      layers.batchNormalization(),
      layers.dropout({ keep: 0.8 }),
      layers.gaussianNoise({ stddev: 0.1 }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  })
  const learningRate = schedules.exponentialDecay({ initialLearningRate: 0.05, decaySteps: 3, decayRate: 0.9 })
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

/** Rows of so many at a time, in the forms that batches may have. */
function* batchesOf(size: number): Generator<Batch> {
  for (let at = 0; at < ROWS; at += size) {
    const [a, b] = [x.slice(at, at + size), y.slice(at, at + size)]
    const form = (at / size) % 3
    yield form === 0 ? [a, b] : form === 1 ? { x: a, y: b } : Dataset.from(a, b)
  }
}

const weightsOf = (model: Model): number[][] => model.getWeights().map(({ data }) => Array.from(data))
const sleepy = async function* (size = BATCH): AsyncGenerator<Batch> {
  for (const batch of batchesOf(size)) {
    await sleep(1)
    yield batch
  }
}

const ways: readonly [name: string, batches: Batches, options: FitOptions][] = [
  ['a function of a generator', () => batchesOf(BATCH), {}],
  ['a function of a slow async generator', () => sleepy(), {}],
  ['larger pieces cut into batches', () => batchesOf(3 * BATCH), { batchSize: BATCH }],
  ['everything at once', () => batchesOf(ROWS), { batchSize: BATCH, shuffle: false }],
  ['an object that makes iterators', { [Symbol.asyncIterator]: () => sleepy() }, {}],
]

for (const [name, batches, options] of ways) {
  test(`the weights and the history of a dataset: ${name}`, async () => {
    for (const dtype of ['float32', 'float64'] as const) {
      const [whole, stream] = [make(dtype), make(dtype)]
      const common = { epochs: 3, validationData: [x, y] as const }
      const one = await whole.fit(x, y, { ...common, batchSize: BATCH, shuffle: false })
      const other = await stream.fit(batches, { ...common, ...options })
      assert.equal(weightsOf(stream), weightsOf(whole))
      assert.is(stream.optimizer.iterations, whole.optimizer.iterations)
      assert.equal(other.epoch, one.epoch)
      for (const [column, values] of Object.entries(one.history)) {
        for (const [i, value] of values.entries()) {
          assert.ok(Math.abs(other.history[column]![i]! - value) < 1e-6, `${column} ${other.history[column]} ${values}`)
        }
      }
    }
  })
}

test('a fit with a shuffle goes on from both alike', async () => {
  const [whole, stream] = [make(), make()]
  await whole.fit(x, y, { epochs: 2, batchSize: BATCH, shuffle: false })
  await stream.fit(() => batchesOf(BATCH), { epochs: 2 })
  for (const model of [whole, stream]) await model.fit(x, y, { epochs: 4, initialEpoch: 2, batchSize: BATCH })
  assert.equal(weightsOf(stream), weightsOf(whole))
})

test('weights of samples and classes', async () => {
  const [whole, stream] = [make(), make()]
  const classWeight = { 1: 3 }
  await whole.fit(x, y, { sampleWeight: weight, classWeight, batchSize: BATCH, shuffle: false })
  await stream.fit(
    function* () {
      for (let at = 0; at < ROWS; at += BATCH) {
        const [a, b, w] = [x, y, weight].map((all) => all.slice(at, at + BATCH)) as [number[][], number[], number[]]
        yield at === 0 ? ([a, b, w] as const) : { x: a, y: b, sampleWeight: w }
      }
    },
    { classWeight },
  )
  assert.equal(weightsOf(stream), weightsOf(whole))
})

test('an array that is used again for every batch', async () => {
  const [whole, stream] = [make(), make()]
  await whole.fit(x.slice(0, 64), y.slice(0, 64), { batchSize: BATCH, shuffle: false })
  const data = new Float64Array(BATCH * 3)
  await stream.fit(function* () {
    for (let at = 0; at < 64; at += BATCH) {
      for (const [i, row] of x.slice(at, at + BATCH).entries()) data.set(row, 3 * i)
      yield { x: { data, shape: [BATCH, 3] }, y: y.slice(at, at + BATCH) }
    }
  })
  assert.equal(weightsOf(stream), weightsOf(whole))
})

test('reads ahead by one batch while it trains, and no further', async () => {
  let made = 0
  let seen = 0
  const steps: number[] = []
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 2000, activation: 'tanh', inputShape: [3] }), // milliseconds a batch: time to read the next
      layers.dense({ units: 1000, activation: 'tanh' }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: optimizers.adam(), loss: 'categoricalCrossentropy' })
  await model.fit(
    async function* () {
      for (const batch of batchesOf(10)) {
        made++
        seen = Math.max(seen, made - model.optimizer.iterations)
        steps.push(model.optimizer.iterations)
        yield batch
      }
    },
    { sliceMs: 0 } as FitOptions,
  )
  assert.is(made, 7)
  assert.ok(seen <= 2, `${seen} batches were read that were not trained on`)
  assert.ok(
    steps.some((done, i) => done < i),
    `it was ahead: ${steps}`,
  )
})

const failure = async (fit: Promise<unknown>): Promise<MyelinError> =>
  fit.then(
    () => assert.unreachable('it ended well') as never,
    (error: MyelinError) => error,
  )

test('an error of the iterable is passed on, and the batches before it count', async () => {
  const mine = new Error('mine')
  const [model, twin] = [make(), make()]
  const broken = async function* (): AsyncGenerator<Batch> {
    yield [x.slice(0, BATCH), y.slice(0, BATCH)]
    throw mine
  }
  assert.is(await failure(model.fit(broken)), mine)
  await twin.fit(x.slice(0, BATCH), y.slice(0, BATCH), { batchSize: BATCH, shuffle: false })
  assert.equal(weightsOf(model), weightsOf(twin))
  await model.fit(() => batchesOf(BATCH))
})

test('an abort ends it also while it waits, and the iterable is told', async () => {
  const controller = new AbortController()
  let closed = false
  const model = make()
  const endless = async function* (): AsyncGenerator<Batch> {
    try {
      for (;;) {
        yield [x, y]
        await sleep(5)
      }
    } finally {
      closed = true
    }
  }
  setTimeout(() => controller.abort(new Error('enough')), 50)
  const error = await failure(model.fit(endless, { signal: controller.signal }))
  assert.is(error.code, 'ERR_ABORTED')
  await sleep(20)
  assert.ok(closed)

  const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }
  const soon = new AbortController()
  setTimeout(() => soon.abort(), 20)
  assert.is((await failure(model.fit(never, { signal: soon.signal }))).code, 'ERR_ABORTED')
  await model.fit(x, y)
})

test('predictions get in while it waits for a batch', async () => {
  const model = make()
  const fit = model.fit(async function* () {
    yield [x, y] as Batch
    await sleep(100)
    yield [x, y] as Batch
  })
  await sleep(20)
  assert.is((await model.predict(x)).shape[0], ROWS)
  await fit
})

test('callbacks, early stop and divergence are as with a dataset', async () => {
  const model = make()
  const epochs: number[] = []
  const { history } = await model.fit(() => batchesOf(BATCH), {
    epochs: 10,
    callbacks: [
      {
        onEpochEnd: (epoch) => {
          epochs.push(epoch)
          if (epoch === 2) model.stopTraining = true
        },
      },
    ],
  })
  assert.equal(epochs, [0, 1, 2])
  assert.is(history.loss!.length, 3)
  const wild = sequential({ layers: [layers.dense({ units: 1, inputShape: [3] })] })
  wild.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'meanSquaredError' })
  const error = await failure(wild.fit(() => batchesOf(BATCH), { epochs: 100 }))
  assert.is(error.code, 'ERR_DIVERGED')
})

const bad: readonly [batches: unknown, options: object | undefined, message: string][] = [
  [() => 5, undefined, 'a function that returns an iterable of batches for `fit`, received 5'],
  [() => undefined, undefined, 'a function that returns an iterable of batches for `fit`, received undefined'],
  [() => [], undefined, 'expected at least one batch for `epoch 1`, received none; pass a function'],
  [sleepy(), { epochs: 2 }, 'expected at least one batch for `epoch 2`, received none; pass a function'],
  [() => [5], undefined, 'a batch ([x, y], { x, y } or a Dataset) for `fit`, received 5; in batch 1 of epoch 1'],
  [() => [[x]], undefined, 'in batch 1 of epoch 1'],
  [
    () => [{ x }],
    undefined,
    'a batch ([x, y], { x, y } or a Dataset) for `fit`, received { x }; in batch 1 of epoch 1',
  ],
  [
    () => [
      [x, y],
      [[[1]], [1]],
    ],
    undefined,
    'rows of 3 features for `x`, received rows of 1; in batch 2 of epoch 1',
  ],
  [() => [[x, [1]]], undefined, 'in batch 1 of epoch 1'],
  [() => [[x, y]], { shuffle: true }, 'nothing beside batches, which come as they are, for `shuffle`, received true'],
  [() => [[x, y]], { validationSplit: 0.5 }, 'for `validationSplit`, received 0.5'],
  [() => [[x, y]], { sampleWeight: weight }, 'for `sampleWeight`, received'],
  [() => [[x, y]], { epoch: 2 }, 'received `epoch`; did you mean `epochs`?'],
]

for (const [i, [batches, options, message]] of bad.entries()) {
  test(`refused, ${i}: ${message}`, async () => {
    const error = await failure(make().fit(batches as Batches, options as FitOptions))
    assert.ok(error.message.includes(message), error.message)
    assert.match(error.code, /^ERR_(OPTION|DATA|SHAPE)$/)
  })
}

if (process.platform === 'linux') {
  // elsewhere nothing tells how many there are
  test('threads are handed from batch to batch and end with the fit', async () => {
    const threads = (): string[] => readdirSync('/proc/self/task')
    const model = make()
    await model.fit(() => batchesOf(BATCH), { threads: 4 })
    const before = threads()
    const seen: string[][] = []
    const watched = async function* (): AsyncGenerator<Batch> {
      for await (const batch of sleepy()) {
        yield batch
        seen.push(threads().filter((id) => !before.includes(id)))
      }
    }
    await model.fit(watched, { threads: 4 })
    assert.equal(threads(), before)
    // when the third batch is asked for the first is done and the second has begun, and so on
    const [, own, ...later] = seen
    assert.is(own!.length, 3)
    assert.equal(later, [own, own, own])
    const failing = async function* (): AsyncGenerator<Batch> {
      yield* sleepy()
      throw new Error('no more')
    }
    await model.fit(failing, { threads: 4 }).then(
      () => assert.unreachable(),
      (error: Error) => assert.is(error.message, 'no more'),
    )
    assert.equal(threads(), before)
  })
}

test.run()
