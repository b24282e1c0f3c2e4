/**
 * The safetensors format: against a file that Python's safetensors wrote, on files drawn at random, and on files that
 * are wrong. Files of models are model-file.test.ts's; Python reads ours in python.test.ts.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { encode, type Header, readHeader } from '../src/files/safetensors.ts'
import { bytesSource } from '../src/files/source.ts'
import { MyelinError } from '../src/index.ts'
import { checkPlaces, content, damaged, damages, fileOf, headerOf } from './files/corpus.ts'

const test = suite('safetensors')

const read = (bytes: Uint8Array): Promise<Header> => readHeader(bytesSource(bytes, 'some.file'))

test('a file that Python wrote', async () => {
  const golden = JSON.parse(readFileSync(new URL('./golden/safetensors.json', import.meta.url), 'utf8')) as {
    file: string
    metadata: Record<string, string>
    tensors: [name: string, { type: string; shape: number[]; bytes: string }][]
  }
  const dtypes: Record<string, string> = {
    ...{ float16: 'F16', float32: 'F32', float64: 'F64', uint8: 'U8', bool: 'BOOL', int64: 'I64', int16: 'I16' },
    ...{ uint32: 'U32' },
  }
  const file = Buffer.from(golden.file, 'base64')
  const { metadata, tensors } = await read(file)
  assert.equal(Object.fromEntries(metadata), golden.metadata)
  assert.is(tensors.size, 12)
  assert.equal([...tensors.keys()].sort(), golden.tensors.map(([name]) => name).sort())
  for (const [name, { type, shape, bytes }] of golden.tensors) {
    const place = tensors.get(name)!
    assert.is(place.dtype, dtypes[type])
    assert.equal(place.shape, shape)
    assert.is(file.subarray(place.begin, place.end).toString('base64'), bytes, name)
  }
  checkPlaces(tensors, file.length)
})

test('the bytes of a small file', () => {
  const data = Float32Array.of(1, -2)
  const file = fileOf({ tensors: [{ name: 'w', shape: [2], data }], metadata: { a: 'b' } })
  const json = '{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
  const header = json.padEnd(Math.ceil(json.length / 8) * 8)
  assert.is(file.readBigUInt64LE(), BigInt(header.length))
  assert.is(file.subarray(8, -8).toString(), header)
  assert.is(file.subarray(-8).toString('hex'), '0000803f000000c0')
})

test('what is written is read again', async () => {
  const property = fc.asyncProperty(content, async ({ tensors, metadata }) => {
    const file = fileOf({ tensors, metadata })
    const header = await read(file)
    assert.equal(Object.fromEntries(header.metadata), metadata)
    checkPlaces(header.tensors, file.length)
    assert.is(header.tensors.size, tensors.length)
    for (const { name, shape, data } of tensors) {
      const { dtype, shape: found, begin, end } = header.tensors.get(name)!
      assert.is(dtype, data instanceof Float64Array ? 'F64' : 'F32')
      assert.equal(found, shape)
      assert.is(begin % data.BYTES_PER_ELEMENT, 0)
      assert.ok(file.subarray(begin, end).equals(Buffer.from(data.buffer)), name)
    }
  })
  await fc.assert(property, { numRuns: 500 })
})

test('damaged files are refused with ERR_FILE, or hold what their header says', async () => {
  const count = { accepted: 0, refused: 0 }
  const property = fc.asyncProperty(content, damages, async (whole, harm) => {
    const bytes = damaged(fileOf(whole), harm)
    const tensors = await headerOf(bytes)
    count[tensors ? 'accepted' : 'refused']++
    if (tensors) checkPlaces(tensors, bytes.length)
  })
  await fc.assert(property, { numRuns: 3000 })
  assert.ok(count.refused > 1000 && count.accepted > 20, JSON.stringify(count))
})

// ------------------------------------------------------------------------------------------------- wrong files

const TENSOR = '"dtype":"F32","shape":[2],"data_offsets":[0,8]'

/** A file with this header and as many bytes behind it. */
function fileWith(header: string | Uint8Array, bytes = 8, length?: bigint): Buffer {
  const text = Buffer.from(header as string)
  const start = Buffer.alloc(8)
  start.writeBigUInt64LE(length ?? BigInt(text.length))
  return Buffer.concat([start, text, Buffer.alloc(bytes)])
}
const one = (entry: string, bytes?: number): Buffer => fileWith(`{"w":{${entry}}}`, bytes)
const two = (a: string, b: string, bytes: number): Buffer => fileWith(`{"a":{${a}},"b":{${b}}}`, bytes)
const f32 = (shape: string, begin: number, end: number): string =>
  `"dtype":"F32","shape":${shape},"data_offsets":[${begin},${end}]`

/** Each file, and texts that its message must hold: what was expected, and what was received. */
const wrong: Readonly<Record<string, readonly [file: Uint8Array, expected: string, received: string]>> = {
  'an empty file': [Buffer.alloc(0), 'a safetensors file', '0 bytes'],
  'seven bytes': [Buffer.alloc(7), 'a safetensors file', '7 bytes'],
  'a length and nothing else': [Buffer.alloc(8), '{ at the start', 'its end'],
  'a length beyond the end': [fileWith('{}', 0, 3n), 'at most 2 bytes', '3'],
  'the largest length': [fileWith('{}', 0, 2n ** 64n - 1n), 'at most 2 bytes', '18446744073709552000'],
  'a length of 2^63': [fileWith('{}', 0, 2n ** 63n), 'at most 2 bytes', '9223372036854776000'],
  'a length above the limit of the format': [
    Buffer.concat([fileWith('{', 0, 100_000_001n), Buffer.alloc(100_000_001, ' ')]),
    'at most 100000000 bytes',
    '100000001',
  ],
  'a text file': [Buffer.from('epoch,loss\n0,0.5\n1,0.25\n'), 'a header of at most', 'a length of'],
  'a zip file': [Buffer.concat([Buffer.from('504b0304140000000800', 'hex'), Buffer.alloc(90)]), 'at most', 'a length'],
  'bytes that are no UTF-8': [fileWith(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), 'in UTF-8', 'other bytes'],
  'a long way to write a character': [fileWith(Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d])), 'UTF-8', 'other'],
  'a byte order mark': [fileWith('\ufeff{}', 0), '{ at the start', 'character 0'],
  'a space before the header': [fileWith(' {}', 0), '{ at the start', '" {}"'],
  'a list': [fileWith('[]', 0), '{ at the start', '"[]"'],
  'a number': [fileWith('7', 0), '{ at the start', '"7"'],
  'a header that does not end': [fileWith(`{"w":{${TENSOR}}`), '}', 'its end'],
  'something after the header': [fileWith('{} {}', 0), 'nothing after the last }', '"{}"'],
  'a comma too many': [fileWith(`{"w":{${TENSOR}},}`), 'a text', '"}"'],
  'single quotes': [fileWith("{'w':{}}"), 'a text', 'character 1'],
  'a name without a value': [fileWith('{"w"}'), ':', '"}"'],
  'a text without an end': [fileWith('{"w:{}}'), 'a text that ends', 'character 1'],
  'a text that ends in a backslash': [fileWith('{"w\\"'), 'a text that ends', 'character 1'],
  'a line break in a text': [fileWith('{"w\n":{}}'), 'as JSON has it', 'character 1'],
  'an unknown escape': [fileWith('{"\\x":{}}'), 'as JSON has it', 'character 1'],
  'half a surrogate pair': [fileWith(`{"\\ud800":{${TENSOR}}}`), 'a text', 'character 1'],
  'the same tensor twice': [fileWith(`{"w":{${TENSOR}},"w":{${TENSOR}}}`), 'different names', "'w' twice"],
  'the same name written in two ways': [fileWith(`{"w":{${TENSOR}},"\\u0077":{${TENSOR}}}`), 'different', "'w' twice"],
  'metadata twice': [fileWith('{"__metadata__":{},"__metadata__":{}}', 0), 'different names', "'__metadata__' twice"],
  'a key of the metadata twice': [fileWith('{"__metadata__":{"a":"1","a":"2"}}', 0), 'different names', "'a' twice"],
  'metadata that are no text': [fileWith('{"__metadata__":{"a":1}}', 0), 'a text', '"1}}"'],
  'metadata in metadata': [fileWith('{"__metadata__":{"a":{}}}', 0), 'a text', '"{}}}"'],
  'metadata that are a list': [fileWith('{"__metadata__":[]}', 0), '{', '"[]}"'],
  'metadata that are null': [fileWith('{"__metadata__":null}', 0), '{', '"null}"'],
  'a tensor that is null': [fileWith('{"w":null}'), '{', '"null}"'],
  'a tensor that is a list': [fileWith('{"w":[]}'), '{', '"[]}"'],
  'an empty tensor entry': [one(''), 'dtype, shape and two data_offsets', 'without'],
  'no dtype': [one('"shape":[2],"data_offsets":[0,8]'), 'dtype, shape', 'without'],
  'no shape': [one('"dtype":"F32","data_offsets":[0,8]'), 'dtype, shape', 'without'],
  'no offsets': [one('"dtype":"F32","shape":[2]'), 'dtype, shape', 'without'],
  'one offset': [one('"dtype":"F32","shape":[2],"data_offsets":[0]'), 'two data_offsets', 'without'],
  'three offsets': [one('"dtype":"F32","shape":[2],"data_offsets":[0,4,8]'), 'at most 2 numbers', '8'],
  'the dtype twice': [one(`"dtype":"F32",${TENSOR}`), 'once each', "'dtype'"],
  'another key': [one(`${TENSOR},"strides":[1]`), 'dtype, shape and data_offsets', "'strides'"],
  'an unknown dtype': [one('"dtype":"F33","shape":[2],"data_offsets":[0,8]'), 'a known dtype', "'F33'"],
  'a dtype of another case': [one('"dtype":"f32","shape":[2],"data_offsets":[0,8]'), 'a known dtype', "'f32'"],
  'a dtype that every object has': [one('"dtype":"constructor","shape":[2],"data_offsets":[0,8]'), 'known', "'const"],
  'a dtype that is a number': [one('"dtype":32,"shape":[2],"data_offsets":[0,8]'), 'a text', '"32,'],
  'a shape that is a number': [one('"dtype":"F32","shape":2,"data_offsets":[0,8]'), '[', '"2,'],
  'a shape of texts': [one('"dtype":"F32","shape":["2"],"data_offsets":[0,8]'), 'a whole number', '"\\"2\\"'],
  'a shape in a shape': [one('"dtype":"F32","shape":[[2]],"data_offsets":[0,8]'), 'a whole number', '"[2]]'],
  'a deep shape': [one(`"dtype":"F32","shape":${'['.repeat(1e6)}`), 'a whole number', '"[[['],
  'a long shape': [one(`"dtype":"F32","shape":[${'1,'.repeat(32)}1],"data_offsets":[0,4]`, 4), 'at most 32', '1'],
  'a negative size': [one(f32('[-2]', 0, 8)), 'a whole number', '"-2]'],
  'half a size': [one(f32('[0.5]', 0, 8)), 'a whole number', '"0.5]'],
  'a size with an exponent': [one(f32('[2e0]', 0, 8)), 'a whole number', '"2e0]'],
  'a size with a zero before it': [one(f32('[02]', 0, 8)), 'a whole number', '"02]'],
  'a size beyond 2^53': [one(f32('[9007199254740993]', 0, 8)), 'from 0 to 2^53 - 1', '"9007199254'],
  'a size of a hundred digits': [one(f32(`[${'9'.repeat(100)}]`, 0, 8)), 'a whole number', '"99999'],
  'sizes whose product overflows': [one(f32('[4294967296,4294967296,4294967296]', 0, 8)), 'Infinity bytes', '8'],
  'sizes whose product overflows before a 0': [one(f32('[4294967296,4294967296,0]', 0, 8)), 'Infinity bytes', '8'],
  'sizes whose product is 2^64 + 8': [one(f32('[4611686018427387906]', 0, 8)), 'a whole number', '"4611'],
  'fewer bytes than the shape says': [one(f32('[3]', 0, 8)), '12 bytes', '8'],
  'more bytes than the shape says': [one(f32('[1]', 0, 8)), '4 bytes', '8'],
  'offsets that fall': [one(f32('[2]', 8, 0)), 'rising offsets', '[8, 0]'],
  'offsets beyond the end': [one(f32('[4]', 0, 16)), 'bytes, as its header says', '7'],
  'bytes after the last tensor': [one(TENSOR, 9), 'bytes, as its header says', '7'],
  'bytes and no tensor': [fileWith('{}', 1), '10 bytes', '11'],
  'a gap at the start': [one(f32('[1]', 4, 8)), 'to begin at 0', '4, which leaves a gap or overlaps'],
  'a gap between': [two(f32('[1]', 0, 4), f32('[1]', 8, 12), 12), 'to begin at 4', '8'],
  'tensors that overlap': [two(f32('[2]', 0, 8), f32('[2]', 4, 12), 12), 'to begin at 8', '4'],
  'two tensors in one place': [two(TENSOR, TENSOR, 8), 'to begin at 8', '0'],
  'an empty tensor inside another': [two(TENSOR, f32('[0]', 4, 4), 8), 'to begin at 8', '4'],
  'an infinite product of nothing': [
    one(f32(`[0,${'9007199254740991,'.repeat(30)}9007199254740991]`, 0, 8)),
    '0 bytes',
    '8',
  ],
}

for (const [name, [file, expected, received]] of Object.entries(wrong)) {
  test(`refused: ${name}`, async () => {
    try {
      await read(file)
    } catch (error) {
      assert.instance(error, MyelinError)
      const { code, message } = error as MyelinError
      assert.is(code, 'ERR_FILE')
      assert.match(message, /^expected .+ for `some\.file`, received .+/)
      const [before, after] = message.split(' for `some.file`, received ')
      assert.ok(before!.includes(expected), `'${expected}' in: ${message}`)
      assert.ok(after!.includes(received), `'${received}' in: ${message}`)
      assert.ok(message.length < 400, message)
      return
    }
    assert.unreachable('it was read')
  })
}

test('what looks odd and is right', async () => {
  const files: Readonly<Record<string, Buffer>> = {
    'no tensor': fileWith('{}', 0),
    'spaces everywhere': fileWith('{ "w" : { "dtype" : "F32" ,\n\t"shape" : [ 2 ] , "data_offsets":[0,8] } } \r\n '),
    'keys in another order': one('"data_offsets":[0,8],"shape":[2],"dtype":"F32"'),
    'a header that is not aligned': one(TENSOR),
    'tensors in another order': two(f32('[1]', 4, 8), f32('[1]', 0, 4), 8),
    'empty tensors': two(f32('[0]', 0, 0), f32('[2,0]', 0, 0), 0),
    'an empty tensor before another': two(TENSOR, f32('[0]', 0, 0), 8),
    'a scalar': one(f32('[]', 0, 4), 4),
    'a name that is empty': fileWith(`{"":{${TENSOR}}}`),
    'a name of escapes': fileWith(`{"\\\\\\"\\u00e4\\ud83e\\udde0":{${TENSOR}}}`),
    'metadata at the end': fileWith(`{"w":{${TENSOR}},"__metadata__":{}}`),
  }
  for (const [name, file] of Object.entries(files)) assert.ok(await read(file), name)
  const escapes = await read(files['a name of escapes']!)
  assert.equal([...escapes.tensors.keys()], ['\\"ä🧠'])
})

test('long texts are read in time that grows with their length', async () => {
  const length = 4e6
  const texts = { quotes: '\\"'.repeat(length), backslashes: '\\\\'.repeat(length) }
  const started = performance.now()
  for (const text of Object.values(texts)) {
    const { metadata } = await read(fileWith(`{"__metadata__":{"a":"${text}"}}`, 0))
    assert.is(metadata.get('a')!.length, length)
  }
  assert.ok(performance.now() - started < 10_000)
})

test('tensors of float64 come before those of float32, so that all are aligned', () => {
  const tensors = [
    { name: 'a', shape: [1], data: Float32Array.of(1) },
    { name: 'b', shape: [1], data: Float64Array.of(2) },
  ]
  const [, ...bodies] = encode(tensors, {})
  assert.equal(
    bodies.map(({ length }) => length),
    [8, 4],
  )
})

test.run()
