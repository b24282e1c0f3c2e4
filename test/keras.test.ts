/**
 * Models that Keras 3 saved, against Keras's own outputs; what it says of optimizers, losses and the like, against ours; and
 * files that are not what they should be.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { planTraining } from '../src/define/training.ts'
import { readTraining } from '../src/files/keras-training.ts'
import {
  constraints,
  initializers,
  losses,
  metrics,
  optimizers,
  regularizers,
  schedules,
  type TaggedSchedule,
} from '../src/index.ts'
import { readLayer } from '../src/files/keras-layers.ts'
import { coreOf } from '../src/model.ts'
import { assertNear, goldenInputs, goldenPath, loadGolden, readGolden } from './exchange/golden.ts'

type Spec = { readonly kind: string } & Record<string, unknown>
type Parts = Readonly<Record<string, readonly { readonly mine: Spec; readonly keras: unknown }[]>>

const golden = readGolden<Parts>('keras')
const outputs = suite('outputs of Keras')

for (const { name, file, outputs: wanted } of golden.cases) {
  outputs(name, async () => {
    const model = await loadGolden('keras', file)
    const x = goldenInputs(model, golden)
    assertNear((await model.predict(x)).data, wanted, model.dtype === 'float64' ? 1e-12 : 1e-6)
    assert.is(model.dtype, name === 'float64' ? 'float64' : 'float32')
  })
}
outputs.run()

const parts = suite('parts of Keras')
const made = (factories: object, { kind, ...options }: Spec): unknown =>
  (factories as Record<string, (options: object) => unknown>)[kind]!(options)

/** What a model compiled so becomes here. */
const trainingOf = (compiled: object): ReturnType<typeof planTraining> =>
  planTraining(readTraining({ optimizer: 'sgd', loss: 'mse', metrics: [], ...compiled }, 'file'), 3)

/** A dense layer with this option, as Keras describes it. */
function denseWith(key: string, value: unknown): Readonly<Record<string, unknown>> {
  const layer = { class_name: 'Dense', config: { name: 'dense', units: 2, [key]: value } }
  return { ...readLayer(layer, { file: 'file', where: 'the model' }, 'Keras').definition }
}

const readings: Readonly<Record<string, readonly [object, (keras: unknown) => unknown]>> = {
  optimizers: [optimizers, (keras) => trainingOf({ optimizer: keras }).optimizer],
  schedules: [schedules, scheduleOf],
  losses: [losses, (keras) => trainingOf({ loss: keras }).loss],
  metrics: [metrics, (keras) => trainingOf({ metrics: [keras] }).metrics[0]],
  initializers: [initializers, (keras) => denseWith('kernel_initializer', keras)['kernelInitializer']],
  regularizers: [regularizers, (keras) => denseWith('bias_regularizer', keras)['biasRegularizer']],
  constraints: [constraints, (keras) => denseWith('kernel_constraint', keras)['kernelConstraint']],
}

function scheduleOf(keras: unknown): unknown {
  const optimizer = { class_name: 'SGD', config: { learning_rate: keras } }
  return trainingOf({ optimizer }).optimizer.learningRate
}

/** Functions are compared by what they were made with. */
const plain = (value: unknown): unknown => (typeof value === 'function' ? (value as TaggedSchedule).settings : value)

for (const [group, [factories, reading]] of Object.entries(readings)) {
  for (const { mine, keras } of golden.parts[group]!) {
    parts(`${group}: ${JSON.stringify(mine)}`, () => {
      assert.equal(plain(reading(keras)), plain(made(factories, mine)))
    })
  }
}

parts('every kind of them is there', () => {
  const kinds = (group: string): string[] => [...new Set(golden.parts[group]!.map(({ mine }) => mine.kind))].sort()
  const all = (factories: object, ...but: string[]): string[] =>
    Object.keys(factories)
      .filter((kind) => !but.includes(kind))
      .sort()
  assert.equal(kinds('optimizers'), all(optimizers))
  assert.equal(kinds('schedules'), all(schedules, 'oneCycle'))
  assert.equal(kinds('losses'), all(losses, 'sumSquaredError'))
  assert.equal(kinds('metrics'), all(metrics))
  assert.equal(kinds('initializers'), all(initializers))
  assert.equal(kinds('regularizers'), all(regularizers, 'l2Cost'))
  assert.equal(kinds('constraints'), all(constraints))
})
parts.run()

const models = suite('models of Keras')

models('a trained one comes compiled as it was, and trains on', async () => {
  const model = await loadGolden('keras', 'trained.keras')
  const { optimizer, loss, metrics: found } = coreOf(model)!.training('test')
  assert.equal([optimizer.kind, optimizer.clipNorm], ['adam', 1])
  assert.equal(
    plain(optimizer.learningRate),
    plain(schedules.cosineDecay({ initialLearningRate: 0.01, decaySteps: 100 })),
  )
  assert.equal(loss, losses.categoricalCrossentropy({ labelSmoothing: 0.1 }))
  assert.equal(found, [metrics.accuracy(), metrics.precision({ threshold: 0.6 })])
  assert.equal(
    model.layers.map(({ name, kind }) => `${name} ${kind}`),
    ['input_layer_34 input', 'dense_23 dense', 'batch_normalization_4 batchNormalization', 'dense_24 dense'].map(
      (line, i) => line.replace(/^\S+/, model.layers[i]!.name),
    ),
  )
  const [, first, , last] = model.layers
  assert.equal(first!.definition.kind === 'dense' && first!.definition.kernelRegularizer, regularizers.l2())
  assert.equal(
    first!.definition.kind === 'dense' && first!.definition.kernelConstraint,
    constraints.maxNorm({ maxValue: 3 }),
  )
  assert.equal(last!.definition.kind === 'dense' && last!.definition.trainable, { kernel: false, bias: false })
  const before = last!.getWeights()
  const x = goldenInputs(model, golden)
  const y = [0, 1, 2, 0, 1, 2, 0]
  const { loss: untrained } = await model.evaluate(x, y)
  await model.fit(x, y, { epochs: 30 })
  assert.ok((await model.evaluate(x, y))['loss']! < untrained!)
  assert.equal(last!.getWeights(), before)
})

models('without what it was compiled with, and with a seed', async () => {
  const { loadKeras } = await import('../src/index.ts')
  const model = await loadKeras(goldenPath('keras', 'trained.keras'), { compile: false, seed: 77 })
  assert.is(model.seed, 77)
  assert.throws(() => model.optimizer, /expected a compiled model/)
})

models('layers of a Functional model come in the order of the computation', async () => {
  const model = await loadGolden('keras', 'functional.keras')
  assert.equal(
    model.layers.map(({ kind, outputs: units }) => [kind, units]),
    [
      ['input', 4],
      ['flatten', 4],
      ['dense', 5],
      ['dropout', 5],
      ['dense', 2],
    ],
  )
  assert.equal([model.layers[2]!.name, model.layers[4]!.name], ['first', 'last'])
})

models.run()
