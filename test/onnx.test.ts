/**
 * What exportOnnx writes, run by onnxruntime and checked by onnx.checker: outputs equal predict's for every activation, every
 * layer and nets put together at random, in both dtypes.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { plainRecipe } from '../src/data/recipe.ts'
import { ACTIVATIONS } from '../src/define/names.ts'
import {
  type Activation,
  Dataset,
  type DType,
  type FloatArray,
  type LayerDefinition,
  layers,
  type Model,
  MyelinError,
  sequential,
} from '../src/index.ts'
import { coreOf } from '../src/model.ts'
import { assertNear, goldenInputs, LIBRARIES, loadGolden, readGolden } from './exchange/golden.ts'
import { onnxRuntime, python } from './exchange/install.ts'

const { it: runtime } = onnxRuntime()
const { it: checker } = python()
const folder = mkdtempSync(join(tmpdir(), 'myelin-onnx-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const FEATURES = 6
const DTYPES = ['float32', 'float64'] as const
/** Of the higher of 1 and the wanted value. */
const TOLERANCE = { float32: 1e-6, float64: 1e-13 }

/** Numbers from -1 to 1, the same for the same seed. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

function floats(dtype: DType, values: ArrayLike<number>): FloatArray {
  return dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values)
}

/** Weights that leave nothing at its neutral value, so that no operation can be forgotten unnoticed. */
function setRandomWeights(model: Model, seed: number): void {
  const draw = draws(seed)
  const weights = model.getWeights().map(({ data, shape }, i) => {
    const variance = coreOf(model)!.parameters[i]!.name === 'movingVariance'
    const spread = shape.length === 2 ? 1.5 / Math.sqrt(shape[0]!) : 1
    return {
      shape,
      data: floats(
        model.dtype,
        Array.from(data, () => (variance ? 0.5 + draw() ** 2 : draw() * spread)),
      ),
    }
  })
  model.setWeights(weights)
}

type Rows = { readonly data: FloatArray; readonly shape: [number, number] }

/** Rows of moderate values. */
function moderate(dtype: DType, rows: number): Rows {
  const draw = draws(rows)
  return { data: floats(dtype, Array.from({ length: rows * FEATURES }, draw)), shape: [rows, FEATURES] }
}

/** Rows of larger values, the first of them special: 0, near 0, where formulas change, far out. */
function wide(dtype: DType): Rows {
  const { data, shape } = moderate(dtype, 64)
  const values = data.map((value) => 4 * value)
  values.set([0, -0.5, 3, -3, 6, 30, -30, 1e-4, -1e-4])
  return { data: values, shape }
}

let written = 0

/** The outputs of what the model exports; also leaves the file for the checker. */
async function runExported(model: Model, x: Rows): Promise<FloatArray> {
  const bytes = model.toOnnx()
  writeFileSync(join(folder, `${written++}.onnx`), bytes)
  const session = await runtime!.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 })
  assert.equal([session.inputNames, session.outputNames], [['x'], ['output']])
  const { output } = await session.run({ x: new runtime!.Tensor(model.dtype, x.data, x.shape) })
  assert.equal(output!.dims, [x.shape[0], model.layers.at(-1)!.outputs])
  return output!.data
}

async function assertSame(model: Model, x: Rows): Promise<void> {
  const wanted = (await model.predict(x)).data
  const found = await runExported(model, x)
  assert.is(found.constructor, wanted.constructor)
  assertNear(found, wanted, TOLERANCE[model.dtype])
}

function build(dtype: DType, list: readonly LayerDefinition[], seed = 1): Model {
  const model = sequential({ seed, dtype, layers: [layers.input({ shape: [FEATURES] }), ...list] })
  setRandomWeights(model, seed)
  return model
}

const outputs = suite('outputs in onnxruntime')
const test = runtime ? outputs : outputs.skip

const withSettings: Activation[] = [
  { kind: 'leakyRelu', negativeSlope: 0 },
  { kind: 'leakyRelu', negativeSlope: 1.25 },
  { kind: 'elu', alpha: 0.3 },
  { kind: 'elu', alpha: 0 },
]
const everyActivation: readonly Activation[] = [...ACTIVATIONS, ...withSettings]

const flags = [true, false].flatMap((center) => [true, false].map((scale) => ({ center, scale, epsilon: 0.01 })))
const everyLayer: readonly (readonly [string, readonly LayerDefinition[]])[] = [
  ['dense', [layers.dense({ units: 5 })]],
  ['dense without bias', [layers.dense({ units: 5, useBias: false, activation: 'tanh' })]],
  ['dropout', [layers.dropout({ keep: 0.7 })]],
  ["dropout, scaling 'test'", [layers.dropout({ keep: 0.7, scaling: 'test' })]],
  ['flatten', [layers.flatten(), layers.dense({ units: 2 })]],
  ['gaussianNoise', [layers.gaussianNoise({ stddev: 3 })]],
  ['alphaDropout', [layers.alphaDropout({ keep: 0.5 }), layers.activation('sigmoid')]],
  ...flags.flatMap((options) => [
    [`batchNormalization ${JSON.stringify(options)}`, [layers.batchNormalization(options)]] as const,
    [`layerNormalization ${JSON.stringify(options)}`, [layers.layerNormalization(options)]] as const,
  ]),
]

for (const dtype of DTYPES) {
  for (const activation of everyActivation) {
    test(`${JSON.stringify(activation)}, ${dtype}`, async () => {
      await assertSame(build(dtype, [layers.activation({ activation })]), wide(dtype))
      await assertSame(build(dtype, [layers.dense({ units: 4, activation })]), wide(dtype))
    })
  }
  for (const [name, list] of everyLayer) test(`${name}, ${dtype}`, () => assertSame(build(dtype, list), wide(dtype)))
}

test('any number of rows', async () => {
  const model = sequential({ layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [2, 3] })] })
  for (const rows of [1, 7, 300]) await assertSame(model, moderate('float32', rows))
})

const randomLayer: fc.Arbitrary<LayerDefinition> = fc.oneof(
  fc
    .record({
      units: fc.integer({ min: 1, max: 12 }),
      activation: fc.constantFrom(...everyActivation),
      useBias: fc.boolean(),
    })
    .map(layers.dense),
  fc.constantFrom(...everyActivation).map((activation) => layers.activation({ activation })),
  fc
    .record({
      keep: fc.double({ min: 0.1, max: 1, noNaN: true }),
      scaling: fc.constantFrom('train' as const, 'test' as const),
    })
    .map(layers.dropout),
  fc.record({ center: fc.boolean(), scale: fc.boolean() }).map(layers.batchNormalization),
  // Its default epsilon multiplies the rounding of what comes before by up to 30, here as in onnxruntime.
  fc.record({ center: fc.boolean(), scale: fc.boolean(), epsilon: fc.constant(0.5) }).map(layers.layerNormalization),
  fc.constantFrom(layers.flatten(), layers.gaussianNoise({ stddev: 1 }), layers.alphaDropout({ rate: 0.2 })),
)

test('nets put together at random', async () => {
  const nets = fc.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    dtype: fc.constantFrom(...DTYPES),
    list: fc
      .array(randomLayer, { minLength: 1, maxLength: 6 })
      .filter((list) => list.some(({ kind }) => kind !== 'flatten')),
  })
  const property = fc.asyncProperty(nets, ({ seed, dtype, list }) =>
    assertSame(build(dtype, list, seed), moderate(dtype, 20)),
  )
  await fc.assert(property, { numRuns: 100, seed: 5 })
})

for (const dtype of DTYPES) {
  test(`fitted on data that was standardized, ${dtype}`, async () => {
    const { data, shape } = moderate(dtype, 40)
    const x = { data: data.map((value, i) => value * (1 + (i % FEATURES)) + (i % FEATURES)), shape }
    const model = build(dtype, [layers.dense({ units: 3, activation: 'softmax' })])
    model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
    const classes = Array.from({ length: 40 }, (_, i) => i % 3)
    await model.fit(Dataset.from(x, classes).standardize(), { epochs: 1 })
    assert.is(model.recipe!.standardization!.means.length, FEATURES)
    await assertSame(model, x)
  })
}

for (const library of LIBRARIES) {
  const golden = readGolden(library)
  for (const { name, file, outputs: wanted } of golden.cases) {
    test(`what ${library} made: ${name}`, async () => {
      const model = await loadGolden(library, file)
      assertNear(await runExported(model, goldenInputs(model, golden)), wanted, TOLERANCE[model.dtype])
    })
  }
}

test("a trained net of MNIST's size", async () => {
  const model = sequential({
    seed: 1,
    layers: [
      layers.dropout({ keep: 0.8, inputShape: [28, 28] }),
      layers.dense({ units: 64, activation: 'relu' }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' })
  const draw = draws(3)
  const x: Rows = { data: Float32Array.from({ length: 200 * 784 }, () => Math.max(0, draw())), shape: [200, 784] }
  await model.fit(
    x,
    Uint8Array.from({ length: 200 }, (_, i) => i % 10),
    { epochs: 5 },
  )
  await assertSame(model, x)
})

outputs.run()

/** What check.py finds in a file. */
interface Facts {
  readonly producer: readonly string[]
  readonly opsets: readonly unknown[]
  readonly inputs: readonly unknown[]
  readonly outputs: readonly unknown[]
  readonly operators: readonly string[]
  readonly tensors: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
}

const files = suite('files')
const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

function makeModel(dtype: DType): Model {
  return sequential({
    seed: 1,
    dtype,
    layers: [
      layers.batchNormalization({ inputShape: [2, 2] }),
      layers.dense({ units: 3, activation: 'gelu', name: 'hidden' }),
      layers.layerNormalization(),
      layers.dropout({ keep: 0.5, scaling: 'test' }),
      layers.dense({ units: 2, useBias: false }),
      layers.activation('softmax'),
    ],
  })
}

files('the file holds what toOnnx gives, and replaces one that was there', async () => {
  const target = join(folder, 'in a folder.onnx')
  const model = makeModel('float32')
  writeFileSync(target, 'something else')
  await model.exportOnnx(pathToFileURL(target))
  assert.ok(readFileSync(target).equals(model.toOnnx()))
  await model.exportOnnx(target)
  const others = readdirSync(folder).filter((name) => !name.endsWith('.onnx'))
  assert.equal(others, [])
})

const refusals: readonly (readonly [unknown, string, RegExp])[] = [
  [join(folder, 'no', 'such', 'folder.onnx'), 'ERR_FILE', /expected a file in a folder that exists/],
  [folder, 'ERR_FILE', /expected a file .*received .*folder|EISDIR/],
  ['', 'ERR_OPTION', /the path of a file for `path`, received ''/],
  [undefined, 'ERR_OPTION', /received undefined/],
  [new URL('https://example.org/m.onnx'), 'ERR_OPTION', /received an object of class URL/],
]
for (const [path, code, says] of refusals) {
  files(`no file: ${String(path).replace(folder, '…')}`, async () => {
    const before = readdirSync(folder)
    const error = await makeModel('float32')
      .exportOnnx(path as string)
      .then(
        () => null,
        (thrown: unknown) => thrown,
      )
    assert.instance(error, MyelinError)
    assert.is((error as MyelinError).code, code)
    assert.match((error as MyelinError).message, says)
    assert.equal(readdirSync(folder), before)
  })
}

files('in the middle of a slice exportOnnx waits and toOnnx says ERR_BUSY; in a callback both export', async () => {
  const model = makeModel('float32')
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
  let exported = 0
  const target = join(folder, 'while it trains.onnx')
  const onEpochEnd = async (): Promise<void> => {
    exported = model.toOnnx().byteLength
    await model.exportOnnx(target)
    assert.is(readFileSync(target).byteLength, exported)
  }
  const x = { data: new Float32Array(4000), shape: [1000, 4] }
  const fitting = model.fit(x, new Uint8Array(1000), { callbacks: [{ onEpochEnd }] })
  for (let i = 0; i < 50; i++) await null // the slice starts some microtasks after the call
  const waiting = model.exportOnnx(join(folder, 'between slices.onnx'))
  let error: unknown
  try {
    model.toOnnx()
  } catch (thrown) {
    error = thrown
  }
  assert.is((error as MyelinError).code, 'ERR_BUSY')
  assert.match((error as MyelinError).message, 'for `toOnnx`, received one while it is training')
  await Promise.all([fitting, waiting])
  assert.ok(exported > 0)
  assert.is(readFileSync(join(folder, 'between slices.onnx')).byteLength, exported)
})

const checked = checker ? files : files.skip

checked('onnx.checker passes all of it, and reads what was meant', async () => {
  const recipe = { ...plainRecipe, classNames: ['cat', 'dög'], classes: 2 }
  for (const dtype of DTYPES) {
    const model = makeModel(dtype)
    coreOf(model)!.recipe = recipe
    await model.exportOnnx(join(folder, `facts-${dtype}.onnx`))
  }
  const nothing = sequential({ layers: [layers.dropout({ keep: 0.5, inputShape: [3] })] })
  await nothing.exportOnnx(join(folder, 'nothing.onnx'))
  const facts = JSON.parse(checker!('check.py', [folder])) as Record<string, Facts>
  assert.is(Object.keys(facts).length, readdirSync(folder).length)
  for (const { producer, opsets } of Object.values(facts)) {
    assert.equal([producer, opsets], [['myelin', version], [['', 17]]])
  }
  const { inputs, outputs, operators, tensors, metadata } = facts['facts-float32.onnx']!
  assert.equal(inputs, [['x', 'FLOAT', ['batch', 4]]])
  assert.equal(outputs, [['output', 'FLOAT', ['batch', 2]]])
  const gelu = ['Mul', 'Mul', 'Erf', 'Add', 'Mul']
  assert.equal(operators, ['Sub', 'Mul', 'Add', 'Gemm', ...gelu, 'LayerNormalization', 'Mul', 'Gemm', 'Softmax'])
  for (const name of ['hidden.kernel', 'hidden.bias', 'dense.kernel', 'layerNormalization.gamma']) {
    assert.ok(tensors.includes(name), name)
  }
  assert.equal(metadata, { classNames: '["cat","dög"]', recipe: JSON.stringify(recipe) })
  assert.equal(facts['facts-float64.onnx']!.inputs, [['x', 'DOUBLE', ['batch', 4]]])
  assert.equal(facts['nothing.onnx']!.operators, ['Identity'])
  assert.equal(facts['nothing.onnx']!.outputs, [['output', 'FLOAT', ['batch', 3]]])
  assert.equal(facts['nothing.onnx']!.metadata, {})
})

files.run()
