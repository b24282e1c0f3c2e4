/**
 * Valid files, files made from them by damage, and what must hold of both: for the tests of the suite, which look at
 * some, and for fuzz.ts, which looks for as long as it is told.
 */
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { encode, readHeader, type Tensor, type TensorPlace } from '../../src/files/safetensors.ts'
import { bytesSource } from '../../src/files/source.ts'
import { layers, loadModel, type Model, MyelinError, optimizers, sequential } from '../../src/index.ts'

export interface Content {
  readonly tensors: readonly Tensor[]
  readonly metadata: Readonly<Record<string, string>>
}

const name = fc.string({ unit: 'grapheme', maxLength: 12 })
const shape = fc.array(fc.nat({ max: 4 }), { maxLength: 4 })

const tensor = fc
  .tuple(name, shape, fc.boolean(), fc.noShrink(fc.infiniteStream(fc.double())))
  .map(([name, shape, wide, numbers]): Tensor => {
    const length = shape.reduce((product, size) => product * size, 1)
    const values = [...numbers.take(length)]
    return { name, shape, data: wide ? Float64Array.from(values) : Float32Array.from(values) }
  })

export const content: fc.Arbitrary<Content> = fc.record({
  tensors: fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 }),
  metadata: fc.dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 4, noNullPrototype: true }),
})

export const fileOf = ({ tensors, metadata }: Content): Buffer => Buffer.concat(encode(tensors, metadata))

/** Texts that a header has, or might have. */
const FRAGMENTS = [
  ...['{', '}', '[', ']', '"', ':', ',', ' ', '\\', '\n', '0', '1', '-1', '1e3', '0.5', '00', '9007199254740993'],
  ...['null', 'true', '"F32"', '"F64"', '"BOOL"', '"F99"', '"dtype"', '"shape":[1]', '"data_offsets":[0,4]'],
  ...['"__metadata__":{}', '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},', '[[[[', '\u00e4', '\ufeff'],
  ...['18446744073709551616', '4294967296', '[4294967296,4294967296]', '"\\ud800"', '"\\u0000"', '\0', '/*', "'"],
]

const place = fc.nat({ max: 4096 })
const damage = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat({ max: 255 }) }),
  fc.record({ kind: fc.constant('insert' as const), place, text: fc.constantFrom(...FRAGMENTS) }),
  fc.record({ kind: fc.constant('replace' as const), place, text: fc.constantFrom(...FRAGMENTS) }),
  fc.record({ kind: fc.constant('remove' as const), place, count: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('repeat' as const), place, count: fc.integer({ min: 1, max: 80 }) }),
  fc.record({ kind: fc.constant('length' as const), length: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 16 }) }),
)
export type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never

/** Some damage, and whether the length of the header is put right after it. */
export const damages: fc.Arbitrary<{ list: Damage[]; mends: boolean }> = fc.record({
  list: fc.array(damage, { minLength: 1, maxLength: 4 }),
  mends: fc.boolean(),
})

export function damaged(file: Buffer, { list, mends }: { list: readonly Damage[]; mends: boolean }): Buffer {
  const length = Number(file.readBigUInt64LE())
  let bytes = file
  let header = length
  for (const one of list) {
    // in the header, where things can go wrong, unless that is shorter
    const at = 8 + ('place' in one ? one.place % Math.max(1, header) : 0)
    const splice = (end: number, middle: string | Buffer): void => {
      const before = bytes.length
      bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(middle as string), bytes.subarray(end)])
      header += bytes.length - before
    }
    if (one.kind === 'byte') splice(at + 1, Buffer.of(one.value))
    else if (one.kind === 'insert') splice(at, one.text)
    else if (one.kind === 'replace') splice(at + one.text.length, one.text)
    else if (one.kind === 'remove') splice(at + one.count, '')
    else if (one.kind === 'repeat') splice(at, bytes.subarray(at, at + one.count))
    else if (one.kind === 'append') bytes = Buffer.concat([bytes, Buffer.alloc(one.count, 1)])
    else if (one.kind === 'cut') bytes = bytes.subarray(0, at)
    else if (bytes.length >= 8) {
      bytes = Buffer.from(bytes)
      bytes.writeBigUInt64LE(one.length)
    }
  }
  if (!mends || bytes.length < 8 || header < 0) return bytes
  const mended = Buffer.from(bytes)
  mended.writeBigUInt64LE(BigInt(header))
  return mended
}

/** Reads the header; null when it is refused, as it must be: with ERR_FILE and nothing else. */
export async function headerOf(bytes: Uint8Array): Promise<ReadonlyMap<string, TensorPlace> | null> {
  return readHeader(bytesSource(bytes, 'the file')).then(({ tensors }) => tensors, refusal)
}

/** @throws everything that is not ERR_FILE. */
export function refusal(error: unknown): null {
  if (!(error instanceof MyelinError)) throw error
  assert.is(error.code, 'ERR_FILE', error.message)
  assert.ok(error.message.length < 2000, 'a message of a readable length')
  return null
}

const SIZES: Readonly<Record<string, number>> = { BOOL: 1, U8: 1, I8: 1, U16: 2, I16: 2, F16: 2, BF16: 2, U32: 4 }

/** Tensors lie in the file, one behind the other, and have the bytes that their shapes say. */
export function checkPlaces(tensors: ReadonlyMap<string, TensorPlace>, size: number): void {
  const places = [...tensors.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)
  let at = places[0]?.begin ?? size
  for (const { dtype, shape, begin, end } of places) {
    assert.is(begin, at)
    const bytes = SIZES[dtype] ?? (dtype === 'F32' || dtype === 'I32' ? 4 : dtype.startsWith('F8') ? 1 : 8)
    assert.is(
      BigInt(end - begin),
      shape.reduce((product, length) => product * BigInt(length), BigInt(bytes)),
    )
    at = end
  }
  assert.is(at, size)
}

/** A small model with something of everything in its file. */
export async function trainedModel(): Promise<Model> {
  const model = sequential({
    seed: 7,
    layers: [
      layers.dense({ units: 3, activation: 'relu', inputShape: [2] }),
      layers.batchNormalization(),
      layers.dropout({ keep: 0.8 }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: optimizers.nadam(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  const x = { data: Uint8Array.of(0, 1, 1, 0, 1, 1), shape: [3, 2] }
  await model.fit(x, [0, 1, 1], { epochs: 2, batchSize: 2 })
  return model
}

const STRANGE = [
  ...[
    null,
    true,
    '',
    'x',
    'relu',
    'constructor',
    '__proto__',
    [],
    {},
    [[]],
    -1,
    0,
    0.5,
    1,
    2,
    3,
    1e-320,
    1e308,
    2 ** 31,
  ],
  ...[
    2 ** 53,
    [1],
    [2, 2],
    [2 ** 31 - 1, 2 ** 31 - 1],
    { kind: 'leakyRelu' },
    { kind: 'cosineDecay' },
    'nadam',
    'adagrad',
  ],
]

/** One place in one of the JSON texts of the metadata, and what is put there. */
export const strangeness: fc.Arbitrary<{ key: string; place: number; value: unknown }> = fc.record({
  key: fc.constantFrom('definition', 'definition', 'training', 'counters'),
  place: fc.nat({ max: 1000 }),
  value: fc.oneof(fc.constantFrom(...STRANGE), fc.jsonValue({ maxDepth: 2 })),
})

/** Every place in a JSON value, as the object it is in and its key there. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  const inside = value as Record<string, unknown>
  return Object.keys(inside).flatMap((key) => [
    [inside, key] as [Record<string, unknown>, string],
    ...placesIn(inside[key]),
  ])
}

/** The same file with a strange value in its metadata. */
export function estranged(file: Buffer, { key, place, value }: { key: string; place: number; value: unknown }): Buffer {
  const length = Number(file.readBigUInt64LE())
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as { __metadata__: Record<string, string> }
  const json = JSON.parse(header.__metadata__[key]!) as unknown
  const places = placesIn(json)
  const [object, name] = places[place % places.length]!
  object[name] = value
  header.__metadata__[key] = JSON.stringify(json)
  const text = Buffer.from(JSON.stringify(header))
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([start, text, file.subarray(8 + length)])
}

/** A damaged model file is refused, or gives a model that predicts and can be saved. */
export async function checkLoading(bytes: Buffer): Promise<'loaded' | 'refused'> {
  const model = await loadModel(bytes).catch(refusal)
  if (!model) return 'refused'
  const inputs = model.layers[0]!.inputs
  if (inputs < 1000) assert.is(model.predictSync([new Float32Array(inputs)]).shape[0], 1)
  await loadModel(await model.toBuffer())
  return 'loaded'
}
