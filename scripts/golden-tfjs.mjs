// Writes test/golden/tfjs/*.json and *.bin and test/golden/tfjs.json: models that TensorFlow.js saved, with inputs and its own
// outputs. test/tfjs.test.ts loads all of it. The argument is a folder in which TensorFlow.js is installed:
//
//   npm install --prefix /tmp/tfjs @tensorflow/tfjs@4.22.0 && node scripts/golden-tfjs.mjs /tmp/tfjs
//
// The same version writes the same bytes.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const tf = createRequire(join(resolve(process.argv[2] ?? '.'), 'package.json'))('@tensorflow/tfjs')
const out = fileURLToPath(new URL('../test/golden/', import.meta.url))
const FEATURES = 4
const L = tf.layers

/** Numbers from -1 to 1, the same each time. */
let state = 17
function draw() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 31 - 1
}

const draws = (count, spread) => Array.from({ length: count }, () => spread * draw())

// hardSigmoid is left out: TensorFlow.js means another function by it.
const activations = ['linear', 'sigmoid', 'tanh', 'relu', 'relu6', 'elu', 'selu', 'gelu', 'softplus', 'softsign']
activations.push('swish', 'mish', 'softmax')
const flags = [true, false].flatMap((center) => [true, false].map((scale) => ({ center, scale, epsilon: 0.01 })))
const inputShape = [FEATURES]

const sequential = (...layers) => tf.sequential({ layers })

function functional() {
  const input = tf.input({ shape: [2, 2] })
  const flat = L.flatten().apply(input)
  const hidden = L.dense({ units: 5, activation: 'tanh', name: 'first' }).apply(flat)
  const thinned = L.dropout({ rate: 0.4 }).apply(hidden)
  return tf.model({ inputs: input, outputs: L.dense({ units: 2, name: 'last' }).apply(thinned) })
}

const models = {
  ...Object.fromEntries(
    activations.map((activation) => [
      `activation ${activation}`,
      () => sequential(L.dense({ units: 3, activation, inputShape })),
    ]),
  ),
  'layer activation': () => sequential(L.dense({ units: 3, inputShape }), L.activation({ activation: 'gelu' })),
  'layer relu': () => sequential(L.reLU({ inputShape })),
  'layer relu 6': () => sequential(L.reLU({ inputShape, maxValue: 6 })),
  'layer leaky relu': () => sequential(L.leakyReLU({ inputShape, alpha: 0.1 })),
  'layer elu': () => sequential(L.elu({ inputShape })),
  'layer softmax': () => sequential(L.softmax({ inputShape })),
  ...Object.fromEntries(
    flags.flatMap((options, i) => [
      [`batch normalization ${i}`, () => sequential(L.batchNormalization({ ...options, inputShape }))],
      [`layer normalization ${i}`, () => sequential(L.layerNormalization({ ...options, inputShape }))],
    ]),
  ),
  noise: () =>
    sequential(
      L.gaussianNoise({ stddev: 0.1, inputShape }),
      L.dense({ units: 3 }),
      L.alphaDropout({ rate: 0.2 }),
      L.dropout({ rate: 0.3, seed: 3 }),
      L.dense({ units: 2, useBias: false }),
    ),
  flatten: () => sequential(L.flatten({ inputShape: [2, 1, 2] }), L.dense({ units: 3 })),
  functional,
  trained,
}

async function trained() {
  const model = sequential(
    L.dense({
      units: 5,
      activation: 'relu',
      inputShape,
      kernelInitializer: 'heNormal',
      kernelRegularizer: tf.regularizers.l2({ l2: 0.02 }),
      kernelConstraint: tf.constraints.maxNorm({ maxValue: 3 }),
    }),
    L.batchNormalization(),
    L.dense({ units: 3, activation: 'softmax', trainable: false }),
  )
  randomize(model)
  model.compile({
    optimizer: tf.train.adam(0.5, 0.8, 0.99, 1e-6),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  const x = tf.tensor(draws(32 * FEATURES, 2), [32, FEATURES])
  const y = tf.oneHot(
    Array.from({ length: 32 }, (_, i) => i % 3),
    3,
  )
  await model.fit(x, y, { epochs: 2, shuffle: false, verbose: 0 })
  return model
}

/** Weights that leave nothing at its neutral value. */
function randomize(model) {
  const values = model.weights.map(({ name, shape }) => {
    const numbers = draws(
      shape.reduce((a, b) => a * b, 1),
      1.5,
    )
    return tf.tensor(name.endsWith('moving_variance') ? numbers.map((w) => 0.5 + w ** 2) : numbers, shape)
  })
  for (const [i, weight] of model.weights.entries()) weight.val.assign(values[i])
}

/** An optimizer as ours and as TensorFlow.js describes it. */
function pair(kind, mine, theirs) {
  return {
    mine: { kind, learningRate: 0.5, ...mine },
    theirs: { class_name: theirs.getClassName(), config: theirs.getConfig() },
  }
}

const optimizers = [
  pair('sgd', {}, tf.train.sgd(0.5)),
  pair('sgd', { momentum: 0.9, nesterov: true }, tf.train.momentum(0.5, 0.9, true)),
  pair(
    'rmsprop',
    { rho: 0.8, momentum: 0.1, epsilon: 1e-5, centered: true },
    tf.train.rmsprop(0.5, 0.8, 0.1, 1e-5, true),
  ),
  pair('adagrad', { initialAccumulatorValue: 0.2 }, tf.train.adagrad(0.5, 0.2)),
  pair('adadelta', { rho: 0.9, epsilon: 1e-6 }, tf.train.adadelta(0.5, 0.9, 1e-6)),
  pair('adam', { beta1: 0.8, beta2: 0.99, epsilon: 1e-6 }, tf.train.adam(0.5, 0.8, 0.99, 1e-6)),
  pair('adamax', { beta1: 0.8, beta2: 0.99, epsilon: 1e-6 }, tf.train.adamax(0.5, 0.8, 0.99, 1e-6)),
]

/** As its browser and file handlers save it; `trained` in two shards, cut in the middle of a number. */
async function save(name, model, outputs) {
  const file = `${name.replaceAll(' ', '-')}.json`
  const handler = tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...artifacts }) => {
    const bytes = Buffer.from(weightData)
    const cuts = name === 'trained' ? [bytes.subarray(0, 50), bytes.subarray(50)] : [bytes]
    const paths = cuts.map((_, i) => file.replace('.json', cuts.length > 1 ? `-${i + 1}.bin` : '.bin'))
    for (const [i, cut] of cuts.entries()) writeFileSync(join(out, 'tfjs', paths[i]), cut)
    const weightsManifest = [{ paths: paths.map((path) => `./${path}`), weights: weightSpecs }]
    writeFileSync(join(out, 'tfjs', file), `${JSON.stringify({ ...artifacts, weightsManifest })}\n`)
    return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
  })
  await model.save(handler, { includeOptimizer: name === 'trained' })
  return { name, file, outputs }
}

rmSync(join(out, 'tfjs'), { recursive: true, force: true })
mkdirSync(join(out, 'tfjs'))
await tf.setBackend('cpu')
const x = [...draws(6 * FEATURES, 5), 0, -0.5, 8, -8].map(Math.fround)
const cases = []
for (const [name, build] of Object.entries(models)) {
  const model = await build()
  if (name !== 'trained') randomize(model)
  const inputs = tf.tensor(x, [x.length / FEATURES, ...model.inputs[0].shape.slice(1)])
  cases.push(await save(name, model, Array.from(model.predict(inputs).dataSync())))
}
writeFileSync(
  join(out, 'tfjs.json'),
  `${JSON.stringify({ features: FEATURES, x, cases, parts: { optimizers } }, null, 1)}\n`,
)
console.log(`TensorFlow.js ${tf.version.tfjs}: ${cases.length} models`)
