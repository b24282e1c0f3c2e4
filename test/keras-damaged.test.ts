/**
 * .keras files that are not what they should be: each is refused with ERR_FILE, says why, and takes no more memory than it has.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { unzipSync, type Zippable, zipSync } from 'fflate'
import * as hdf5 from 'h5wasm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type FloatArray, loadKeras, MyelinError } from '../src/index.ts'
import { assertRefused, type Damage, damaged, type Json } from './exchange/damage.ts'
import { goldenPath } from './exchange/golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'myelin-keras-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const read = (file: string): Buffer => readFileSync(goldenPath('keras', file))
const text = new TextDecoder()
let written = 0

function writeBytes(bytes: Uint8Array): string {
  const path = join(folder, `${written++}.keras`)
  writeFileSync(path, bytes)
  return path
}

/** A golden file with other members in place of its own; null leaves one out. */
function withMembers(file: string, members: Readonly<Record<string, string | Uint8Array | null>>): string {
  const all: Zippable = { ...unzipSync(read(file)) }
  for (const [name, content] of Object.entries(members)) {
    if (content === null) delete all[name]
    else all[name] = typeof content === 'string' ? new TextEncoder().encode(content) : content
  }
  return writeBytes(zipSync(all))
}

const configOf = (file: string): string => text.decode(unzipSync(read(file))['config.json'])

function withConfig(file: string, change: (model: Json) => void): string {
  const model = JSON.parse(configOf(file))
  change(model)
  return withMembers(file, { 'config.json': JSON.stringify(model) })
}

const files = suite('damaged .keras files')
const relu = 'activation-relu.keras'
const whole = read(relu)

const contents: readonly (readonly [string, () => string, RegExp])[] = [
  ['no file', () => join(folder, 'none.keras'), /a readable file .*ENOENT/],
  ['a folder', () => folder, /a readable file .*EISDIR/],
  ['an empty file', () => writeBytes(new Uint8Array(0)), /a whole zip,? .*invalid zip data/],
  ['something else', () => writeBytes(new Uint8Array(5000).fill(80)), /a whole zip/],
  ['half of it', () => writeBytes(whole.subarray(0, whole.length / 2)), /a whole zip/],
  ['all but its first bytes', () => writeBytes(whole.subarray(40)), /a whole zip|a zip with|JSON/],
  ['all but its last bytes', () => writeBytes(whole.subarray(0, -30)), /a whole zip/],
  ['no config.json', () => withMembers(relu, { 'config.json': null }), /a zip with config\.json in it/],
  ['no metadata.json', () => withMembers(relu, { 'metadata.json': null }), /a zip with metadata\.json in it/],
  ['no weights', () => withMembers(relu, { 'model.weights.h5': null }), /a zip with model\.weights\.h5 in it/],
  [
    'Keras 2',
    () => withMembers(relu, { 'metadata.json': '{"keras_version":"2.15.0"}' }),
    /of Keras 3 .*version '2\.15\.0'/,
  ],
  ['no version', () => withMembers(relu, { 'metadata.json': '[]' }), /of Keras 3 .*version undefined/],
  ['metadata that is no JSON', () => withMembers(relu, { 'metadata.json': '{' }), /JSON in metadata\.json/],
  ['a config that is no JSON', () => withMembers(relu, { 'config.json': '{"a":' }), /JSON in config\.json/],
  [
    'a config that is no text',
    () => withMembers(relu, { 'config.json': Uint8Array.of(34, 255, 34) }),
    /JSON in config\.json/,
  ],
  ['a config that is null', () => withMembers(relu, { 'config.json': 'null' }), /a class and its configuration .*null/],
  ['a config that is a list', () => withMembers(relu, { 'config.json': '[]' }), /a class and its configuration/],
  [
    'a deep config',
    () => withMembers(relu, { 'config.json': `${'['.repeat(1e5)}${']'.repeat(1e5)}` }),
    /a class and its/,
  ],
  ['empty weights', () => withMembers(relu, { 'model.weights.h5': new Uint8Array(0) }), /a whole HDF5 file/],
  [
    'weights that are no HDF5',
    () => withMembers(relu, { 'model.weights.h5': new Uint8Array(3000) }),
    /a whole HDF5 file/,
  ],
  [
    'half of the weights',
    () => withMembers(relu, { 'model.weights.h5': weightsOf(relu).subarray(0, 3000) }),
    /a whole HDF5 file|kernel/,
  ],
  ['a zip that would be much larger', bomb, /model\.weights\.h5 of at most \d+ bytes .*one of 4294967280/],
]

function weightsOf(file: string): Uint8Array {
  return unzipSync(read(file))['model.weights.h5']!
}

/** Says in its directory that the weights are 4 GiB when unpacked. */
function bomb(): string {
  const bytes = Buffer.from(whole)
  const entry = bytes.lastIndexOf(Buffer.from('model.weights.h5')) - 46
  assert.is(bytes.readUInt32LE(entry), 0x02014b50)
  bytes.writeUInt32LE(4294967280, entry + 24)
  return writeBytes(bytes)
}

for (const [name, path, says] of contents) files(name, () => assertRefused(() => loadKeras(path()), says))

/** The layer of a class in a description. */
const layerOf = (model: Json, className: string): Json =>
  model.config.layers.find((layer: Json) => layer.class_name === className).config

const dense = (key: string, value: unknown, says: RegExp, name = `${key}: ${JSON.stringify(value)}`): Damage => [
  name.slice(0, 90),
  (model) => Object.assign(layerOf(model, 'Dense'), { [key]: value }),
  says,
]
const part = (className: string, config: object = {}): object => ({ class_name: className, config })
const kernelSays = (units: string): RegExp =>
  new RegExp(`a kernel of shape \\[4, ${units}\\] for layer 'dense.*' of class Dense`)

const models: readonly Damage[] = [
  [
    'a class of its own',
    (m) => Object.assign(m, { class_name: 'MyModel' }),
    /a Sequential or Functional .*class MyModel/,
  ],
  ['no layers', (m) => Object.assign(m.config, { layers: [] }), /an array of layers .*received \[\]/],
  ['layers that are a number', (m) => Object.assign(m.config, { layers: 3 }), /an array of layers .*received 3/],
  ['a layer that is null', (m) => m.config.layers.push(null), /a class and its configuration .*null/],
  [
    'a layer of another class',
    (m) => m.config.layers.push(part('Conv2D', { name: 'c' })),
    /layers of the classes .*layer 'c' of class Conv2D/,
  ],
  ['a class called constructor', (m) => m.config.layers.push(part('constructor', { name: 'c' })), /class constructor/],
  [
    'a model in a model',
    (m) => m.config.layers.push(part('Sequential', { name: 's' })),
    /layer 's' of class Sequential/,
  ],
  [
    'a layer without a name',
    (m) => m.config.layers.push(part('Dense', { units: 3 })),
    /layers with names .*class Dense named undefined/,
  ],
  ['a name twice', (m) => m.config.layers.push(m.config.layers[1]), /different names/],
  [
    'a second input',
    (m) => m.config.layers.push({ ...m.config.layers[0] }),
    /different names|input layer in the first place/,
  ],
  [
    'an open size',
    (m) => Object.assign(layerOf(m, 'InputLayer'), { batch_shape: [null, null] }),
    /only the batch is open/,
  ],
  ['no size', (m) => Object.assign(layerOf(m, 'InputLayer'), { batch_shape: undefined }), /the shape of a batch/],
  ['no input', (m) => m.config.layers.shift(), /a model that was built/],
  [
    'a size of 2 ** 40',
    (m) => Object.assign(layerOf(m, 'InputLayer'), { batch_shape: [null, 2 ** 40] }),
    /whole number from 1/,
  ],
  [
    'rows of rows',
    (m) => Object.assign(layerOf(m, 'InputLayer'), { batch_shape: [null, 2, 2] }),
    /rows of features .*class Dense.*samples of 2 dim/,
  ],
  [
    'one weight too many',
    (m) => m.config.layers.push(part('Dense', { name: 'more', units: 2 })),
    /a kernel of shape \[3, 2\] for layer 'more' .*received none/,
  ],
  dense('units', 4, kernelSays('4')),
  dense('units', 2 ** 31 - 1, kernelSays('2147483647')),
  dense('units', 2 ** 31, /layer 'dense.*' of class Dense.*a whole number from 1/),
  dense('units', -1, /possible values in layer 'dense.*' of class Dense/),
  dense('units', 1.5, /whole number/),
  dense('units', '3', /whole number/),
  dense('use_bias', 1, /true or false/),
  dense('activation', 'exponential', /one of the activations .*layer 'dense.*' of class Dense.*'exponential'/),
  dense(
    'activation',
    { value: ['4wEAAA', null, null] },
    /a class and its configuration in layer 'dense/,
    'a function of its own',
  ),
  dense('activation', part('Softmax', { axis: 0 }), /for `axis` in layer/),
  dense('activation', part('ReLU', { max_value: 3 }), /relu, relu6 or a relu with a slope .*maxValue 3/),
  dense('activation', part('PReLU'), /one of the activations .*'PReLU'/),
  dense(
    'kernel_initializer',
    part('VarianceScaling', { scale: 7, mode: 'fan_in', distribution: 'normal' }),
    /VarianceScaling of 7/,
  ),
  dense('kernel_initializer', part('Mine'), /one of the initializers .*'Mine'/),
  dense('kernel_regularizer', part('OrthogonalRegularizer'), /one of the regularizers l1, l2, l1l2/),
  dense('kernel_regularizer', part('L2', { l2: -1 }), /finite number of at least 0 for `l2`/),
  dense('kernel_constraint', part('MaxNorm', { max_value: 2, axis: 1 }), /0 or \[0\] for `axis`/),
  dense('activity_regularizer', part('L2'), /only options that we have in layer 'dense.*`activityRegularizer`/),
  dense('quantization_config', { mode: 'int8' }, /`quantizationConfig`/),
  dense('dtype', 'float16', /float32 or float64 .*'float16'/),
  dense('dtype', part('QuantizedDTypePolicy', { name: 'int8_from_float32' }), /'int8_from_float32'/),
]

for (const [name, change, says] of models)
  files(name, () => assertRefused(() => loadKeras(withConfig(relu, change)), says))

const inOtherFiles: readonly (readonly [string, string, object, RegExp])[] = [
  [
    'batch-normalization-0.keras',
    'BatchNormalization',
    { renorm: true },
    /only options that we have .*class BatchNormalization.*`renorm`/,
  ],
  ['batch-normalization-0.keras', 'BatchNormalization', { axis: 0 }, /-1 or 1 or .*for `axis`/],
  ['layer-normalization-0.keras', 'LayerNormalization', { rms_scaling: true }, /`rmsScaling`/],
  ['layer-normalization-0.keras', 'LayerNormalization', { epsilon: 0 }, /above 0 for `epsilon`/],
  ['layer-relu.keras', 'ReLU', { threshold: 0.5 }, /relu, relu6 or .*threshold 0\.5/],
  ['layer-softmax.keras', 'Softmax', { axis: 0 }, /for `axis`/],
  ['noise.keras', 'Dropout', { noise_shape: [1, 2] }, /`noiseShape`/],
  ['noise.keras', 'Dropout', { rate: 1 }, /0 to below 1 for `rate`/],
  ['flatten.keras', 'Flatten', { data_format: 'channels_first' }, /for `dataFormat`/],
  ['float64.keras', 'Dense', { dtype: 'float32' }, /layers of one dtype .*float32 and float64/],
]
for (const [file, className, options, says] of inOtherFiles) {
  files(`${className} ${JSON.stringify(options)}`, () =>
    assertRefused(() => loadKeras(withConfig(file, (m) => Object.assign(layerOf(m, className), options))), says),
  )
}

const inbound = (m: Json, i: number): Json => m.config.layers[i].inbound_nodes
const functional: readonly Damage[] = [
  [
    'a branch',
    (m) => Object.assign(inbound(m, 3)[0].args[0].config, { keras_history: ['flatten', 0, 0] }),
    /one chain of layers .*branch/,
  ],
  [
    'a circle',
    (m) => Object.assign(inbound(m, 1)[0].args[0].config, { keras_history: ['last', 0, 0] }),
    /one chain of layers/,
  ],
  ['a layer used twice', (m) => inbound(m, 2).push(inbound(m, 2)[0]), /one input, used once,.*2 uses/],
  ['two inputs of a layer', (m) => inbound(m, 2)[0].args.push(inbound(m, 2)[0].args[0]), /one input, used once/],
  [
    'dropout while predicting',
    (m) => Object.assign(inbound(m, 3)[0].kwargs, { training: true }),
    /no arguments of its own .*`training`/,
  ],
  [
    'two outputs',
    (m) =>
      Object.assign(m.config, {
        output_layers: [
          ['last', 0, 0],
          ['first', 0, 0],
        ],
      }),
    /one output/,
  ],
  [
    'nodes that are numbers',
    (m) => Object.assign(m.config.layers[2], { inbound_nodes: [3] }),
    /an object .*received 3/,
  ],
]
for (const [name, change, says] of functional) {
  files(name, () => assertRefused(() => loadKeras(withConfig('functional.keras', change)), says))
}

const compiled: readonly (readonly [string, object, RegExp])[] = [
  ['optimizer', part('Ftrl'), /one of the optimizers .*'Ftrl'/],
  ['optimizer', part('SGD', { use_ema: true }), /only options that we have in the optimizer SGD.*`useEma`/],
  ['optimizer', part('SGD', { gradient_accumulation_steps: 4 }), /`gradientAccumulationSteps`/],
  ['optimizer', part('SGD', { momentum: 2 }), /possible values in the optimizer SGD .*momentum/],
  [
    'optimizer',
    part('SGD', { learning_rate: part('CosineDecayRestarts') }),
    /one of the schedules .*'CosineDecayRestarts'/,
  ],
  ['loss', part('MeanSquaredError', { reduction: 'none' }), /for `reduction`.*'none'/],
  ['loss', part('CategoricalCrossentropy', { from_logits: true }), /probabilities .*`fromLogits`/],
  ['loss', part('Dice'), /one of the losses .*'Dice'/],
  ['loss', ['mse', 'mae'], /a class and its configuration in the loss/],
  ['metrics', [part('AUC')], /one of the metrics .*'AUC'/],
  ['metrics', [part('Accuracy')], /one of the metrics .*'Accuracy'/],
  [
    'metrics',
    [part('F1Score', { average: 'micro', threshold: null })],
    /a number for `threshold` in the metric F1Score/,
  ],
  ['metrics', [part('F1Score', { average: null, threshold: 0.5 })], /'micro' for `average` in the metric F1Score/],
  ['metrics', [part('Precision', { class_id: 2 })], /`classId`: 2/],
  ['metrics', part('Precision'), /a list of metrics/],
  [
    'metrics',
    [part('MeanSquaredError', { name: 'loss' })],
    /possible values in what the model was compiled with .*different names, none of them loss/,
  ],
  ['loss_weights', [2], /no lossWeights/],
]
for (const [key, value, says] of compiled) {
  files(`compiled with ${key} ${JSON.stringify(value)}`, async () => {
    const path = withConfig('trained.keras', (m) => Object.assign(m.compile_config, { [key]: value }))
    await assertRefused(() => loadKeras(path), says)
    await assertRefused(() => loadKeras(path), /; load it with \{ compile: false \} and compile it yourself$/)
    assert.is((await loadKeras(path, { compile: false })).layers.length, 4)
  })
}

interface Dataset {
  readonly data: FloatArray | Int32Array
  readonly shape: number[]
  readonly dtype: string
}

/** An HDF5 file with a kernel and a bias of these kinds, where Keras would put them. */
async function madeWeights(kernel: Partial<Dataset>, bias: Partial<Dataset> = {}): Promise<Uint8Array> {
  await hdf5.ready
  const file = new hdf5.File('/made.h5', 'w')
  const vars = file.create_group('layers').create_group('dense').create_group('vars')
  vars.create_dataset({ name: '0', data: new Float32Array(12), shape: [4, 3], dtype: '<f', ...kernel })
  vars.create_dataset({ name: '1', data: new Float32Array(3), shape: [3], dtype: '<f', ...bias })
  file.close()
  const bytes = hdf5.FS!.readFile('/made.h5')
  hdf5.FS!.unlink('/made.h5')
  return bytes
}

const weights: readonly (readonly [string, Partial<Dataset>, Partial<Dataset>, RegExp])[] = [
  ['turned round', { shape: [3, 4] }, {}, /a kernel of shape \[4, 3\] for layer .*one of shape \[3, 4\]/],
  ['flat', { shape: [12] }, {}, /one of shape \[12\]/],
  ['a bias of rows', {}, { shape: [1, 3] }, /a bias of shape \[3\] .*one of shape \[1, 3\]/],
  ['whole numbers', { data: new Int32Array(12), dtype: '<i' }, {}, /weights of 32 or 64 bits .*class 0/],
  ['not finite', { data: new Float32Array(12).fill(NaN) }, {}, /possible values in the model .*finite/],
]
for (const [name, kernel, bias, says] of weights) {
  files(`weights: ${name}`, async () => {
    const path = withMembers(relu, { 'model.weights.h5': await madeWeights(kernel, bias) })
    await assertRefused(() => loadKeras(path), says)
  })
}

files('weights made here, as they should be, in float64', async () => {
  const data = Float64Array.from({ length: 12 }, (_, i) => i / 8)
  const path = withMembers(relu, { 'model.weights.h5': await madeWeights({ data, dtype: '<d' }) })
  assert.equal((await loadKeras(path)).getWeights()[0]!.data, Float32Array.from(data))
})

/** Loads, or refuses with ERR_FILE. */
async function assertLoadsOrRefuses(path: string): Promise<void> {
  const error = await loadKeras(path).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error === null || (error instanceof MyelinError && error.code === 'ERR_FILE')) return
  throw error
}

files('bytes that changed at random', async () => {
  const places = fc.array(fc.tuple(fc.double({ min: 0, max: 0.999, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 6,
  })
  const property = fc.asyncProperty(places, fc.boolean(), async (changes, inside) => {
    const bytes = Uint8Array.from(inside ? weightsOf(relu) : whole)
    for (const [place, value] of changes) bytes[Math.floor(place * bytes.length)] = value
    await assertLoadsOrRefuses(inside ? withMembers(relu, { 'model.weights.h5': bytes }) : writeBytes(bytes))
  })
  await fc.assert(property, { numRuns: 200, seed: 3 })
})

for (const file of ['trained.keras', 'functional.keras']) {
  files(`descriptions that changed at random: ${file}`, async () => {
    const property = fc.asyncProperty(damaged(configOf(file)), (config) =>
      assertLoadsOrRefuses(withMembers(file, { 'config.json': config })),
    )
    await fc.assert(property, { numRuns: 200, seed: 4 })
  })
}

files('options and paths that are wrong', async () => {
  const path = goldenPath('keras', relu)
  const calls: readonly (readonly [() => Promise<unknown>, RegExp])[] = [
    [() => loadKeras(3 as never), /the path of a \.keras file for `path`, received 3/],
    [() => loadKeras(''), /the path of a \.keras file/],
    [() => loadKeras(new URL('https://example.org/m.keras')), /received an object of class URL/],
    [() => loadKeras(path, { compiled: true } as never), /did you mean `compile`/],
    [() => loadKeras(path, { compile: 1 as never }), /true or false for `compile`/],
    [() => loadKeras(path, { seed: -1 }), /a whole number of at least 0 for `seed`/],
  ]
  for (const [call, says] of calls) {
    const error = await call().then(
      () => null,
      (thrown: MyelinError) => thrown,
    )
    assert.is(error?.code, 'ERR_OPTION')
    assert.match(error!.message, says)
  }
})

files('without the packages it says how to install them', () => {
  const hook = `export const resolve = (name, context, next) => {
    if (name === 'h5wasm') throw Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' })
    return next(name, context)
  }`
  const program = `import { register } from 'node:module'
    register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hook))})
    const { loadKeras } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    await loadKeras(${JSON.stringify(goldenPath('keras', relu))}).catch(({ code, message }) => console.log(code, message))`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.match(stdout, /^ERR_FILE expected the packages fflate and h5wasm .*; npm install fflate h5wasm\n$/, stderr)
})

files.run()
