/** CSV files: both ways through them give the same dataset, and it is what csv-parse and Number() make of the file. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkCsvOptions } from '../src/data/csv-options.ts'
import { readPlain } from '../src/data/csv-plain.ts'
import { insideOf } from '../src/data/dataset.ts'
import { type CsvOptions, Dataset } from '../src/index.ts'
import { native } from '../src/native.ts'
import { effortOf } from './effort.ts'

const test = suite('csv')

const bytesOf = (text: string): Buffer => Buffer.from(text)
const streamOf = (text: string): AsyncIterable<string> => Readable.from([text])
const read = (text: string, options?: CsvOptions): Promise<Dataset> => Dataset.fromCsv(bytesOf(text), options)

/** All that can be seen of a dataset. */
function seen(data: Dataset): object {
  const { recipe, classes, rows, features, outputs } = data
  return { ...data.toArrays(), recipe, classes, rows, features, outputs, storage: insideOf(data)!.handle.storage }
}

/** What the table says according to csv-parse and Number(), without a header. */
function reference(text: string, delimiter: string): number[][] {
  const rows = parse(text, { delimiter, trim: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n'] })
  return (rows as string[][]).map((row) => row.map(Number))
}

const digits = fc.stringMatching(/^\d{1,25}$/)
const spelled = fc.oneof(
  { weight: 6, arbitrary: fc.constant('0') },
  { weight: 6, arbitrary: fc.nat(255).map(String) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('-0', '+0', '007', '256', '5.', '.5', '1e2', '2E+0', '-1', '255.0', '1e-400'),
  },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { weight: 1, arbitrary: fc.float({ noNaN: true, noDefaultInfinity: true }).map(String) },
  { weight: 1, arbitrary: fc.tuple(digits, digits).map(([a, b]) => `${a}.${b}`) },
  { weight: 1, arbitrary: fc.tuple(digits, fc.integer({ min: -340, max: 280 })).map(([a, e]) => `${a}e${e}`) },
)
const kinds = [fc.nat(255).map(String), fc.oneof(fc.constant('0'), fc.nat(255).map(String)), spelled]
const padding = fc.constantFrom('', '', '', '', ' ', '  ')

const tables = fc
  .record({
    columns: fc.integer({ min: 2, max: 12 }),
    kind: fc.constantFrom(...kinds),
    delimiter: fc.constantFrom(',', ',', ';', '|', '\t'),
    newline: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    header: fc.boolean(),
    label: fc.boolean(),
    scale: fc.constantFrom(1, 1 / 255, -3),
  })
  .chain((shape) => {
    const field = fc.tuple(padding, shape.kind, padding).map((parts) => parts.join(''))
    const row = fc.array(field, { minLength: shape.columns, maxLength: shape.columns })
    const line = fc.tuple(row, fc.constantFrom('', '', '', '', shape.newline))
    return fc.record({ shape: fc.constant(shape), lines: fc.array(line, { minLength: 1, maxLength: 20 }) })
  })
  .map(({ shape: { columns, delimiter, newline, last, header, label, scale }, lines }) => {
    const names = Array.from({ length: columns }, (_, i) => `x${i}`).join(delimiter)
    const body = lines.map(([row, empty]) => row.join(delimiter) + newline + empty).join('')
    const text = `${header ? names + newline : ''}${body}`
    const options: CsvOptions = { delimiter, scale, ...(label && { label: columns >> 1 }) }
    return { text: last ? text : text.trimEnd(), body, options, delimiter }
  })

test('both ways give the same dataset, and the numbers that csv-parse and Number() find', async () => {
  await fc.assert(
    fc.asyncProperty(tables, async ({ text, body, options, delimiter }) => {
      const plain = await readPlain(bytesOf(text), 'the text', checkCsvOptions(options))
      assert.ok(plain, 'the fast way took it')
      const fast = await Dataset.fromCsv(bytesOf(text), options)
      assert.equal(seen(fast), seen(await Dataset.fromCsv(streamOf(text), options)))
      const { scale: _, ...unscaled } = options
      const numbers = reference(body, delimiter)
      const label = options.label as number | undefined
      const raw = insideOf(await Dataset.fromCsv(bytesOf(text), unscaled))!.handle
      assert.equal(
        [...raw.x()],
        numbers.flatMap((row) => row.filter((_, i) => i !== label)),
      )
      if (label !== undefined)
        assert.equal(
          [...(raw.y() ?? [])],
          numbers.map((row) => row[label]),
        )
    }),
    effortOf(400),
  )
})

test('anything at all: both ways give the same dataset or the same error', async () => {
  const pieces = fc.constantFrom(
    '1',
    '0',
    '25',
    ',',
    ',',
    ',',
    '\n',
    '\n',
    '\r\n',
    '\r',
    ' ',
    '"',
    'a',
    'NA',
    '-',
    'e5',
    '.',
    '\ufeff',
  )
  const outcome = (made: Promise<Dataset>): Promise<object> =>
    made.then(seen, (error: Error & { code: string }) => ({
      code: error.code,
      message: error.message.replace('the stream', 'the text'),
    }))
  await fc.assert(
    fc.asyncProperty(fc.array(pieces, { maxLength: 30 }), fc.boolean(), async (parts, labelled) => {
      const text = parts.join('')
      const options = labelled ? { label: 0 } : {}
      assert.equal(await outcome(read(text, options)), await outcome(Dataset.fromCsv(streamOf(text), options)))
    }),
    effortOf(1000),
  )
})

test('the native reader takes text that is cut anywhere, on any number of threads', async () => {
  const whole = Array.from({ length: 30 }, (_, i) => [i % 3, i, i === 20 ? 0.1 : 7, i === 25 ? -1 : 0])
  const text = bytesOf(whole.map((row) => row.join(',')).join('\n'))
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: text.length }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      async (cuts, threads) => {
        const reader = new native.CsvReader({ columns: 4, label: 0, delimiter: ',', threads })
        const at = [0, ...cuts.sort((a, b) => a - b), text.length]
        for (const [i, begin] of at.slice(0, -1).entries()) {
          assert.ok(await reader.read(text.subarray(begin, at[i + 1])))
        }
        assert.ok(await reader.finish())
        assert.equal(
          [...reader.labels()],
          whole.map(([label]) => label),
        )
        const source = { x: reader, rows: reader.rows, features: 3, scale: 1, y: null, outputs: 0 }
        assert.equal(
          [...new native.Dataset(source).x()],
          whole.flatMap((row) => row.slice(1)),
        )
      },
    ),
    effortOf(100),
  )
})

test('a file of many parts, each with a storage of its own', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => [i % 10, i % 256, (i * 7) % 256, i > 40_000 ? i / 4 : 0])
  const text = rows.map((row) => `${row.join(',')}\n`).join('')
  assert.ok(text.length > 3 * 256 * 1024)
  const options = { label: 0, classes: 10 }
  const fast = await read(text, options)
  assert.equal([fast.rows, insideOf(fast)!.handle.storage], [60_000, 'float32'])
  const flat = insideOf(fast)!.handle.x()
  assert.ok(rows.every((row, r) => row.slice(1).every((value, c) => flat[3 * r + c] === value)))
  assert.equal(
    Uint8Array.from(insideOf(fast)!.handle.y()!),
    Uint8Array.from(rows, ([label]) => label!),
  )
  rows[59_000]![2] = 0.1
  const wide = await read(rows.map((row) => `${row.join(',')}\n`).join(''), options)
  assert.is(insideOf(wide)!.handle.storage, 'float64')
  assert.is(insideOf(wide)!.handle.x()[3 * 59_000 + 1], 0.1)
})

test('bytes stay bytes', async () => {
  const storage = async (text: string): Promise<string> => insideOf(await read(text))!.handle.storage
  assert.is(await storage('0,255\n7, 8\n'), 'uint8')
  assert.is(await storage('0,255\n7,8.0\n'), 'uint8')
  assert.is(await storage('0,256\n7,8\n'), 'float32')
  assert.is(await storage('0,255\n7,-8\n'), 'float32')
  assert.is(await storage('0,255\n7,0.1\n'), 'float64')
})

test('-0 reads as 0, whatever is beside it', async () => {
  for (const source of [bytesOf('-0,300\n-0.0,0.1\n'), streamOf('-0,300\n-0.0,0.1\n')]) {
    const x = insideOf(await Dataset.fromCsv(source))!.handle.x()
    assert.ok(Object.is(x[0], 0) && Object.is(x[2], 0))
  }
})

test('paths, URLs, bytes, streams of text and of bytes; compressed or not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'myelin-csv-'))
  try {
    const text = `a,b,c\n${'1,2,3\n4,5,6\n'.repeat(1000)}`
    const expected = seen(await read(text, { label: 'c' }))
    const path = join(folder, 'a.csv')
    await writeFile(path, text)
    await writeFile(`${path}.gz`, gzipSync(text))
    const twice = Buffer.concat([gzipSync(text.slice(0, 100)), gzipSync(text.slice(100))])
    const cut = [text.slice(0, 7), text.slice(7, 8), text.slice(8)]
    const sources = [
      path,
      `${path}.gz`,
      pathToFileURL(path),
      new Uint8Array(bytesOf(text)),
      gzipSync(text),
      twice,
      Readable.from(cut),
      Readable.from(cut.map(bytesOf)),
      Readable.from([gzipSync(text)]),
      new Blob([text]).stream(),
    ]
    for (const source of sources) {
      assert.equal(seen(await Dataset.fromCsv(source as Uint8Array, { label: 'c' })), expected)
    }
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a byte order mark, UTF-16, quotes in the header and old line ends change nothing', async () => {
  const expected = seen(await read('a,b\n1,2\n3,4\n'))
  for (const text of [
    '\ufeffa,b\n1,2\n3,4\n',
    '"a","b"\n1,2\n3,4',
    'a,b\r1,2\r3,4\r',
    '\n\na,b\r\n\r\n1,2\n\n3,4\n\n',
  ]) {
    assert.equal(seen(await read(text)), expected, JSON.stringify(text))
  }
  assert.equal(seen(await Dataset.fromCsv(Buffer.from('\ufeffa,b\n1,2\n3,4\n', 'utf16le'))), expected)
})

test('the header is found by itself', async () => {
  const rows = async (text: string, options?: CsvOptions): Promise<[number, unknown]> => {
    const data = await read(text, options)
    return [data.rows, data.recipe.columns!.map(({ name }) => name)]
  }
  assert.equal(await rows('a,b\n1,2\n'), [1, ['a', 'b']])
  assert.equal(await rows('1,2\n3,4\n'), [2, [null, null]])
  assert.equal(await rows('red,2\nblue,4\n'), [2, [null, null]])
  assert.equal(await rows('a,b\nred,blue\n'), [1, ['a', 'b']])
  assert.equal(await rows('a,b\nred,blue\n', { header: false }), [2, [null, null]])
  assert.equal(await rows('1,2\n3,4\n', { header: true }), [1, ['1', '2']])
  assert.equal(await rows(',a\n1,2\n'), [1, ['', 'a']])
})

test('columns by name, by index, from the end; left out; without a label all are features', async () => {
  const text = 'a,b,c\n1,2,3\n4,5,6\n'
  const arrays = async (options?: CsvOptions): Promise<unknown> => (await read(text, options)).toArrays()
  const byLast = {
    x: [
      [1, 2],
      [4, 5],
    ],
    y: [3, 6],
  }
  for (const label of ['c', 2, -1]) assert.equal(await arrays({ label }), byLast)
  assert.equal(await arrays({ label: 'a', ignore: [-1] }), { x: [[2], [5]], y: [1, 4] })
  assert.equal(await arrays(), {
    x: [
      [1, 2, 3],
      [4, 5, 6],
    ],
    y: null,
  })
  assert.equal(await arrays({ label: null }), await arrays())
})

test('texts become a feature each, in alphabetical order, and classes where they are the label', async () => {
  const data = await read('size,colour,ripe\n2,red,yes\n3,"green",no\n4,red,maybe\n', { label: 'ripe', scale: 0.5 })
  assert.equal(data.toArrays(), {
    x: [
      [1, 0, 1],
      [1.5, 1, 0],
      [2, 0, 1],
    ],
    y: [2, 1, 0],
  })
  assert.equal([data.classes, data.classNames], [3, ['maybe', 'no', 'yes']])
  assert.equal(data.recipe.columns, [
    { name: 'size', categories: null, fill: null },
    { name: 'colour', categories: ['green', 'red'], fill: null },
  ])
  const codes = await read('zip,y\n100,1\n200,0\n100,1\n', { text: ['zip'], label: 'y' })
  assert.equal(codes.toArrays(), {
    x: [
      [1, 0],
      [0, 1],
      [1, 0],
    ],
    y: [1, 0, 1],
  })
  const digits = await read('x,y\n1,7\n2,5\n', { text: [1], label: 1 })
  assert.equal(
    [digits.toArrays().y, digits.classNames],
    [
      [1, 0],
      ['5', '7'],
    ],
  )
})

test('labels are class indices when they can be, values otherwise', async () => {
  const targets = async (text: string, options?: CsvOptions): Promise<unknown> => {
    const data = await read(text, { label: 0, ...options })
    return [data.toArrays().y, data.classes]
  }
  assert.equal(await targets('0,1\n2,1\n'), [[0, 2], 3])
  assert.equal(await targets('0,1\n2,1\n', { classes: 10 }), [[0, 2], 10])
  assert.equal(await targets('0.5,1\n2,1\n'), [[0.5, 2], null])
  assert.equal(await targets('-1,1\n1,1\n'), [[-1, 1], null])
})

test('missing values are filled with what is named', async () => {
  const text = 'a,b,c,y\n1,red,NA,0\n,blue,2,1\n6,,4,1\nnull,red,?,0\n'
  const data = await read(text, { label: 'y', fill: { a: 'mean', b: 'none', c: 9 } })
  assert.equal(data.toArrays().x, [
    [1, 0, 0, 1, 9],
    [3.5, 1, 0, 0, 2],
    [6, 0, 1, 0, 4],
    [3.5, 0, 0, 1, 9],
  ])
  assert.equal(
    data.recipe.columns!.map(({ fill }) => fill),
    [3.5, 'none', 9],
  )
  assert.equal((await read('1,2\n,4\n', { fill: 7 })).toArrays().x, [
    [1, 2],
    [7, 4],
  ])
  assert.equal((await read('1,2\n,4\n', { fill: { 0: 'mean' } })).toArrays().x, [
    [1, 2],
    [1, 4],
  ])
  assert.equal((await read('1,2\n3,4\n', { fill: 'mean' })).recipe.columns, [
    { name: null, categories: null, fill: 2 },
    { name: null, categories: null, fill: 3 },
  ])
  assert.equal((await read('1,2\nnone,4\n', { fill: 0, missing: ['none'] })).toArrays().x, [
    [1, 2],
    [0, 4],
  ])
})

test('another file is read like the first', async () => {
  const options: CsvOptions = { label: 'y', scale: 2, ignore: ['id'], fill: { a: 'mean', b: 'red' } }
  const first = await read('id,a,b,y\n1,1,red,no\n2,3,blue,yes\n3,,blue,no\n', options)
  const again = await read('y,b,a,extra\nyes,blue,,5\nyes,,4,6\n', { like: first })
  assert.equal(again.toArrays(), {
    x: [
      [4, 1, 0],
      [8, 0, 1],
    ],
    y: [1, 1],
  })
  assert.equal([again.recipe, again.classes], [first.recipe, 2])
  const unlabelled = await read('a,b\n1,red\n', { like: JSON.parse(JSON.stringify(first.recipe)) })
  assert.equal(unlabelled.toArrays(), { x: [[2, 0, 1]], y: null })
  const positions = await read('5,1,2\n6,3,4\n', { label: 0 })
  assert.equal((await read('1,2\n', { like: positions })).toArrays(), { x: [[1, 2]], y: null })
  assert.equal((await read('6,1,2\n', { like: positions })).toArrays(), { x: [[1, 2]], y: [6] })
  const numbers = Dataset.from([[1, 2]], [0], { scale: 0.5, classes: 3 })
  const scaled = await read('1,2,2\n', { like: numbers, label: -1 })
  assert.equal([scaled.toArrays(), scaled.classes], [{ x: [[0.5, 1]], y: [2] }, 3])
  const standardized = Dataset.from([
    [1, 2],
    [3, 4],
  ]).standardize()
  assert.equal((await read('1,2\n', { like: standardized })).toArrays().x, [[-1, -1]])
  const error = await read('1,2,3\n', { like: standardized }).catch((error: Error) => error)
  assert.is((error as Error).message, 'expected 2 features, as in `like`, for `source`, received 3')
})

test.run()
