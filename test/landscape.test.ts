/** lossLandscape: surfaces known in closed form, random directions by their definition, and wrong calls. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ErrorCode,
  type LandscapeOptions,
  layers,
  lossLandscape,
  type Model,
  MyelinError,
  optimizers,
  regularizers,
  sequential,
} from '../src/index.ts'

const test = suite('landscape')

const X = [
  [1, 2],
  [3, -1],
  [0.5, 0.25],
]
const Y = [[1], [-2], [0.5]]

/** One linear unit without a bias: its sum of squares is a quadratic of its two weights. */
function linear(dtype: 'float32' | 'float64' = 'float64', lambda = 0): Model {
  const kernelRegularizer = lambda > 0 ? regularizers.l2Cost({ lambda }) : null
  const model = sequential({
    seed: 3,
    dtype,
    layers: [
      layers.dense({ units: 1, useBias: false, inputShape: [2], weights: [[[0.25], [-0.5]]], kernelRegularizer }),
    ],
  })
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'sumSquaredError' })
  return model
}

function net(): Model {
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      layers.dropout({ keep: 0.5 }),
      layers.dense({ units: 1 }),
    ],
  })
  model.compile({ optimizer: optimizers.adam(), loss: 'meanSquaredError' })
  return model
}

const both: LandscapeOptions['weights'] = [
  { layer: 0, index: 0 },
  { layer: 0, index: 1 },
]

const near = (actual: number, wanted: number): void =>
  assert.ok(Math.abs(actual - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${actual} is not ${wanted}`)

/** Mean over the rows of ½ (target − w·x)², and λ/2n Σ w². */
function quadratic(a: number, b: number, lambda = 0): number {
  const errors = X.map(([p, q], i) => 0.5 * (Y[i]![0]! - a * p! - b * q!) ** 2)
  return errors.reduce((sum, e) => sum + e, 0) / X.length + (lambda / (2 * X.length)) * (a * a + b * b)
}

test('over two weights of a linear unit it is the quadratic', () => {
  for (const lambda of [0, 0.3]) {
    const found = lossLandscape(linear('float64', lambda), X, Y, { weights: both, steps: 5, span: 2 })
    assert.equal([...found.xs], [-1.75, -0.75, 0.25, 1.25, 2.25])
    assert.equal([...found.ys], [-2.5, -1.5, -0.5, 0.5, 1.5])
    assert.equal(found.loss.shape, [5, 5])
    for (const [j, y] of found.ys.entries()) {
      for (const [i, x] of found.xs.entries()) near(found.loss.row(j)[i]!, quadratic(x, y, lambda))
    }
    assert.equal([found.centre.x, found.centre.y], [0.25, -0.5])
    assert.is(found.centre.loss, found.loss.row(2)[2])
  }
})

test('the first weight goes along a row, the second down', () => {
  const turned = lossLandscape(linear(), X, Y, { weights: [both[1], both[0]] as typeof both, steps: 3 })
  const found = lossLandscape(linear(), X, Y, { weights: both, steps: 3 })
  for (const j of [0, 1, 2]) {
    for (const i of [0, 1, 2]) assert.is(turned.loss.row(j)[i], found.loss.row(i)[j])
  }
})

test('a float32 model is looked at in float64, and is left as it was', () => {
  const model = linear('float32')
  const before = model.getWeights()
  const found = lossLandscape(model, X, Y, { weights: both, steps: 3, span: 0.5 })
  assert.equal(model.getWeights(), before)
  assert.is(model.optimizer.iterations, 0)
  near(found.loss.row(0)[2]!, quadratic(0.75, -1))
})

test('weights of different layers, and biases', () => {
  const weights = [
    { layer: 0, index: 3 },
    { layer: 2, parameter: 1, index: 0 },
  ] as const
  const model = net()
  const found = lossLandscape(model, X, Y, { weights, steps: 3, span: 0.25 })
  assert.is(found.centre.y, 0)
  const values = model.getWeights().map(({ data }) => Float64Array.from(data))
  values[0]![3] = found.xs[2]!
  values[3]![0] = found.ys[0]!
  const moved = sequential({ ...model.toJSON(), dtype: 'float64' })
  moved.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  moved.setWeights(values)
  near(found.loss.row(0)[2]!, moved.trace(X, Y, { training: false }).loss)
})

test('random directions: by the seed, and scaled to the weights of each unit', () => {
  const model = net()
  const options = { weights: 'random', steps: 3, span: 0.5 } as const
  const found = lossLandscape(model, X, Y, options)
  assert.equal(found, lossLandscape(model, X, Y, { ...options, seed: 0 }))
  assert.not.equal(found.loss, lossLandscape(model, X, Y, { ...options, seed: 1 }).loss)
  assert.equal([...found.xs], [-0.5, 0, 0.5])
  const { x, y, loss } = found.centre
  assert.equal([x, y, loss], [0, 0, found.loss.row(1)[1]])
  const inFloat32 = model.trace(X, Y, { training: false }).loss
  assert.ok(Math.abs(loss - inFloat32) < 1e-5 * inFloat32)

  // weights that are all zero have directions of length zero, and then nothing changes
  model.setWeights(model.getWeights().map(({ data, shape }) => ({ data: data.map(() => 0), shape })))
  const flat = lossLandscape(model, X, Y, options)
  assert.ok([...flat.loss.data].every((value) => value === flat.centre.loss))
})

test('a unit of one weight moves by its own size along a random direction', () => {
  const model = sequential({
    dtype: 'float64',
    layers: [layers.dense({ units: 1, useBias: false, inputShape: [1], weights: [[[3]]] })],
  })
  model.compile({ optimizer: 'sgd', loss: 'sumSquaredError' })
  const { loss } = lossLandscape(model, [[1]], [[0]], { weights: 'random', steps: 3, span: 1 })
  // the direction is ±3: along one axis the weight is 0, 3 and 6 in this order or the other
  const values = [...loss.row(1)].sort((a, b) => a - b)
  for (const [i, wanted] of [0, 4.5, 18].entries()) near(values[i]!, wanted)
})

const model = net()
const plain = sequential({ layers: [layers.dense({ units: 1, inputShape: [2] })] })
// biome-ignore lint/suspicious/noExplicitAny: wrong calls are no TypeScript
const call = (options: unknown): unknown => lossLandscape(model, X, Y, options as any)
const one = { layer: 0, index: 0 }

const WRONG: Record<string, readonly [() => unknown, ErrorCode, string]> = {
  'no model': [() => lossLandscape({} as Model, X, Y, { weights: 'random' }), 'ERR_OPTION', 'a model for `model`'],
  'not compiled': [() => lossLandscape(plain, X, Y, { weights: 'random' }), 'ERR_NOT_COMPILED', 'lossLandscape'],
  'features that do not fit': [
    () => lossLandscape(model, [[1]], [[1]], { weights: 'random' }),
    'ERR_SHAPE',
    '2 features',
  ],
  'no options': [() => call(undefined), 'ERR_OPTION', 'received undefined'],
  'an unknown option': [() => call({ weights: 'random', step: 3 }), 'ERR_OPTION', 'did you mean `steps`?'],
  'one weight': [() => call({ weights: [one] }), 'ERR_OPTION', 'two weights'],
  'a wrong word': [() => call({ weights: 'randomly' }), 'ERR_OPTION', "'randomly'"],
  'a weight that is none': [() => call({ weights: [one, 3] }), 'ERR_OPTION', '`weights[1]`, received 3'],
  'the same twice': [() => call({ weights: [one, { ...one }] }), 'ERR_OPTION', 'two different weights'],
  'a layer too many': [() => call({ weights: [one, { layer: 3, index: 0 }] }), 'ERR_OPTION', 'from 0 to 2'],
  'a layer without weights': [() => call({ weights: [one, { layer: 1, index: 0 }] }), 'ERR_OPTION', 'dropout'],
  'an index too high': [() => call({ weights: [one, { layer: 0, index: 8 }] }), 'ERR_OPTION', 'from 0 to 7'],
  'a parameter too many': [() => call({ weights: [one, { ...one, parameter: 2 }] }), 'ERR_OPTION', 'from 0 to 1'],
  'one step': [() => call({ weights: 'random', steps: 1 }), 'ERR_OPTION', 'from 2 to 1001'],
  'steps that are not whole': [() => call({ weights: 'random', steps: 3.5 }), 'ERR_OPTION', 'received 3.5'],
  'no span': [() => call({ weights: 'random', span: 0 }), 'ERR_OPTION', 'above 0 for `span`'],
  'a span without end': [() => call({ weights: 'random', span: Infinity }), 'ERR_OPTION', 'for `span`'],
  'a seed below 0': [() => call({ weights: 'random', seed: -1 }), 'ERR_OPTION', 'for `seed`'],
}

for (const [name, [wrong, code, text]] of Object.entries(WRONG)) {
  test(`refuses ${name}`, () => {
    try {
      wrong()
    } catch (error) {
      assert.instance(error, MyelinError)
      assert.is((error as MyelinError).code, code)
      assert.ok((error as MyelinError).message.includes(text), (error as MyelinError).message)
      return
    }
    assert.unreachable('it did not throw')
  })
}

test.run()
