/**
 * TensorFlow.js models that are not what they should be: each is refused with ERR_FILE, says why, and reads no file it may not.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadTfjs, MyelinError } from '../src/index.ts'
import { assertRefused, type Damage, damaged, type Json } from './exchange/damage.ts'
import { goldenPath } from './exchange/golden.ts'

const folder = mkdtempSync(join(tmpdir(), 'myelin-tfjs-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const RELU = 'activation-relu'
const read = (name: string): string => readFileSync(goldenPath('tfjs', `${name}.json`), 'utf8')
let written = 0

/** A model.json beside whole weights. */
function writeModel(json: string, weights: Uint8Array = readFileSync(goldenPath('tfjs', `${RELU}.bin`))): string {
  const path = join(folder, `${written++}.json`)
  writeFileSync(path, json)
  writeFileSync(join(folder, `${RELU}.bin`), weights)
  return path
}

function withModel(change: (model: Json) => void): string {
  const model = JSON.parse(read(RELU))
  change(model)
  return writeModel(JSON.stringify(model))
}

const files = suite('damaged models of TensorFlow.js')

const contents: readonly (readonly [string, () => string, RegExp])[] = [
  ['no file', () => join(folder, 'none.json'), /a readable file .*ENOENT/],
  ['a folder', () => folder, /a readable file .*EISDIR/],
  ['an empty file', () => writeModel(''), /expected JSON for/],
  ['half of it', () => writeModel(read(RELU).slice(0, 400)), /expected JSON for/],
  ['a list', () => writeModel('[]'), /an object in the file .*received \[\]/],
  ['null', () => writeModel('null'), /an object in the file .*received null/],
  ['an object of nothing', () => writeModel('{}'), /an object in modelTopology .*undefined/],
  [
    'weights too short',
    () => writeModel(read(RELU), new Uint8Array(59)),
    /60 bytes in \.\/activation-relu\.bin .*59 bytes/,
  ],
  ['weights too long', () => writeModel(read(RELU), new Uint8Array(64)), /60 bytes .*64 bytes/],
  ['no bytes of weights', () => writeModel(read(RELU), new Uint8Array(0)), /60 bytes .*received 0 bytes/],
  [
    'weights that are not finite',
    () => writeModel(read(RELU), new Uint8Array(60).fill(255)),
    /possible values .*finite/,
  ],
]
for (const [name, path, says] of contents) files(name, () => assertRefused(() => loadTfjs(path()), says))

const layer = (m: Json): Json => m.modelTopology.config.layers[0].config
const weight = (m: Json, i = 0): Json => m.weightsManifest[0].weights[i]
const paths = (name: string, ...list: unknown[]): Damage => [
  `paths: ${name}`,
  (m) => Object.assign(m.weightsManifest[0], { paths: list }),
  /paths in the folder of the file in weightsManifest/,
]

const models: readonly Damage[] = [
  ['a graph model', (m) => Object.assign(m, { format: 'graph-model' }), /the format 'layers-model' .*'graph-model'/],
  [
    'a class of its own',
    (m) => Object.assign(m.modelTopology, { class_name: 'Mine' }),
    /a Sequential or Functional model .*class Mine/,
  ],
  [
    'a layer of another class',
    (m) => Object.assign(m.modelTopology.config.layers[0], { class_name: 'Conv2D' }),
    /layer 'dense_.*' of class Conv2D/,
  ],
  [
    'hardSigmoid',
    (m) => Object.assign(layer(m), { activation: 'hard_sigmoid' }),
    /the hardSigmoid of TensorFlow\.js, which is 0\.2x \+ 0\.5/,
  ],
  ['the other gelu', (m) => Object.assign(layer(m), { activation: 'gelu_new' }), /one of the activations .*'gelu_new'/],
  ['other units', (m) => Object.assign(layer(m), { units: 4 }), /a kernel of shape \[4, 4\] .*one of shape \[4, 3\]/],
  ['many units', (m) => Object.assign(layer(m), { units: 2 ** 31 - 1 }), /a kernel of shape \[4, 2147483647\]/],
  ['another input', (m) => Object.assign(layer(m), { batch_input_shape: [null, 5] }), /a kernel of shape \[5, 3\]/],
  ['no input', (m) => Object.assign(layer(m), { batch_input_shape: null }), /a model that was built/],
  [
    'another name',
    (m) => Object.assign(layer(m), { name: 'other' }),
    /a kernel of shape \[4, 3\] for layer 'other' .*received none/,
  ],
  [
    'no manifest',
    (m) => Object.assign(m, { weightsManifest: undefined }),
    /a list of groups .*weightsManifest .*undefined/,
  ],
  ['an empty manifest', (m) => Object.assign(m, { weightsManifest: [] }), /a kernel of shape \[4, 3\] .*received none/],
  ['a group that is a number', (m) => Object.assign(m, { weightsManifest: [7] }), /an object in weightsManifest .*7/],
  [
    'a group without paths',
    (m) => Object.assign(m.weightsManifest[0], { paths: null }),
    /paths and weights in weightsManifest/,
  ],
  [
    'no such shard',
    (m) => Object.assign(m.weightsManifest[0], { paths: ['none.bin'] }),
    /weights in none\.bin .*ENOENT/,
  ],
  ['one shard twice', (m) => m.weightsManifest[0].paths.push(m.weightsManifest[0].paths[0]), /every path once/],
  ['a weight without a name', (m) => Object.assign(weight(m), { name: 3 }), /weights with names .*3/],
  ['a weight twice', (m) => Object.assign(weight(m, 1), { name: weight(m).name }), /different names .*twice/],
  ['a shape below 0', (m) => Object.assign(weight(m), { shape: [-4, -3] }), /a shape in weight 'dense.*kernel'/],
  [
    'a shape that is far too large',
    (m) => Object.assign(weight(m), { shape: [2 ** 30, 2 ** 30] }),
    /\d+ bytes .*60 bytes/,
  ],
  [
    'another shape of as many',
    (m) => Object.assign(weight(m), { shape: [3, 4] }),
    /a kernel of shape \[4, 3\] .*one of shape \[3, 4\]/,
  ],
  ['whole numbers', (m) => Object.assign(weight(m), { dtype: 'int32' }), /float32 for 'dense.*kernel' .*int32/],
  [
    'text',
    (m) => Object.assign(weight(m), { dtype: 'string' }),
    /one of the dtypes float32, int32, bool, uint8 .*'string'/,
  ],
  ['a dtype called constructor', (m) => Object.assign(weight(m), { dtype: 'constructor' }), /one of the dtypes/],
  [
    'quantized',
    (m) => Object.assign(weight(m), { quantization: { dtype: 'uint8', scale: 1, min: 0 } }),
    /not quantized/,
  ],
  paths('a folder above', '../secret.bin'),
  paths('a folder above, later', 'a/../../secret.bin'),
  paths('the folder above itself', '..'),
  paths('an absolute path', '/etc/passwd'),
  paths('a path of Windows', '..\\secret.bin'),
  paths('a drive', 'C:secret.bin'),
  paths('an address', 'https://example.org/weights.bin'),
  paths('a zero', 'a\0.bin'),
  paths('nothing', ''),
  paths('a number', 3),
]
for (const [name, change, says] of models) files(name, () => assertRefused(() => loadTfjs(withModel(change)), says))

files('compiled with what we do not have', async () => {
  const optimizer = { class_name: 'Adamax', config: { learningRate: 0.1, decay: 0.5 } }
  const path = withModel((m) =>
    Object.assign(m, { trainingConfig: { loss: 'mse', metrics: [], optimizer_config: optimizer } }),
  )
  await assertRefused(
    () => loadTfjs(path),
    /0 for `decay` in the optimizer Adamax .*0\.5; load it with \{ compile: false \}/,
  )
  assert.is((await loadTfjs(path, { compile: false })).layers.length, 1)
})

files('shards in a folder below, by a URL, with names as a converter gives them', async () => {
  mkdirSync(join(folder, 'below'))
  copyFileSync(goldenPath('tfjs', `${RELU}.bin`), join(folder, 'below', 'group1-shard1of1'))
  const path = withModel((m) => {
    m.weightsManifest[0].paths = ['below/group1-shard1of1']
    for (const one of m.weightsManifest[0].weights) one.name = `sequential/${one.name}:0`
    m.modelTopology = { keras_version: '2.15.0', backend: 'tensorflow', model_config: m.modelTopology }
  })
  const model = await loadTfjs(pathToFileURL(path))
  assert.equal(model.getWeights(), (await loadTfjs(goldenPath('tfjs', `${RELU}.json`))).getWeights())
})

for (const name of [RELU, 'trained', 'functional']) {
  files(`descriptions that changed at random: ${name}`, async () => {
    for (const end of ['', '-1', '-2']) {
      try {
        copyFileSync(goldenPath('tfjs', `${name}${end}.bin`), join(folder, `${name}${end}.bin`))
      } catch {} // it has no such shard
    }
    const property = fc.asyncProperty(damaged(read(name)), async (json) => {
      const error = await loadTfjs(writeModel(json)).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      if (error !== null && !(error instanceof MyelinError && error.code === 'ERR_FILE')) throw error
    })
    await fc.assert(property, { numRuns: 200, seed: 6 })
  })
}

files.run()
