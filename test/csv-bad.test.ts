/** Bad CSV files and bad options: each error names the file, the line, the column and the text, as far as there are any. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CsvOptions, Dataset, type MyelinError, recipeFromJSON } from '../src/index.ts'

const test = suite('csv-bad')

const like = recipeFromJSON({
  columns: [{ name: 'a' }, { name: 'b', categories: ['red', 'blue'] }],
  classNames: ['no', 'yes'],
  label: 'y',
})
const numbers = recipeFromJSON({ columns: [{ name: null }, { name: null }], label: 0, classes: 3 })

/** Text of the file, options, and what the message must be: a line each, the file being `the text`. */
const bad: readonly [text: string, options: CsvOptions | undefined, code: string, message: string][] = [
  ['', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received an empty file'],
  ['\n\n\r\n', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received an empty file'],
  ['a,b\n', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received a header alone'],
  ['a,b', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received a header alone'],
  ['﻿', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received an empty file'],
  ['a,b\n\n\n', undefined, 'ERR_DATA', 'expected at least one row for `the text`, received a header alone'],
  [
    '1,2\n3\n',
    undefined,
    'ERR_DATA',
    "expected 2 fields, as in the first line, for `the text, line 2`, received 1: '3'",
  ],
  [
    '1,2\n3,4,5\n',
    undefined,
    'ERR_DATA',
    "expected 2 fields, as in the first line, for `the text, line 2`, received 3: '3,4,5'",
  ],
  [
    'a,b\n1,2\n3,4\n5\n',
    undefined,
    'ERR_DATA',
    "expected 2 fields, as in the first line, for `the text, line 4`, received 1: '5'",
  ],
  [
    '1,2\n\n3,4,\n',
    undefined,
    'ERR_DATA',
    "expected 2 fields, as in the first line, for `the text, line 3`, received 3: '3,4,'",
  ],
  [
    '1\n2,3\n',
    undefined,
    'ERR_DATA',
    "expected 1 field, as in the first line, for `the text, line 2`, received 2: '2,3'",
  ],
  [
    '1;2\n3;4\n',
    undefined,
    'ERR_DATA',
    "expected fields with ',' between them for `the text, line 1`, received '1;2'; pass delimiter: \";\"",
  ],
  [
    'a\tb\n1\t2\n',
    undefined,
    'ERR_DATA',
    "expected fields with ',' between them for `the text, line 1`, received 'a\tb'; pass delimiter: \"\\t\"",
  ],
  [
    '1,2\n3,4\n',
    { delimiter: ';' },
    'ERR_DATA',
    "expected fields with ';' between them for `the text, line 1`, received '1,2'; pass delimiter: \",\"",
  ],
  ['x\n1\n', { label: 'x' }, 'ERR_DATA', 'expected at least one column of features for `the text`, received none'],
  ['1,2\n', { ignore: [0, 1] }, 'ERR_DATA', 'expected at least one column of features for `the text`, received none'],
  ['1,2\n3,x\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received 'x'"],
  ['a,b\n1,2\n1O,4\n', undefined, 'ERR_DATA', "expected a number for `the text, line 3, column 1 (a)`, received '1O'"],
  ['1,2\n3,4 5\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '4 5'"],
  ['1,2\n3,--4\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '--4'"],
  ['1,2\n3,1e\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '1e'"],
  ['1,2\n3,.\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '.'"],
  ['1,2\n3,0x10\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '0x10'"],
  ['1,2\n3,1_000\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '1_000'"],
  [
    '1,2\n3,Infinity\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 2, column 2`, received 'Infinity'",
  ],
  ['1,2\n3,-inf\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '-inf'"],
  [
    '1,2\n3,1e999\n',
    undefined,
    'ERR_DATA',
    "expected a finite number for `the text, line 2, column 2`, received '1e999'",
  ],
  ['1,2\n3,€4\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '€4'"],
  [
    '1,2\n3,4,\n',
    undefined,
    'ERR_DATA',
    "expected 2 fields, as in the first line, for `the text, line 2`, received 3: '3,4,'",
  ],
  ['1,2\n3,"4,5"\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received '4,5'"],
  [
    '1,2\n3,2020-01-01\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 2, column 2`, received '2020-01-01'",
  ],
  ['1,2\n3,true\n', undefined, 'ERR_DATA', "expected a number for `the text, line 2, column 2`, received 'true'"],
  [
    '1,2\n3,1\u0000\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 2, column 2`, received '1\\u0000'",
  ],
  [
    'a,b\n\n1,2\n\n\n3,x\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 6, column 2 (b)`, received 'x'",
  ],
  [
    'a,b\r\n1,2\r\n3,x\r\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 3, column 2 (b)`, received 'x'",
  ],
  [
    'a,"b\nc"\n1,2\n3,x\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 4, column 2 (b\\nc)`, received 'x'",
  ],
  [
    '1,2\n3,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n',
    undefined,
    'ERR_DATA',
    "expected a number for `the text, line 2, column 2`, received 'yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…'",
  ],
  [
    '1,2\n,4\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 1`, received ''; name a `fill` for missing values",
  ],
  [
    '1,2\n3,\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2`, received ''; name a `fill` for missing values",
  ],
  [
    'a,b\n1,NA\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2 (b)`, received 'NA'; name a `fill` for missing values",
  ],
  [
    'a,b\n1,?\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2 (b)`, received '?'; name a `fill` for missing values",
  ],
  [
    'a,b\n1,nan\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2 (b)`, received 'nan'; name a `fill` for missing values",
  ],
  [
    'a,b\n1,""\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2 (b)`, received ''; name a `fill` for missing values",
  ],
  [
    '1,red\n2,\n',
    undefined,
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2`, received ''; name a `fill` for missing values",
  ],
  [
    '1,red\n2,\n',
    { fill: 0 },
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2`, received ''; name a text for `column 2` in `fill`",
  ],
  [
    '1,\n2,red\n',
    { fill: 'mean' },
    'ERR_DATA',
    "expected a value for `the text, line 1, column 2`, received ''; name a text for `column 2` in `fill`",
  ],
  [
    'a,b\n,1\nNA,2\n',
    { fill: 'mean' },
    'ERR_DATA',
    'expected at least one value for `the text, column 1 (a)`, received none',
  ],
  [
    'a,b\n1,2\n,3\n',
    { fill: { a: 'x' } },
    'ERR_OPTION',
    "expected 'mean' or a number, as the column holds numbers, for `fill.a`, received 'x'",
  ],
  [
    'a,b\n1,2\n,3\n',
    { fill: { b: 1 } },
    'ERR_DATA',
    "expected a value for `the text, line 3, column 1 (a)`, received ''; name a `fill` for missing values",
  ],
  [
    'y,a\n,1\n',
    { label: 'y', fill: 0 },
    'ERR_DATA',
    "expected a label for `the text, line 2, column 1 (y)`, received ''",
  ],
  [
    'a,b\nred,1\n5,2\n',
    undefined,
    'ERR_DATA',
    "expected a text, as 'red' above, for `the text, line 3, column 1 (a)`, received '5'; name the column in `text` if numbers are texts too, or pass header: true if 'red' is its name",
  ],
  [
    'label,0,1\n5,1,2\n',
    undefined,
    'ERR_DATA',
    "expected a text, as 'label' above, for `the text, line 2, column 1`, received '5'; name the column in `text` if numbers are texts too, or pass header: true if 'label' is its name",
  ],
  [
    '1,2\n3,"4\n',
    undefined,
    'ERR_FILE',
    'expected quotes at the beginning and the end of a field for `the text, line 2, column 2`, received one that is never closed',
  ],
  [
    '1,2\n"3"5,4\n',
    undefined,
    'ERR_FILE',
    'expected quotes at the beginning and the end of a field for `the text, line 2, column 1`, received more after the closing one: "5"',
  ],
  [
    '1,2\n3,4"\n',
    undefined,
    'ERR_FILE',
    'expected quotes at the beginning and the end of a field for `the text, line 2, column 2`, received one behind "4"',
  ],
  [
    'a,b\n1,2"x"\n',
    undefined,
    'ERR_FILE',
    'expected quotes at the beginning and the end of a field for `the text, line 2, column 2`, received one behind "2"',
  ],
  [
    '"a,b\n1,2\n',
    undefined,
    'ERR_FILE',
    'expected quotes at the beginning and the end of a field for `the text, line 2, column 1`, received one that is never closed',
  ],
  [
    '0,1\n3,1\n',
    { label: 0, classes: 3 },
    'ERR_DATA',
    "expected a class index (a whole number from 0 to 2) for `the text, line 2, column 1`, received '3'",
  ],
  [
    '0,1\n0.5,1\n',
    { label: 0, classes: 3 },
    'ERR_DATA',
    "expected a class index (a whole number from 0 to 2) for `the text, line 2, column 1`, received '0.5'",
  ],
  [
    'y,a\n0,1\n-1,1\n',
    { label: 'y', classes: 2 },
    'ERR_DATA',
    "expected a class index (a whole number from 0 to 1) for `the text, line 3, column 1 (y)`, received '-1'",
  ],
  ['0,1\nx,1\n', { label: 0 }, 'ERR_DATA', "expected a number for `the text, line 2, column 1`, received 'x'"],
  [
    'y,a\nr,1\ng,1\nb,1\n',
    { label: 'y', classes: 2 },
    'ERR_DATA',
    'expected at most 2 different texts in the label for `the text`, received 3',
  ],
  [
    '1,1\n2,1\n\n5,1\n',
    { label: 0, classes: 5 },
    'ERR_DATA',
    "expected a class index (a whole number from 0 to 4) for `the text, line 4, column 1`, received '5'",
  ],
  ['a,b\n1,2\n', { label: 'c' }, 'ERR_OPTION', "expected a column of the text (a, b) for `label`, received 'c'"],
  [
    'alpha,beta\n1,2\n',
    { label: 'alhpa' },
    'ERR_OPTION',
    "expected a column of the text (alpha, beta) for `label`, received 'alhpa'; did you mean `alpha`?",
  ],
  [
    '1,2\n',
    { label: 'a' },
    'ERR_OPTION',
    "expected an index (the text has no header) for `label`, received 'a'; pass header: true when its first line is one",
  ],
  [
    '1,2\n',
    { label: 2 },
    'ERR_OPTION',
    'expected an index from 0 to 1 (the text has 2 columns) for `label`, received 2',
  ],
  [
    '1,2\n',
    { label: -3 },
    'ERR_OPTION',
    'expected an index from 0 to 1 (the text has 2 columns) for `label`, received -3',
  ],
  [
    'a,a\n1,2\n',
    { label: 'a' },
    'ERR_OPTION',
    "expected a name that the text has once for `label`, received 'a'; it has it 2 times",
  ],
  ['a,b\n1,2\n', { ignore: ['c'] }, 'ERR_OPTION', "expected a column of the text (a, b) for `ignore[0]`, received 'c'"],
  [
    'a,b\n1,2\n',
    { text: [7] },
    'ERR_OPTION',
    'expected an index from 0 to 1 (the text has 2 columns) for `text[0]`, received 7',
  ],
  ['a,b\n1,2\n', { fill: { c: 1 } }, 'ERR_OPTION', "expected a column of the text (a, b) for `fill`, received 'c'"],
  [
    '1,2\n',
    { fill: { 5: 1 } },
    'ERR_OPTION',
    'expected an index from 0 to 1 (the text has 2 columns) for `fill`, received 5',
  ],
  ['a,y\n1,no\n', { like }, 'ERR_OPTION', "expected a column of the text (a, y) for `like`, received 'b'"],
  [
    'a,b,y\n1,green,no\n',
    { like },
    'ERR_DATA',
    "expected one of 'red', 'blue' for `the text, line 2, column 2 (b)`, received 'green'",
  ],
  [
    'a,b,y\n1,red,maybe\n',
    { like },
    'ERR_DATA',
    "expected one of 'no', 'yes' for `the text, line 2, column 3 (y)`, received 'maybe'",
  ],
  ['a,b,y\nx,red,no\n', { like }, 'ERR_DATA', "expected a number for `the text, line 2, column 1 (a)`, received 'x'"],
  ['a,b,y\n1,red,\n', { like }, 'ERR_DATA', "expected a label for `the text, line 2, column 3 (y)`, received ''"],
  [
    'a,b,y\n1,,no\n',
    { like },
    'ERR_DATA',
    "expected a value for `the text, line 2, column 2 (b)`, received ''; `like` fills no missing values here",
  ],
  ['1\n', { like: numbers }, 'ERR_DATA', 'expected 2 columns, as in `like`, for `the text, line 1`, received 1'],
  [
    '1,2,3,4\n',
    { like: numbers },
    'ERR_DATA',
    'expected 2 columns and the label, as in `like`, for `the text, line 1`, received 4',
  ],
  [
    '5,1,2\n',
    { like: numbers },
    'ERR_DATA',
    "expected a class index (a whole number from 0 to 2) for `the text, line 1, column 1`, received '5'",
  ],
  [
    'a,b\n1,red\n',
    { like, label: 'y' },
    'ERR_OPTION',
    "expected a column of the text (a, b) for `label`, received 'y'",
  ],
]

for (const [text, options, code, message] of bad) {
  test(`${JSON.stringify(text).slice(0, 60)} ${JSON.stringify(options) ?? ''}`, async () => {
    for (const source of [Buffer.from(text), stream(text)]) {
      const error = await Dataset.fromCsv(source, options).then(
        () => assert.unreachable('it was taken'),
        (error: MyelinError) => error,
      )
      assert.is(error?.message.replaceAll('the stream', 'the text'), message)
      assert.is(error?.code, code)
    }
  })
}

async function* stream(text: string): AsyncGenerator<string> {
  for (let i = 0; i < text.length; i += 3) yield text.slice(i, i + 3)
}

test('there are sixty kinds of bad file', () => {
  assert.ok(bad.length >= 60, `${bad.length}`)
  assert.is(new Set(bad.map(([text, options]) => JSON.stringify([text, options]))).size, bad.length)
})

test('files that cannot be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'myelin-csv-'))
  const path = join(folder, 'a.csv.gz')
  const message = (source: unknown): Promise<string> =>
    Dataset.fromCsv(source as string).then(
      () => 'it was taken',
      ({ code, message }: MyelinError) => `${code} ${message}`,
    )
  const whole = gzipSync('1,2\n3,4\n'.repeat(100))
  try {
    await writeFile(path, whole.subarray(0, -9))
    assert.is(
      await message(path),
      `ERR_FILE expected a whole gzip file for \`${path}\`, received Error: unexpected end of file`,
    )
    const damaged = Buffer.from(whole)
    damaged[whole.length - 6]! ^= 1
    await writeFile(path, damaged)
    assert.is(
      await message(path),
      `ERR_FILE expected a whole gzip file for \`${path}\`, received Error: incorrect data check`,
    )
    await writeFile(path, Buffer.concat([whole.subarray(0, 10), Buffer.from('garbage, and more of it')]))
    assert.match(
      await message(path),
      /^ERR_FILE expected a whole gzip file for .*, received Error: (invalid|incorrect)/,
    )
    const missing = join(folder, 'none.csv')
    assert.match(await message(missing), `expected a readable file for \`${missing}\`, received Error: ENOENT`)
    assert.match(await message(folder), `ERR_FILE expected a readable file for \`${folder}\`, received Error: EISDIR`)
  } finally {
    await rm(folder, { recursive: true })
  }
  assert.match(await message(''), 'ERR_OPTION expected the path of a CSV file, its bytes, or a stream of them')
  assert.match(await message(5), 'for `Dataset.fromCsv`, received 5')
  async function* odd() {
    yield '1,2\n'
    yield 5
  }
  assert.is(await message(odd()), 'ERR_DATA expected pieces that are bytes or text for `the stream`, received 5')
})

test('others get their turn while a file is read the thorough way', async () => {
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  await Dataset.fromCsv(Buffer.from(`a,b\n${'"1",2\n'.repeat(200_000)}`))
  clearInterval(timer)
  assert.ok(turns > 5, `${turns} turns`)
})

test('an error of the stream is passed on as it is', async () => {
  const mine = new Error('mine')
  for (const begin of ['1,2\n', gzipSync('1,2\n').subarray(0, 12)]) {
    const broken = async function* () {
      yield begin
      throw mine
    }
    await Dataset.fromCsv(broken()).then(
      () => assert.unreachable(),
      (error: unknown) => assert.is(error, mine),
    )
  }
})

test('a stream that fails while csv-parse is still being loaded', () => {
  const program = `import { createReadStream } from 'node:fs'
    const { Dataset } = await import(${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)})
    await Dataset.fromCsv(createReadStream('nowhere.csv')).catch(({ code }) => console.log(code))`
  const args = ['--import', 'tsx', '--input-type=module', '--eval', program]
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.is(stdout, 'ENOENT\n', stderr)
})

test('bytes that are taken away while they are read', async () => {
  const text = new Uint8Array(Buffer.from('1,2\n'.repeat(3_000_000)))
  const reading = Dataset.fromCsv(text)
  structuredClone(text, { transfer: [text.buffer] })
  const error = await reading.catch((error: MyelinError) => error)
  assert.match((error as MyelinError).message, /^expected bytes that stay while they are read for `the text`/)
})

test('more texts in a column than can be categories', async () => {
  const text = Array.from({ length: 1001 }, (_, i) => `name ${i},${i}\n`).join('')
  const message =
    "expected at most 1000 different texts for `the text, line 1001, column 1`, received 'name 1000'; leave the column out with `ignore`"
  await Dataset.fromCsv(Buffer.from(text)).then(
    () => assert.unreachable(),
    (error: MyelinError) => assert.is(error.message, message),
  )
})

test.run()
