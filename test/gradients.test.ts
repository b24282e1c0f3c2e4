/**
 * Backpropagation against central differences in float64: every activation × every loss × every regularizer, with
 * and without each layer that changes what flows between dense layers. Seeds are fixed: at a kink (relu at 0) no
 * difference is a derivative, and these seeds keep all sums away from one.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ActivationName,
  type DType,
  gradientCheck,
  type LayerDefinition,
  type Loss,
  type LossName,
  layers,
  losses,
  type Model,
  type Regularizer,
  regularizers,
  sequential,
} from '../src/index.ts'

const ACTIVATIONS: readonly ActivationName[] = [
  ...([
    'linear',
    'sigmoid',
    'hardSigmoid',
    'tanh',
    'relu',
    'relu6',
    'leakyRelu',
    'elu',
    'selu',
    'gelu',
    'softplus',
  ] as const),
  ...(['softsign', 'silu', 'mish', 'softmax'] as const),
]
const ANY = ACTIVATIONS
/** 0 < output < 1 */
const SHARES: readonly ActivationName[] = ['sigmoid', 'softmax']
/** Output > 0 */
const POSITIVE: readonly ActivationName[] = ['sigmoid', 'softplus', 'softmax']
/** The output activations for which a loss is defined. */
const OUTPUTS: Record<LossName, readonly ActivationName[]> = {
  meanSquaredError: ANY,
  sumSquaredError: ANY,
  meanAbsoluteError: ANY,
  huber: ANY,
  logCosh: ANY,
  binaryCrossentropy: SHARES,
  categoricalCrossentropy: POSITIVE,
  sparseCategoricalCrossentropy: POSITIVE,
  hinge: ANY,
  categoricalHinge: ANY,
  kullbackLeiblerDivergence: SHARES,
  poisson: POSITIVE,
}
const LOSSES = Object.keys(OUTPUTS) as LossName[]
const REGULARIZERS: Record<string, Regularizer> = {
  none: null,
  l1: regularizers.l1({ l1: 0.01 }),
  l2: regularizers.l2({ l2: 0.02 }),
  l1l2: regularizers.l1l2({ l1: 0.01, l2: 0.02 }),
  l2Cost: regularizers.l2Cost({ lambda: 0.5 }),
}
/** What stands between the two dense layers. */
const BETWEEN: Record<string, () => LayerDefinition[]> = {
  nothing: () => [],
  dropout: () => [layers.dropout({ keep: 0.7 })],
  'dropout scaled at test time': () => [layers.dropout({ rate: 0.3, scaling: 'test' })],
  batchNormalization: () => [layers.batchNormalization()],
  'batchNormalization and dropout': () => [layers.batchNormalization({ epsilon: 0.01 }), layers.dropout({ keep: 0.7 })],
  layerNormalization: () => [layers.layerNormalization()],
  'layerNormalization and dropout': () => [layers.layerNormalization({ epsilon: 0.01 }), layers.dropout({ keep: 0.7 })],
  gaussianNoise: () => [layers.gaussianNoise({ stddev: 0.2 })],
  alphaDropout: () => [layers.alphaDropout({ rate: 0.2 })],
}

const ROWS = 5
const FEATURES = 4
const UNITS = 3
/** Fixed, irregular numbers between -1 and 1. */
const value = (i: number): number => Math.sin(12.9898 * (i + 1) + 0.3) * Math.cos(4.1414 * i)
const X = Array.from({ length: ROWS }, (_, r) =>
  Array.from({ length: FEATURES }, (_, c) => 1.5 * value(FEATURES * r + c)),
)
const CLASSES = [2, 0, 1, 1, 2]

function targets(loss: LossName): number[][] | number[] {
  if (loss === 'sparseCategoricalCrossentropy') return CLASSES
  return Array.from({ length: ROWS }, (_, r) =>
    Array.from({ length: UNITS }, (_, c) => {
      const some = value(100 + UNITS * r + c)
      if (loss.startsWith('categorical')) return CLASSES[r] === c ? 1 : 0
      if (loss === 'binaryCrossentropy' || loss === 'hinge') return some > 0 ? 1 : 0
      if (loss === 'poisson') return Math.floor(2 + 2 * some)
      if (loss === 'kullbackLeiblerDivergence') return (0.2 + 0.1 * Math.abs(some)) * (c + 1)
      return 2 * some + 0.37
    }),
  )
}

interface Net {
  readonly seed: number
  readonly hidden: ActivationName
  readonly output: ActivationName
  readonly regularizer?: Regularizer
  readonly between?: readonly LayerDefinition[]
  readonly before?: readonly LayerDefinition[]
  readonly dtype?: DType
}

function build({ seed, hidden, output, regularizer = null, between = [], before = [], dtype = 'float64' }: Net): Model {
  const penalties = { kernelRegularizer: regularizer, biasRegularizer: regularizer }
  const initializers = { kernelInitializer: 'glorotNormal', biasInitializer: 'glorotNormal' } as const
  return sequential({
    seed,
    dtype,
    layers: [
      layers.input({ shape: [FEATURES] }),
      ...before,
      layers.dense({ units: 6, activation: hidden, ...initializers, ...penalties }),
      ...between,
      layers.dense({ units: UNITS, activation: output, ...initializers, ...penalties }),
    ],
  })
}

const LIMIT = 1e-6

function assertGradients(net: Net, loss: Loss, name: LossName, training = true): void {
  const model = build(net)
  model.compile({ optimizer: 'sgd', loss })
  const y = targets(name)
  const { maxRelativeError, perLayer } = gradientCheck(model, X, y, { training })
  const what = `${name}, ${net.hidden} then ${net.output}, training ${training}`
  assert.ok(maxRelativeError <= LIMIT, `${what}: ${JSON.stringify(perLayer)}`)
  assert.is(perLayer.length, model.getWeights().length - 2 * countBatchNormalizations(model), 'all are checked')
}

/** Their moving mean and variance have no gradient. */
const countBatchNormalizations = (model: Model): number =>
  model.layers.filter(({ kind }) => kind === 'batchNormalization').length

const SEED = 3
const everything = suite('every activation × loss × regularizer')

for (const loss of LOSSES) {
  for (const [name, regularizer] of Object.entries(REGULARIZERS)) {
    everything(`${loss}, ${name}, hidden activations`, () => {
      for (const hidden of ACTIVATIONS) {
        assertGradients({ seed: SEED, hidden, output: OUTPUTS[loss].at(-1)!, regularizer }, loss, loss)
        const between = [layers.dropout({ keep: 0.7 })]
        assertGradients({ seed: SEED, hidden, output: OUTPUTS[loss][0]!, regularizer, between }, loss, loss)
      }
    })
    everything(`${loss}, ${name}, output activations`, () => {
      for (const output of OUTPUTS[loss]) {
        assertGradients({ seed: SEED, hidden: 'tanh', output, regularizer }, loss, loss)
        const before = [layers.dropout({ keep: 0.7 })]
        assertGradients({ seed: SEED, hidden: 'tanh', output, regularizer, before }, loss, loss)
      }
    })
  }
}

const between = suite('every activation × loss with something between the layers')

for (const [name, make] of Object.entries(BETWEEN)) {
  for (const loss of LOSSES) {
    between(`${name}, ${loss}`, () => {
      for (const hidden of ACTIVATIONS) {
        const net = { seed: SEED, hidden, output: OUTPUTS[loss].at(-1)!, between: make() }
        assertGradients(net, loss, loss)
        assertGradients(net, loss, loss, false)
      }
    })
  }
}

for (const activation of ACTIVATIONS) {
  between(`activation layer ${activation}`, () => {
    const net = {
      seed: SEED,
      hidden: 'linear',
      output: 'softmax',
      between: [layers.activation({ activation })],
    } as const
    assertGradients(net, 'categoricalCrossentropy', 'categoricalCrossentropy')
    const normalized = [layers.batchNormalization(), ...net.between, layers.dropout({ keep: 0.8 })]
    assertGradients({ ...net, between: normalized }, 'categoricalCrossentropy', 'categoricalCrossentropy')
  })
}

between('activation layer at the end', () => {
  for (const [loss, activation] of [
    ['categoricalCrossentropy', 'softmax'],
    ['binaryCrossentropy', 'sigmoid'],
  ] as const) {
    const model = sequential({
      seed: SEED,
      dtype: 'float64',
      layers: [layers.dense({ units: UNITS, inputShape: [FEATURES] }), layers.activation({ activation })],
    })
    model.compile({ optimizer: 'sgd', loss })
    assert.ok(gradientCheck(model, X, targets(loss)).maxRelativeError <= LIMIT, loss)
  }
})

between('dropout and normalization of the input', () => {
  const before = [layers.batchNormalization(), layers.dropout({ keep: 0.8 }), layers.gaussianNoise({ stddev: 0.1 })]
  const net = { seed: SEED, hidden: 'silu', output: 'linear', before } as const
  assertGradients(net, 'meanSquaredError', 'meanSquaredError')
  assertGradients({ ...net, before: [layers.layerNormalization(), ...before] }, 'huber', 'huber')
})

const options = suite('options of losses and layers')

options('losses with options', () => {
  const table: [LossName, Loss][] = [
    ['huber', losses.huber({ delta: 0.3 })],
    ['huber', losses.huber({ delta: 2.5, reduction: 'sum' })],
    ['binaryCrossentropy', losses.binaryCrossentropy({ labelSmoothing: 0.2 })],
    ['categoricalCrossentropy', losses.categoricalCrossentropy({ labelSmoothing: 0.2, reduction: 'sum' })],
    ['meanSquaredError', losses.meanSquaredError({ reduction: 'sum' })],
    ['sumSquaredError', losses.sumSquaredError({ reduction: 'sum' })],
  ]
  for (const [name, loss] of table) {
    for (const output of OUTPUTS[name]) assertGradients({ seed: SEED, hidden: 'tanh', output }, loss, name)
  }
})

options('class indices as targets', () => {
  for (const loss of ['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'categoricalHinge'] as const) {
    const model = build({ seed: SEED, hidden: 'tanh', output: 'softmax' })
    model.compile({ optimizer: 'sgd', loss })
    assert.ok(gradientCheck(model, X, CLASSES).maxRelativeError <= LIMIT, loss)
  }
})

options('what is frozen has no gradient, and the rest still has the right one', () => {
  const model = sequential({
    seed: SEED,
    dtype: 'float64',
    layers: [
      layers.dense({ units: 6, activation: 'tanh', inputShape: [FEATURES], trainable: { kernel: true, bias: false } }),
      layers.dense({ units: 5, activation: 'tanh', trainable: false }),
      layers.batchNormalization({ trainable: false }),
      layers.dense({ units: UNITS, useBias: false }),
    ],
  })
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
  const { maxRelativeError, perLayer } = gradientCheck(model, X, targets('meanSquaredError'))
  assert.ok(maxRelativeError <= LIMIT, JSON.stringify(perLayer))
  assert.equal(
    perLayer.map(({ layer, name }) => [layer, name]),
    [
      [0, 'kernel'],
      [3, 'kernel'],
    ],
  )
})

options('normalization without beta or gamma', () => {
  for (const make of [layers.batchNormalization, layers.layerNormalization]) {
    for (const parts of [{ center: false }, { scale: false }, { center: false, scale: false }]) {
      assertGradients({ seed: SEED, hidden: 'tanh', output: 'linear', between: [make(parts)] }, 'logCosh', 'logCosh')
    }
  }
})

options('a float32 model is checked in float64', () => {
  const net = { seed: SEED, hidden: 'gelu', output: 'softmax', dtype: 'float32' } as const
  assertGradients(net, 'categoricalCrossentropy', 'categoricalCrossentropy')
})

everything.run()
between.run()
options.run()
