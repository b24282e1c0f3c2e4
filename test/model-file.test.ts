/**
 * Files of models: what is in them, what is refused and how it is said. That training goes on to the same bits is
 * resume.test.ts's, the format itself safetensors.test.ts's, the writing replace.test.ts's.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encode, readHeader, type Tensor } from '../src/files/safetensors.ts'
import { bytesSource } from '../src/files/source.ts'
import {
  Dataset,
  type ErrorCode,
  info,
  layers,
  loadModel,
  type Model,
  MyelinError,
  optimizers,
  sequential,
} from '../src/index.ts'
import { checkLoading, damaged, damages, estranged, strangeness, trainedModel } from './files/corpus.ts'

const test = suite('model file')
const folder = mkdtempSync(join(tmpdir(), 'myelin-model-'))
test.after(() => rmSync(folder, { recursive: true }))
const path = (name: string): string => join(folder, name)

const headerOf = async (bytes: Uint8Array) => readHeader(bytesSource(bytes, 'the file'))

function dense(): Model {
  return sequential({ seed: 1, layers: [layers.dense({ units: 2, inputShape: [3] })] })
}

test('what is in a file', async () => {
  const { tensors, metadata } = await headerOf(await (await trainedModel()).toBuffer())
  const shapes = Object.fromEntries([...tensors].map(([name, { dtype, shape }]) => [name, [dtype, ...shape]]))
  const trained = {
    'layers.0.kernel': ['F32', 2, 3],
    'layers.0.bias': ['F32', 3],
    'layers.1.gamma': ['F32', 3],
    'layers.1.beta': ['F32', 3],
    'layers.3.kernel': ['F32', 3, 2],
    'layers.3.bias': ['F32', 2],
  }
  const states = Object.entries(trained).flatMap(([name, shape]) => [
    [`optimizer.momentum.${name}`, shape],
    [`optimizer.velocity.${name}`, shape],
  ])
  const moving = { 'layers.1.movingMean': ['F32', 3], 'layers.1.movingVariance': ['F32', 3] }
  assert.equal(shapes, { ...trained, ...moving, ...Object.fromEntries(states) })
  assert.is(metadata.get('format'), 'myelin')
  assert.is(metadata.get('formatVersion'), '1')
  assert.is(metadata.get('myelinVersion'), info().version)
  // two epochs of two batches; u of Keras's Nadam is β1 (1 - ½ · 0.96^t)
  const product = [1, 2, 3, 4].reduce((all, t) => all * 0.9 * (1 - 0.5 * 0.96 ** t), 1)
  const { nadamProduct, ...counters } = JSON.parse(metadata.get('counters')!) as Record<string, number>
  assert.equal(counters, { epochs: 2, steps: 4, iterations: 4, samples: 3 })
  assert.ok(Math.abs(nadamProduct! - product) < 1e-12)
  assert.equal(JSON.parse(metadata.get('training')!).metrics, [{ kind: 'accuracy', name: 'accuracy' }])
})

test('numbers that are not finite come back as they were', async () => {
  const bits = Uint32Array.of(0x7fc00001, 0xff800000, 0x80000000, 0x00000001, 0x7f7fffff, 0x3f800000)
  const bytes = await dense().toBuffer()
  const { begin, end } = (await headerOf(bytes)).tensors.get('layers.0.kernel')!
  bytes.set(new Uint8Array(bits.buffer), begin)
  assert.is(end - begin, bits.byteLength)
  const kernel = (await loadModel(bytes)).getWeights()[0]!.data
  assert.equal(new Uint32Array(kernel.buffer), bits)
})

test('a path, a URL, bytes', async () => {
  const model = await trainedModel()
  const url = pathToFileURL(path('a b.safetensors'))
  await model.save(url)
  const wanted = await model.toBuffer()
  const view = Buffer.concat([Buffer.alloc(3), wanted]).subarray(3)
  for (const from of [url, path('a b.safetensors'), wanted, Uint8Array.from(wanted), view]) {
    assert.ok((await (await loadModel(from)).toBuffer()).equals(wanted))
  }
})

test('a model that was never compiled', async () => {
  const model = dense()
  const again = await loadModel(await model.toBuffer())
  assert.equal(again.getWeights(), model.getWeights())
  assert.equal(again.toJSON(), model.toJSON())
  assert.throws(() => again.optimizer, /ERR_NOT_COMPILED|compiled model/)
})

test('without the optimizer', async () => {
  const model = await trainedModel()
  await model.save(path('small'), { includeOptimizer: false })
  const again = await loadModel(path('small'))
  assert.equal(again.getWeights(), model.getWeights())
  assert.is(again.epochs, 2)
  const { tensors, metadata } = await headerOf(await model.toBuffer({ includeOptimizer: false }))
  assert.not([...tensors.keys()].some((name) => name.startsWith('optimizer')))
  assert.is(metadata.get('training'), undefined)
})

test('initial values that no file needs are not drawn', async () => {
  const initializer = { kind: 'orthogonal' } as const
  const options = { seed: 1, layers: [layers.dense({ units: 40, inputShape: [40], kernelInitializer: initializer })] }
  const again = await loadModel(await sequential(options).toBuffer())
  assert.equal(again.toJSON(), sequential(options).toJSON())
  assert.equal(again.getWeights(), sequential(options).getWeights())
})

test('the recipe of the data, which predictions of raw rows need', async () => {
  const model = await trainedModel()
  writeFileSync(path('rows.csv'), 'a,b,answer\n1,200,no\n3,400,yes\n5,900,no\n')
  const data = (await Dataset.fromCsv(path('rows.csv'), { label: 'answer' })).standardize()
  await model.fit(data, { epochs: 1 })
  assert.equal(model.recipe!.standardization!.means, [3, 500])
  const again = await loadModel(await model.toBuffer())
  assert.equal(again.recipe, model.recipe)
  assert.equal(again.classNames, ['no', 'yes'])
  assert.equal(again.predictSync([[2, 300]]), model.predictSync([[2, 300]]))
})

test('JSON of the definition makes the same model', async () => {
  const model = await trainedModel()
  const again = sequential(JSON.parse(JSON.stringify(model.toJSON())))
  assert.equal(again.toJSON(), model.toJSON())
  again.setWeights(model.getWeights())
  assert.equal(again.predictSync([[1, 2]]), model.predictSync([[1, 2]]))
})

test('a save is of the moment of its call', async () => {
  const model = dense()
  const before = model.getWeights()
  const saved = model.save(path('moment'))
  model.setWeights(before.map(({ data, shape }) => ({ data: data.map(() => 7), shape })))
  await saved
  assert.equal((await loadModel(path('moment'))).getWeights(), before)
})

// ------------------------------------------------------------------------------------------------- wrong files

/** A file made from a right one: metadata and tensors changed. */
async function changed(change: {
  metadata?: Record<string, string | undefined>
  tensors?: (list: Tensor[]) => Tensor[]
}): Promise<Buffer> {
  const bytes = await (await trainedModel()).toBuffer()
  const header = await headerOf(bytes)
  const metadata = { ...Object.fromEntries(header.metadata), ...change.metadata } as Record<string, string>
  const list = [...header.tensors].map(([name, { shape, begin, end }]) => {
    return { name, shape, data: new Float32Array(Uint8Array.from(bytes.subarray(begin, end)).buffer) }
  })
  return Buffer.concat(encode(change.tensors?.(list) ?? list, metadata))
}
const json = (value: unknown): string => JSON.stringify(value)
const definition = (change: object) =>
  changed({ metadata: { definition: json({ dtype: 'float32', seed: 7, ...change }) } })
const counters = (change: object) => {
  const right = { epochs: 2, steps: 4, samples: 3, iterations: 4, nadamProduct: 0.1 }
  return changed({ metadata: { counters: json({ ...right, ...change }) } })
}
const training = (change: object) =>
  changed({ metadata: { training: json({ loss: 'hinge', optimizer: 'nadam', ...change }) } })
const rename = (from: string, to: string) => (list: Tensor[]) =>
  list.map((one) => (one.name === from ? { ...one, name: to } : one))

/** A file, and texts that its message must hold: what was expected, and what was received. */
type Wrong = readonly [file: () => Promise<Uint8Array> | Uint8Array, expected: string, received: string]

const HUGE = { kind: 'dense', units: 2 ** 31 - 1, inputShape: [2 ** 31 - 1] }
const WIDE = { kind: 'batchNormalization', inputShape: [2 ** 31 - 1] }

const wrong: Readonly<Record<string, Wrong>> = {
  'no safetensors file': [() => Buffer.from('hello, world'), 'a safetensors file', 'a length of'],
  'a file of something else': [
    () => Buffer.concat(encode([{ name: 'w', shape: [1], data: Float32Array.of(1) }], { format: 'pt' })),
    'a model that myelin saved',
    'something else; make the model with sequential and give it the weights with model.setWeights',
  ],
  'a newer format': [
    () => changed({ metadata: { formatVersion: '2', myelinVersion: '9.0.0' } }),
    'format version 1',
    "'2', written by myelin '9.0.0'; a newer myelin may read it",
  ],
  'no format version': [() => changed({ metadata: { formatVersion: undefined } }), 'format version 1', 'undefined'],
  'no definition': [() => changed({ metadata: { definition: undefined } }), '`definition`', 'none'],
  'a definition that is no JSON': [() => changed({ metadata: { definition: '{' } }), '`definition`', 'SyntaxError'],
  'a definition of another version': [
    () => changed({ metadata: { definition: '{}', myelinVersion: '0.0.7' } }),
    '`definition`',
    "in a file of myelin '0.0.7'",
  ],
  'a definition that is a text': [() => changed({ metadata: { definition: '"dense"' } }), '`definition`', "'dense'"],
  'a definition without layers': [() => definition({}), '`definition`', 'at least one layer'],
  'a definition without a seed': [() => definition({ seed: undefined }), '`definition`', 'dtype, seed and layers'],
  'a layer that nobody knows': [() => definition({ layers: [{ kind: 'conv2d' }] }), '`definition`', "'conv2d'"],
  'a definition of other shapes': [
    () => definition({ layers: [layers.dense({ units: 3, inputShape: [5] })] }),
    "tensor 'layers.0.kernel' of F32 and shape [5, 3]",
    "'F32' and [2, 3]",
  ],
  'a definition of another dtype': [
    () => definition({ dtype: 'float64', layers: [layers.dense({ units: 3, inputShape: [2] })] }),
    'of F64',
    "'F32'",
  ],
  'a definition of 2^62 weights': [() => definition({ layers: [HUGE] }), '`definition`', 'weights'],
  'a definition of 2^31 features': [() => definition({ layers: [WIDE] }), "tensor 'layers.0.gamma'", 'without it'],
  'a million layers': [
    () =>
      definition({ layers: [layers.input({ shape: [2] }), ...Array(1e5).fill({ kind: 'gaussianNoise', stddev: 1 })] }),
    '`definition`',
    'layers',
  ],
  'fewer layers than tensors': [
    () => definition({ layers: [layers.dense({ units: 3, inputShape: [2] })] }),
    'no other tensors',
    "'layers.1.gamma'",
  ],
  'a tensor too few': [
    () => changed({ tensors: (list) => list.filter(({ name }) => name !== 'layers.3.bias') }),
    "tensor 'layers.3.bias'",
    'without it',
  ],
  'a state too few': [
    () => changed({ tensors: rename('optimizer.velocity.layers.0.bias', 'x') }),
    "tensor 'optimizer.velocity.layers.0.bias'",
    'without it',
  ],
  'a tensor too many': [
    () => changed({ tensors: (list) => [...list, { name: 'more', shape: [0], data: new Float32Array(0) }] }),
    'no other tensors',
    "'more'",
  ],
  'a kernel of another shape': [
    () => changed({ tensors: (list) => list.map((one, i) => (i === 0 ? { ...one, shape: [3, 2] } : one)) }),
    'shape [2, 3]',
    '[3, 2]',
  ],
  'a kernel that is flat': [
    () => changed({ tensors: (list) => list.map((one, i) => (i === 0 ? { ...one, shape: [6] } : one)) }),
    'shape [2, 3]',
    '[6]',
  ],
  'a kernel of doubles': [
    () => changed({ tensors: ([first, ...rest]) => [{ ...first!, data: Float64Array.from(first!.data) }, ...rest] }),
    "tensor 'layers.0.kernel' of F32",
    "'F64'",
  ],
  'states of another optimizer': [() => training({ optimizer: 'adagrad' }), "'optimizer.accumulator.", 'without it'],
  'an optimizer that nobody knows': [() => training({ optimizer: { kind: 'adm' } }), '`training`', "'adm'"],
  'a schedule that nobody knows': [
    () => training({ optimizer: { kind: 'nadam', learningRate: { kind: 'constructor' } } }),
    '`training`',
    "'constructor'",
  ],
  'a schedule without its settings': [
    () => training({ optimizer: { kind: 'nadam', learningRate: { kind: 'cosineDecay' } } }),
    '`training`',
    'initialLearningRate',
  ],
  'a loss that does not fit': [() => training({ loss: {} }), '`training`', '{}'],
  'a training that is null': [() => changed({ metadata: { training: 'null' } }), '`training`', 'null'],
  'no counters': [() => changed({ metadata: { counters: undefined } }), '`counters`', 'none'],
  'half an epoch': [() => counters({ epochs: 0.5 }), '`counters`', '0.5'],
  'a negative step': [() => counters({ steps: -1 }), '`counters`', '-1'],
  'more steps than can be counted': [() => counters({ steps: 2 ** 53 }), '`counters`', '9007199254740992'],
  'a product above 1': [() => counters({ nadamProduct: 2 }), '`counters`', '2'],
  'a product that is null': [() => counters({ nadamProduct: null }), '`counters`', 'null'],
  'an unknown counter': [() => counters({ days: 1 }), '`counters`', '`days`'],
  'a recipe that is none': [() => changed({ metadata: { recipe: '7' } }), '`recipe`', 'MyelinError'],
  'a recipe of another model': [
    () => changed({ metadata: { recipe: json({ standardization: { means: [1], deviations: [1] } }) } }),
    '`recipe`',
    'expected 2 features for `recipe`, received 1',
  ],
}

async function errorOf(call: () => unknown): Promise<MyelinError> {
  try {
    await call()
  } catch (error) {
    assert.instance(error, MyelinError, String(error))
    return error as MyelinError
  }
  return assert.unreachable('it did not throw') as never
}

async function checkError(call: () => unknown, code: ErrorCode, expected: string, received: string): Promise<void> {
  const { code: found, message } = await errorOf(call)
  assert.is(found, code, message)
  assert.match(message, /^expected .+, received .+/s)
  assert.ok(message.includes(expected), `'${expected}' in: ${message}`)
  assert.ok(message.slice(message.indexOf(expected)).includes(received), `'${received}' in: ${message}`)
}

for (const [name, [file, expected, received]] of Object.entries(wrong)) {
  test(`refused: ${name}`, async () => {
    const bytes = await file()
    const memory = process.memoryUsage.rss()
    await checkError(() => loadModel(bytes), 'ERR_FILE', expected, received)
    assert.ok(process.memoryUsage.rss() - memory < 200e6, 'takes no memory for what is not there')
  })
}

/** Opening it would wait for ever. */
function pipe(): string {
  return spawnSync('mkfifo', [path('pipe')]).status === 0 ? path('pipe') : '/dev/null'
}

test('wrong calls and missing files', async () => {
  const model = await trainedModel()
  // biome-ignore lint/suspicious/noExplicitAny: wrong calls are no TypeScript
  const any = (value: unknown): any => value
  const calls: readonly [call: () => unknown, code: ErrorCode, expected: string, received: string][] = [
    [() => loadModel(any(undefined)), 'ERR_OPTION', 'the path of a model file, or its bytes', 'undefined'],
    [() => loadModel(''), 'ERR_OPTION', 'the path', "''"],
    [() => loadModel(any(new ArrayBuffer(8))), 'ERR_OPTION', 'the path', 'ArrayBuffer'],
    [() => loadModel(path('missing')), 'ERR_FILE', 'a model file', 'ENOENT'],
    [() => loadModel(folder), 'ERR_FILE', 'a model file', 'a folder'],
    [() => loadModel('/dev/null'), 'ERR_FILE', 'a model file', 'no plain file'],
    [() => loadModel(pipe()), 'ERR_FILE', 'a model file', 'no plain file'],
    [() => loadModel('no\0file'), 'ERR_FILE', 'a model file', 'without null bytes'],
    [() => model.save(any(undefined)), 'ERR_OPTION', 'the path of a file', 'undefined'],
    [() => model.save(any(7)), 'ERR_OPTION', 'the path of a file', '7'],
    [() => model.save(''), 'ERR_OPTION', 'the path of a file', "''"],
    [() => model.save(path('x'), any({ includeOptimiser: false })), 'ERR_OPTION', 'includeOptimizer', 'did you mean'],
    [() => model.save(path('x'), any({ includeOptimizer: 1 })), 'ERR_OPTION', 'true or false', '1'],
    [() => model.save(path('missing/x')), 'ERR_FILE', 'a file in a folder that exists', 'make the folder first'],
    [() => model.save(folder), 'ERR_FILE', 'a file to write', 'a folder'],
    [() => model.toBuffer(any(true)), 'ERR_OPTION', 'an object of options', 'true'],
  ]
  for (const call of calls) await checkError(...call)
})

test('a learning rate that no file can hold', async () => {
  const model = dense()
  model.compile({ optimizer: optimizers.sgd({ learningRate: (step) => 1 / (1 + step) }), loss: 'meanSquaredError' })
  const error = await errorOf(() => model.save(path('function')))
  assert.is(error.code, 'ERR_OPTION')
  assert.match(error.message, 'received a function, which no file can hold; compile with one of schedules')
  await model.save(path('function'), { includeOptimizer: false })
  await loadModel(path('function'))
})

test('a file that is cut anywhere is refused', async () => {
  const bytes = await (await trainedModel()).toBuffer()
  for (let length = 0; length < bytes.length; length += length < 40 ? 1 : 97) {
    await checkError(() => loadModel(bytes.subarray(0, length)), 'ERR_FILE', 'expected', '')
  }
  writeFileSync(path('cut'), bytes)
  truncateSync(path('cut'), bytes.length - 1)
  await checkError(() => loadModel(path('cut')), 'ERR_FILE', `${bytes.length} bytes`, `${bytes.length - 1}`)
})

test('damaged model files are refused with ERR_FILE, or load', async () => {
  const bytes = await (await trainedModel()).toBuffer()
  const property = fc.asyncProperty(damages, async (harm) => void (await checkLoading(damaged(bytes, harm))))
  await fc.assert(property, { numRuns: 1000 })
})

test('model files with strange values in their metadata are refused with ERR_FILE, or load', async () => {
  const bytes = await (await trainedModel()).toBuffer()
  const outcomes = new Set<string>()
  const property = fc.asyncProperty(strangeness, async (strange) => {
    outcomes.add(await checkLoading(estranged(bytes, strange)))
  })
  await fc.assert(property, { numRuns: 1000 })
  assert.is(outcomes.size, 2, 'some of each')
})

test.run()
