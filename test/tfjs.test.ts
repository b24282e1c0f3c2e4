/**
 * Layers models that TensorFlow.js saved, against its own outputs; and files that are not what they should be.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readTraining } from '../src/files/keras-training.ts'
import { constraints, losses, metrics, optimizers, regularizers } from '../src/index.ts'
import { coreOf } from '../src/model.ts'
import { assertNear, goldenInputs, loadGolden, readGolden } from './exchange/golden.ts'

interface Parts {
  readonly optimizers: readonly {
    readonly mine: { readonly kind: keyof typeof optimizers }
    readonly theirs: unknown
  }[]
}

const golden = readGolden<Parts>('tfjs')
const outputs = suite('outputs of TensorFlow.js')

for (const { name, file, outputs: wanted } of golden.cases) {
  outputs(name, async () => {
    const model = await loadGolden('tfjs', file)
    assertNear((await model.predict(goldenInputs(model, golden))).data, wanted, 1e-6)
  })
}

outputs.run()

const parts = suite('optimizers of TensorFlow.js')

for (const { mine, theirs } of golden.parts.optimizers) {
  parts(JSON.stringify(mine), () => {
    const { kind, ...options } = mine
    const training = readTraining({ optimizer_config: theirs, loss: 'meanSquaredError' }, 'file')
    assert.equal(training!.optimizer, optimizers[kind](options))
    assert.equal(training!.loss, losses.meanSquaredError())
  })
}

parts('rmsprop that comes from Keras, with a decay of its rate', () => {
  const config = { learning_rate: 0.5, rho: 0.7, decay: 0, momentum: 0, epsilon: 1e-7, centered: false }
  const training = readTraining({ optimizer_config: { class_name: 'RMSprop', config }, loss: 'mse' }, 'file')
  assert.equal(training!.optimizer, optimizers.rmsprop({ learningRate: 0.5, rho: 0.7 }))
})

parts.run()

const models = suite('models of TensorFlow.js')

models('a trained one in two shards comes compiled as it was, and trains on', async () => {
  const model = await loadGolden('tfjs', 'trained.json')
  const { optimizer, loss, metrics: found } = coreOf(model)!.training('test')
  assert.equal(optimizer, optimizers.adam({ learningRate: 0.5, beta1: 0.8, beta2: 0.99, epsilon: 1e-6 }))
  assert.equal([loss, found], [losses.categoricalCrossentropy(), [metrics.accuracy()]])
  const [first, , last] = model.layers.map(({ definition }) => definition)
  assert.ok(first!.kind === 'dense' && last!.kind === 'dense')
  assert.equal(first!.inputShape, [4])
  assert.equal(first!.kernelInitializer, { kind: 'heNormal', seed: null })
  assert.equal(first!.kernelRegularizer, regularizers.l1l2({ l1: 0, l2: 0.02 }))
  assert.equal(first!.kernelConstraint, constraints.maxNorm({ maxValue: 3 }))
  assert.equal(last!.trainable, { kernel: false, bias: false })
  const x = goldenInputs(model, golden)
  const y = [0, 1, 2, 0, 1, 2, 0]
  const before = await model.evaluate(x, y)
  model.compile({ optimizer: 'adam', loss, metrics: [] })
  await model.fit(x, y, { epochs: 30 })
  assert.ok((await model.evaluate(x, y))['loss']! < before['loss']!)
})

models('layers of a Functional model come in the order of the computation', async () => {
  const { layers } = await loadGolden('tfjs', 'functional.json')
  assert.equal(
    layers.map(({ kind, outputs: units }) => [kind, units]),
    [
      ['input', 4],
      ['flatten', 4],
      ['dense', 5],
      ['dropout', 5],
      ['dense', 2],
    ],
  )
})

models.run()
