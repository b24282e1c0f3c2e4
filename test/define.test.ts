/** What factories return, and the native specs that are made of them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import * as names from '../src/define/names.ts'
import { planNetwork } from '../src/define/network.ts'
import { planTraining } from '../src/define/training.ts'
import {
  constraints,
  initializers,
  layers,
  losses,
  metrics,
  optimizers,
  regularizers,
  sequential,
} from '../src/index.ts'
import { native } from '../src/native.ts'

const test = suite('define')

test('the addon knows the same names', () => {
  const sorted = (list: readonly string[]): string[] => [...list].sort()
  const known = native.names()
  assert.equal(sorted(known.activations), sorted(names.ACTIVATIONS))
  assert.equal(sorted(known.losses), sorted(names.LOSSES))
  assert.equal(sorted(known.metrics), sorted(names.METRICS))
  assert.equal(sorted(known.optimizers), sorted(names.OPTIMIZERS))
  assert.equal(sorted(known.initializers), sorted(names.INITIALIZERS))
  assert.equal(sorted(known.constraints), sorted(names.CONSTRAINTS))
  assert.equal(sorted(known.layers), sorted(names.NATIVE_LAYERS))
})

test('every name has its factory', () => {
  assert.equal(Object.keys(initializers), [...names.INITIALIZERS])
  assert.equal(Object.keys(losses), [...names.LOSSES])
  assert.equal(Object.keys(optimizers), [...names.OPTIMIZERS])
  assert.equal(Object.keys(constraints), [...names.CONSTRAINTS])
  assert.equal(Object.keys(metrics).sort(), ['accuracy', ...names.METRICS].sort())
  assert.equal(Object.keys(layers).sort(), ['flatten', 'input', ...names.NATIVE_LAYERS].sort())
})

test('dense has the defaults of Keras', () => {
  const layer = layers.dense({ units: 3 })
  assert.equal(layer, {
    kind: 'dense',
    name: null,
    inputShape: null,
    units: 3,
    activation: 'linear',
    useBias: true,
    kernelInitializer: { kind: 'glorotUniform', seed: null },
    biasInitializer: { kind: 'zeros' },
    kernelRegularizer: null,
    biasRegularizer: null,
    kernelConstraint: null,
    biasConstraint: null,
    weights: null,
    trainable: { kernel: true, bias: true },
  })
  assert.ok(Object.isFrozen(layer))
})

test('optimizers have the defaults of Keras', () => {
  const common = { weightDecay: null, clipNorm: null, globalClipNorm: null, clipValue: null }
  const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-7 }
  const rate = { learningRate: 0.001 }
  assert.equal(optimizers.sgd(), { kind: 'sgd', ...common, learningRate: 0.01, momentum: 0, nesterov: false })
  const root = { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false }
  assert.equal(optimizers.rmsprop(), { kind: 'rmsprop', ...common, ...rate, ...root })
  assert.equal(optimizers.adagrad(), {
    kind: 'adagrad',
    ...common,
    ...rate,
    initialAccumulatorValue: 0.1,
    epsilon: 1e-7,
  })
  assert.equal(optimizers.adadelta(), { kind: 'adadelta', ...common, ...rate, rho: 0.95, epsilon: 1e-7 })
  assert.equal(optimizers.adam(), { kind: 'adam', ...common, ...rate, ...moments, amsgrad: false })
  assert.equal(optimizers.adamw(), {
    kind: 'adamw',
    ...common,
    ...rate,
    ...moments,
    amsgrad: false,
    weightDecay: 0.004,
  })
  assert.equal(optimizers.adamax(), { kind: 'adamax', ...common, ...rate, ...moments })
  assert.equal(optimizers.nadam(), { kind: 'nadam', ...common, ...rate, ...moments })
  assert.equal(optimizers.lion(), { kind: 'lion', ...common, ...rate, beta1: 0.9, beta2: 0.99 })
})

test('the others have the defaults of Keras', () => {
  assert.equal(regularizers.l1(), { kind: 'l1', l1: 0.01 })
  assert.equal(regularizers.l2(), { kind: 'l2', l2: 0.01 })
  assert.equal(constraints.maxNorm(), { kind: 'maxNorm', maxValue: 2 })
  assert.equal(constraints.minMaxNorm(), { kind: 'minMaxNorm', minValue: 0, maxValue: 1, rate: 1 })
  assert.equal(initializers.randomUniform(), { kind: 'randomUniform', minval: -0.05, maxval: 0.05, seed: null })
  assert.equal(initializers.randomNormal({ seed: 1 }), { kind: 'randomNormal', mean: 0, stddev: 0.05, seed: 1 })
  assert.equal(losses.huber(), { kind: 'huber', reduction: 'mean', delta: 1 })
  assert.equal(metrics.topKCategoricalAccuracy(), {
    kind: 'topKCategoricalAccuracy',
    name: 'topKCategoricalAccuracy',
    k: 5,
  })
  const { epsilon, momentum } = layers.batchNormalization()
  assert.equal([epsilon, momentum, layers.layerNormalization().epsilon], [0.001, 0.99, 0.001])
})

test('names, factories and data give the same definition', () => {
  const made = layers.dense({
    units: 2,
    kernelInitializer: initializers.heNormal(),
    kernelRegularizer: regularizers.l2(),
  })
  const named = layers.dense({ units: 2, kernelInitializer: 'heNormal', kernelRegularizer: 'l2' })
  const data = layers.dense({
    units: 2,
    kernelInitializer: { kind: 'heNormal' },
    kernelRegularizer: { kind: 'l2', l2: 0.01 },
  })
  assert.equal(named, made)
  assert.equal(data, made)
})

test('activations with a setting', () => {
  assert.equal(layers.activation('swish').activation, 'silu')
  assert.equal(layers.activation('leakyRelu').activation, { kind: 'leakyRelu', negativeSlope: 0.2 })
  assert.equal(layers.activation({ activation: { kind: 'elu', alpha: 0.5 } }).activation, { kind: 'elu', alpha: 0.5 })
  const plan = planNetwork({
    layers: [layers.dense({ units: 1, inputShape: [2], activation: { kind: 'leakyRelu', negativeSlope: 0.1 } })],
  })
  const [dense] = plan.spec.layers
  assert.ok(dense?.kind === 'dense' && dense.activation === 'leakyRelu' && dense.alpha === 0.1)
})

test('dropout takes keep or rate', () => {
  assert.equal(layers.dropout({ rate: 0.25 }).keep, 0.75)
  assert.equal(layers.dropout({ keep: 0.7 }).keep, 0.7)
  assert.equal(layers.dropout({ keep: 1 }).scaling, 'train')
})

test('input and flatten are no native layers', () => {
  const plan = planNetwork({
    seed: 5,
    layers: [
      layers.input({ shape: [28, 28] }),
      layers.flatten(),
      layers.dense({ units: 10 }),
      layers.dropout({ keep: 0.5, scaling: 'test' }),
    ],
  })
  assert.equal(
    plan.layers.map(({ native: place }) => place),
    [null, null, 0, 1],
  )
  assert.equal(
    plan.layers.map(({ name }) => name),
    ['input', 'flatten', 'dense', 'dropout'],
  )
  assert.equal([plan.spec.inputs, plan.spec.seed, plan.spec.dtype, plan.outputs], [784, 5, 'float32', 10])
  assert.equal(plan.spec.layers[1], { kind: 'dropout', keep: 0.5, testScaling: true })
  assert.ok(Object.isFrozen(plan.spec) && plan.spec.layers.every(Object.isFrozen))
})

test('layers are named as in Keras', () => {
  const dense = layers.dense({ units: 1, inputShape: [1] })
  const plan = planNetwork({ layers: [dense, dense, layers.dense({ units: 1, name: 'dense_2' }), dense] })
  assert.equal(
    plan.layers.map(({ name }) => name),
    ['dense', 'dense_1', 'dense_2', 'dense_3'],
  )
})

test('the native initializer has every field', () => {
  const kernelInitializer = initializers.randomUniform({ minval: -1, maxval: 2, seed: 7 })
  const plan = planNetwork({ layers: [layers.dense({ units: 1, inputShape: [1], kernelInitializer })] })
  const [dense] = plan.spec.layers
  const wanted = { kind: 'randomUniform', value: 0, min: -1, max: 2, mean: 0, stddev: 0, gain: 1, seed: 7 }
  assert.equal(dense?.kind === 'dense' && dense.kernelInitializer, wanted)
})

test('accuracy goes by the outputs, and keeps its name', () => {
  const one = planTraining({ loss: 'binaryCrossentropy', metrics: ['accuracy'] }, 1)
  const ten = planTraining(
    { loss: 'categoricalCrossentropy', metrics: ['accuracy', metrics.topKCategoricalAccuracy({ k: 20 })] },
    10,
  )
  assert.equal(one.spec.metrics, [{ kind: 'binaryAccuracy', k: 1, threshold: 0.5 }])
  assert.equal(
    ten.spec.metrics.map(({ kind, k }) => [kind, k]),
    [
      ['categoricalAccuracy', 1],
      ['topKCategoricalAccuracy', 10],
    ],
  )
  assert.equal(ten.columns, ['loss', 'accuracy', 'topKCategoricalAccuracy'])
  assert.is(one.optimizer.kind, 'rmsprop')
})

test('a model comes back from its JSON', () => {
  const model = sequential({
    seed: 3,
    dtype: 'float64',
    layers: [
      layers.dropout({ keep: 0.7, inputShape: [3] }),
      layers.dense({
        units: 2,
        activation: 'leakyRelu',
        weights: [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          [7, 8],
        ],
        kernelConstraint: 'maxNorm',
      }),
      layers.batchNormalization(),
    ],
  })
  const json = JSON.stringify(model)
  assert.not.match(json, '[[1,2]')
  assert.is(JSON.stringify(sequential(JSON.parse(json))), json)
})

test.run()
