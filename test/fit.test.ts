/** The loop of a fit as a caller sees it: history, validation, callbacks, abort, weights, what may run beside it. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Callback,
  Dataset,
  type FitOptions,
  layers,
  type Logs,
  type Model,
  type MyelinError,
  optimizers,
  type Schedule,
  schedules,
  sequential,
} from '../src/index.ts'
import { rejection } from './rejection.ts'

const test = suite('fit')

const X = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(3 * i), (i % 5) / 5])
const Y = X.map(([a, b]) => (a! > 0 ? (b! > 0 ? 2 : 1) : 0))

function make(learningRate: number | Schedule = 0.1, dtype: 'float32' | 'float64' = 'float32'): Model {
  const model = sequential({
    seed: 11,
    dtype,
    layers: [
      layers.dense({ units: 8, activation: 'tanh', inputShape: [3] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  return model
}

/** The undocumented length of a slice; 0 is one batch. */
const sliced = (sliceMs: number): object => ({ sliceMs })

const near = (actual: number, wanted: number, tolerance = 1e-5): void =>
  assert.ok(Math.abs(actual - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${actual} is not ${wanted}`)

test('history has an entry for each epoch', async () => {
  const model = make()
  const result = await model.fit(X, Y, { epochs: 3, batchSize: 10 })
  assert.equal(result.epoch, [0, 1, 2])
  assert.equal(Object.keys(result.history), ['loss', 'accuracy'])
  assert.equal(result.params, { epochs: 3, steps: 7, batchSize: 10, rows: 64, verbose: 0 })
  assert.ok(result.history['loss']![2]! < result.history['loss']![0]!)
  assert.is(model.optimizer.iterations, 21)
})

test('validation data gives val_ columns that equal evaluate', async () => {
  const validationData = Dataset.from(X.slice(0, 20), Y.slice(0, 20))
  for (const given of [validationData, [X.slice(0, 20), Y.slice(0, 20)] as const]) {
    const model = make()
    const { history } = await model.fit(X, Y, { epochs: 2, validationData: given })
    assert.equal(Object.keys(history), ['loss', 'accuracy', 'val_loss', 'val_accuracy'])
    const scores = await model.evaluate(validationData)
    assert.equal([history['val_loss']![1], history['val_accuracy']![1]], [scores['loss'], scores['accuracy']])
  }
})

test('validationSplit holds rows back, the same ones in every fit', async () => {
  const model = make()
  const first = await model.fit(X, Y, { epochs: 1, batchSize: 16, validationSplit: 0.25, stratify: true })
  assert.is(first.params.steps, 3)
  const twice = make()
  const whole = await twice.fit(X, Y, { epochs: 2, batchSize: 16, validationSplit: 0.25, stratify: true })
  const second = await model.fit(X, Y, { epochs: 1, batchSize: 16, validationSplit: 0.25, stratify: true })
  assert.equal([first.history['val_loss']![0], second.history['val_loss']![0]], whole.history['val_loss'])
})

test('fit for 2 epochs and then for 3 equals fit for 5, however it is sliced', async () => {
  const once = make()
  const whole = await once.fit(X, Y, { epochs: 5, batchSize: 7 })
  const model = make()
  const first = await model.fit(X, Y, { epochs: 2, batchSize: 7, ...sliced(0) })
  const second = await model.fit(X, Y, { epochs: 5, initialEpoch: 2, batchSize: 7, ...sliced(1) })
  assert.equal(model.getWeights(), once.getWeights())
  assert.equal([...first.epoch, ...second.epoch], whole.epoch)
  assert.equal([...first.history['loss']!, ...second.history['loss']!], whole.history['loss'])
})

test('callbacks are called in order, one after the other, and may be async', async () => {
  const calls: string[] = []
  const callback = (name: string): Callback => ({
    setModel: (told) => void calls.push(`${name} model ${told.stopTraining}`),
    async onTrainBegin() {
      await new Promise((resolve) => setTimeout(resolve, 2))
      calls.push(`${name} begin`)
    },
    onEpochBegin: (epoch) => void calls.push(`${name} epoch ${epoch}`),
    async onEpochEnd(epoch, logs) {
      await null
      calls.push(`${name} end ${epoch} ${Object.keys(logs)}`)
    },
    onTrainEnd: () => void calls.push(`${name} done`),
  })
  await make().fit(X, Y, { epochs: 2, callbacks: [callback('a'), callback('b')] })
  const both = (text: string): string[] => [`a ${text}`, `b ${text}`]
  assert.equal(calls, [
    ...both('model false'),
    ...both('begin'),
    ...both('epoch 0'),
    ...both('end 0 loss,accuracy'),
    ...both('epoch 1'),
    ...both('end 1 loss,accuracy'),
    ...both('done'),
  ])
})

test('what a callback adds to the logs is in the history', async () => {
  const onEpochEnd = (epoch: number, logs: Logs): void => {
    logs['twice'] = 2 * epoch
  }
  const { history } = await make().fit(X, Y, { epochs: 3, callbacks: [{ onEpochEnd }] })
  assert.equal(history['twice'], [0, 2, 4])
})

test('what a callback throws is what fit rejects with, and the model goes on', async () => {
  for (const hook of ['onTrainBegin', 'onEpochBegin', 'onEpochEnd', 'onTrainEnd', 'setModel'] as const) {
    const model = make()
    const thrown = Object.assign(new Error('mine'), { code: 'ERR_BUSY' })
    const bad: Callback = {
      [hook]: () => {
        throw thrown
      },
    }
    assert.is(await rejection(model.fit(X, Y, { epochs: 3, callbacks: [bad] })), thrown)
    assert.is((await model.fit(X, Y)).epoch.length, 1)
  }
})

test('stopTraining stops after the epoch', async () => {
  const model = make()
  const onEpochEnd = (epoch: number): void => {
    if (epoch === 1) model.stopTraining = true
  }
  assert.equal((await model.fit(X, Y, { epochs: 9, callbacks: [{ onEpochEnd }] })).epoch, [0, 1])
  assert.equal((await model.fit(X, Y, { epochs: 2 })).epoch, [0, 1])
})

test('stopTraining from outside stops at the end of an epoch', async () => {
  const model = make()
  setTimeout(() => {
    model.stopTraining = true
  }, 5)
  const { epoch } = await model.fit(X, Y, { epochs: 1e6, batchSize: 8, ...sliced(1) })
  assert.ok(epoch.length < 1e6)
  assert.is(model.optimizer.iterations, epoch.length * 8)
})

test('an abort ends the fit after the batch, and the model goes on', async () => {
  const model = make()
  const controller = new AbortController()
  const reason = new Error('enough')
  setTimeout(() => controller.abort(reason), 5)
  const error = await rejection(model.fit(X, Y, { epochs: 1e6, signal: controller.signal }))
  assert.equal([error.code, error.cause], ['ERR_ABORTED', reason])
  assert.ok(model.optimizer.iterations > 0)
  assert.equal((await model.predict(X)).shape, [64, 3])
  await model.fit(X, Y)
})

test('a signal aborted before, or in a callback, ends it too', async () => {
  const model = make()
  const weights = model.getWeights()
  const early = await rejection(model.fit(X, Y, { signal: AbortSignal.abort('no') }))
  assert.equal([early.code, early.cause], ['ERR_ABORTED', 'no'])
  assert.equal(model.getWeights(), weights)
  const controller = new AbortController()
  const callbacks = [{ onEpochBegin: () => controller.abort() }]
  assert.is((await rejection(model.fit(X, Y, { callbacks, signal: controller.signal }))).code, 'ERR_ABORTED')
  assert.equal(model.getWeights(), weights)
})

test('a loss that is not finite rejects with the epoch and the rate', async () => {
  const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] })
  model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'meanSquaredError' })
  const fit = (options: FitOptions): Promise<unknown> =>
    model.fit([[1], [2]], [3, 4], { batchSize: 1, shuffle: false, ...options })
  const error = await rejection(fit({ epochs: 5 }))
  assert.is(error.code, 'ERR_DIVERGED')
  assert.match(error.message, /epoch \d of 5, learning rate 1e\+30/)
  assert.equal(model.predictSync([[1]]).shape, [1, 1])
  const seen: number[] = []
  const onEpochEnd = (_: number, logs: Logs): void => void seen.push(logs['loss']!)
  await fit({ epochs: 5, callbacks: [{ handlesDivergence: true, onEpochEnd }] })
  assert.ok(Number.isNaN(seen.at(-1)))
})

test('the learning rate may change in a callback', async () => {
  const model = make(0.1)
  const rates: number[] = []
  const callbacks: Callback[] = [
    {
      onEpochBegin: () => void rates.push(model.learningRate),
      onEpochEnd: () => {
        model.optimizer.learningRate /= 2
      },
    },
  ]
  await model.fit(X, Y, { epochs: 3, callbacks })
  assert.equal(rates, [0.1, 0.05, 0.025])
  assert.is(model.optimizer.learningRate, 0.0125)
  const frozen = make(0)
  const weights = frozen.getWeights()
  await frozen.fit(X, Y)
  assert.equal(frozen.getWeights(), weights)
})

test('a schedule is asked for each step, and its slices change nothing', async () => {
  const steps = new Set<number>()
  const rate = (step: number): number => {
    steps.add(step)
    return 0.1 / (1 + step)
  }
  const model = make(rate)
  await model.fit(X, Y, { epochs: 3, batchSize: 8, ...sliced(0) })
  assert.ok([...Array(24).keys()].every((step) => steps.has(step)))
  assert.is(model.learningRate, 0.1 / 25)
  const whole = make(rate)
  await whole.fit(X, Y, { epochs: 3, batchSize: 8 })
  assert.equal(whole.getWeights(), model.getWeights())
  const constant = make(schedules.piecewiseConstantDecay({ boundaries: [1e6], values: [0.1, 0] }))
  await constant.fit(X, Y, { epochs: 300, batchSize: 8 })
  const plain = make(0.1)
  await plain.fit(X, Y, { epochs: 300, batchSize: 8 })
  assert.equal(constant.getWeights(), plain.getWeights())
})

test('a schedule that gives no rate, or throws, ends the fit', async () => {
  const error = await rejection(make(() => Number.NaN).fit(X, Y))
  assert.equal([error.code, error.message.includes('learningRate(0)')], ['ERR_OPTION', true])
  const thrown = new Error('mine')
  const throwing = make(() => {
    throw thrown
  })
  assert.is(await rejection(throwing.fit(X, Y)), thrown)
})

/** The loss of one whole batch before its update: Σ weight · -log(output of the class) / rows. */
function weightedLoss(model: Model, weight: (row: number) => number): number {
  const outputs = model.predictSync(X)
  return X.reduce((sum, _, i) => sum - (weight(i) * Math.log(outputs.row(i)[Y[i]!]!)) / X.length, 0)
}

test('class and sample weights weigh the loss, together', async () => {
  const sampleWeight = Float32Array.from(X, (_, i) => (i % 4) / 2)
  const classWeight = { 0: 0.5, 2: 3 }
  const ofClass = (i: number): number => [0.5, 1, 3][Y[i]!]!
  const cases: readonly [FitOptions, (row: number) => number][] = [
    [{}, () => 1],
    [{ sampleWeight }, (i) => sampleWeight[i]!],
    [{ classWeight }, ofClass],
    [{ classWeight: new Map(Object.entries(classWeight).map(([k, v]) => [Number(k), v])) }, ofClass],
    [{ sampleWeight: [...sampleWeight], classWeight }, (i) => sampleWeight[i]! * ofClass(i)],
  ]
  for (const [options, weight] of cases) {
    const model = make(0.1, 'float64')
    const wanted = weightedLoss(model, weight)
    const { history } = await model.fit(X, Y, { ...options, batchSize: 64 })
    near(history['loss']![0]!, wanted, 1e-9)
  }
  const model = make(0.1, 'float64')
  const scores = await model.evaluate(X, Y, { sampleWeight, batchSize: 64 })
  near(
    scores['loss']!,
    weightedLoss(model, (i) => sampleWeight[i]!),
    1e-9,
  )
})

test('a row of weight 0 teaches nothing', async () => {
  const keep = X.map((_, i) => i % 2)
  const model = make(0.1, 'float64')
  await model.fit(X, Y, { batchSize: 64, shuffle: false, sampleWeight: keep })
  const half = make(0.05, 'float64')
  const odd = (_: unknown, i: number): boolean => i % 2 === 1
  await half.fit(X.filter(odd), Y.filter(odd), { batchSize: 64, shuffle: false })
  for (const [i, { data }] of model.getWeights().entries()) {
    for (const [j, value] of half.getWeights()[i]!.data.entries()) near(data[j]!, value, 1e-9)
  }
})

test('predict and evaluate get in during a fit; what cannot wait says so', async () => {
  const model = make()
  const fitting = model.fit(X, Y, { epochs: 1e6, callbacks: [{ onTrainBegin() {} }] })
  fitting.catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 20))
  const [outputs, scores] = await Promise.all([model.predict(X), model.evaluate(X, Y)])
  assert.equal(outputs.shape, [64, 3])
  near(
    Array.from(outputs.row(0)).reduce((sum, value) => sum + value, 0),
    1,
  )
  assert.ok(Number.isFinite(scores['loss']))
  assert.is((await rejection(model.fit(X, Y))).code, 'ERR_BUSY')
  model.stopTraining = true
  await fitting
})

test('predictSync gives the same whatever way the rows are given', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const twin = sequential({
      seed: 3,
      dtype,
      layers: [layers.dense({ units: 2, activation: 'tanh', inputShape: [3] })],
    })
    const rows = [
      [0.5, -1, 2],
      [0, 3, -0.25],
    ]
    const wanted = twin.predictSync(rows)
    const numbers = rows.flat()
    const shared = new Float32Array(new SharedArrayBuffer(24))
    shared.set(numbers)
    for (const data of [Float32Array.from(numbers), Float64Array.from(numbers), shared]) {
      assert.equal(twin.predictSync({ data, shape: [2, 3] }), wanted, dtype)
      assert.equal(twin.predictSync({ data: data.subarray(3), shape: [1, 3] }).toArray(), [wanted.toArray()[1]], dtype)
    }
  }
})

test('predictSync in the middle of a slice says ERR_BUSY, and in a callback it predicts', async () => {
  const model = make()
  const seen: unknown[] = []
  const onEpochEnd = async (): Promise<void> => {
    seen.push(model.predictSync(X.slice(0, 1)).shape, (await model.evaluate(X, Y))['loss']! > 0)
    model.setWeights(model.getWeights())
  }
  const fitting = model.fit(X, Y, { epochs: 1, callbacks: [{ onEpochEnd }], ...sliced(200) })
  // the slice starts some microtasks after the call
  for (let i = 0; i < 50; i++) await null
  let code = ''
  try {
    model.predictSync(X)
  } catch (error) {
    code = (error as MyelinError).code
    assert.match((error as MyelinError).message, 'use predict')
  }
  assert.is(code, 'ERR_BUSY')
  await fitting
  assert.equal(seen, [[1, 3], true])
})

test('compiling again starts the optimizer afresh and leaves the weights', async () => {
  const model = make()
  await model.fit(X, Y)
  const weights = model.getWeights()
  model.compile({ optimizer: 'adam', loss: 'meanSquaredError' })
  assert.equal([model.optimizer.kind, model.optimizer.iterations, model.learningRate], ['adam', 0, 0.001])
  assert.equal(model.getWeights(), weights)
})

test('weights go in as they come out, and in other forms', async () => {
  const model = make()
  const kernel = [
    [1, 2],
    [3, 4],
  ]
  const small = sequential({
    layers: [layers.dense({ units: 2, inputShape: [2], weights: [kernel, [5, 6]] })],
  })
  assert.equal(
    small.getWeights().map((weight) => weight.toArray()),
    [kernel, [5, 6]],
  )
  assert.equal(small.predictSync([[1, 1]]).toArray(), [[9, 12]])
  small.setWeights([Float64Array.of(1, 0, 0, 1), new Float32Array(2)])
  assert.equal(small.predictSync([[3, 4]]).toArray(), [[3, 4]])
  small.layers[0]!.setWeights([Float32Array.of(1, 2, 3, 4), [0, 0]])
  assert.equal(small.layers[0]!.getWeights()[0]!.toArray(), kernel)
  const other = make()
  await other.fit(X, Y)
  other.setWeights(model.getWeights())
  assert.equal(other.predictSync(X), model.predictSync(X))
})

test('predict takes a dataset and arrays, in batches of any size', async () => {
  const model = make()
  const wanted = model.predictSync(X)
  assert.equal(await model.predict(Dataset.from(X, Y), { batchSize: 7, threads: 2 }), wanted)
  assert.equal(await model.predict(X, { batchSize: 1000 }), wanted)
  assert.equal(wanted.argMax().length, 64)
})

test('the summary has a line for each layer', () => {
  const lines: string[] = []
  make().summary({ print: (line) => lines.push(line) })
  assert.match(lines.join('\n'), /dense \(dense\) +\[rows, 8\] +32\ndense_1 \(dense\) +\[rows, 3\] +27\n/)
  assert.match(lines.join('\n'), 'Parameters: 59 (236 B, float32)')
})

test.run()
