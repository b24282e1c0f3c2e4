/** The report: its numbers by hand, its pictures unpacked, and a page that asks for nothing and says everything in words. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, inflateSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type CompileOptions,
  Dataset,
  type History,
  layers,
  type LayerDefinition,
  type Model,
  MyelinError,
  report,
  sequential,
} from '../src/index.ts'
import { cloudChart, histogram, lineChart } from '../src/report/charts.ts'
import { greyPng, signedPng } from '../src/report/png.ts'
import { rejection } from './rejection.ts'

type NoOptions = Omit<CompileOptions, 'loss'>

function make(list: readonly LayerDefinition[], loss: CompileOptions['loss'], options: NoOptions = {}): Model {
  const model = sequential({ seed: 3, layers: list })
  model.compile({ loss, optimizer: 'adam', ...options })
  return model
}

/** A model whose output is its input, one feature a class. */
function echo(): Model {
  const weights = [
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [0, 0, 0],
  ] as const
  const list = [layers.dense({ units: 3, inputShape: [3], weights: [weights[0], weights[1]] })]
  return make(list, 'categoricalCrossentropy', { metrics: ['accuracy'] })
}

const history = (columns: Record<string, number[]>): Pick<History, 'epoch' | 'history' | 'params'> => {
  const epoch = Object.values(columns)[0]!.map((_, i) => i)
  return { epoch, history: columns, params: { epochs: epoch.length, steps: 7, batchSize: 32, rows: 200, verbose: 0 } }
}

/** The pixels of a PNG of 8 bits a channel without filters, its chunks checked. */
function pixelsOf(url: string): { width: number; height: number; colourType: number; pixels: number[] } {
  const file = Buffer.from(url.replace('data:image/png;base64,', ''), 'base64')
  assert.is(file.subarray(0, 8).toString('latin1'), '\x89PNG\r\n\x1a\n')
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at)
    const body = file.subarray(at + 4, at + 8 + length)
    assert.is(file.readUInt32BE(at + 8 + length), crc32(body))
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4))
    at += 12 + length
  }
  assert.equal([...chunks.keys()], ['IHDR', 'IDAT', 'IEND'])
  const header = chunks.get('IHDR')!
  const [width, height, colourType] = [header.readUInt32BE(0), header.readUInt32BE(4), header[9]!]
  const rows = inflateSync(chunks.get('IDAT')!)
  const stride = rows.length / height
  const pixels = Array.from({ length: height }, (_, y) => {
    assert.is(rows[y * stride], 0, 'the filter')
    return [...rows.subarray(y * stride + 1, (y + 1) * stride)]
  })
  return { width, height, colourType, pixels: pixels.flat() }
}

/** The text of the cells of each row of the first table whose caption begins so. */
function tableOf(html: string, caption: string): string[][] {
  const table = html.split('<table').find((part) => part.includes(`<caption>${caption}`))
  assert.ok(table, `a table ${caption}`)
  const rows = table.split('<tr>').slice(1)
  return rows.map((row) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, text]) => text!))
}

const labelsOf = (html: string): string[] => [...html.matchAll(/role="img" aria-label="([^"]*)"/g)].map(([, l]) => l!)

const test = suite('report')
let folder = ''

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'myelin-report-'))
})
test.after(() => rm(folder, { recursive: true }))

test('the confusion matrix, the scores and the mistakes are those counted by hand', async () => {
  // what it is → what is read, by the highest feature: 0→0, 0→0, 0→1 (.8), 1→1, 1→2 (.6), 2→2, 2→1 (.9)
  const x = [
    [0.9, 0, 0],
    [0.7, 0.1, 0],
    [0.1, 0.8, 0],
    [0, 0.5, 0.2],
    [0, 0, 0.6],
    [0, 0.1, 0.3],
    [0, 0.9, 0],
  ]
  const html = await report(echo(), history({ loss: [1, 0.5] }), [x, [0, 0, 0, 1, 1, 2, 2]])
  assert.equal(tableOf(html, 'Confusion matrix'), [
    ['', '0', '1', '2', 'right'],
    ['0', '2', '1', '·', '66.7'],
    ['1', '·', '1', '1', '50.0'],
    ['2', '·', '1', '1', '50.0'],
  ])
  assert.equal(tableOf(html, 'Each class by itself').slice(1), [
    ['0', '3', '100.00 %', '66.67 %', '80.00 %'],
    ['1', '2', '33.33 %', '50.00 %', '40.00 %'],
    ['2', '2', '50.00 %', '50.00 %', '50.00 %'],
  ])
  const mistakes = tableOf(html, 'Each with its features').slice(1)
  assert.equal(mistakes, [
    ['row 6', '2', '1', '90.00 %', '0', '0.9', '0'],
    ['row 2', '0', '1', '80.00 %', '0.1', '0.8', '0'],
    ['row 4', '1', '2', '60.00 %', '0', '0', '0.6'],
  ])
  assert.match(html, '<dt>test accuracy</dt><dd>57.14 %</dd>')
  assert.match(html, '<dt>wrong</dt><dd>3</dd>')
  assert.match(html, '4 of 7 test rows are right.')
})

test('names and features are those of the file, however they were scaled', async () => {
  const rows = Array.from({ length: 12 }, (_, i) => `${i},${100 - i * i},${['cat', 'dog'][i % 2]}`)
  const file = Buffer.from(['size,age,kind', ...rows].join('\n'))
  const data = (await Dataset.fromCsv(file, { label: 'kind', scale: 0.5 })).standardize()
  const list = [
    layers.dense({
      units: 2,
      activation: 'softmax',
      inputShape: [2],
      weights: [
        [
          [0, 0],
          [0, 0],
        ],
        [9, 0],
      ],
    }),
  ]
  const html = await report(make(list, 'categoricalCrossentropy'), history({ loss: [1] }), data)
  assert.equal(tableOf(html, 'Confusion matrix').slice(0, 2), [
    ['', 'cat', 'dog', 'right'],
    ['cat', '6', '·', '100.0'],
  ])
  const [head, first, second] = tableOf(html, 'Each with its features')
  assert.equal(head, ['test data', 'it is', 'the model says', 'sure', 'size', 'age'])
  assert.equal(first, ['row 1', 'dog', 'cat', '99.99 %', '1', '99'])
  assert.equal(second!.slice(4), ['3', '91'])
})

test('one output with binaryCrossentropy is yes or no', async () => {
  const list = [layers.dense({ units: 1, inputShape: [1], weights: [[[1]], [0]] })]
  const x = [[0.9], [0.3], [0.6], [0.1]]
  const html = await report(make(list, 'binaryCrossentropy'), history({ loss: [1] }), [x, [1, 1, 0, 0]])
  assert.equal(tableOf(html, 'Confusion matrix').slice(1), [
    ['0', '1', '1', '50.0'],
    ['1', '1', '1', '50.0'],
  ])
  const mistakes = tableOf(html, 'Each with').slice(1)
  assert.equal(
    mistakes.map((row) => row.slice(0, 4)),
    [
      ['row 1', '1', '0', '70.00 %'],
      ['row 2', '0', '1', '60.00 %'],
    ],
  )
})

test('values get their errors, the largest first', async () => {
  const list = [layers.dense({ units: 1, inputShape: [1], weights: [[[2]], [0]] })]
  const test = Dataset.from([[1], [2], [3]], [2.5, 3.5, 9.5])
  const html = await report(make(list, 'meanSquaredError'), history({ loss: [1] }), test)
  assert.equal(tableOf(html, 'The largest errors').slice(1), [
    ['row 2', '9.5', '6', '-3.5'],
    ['row 0', '2.5', '2', '-0.5'],
    ['row 1', '3.5', '4', '0.5'],
  ])
  assert.match(html, 'Histogram of 3 errors, from -3.5 to 0.5')
  assert.not.match(html, 'Confusion')
})

test('square inputs are pictures, of the very pixels', async () => {
  const row = Array.from({ length: 64 }, (_, i) => (i * 4) / 255)
  const list = [layers.dense({ units: 2, activation: 'softmax', inputShape: [64], weights: [kernel(), [0, 0]] })]
  const html = await report(make(list, 'categoricalCrossentropy'), history({ loss: [1] }), [[row], [0]])
  const images = [...html.matchAll(/src="(data:image\/png[^"]*)"/g)].map(([, url]) => pixelsOf(url!))
  assert.equal(
    images.map(({ width, height }) => [width, height]),
    [
      [8, 8],
      [8, 8],
      [8, 8],
    ],
  )
  const most = 63 * 4
  assert.equal(
    images[0]!.pixels,
    row.map((value) => Math.round((value * 255 * 255) / most)),
  )
  assert.match(html, 'alt="Row 0: it is 0, the model says 1"')
  assert.match(html, 'The weights of 2 units as images of 8 by 8 pixels.')

  function kernel(): number[][] {
    return Array.from({ length: 64 }, (_, i) => [-i, i])
  }
})

test('grey and signed pictures have the pixels they should', () => {
  const grey = pixelsOf(greyPng([0, 5, 10, -3, 20, 10], 3, 0, 10))
  assert.equal(grey, { width: 3, height: 2, colourType: 0, pixels: [0, 128, 255, 0, 255, 255] })
  const signed = pixelsOf(signedPng([2, -1, 0, 9], 2, 2))
  assert.equal([signed.width, signed.height, signed.colourType], [2, 2, 6])
  const alphas = signed.pixels.filter((_, i) => i % 4 === 3)
  assert.equal(alphas, [255, 128, 0, 255])
  assert.is.not(signed.pixels[0], signed.pixels[4], 'two colours')
})

test('curves have a line a column, told in words and in a table', async () => {
  const columns = { loss: [4, 2, 1], accuracy: [0.1, 0.2, 0.3], val_loss: [5, 3, 4], val_accuracy: [0, 0.5, 0.25] }
  const html = await report(echo(), history(columns), [[[1, 0, 0]], [0]])
  const [loss] = labelsOf(html)
  assert.is(
    loss,
    'loss by epoch. training: from 4 in epoch 1 to 1 in epoch 3, lowest 1 in epoch 3, highest 4 in epoch 1. ' +
      'validation: from 5 in epoch 1 to 4 in epoch 3, lowest 3 in epoch 2, highest 5 in epoch 1.',
  )
  assert.equal(tableOf(html, 'loss'), [
    ['epoch', 'training', 'validation'],
    ['1', '4', '5'],
    ['2', '2', '3'],
    ['3', '1', '4'],
  ])
  assert.match(html, 'There are none.')
})

test('the places of a chart are in proportion, logarithmic where values differ a hundredfold', () => {
  const dots = (svg: string): number[] => [...svg.matchAll(/<circle[^>]* cy="([\d.]+)"/g)].map(([, y]) => Number(y))
  const plain = dots(lineChart({ lines: [{ name: 'a', values: [0, 5, 10] }], x: [1, 2, 3], xName: 'epoch' }))
  assert.is(plain[0]! - plain[1]!, plain[1]! - plain[2]!)
  assert.ok(plain[0]! > plain[2]!)
  const steep = dots(lineChart({ lines: [{ name: 'a', values: [0.001, 0.1, 10] }], x: [1, 2, 3], xName: 'epoch' }))
  assert.ok(Math.abs(steep[0]! - steep[1]! - (steep[1]! - steep[2]!)) < 0.11)
  const gap = lineChart({ lines: [{ name: 'a', values: [1, Number.NaN, 2, 3] }], x: [1, 2, 3, 4], xName: 'epoch' })
  assert.equal(gap.match(/ d="(M[^"]*)"\/><circle/)![1]!.replace(/[\d. ]+/g, ''), 'MML')
  assert.match(lineChart({ lines: [{ name: 'a', values: [7] }], x: [1], xName: 'epoch' }), '<circle')
  assert.not.match(lineChart({ lines: [{ name: 'a', values: [Number.NaN] }], x: [1], xName: 'epoch' }), 'NaN')
  for (const chart of [
    cloudChart({ points: [[3, 3]], xName: 'x', yName: 'y' }),
    histogram({ counts: [0, 3], least: -1, most: 1 }),
  ]) {
    assert.not.match(chart, /NaN|Infinity/)
  }
})

test('the page is one file that asks for nothing, within its size', async () => {
  const images = Array.from({ length: 300 }, (_, i) => Float32Array.from({ length: 784 }, (_, j) => Math.sin(i * j)))
  const list = [
    layers.dense({ units: 300, activation: 'relu', inputShape: [784] }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ]
  const columns = { loss: Array.from({ length: 5000 }, (_, i) => 1 / (i + 1)) }
  const labels = images.map((_, i) => i % 10)
  const path = join(folder, 'report.html')
  const html = await report(make(list, 'categoricalCrossentropy'), history(columns), [images, labels], { path })
  assert.is(await readFile(path, 'utf8'), html)
  assert.ok(html.length < 2_000_000, `${html.length}`)
  assert.match(html, "default-src 'none'; style-src 'unsafe-inline'; img-src data:")
  assert.not.match(html, /<script|<link (?!rel="icon" href="data:,")|https?:|url\(|@import|srcset|<iframe/i)
  assert.equal([...html.matchAll(/src="(?!data:image\/png;base64,)/g)].length, 0)
  assert.match(html, '@media (prefers-color-scheme: dark)')
  for (const label of labelsOf(html)) assert.ok(label.length > 20, label)
  assert.is(labelsOf(html).length, html.split('<figure class="').length - 1)
})

test('names cannot become markup', async () => {
  const html = await report(echo(), history({ loss: [1] }), [[[1, 0, 0]], [0]], { title: `<img src=x onerror='a"&'>` })
  assert.match(html, '<h1>&#60;img src=x onerror=&#39;a&#34;&#38;&#39;&#62;</h1>')
  assert.not.match(html, '<img src=x')
})

test('settings and environment are there', async () => {
  const html = await report(echo(), history({ loss: [1] }), [[[1, 0, 0]], [0]])
  const settings = new Map(tableOf(html, 'Training').map((row) => [row[0], row[1]]))
  assert.equal(
    [settings.get('seed'), settings.get('batch size'), settings.get('rows trained with')],
    ['3', '32', '200'],
  )
  assert.match(settings.get('optimizer')!, 'adam: learningRate 0.001, beta1 0.9')
  assert.match(html, `<td>${process.version}</td>`)
})

test('wrong calls say what is wrong', async () => {
  const x = [[[1, 0, 0]], [0]] as const
  const good = history({ loss: [1] })
  const uncompiled = sequential({ layers: [layers.dense({ units: 3, inputShape: [3] })] })
  const cases: readonly [Promise<unknown>, string, RegExp][] = [
    [report({} as never, good, x), 'ERR_OPTION', /`model`/],
    [report(uncompiled, good, x), 'ERR_NOT_COMPILED', /report/],
    [report(echo(), {} as never, x), 'ERR_OPTION', /`history`/],
    [report(echo(), undefined as never, x), 'ERR_OPTION', /`history`.*undefined/],
    [report(echo(), good, [[1, 2, 3]] as never), 'ERR_OPTION', /`test`/],
    [report(echo(), good, Dataset.from([[1, 0, 0]])), 'ERR_DATA', /targets/],
    [report(echo(), good, [[[1, 0]], [0]]), 'ERR_SHAPE', /3 features/],
    [report(echo(), good, x, { file: 'a' } as never), 'ERR_OPTION', /`file`/],
    [report(echo(), good, x, { path: 3 as never }), 'ERR_OPTION', /`path`/],
    [report(echo(), good, x, { title: 3 as never }), 'ERR_OPTION', /`title`/],
    [report(echo(), good, x, { path: join(folder, 'no', 'such', 'folder') }), 'ERR_FILE', /no.such.folder/],
  ]
  for (const [promise, code, says] of cases) {
    const error = await rejection(promise)
    assert.instance(error, MyelinError)
    assert.is(error.code, code, error.message)
    assert.match(error.message, says)
  }
})

test.run()
