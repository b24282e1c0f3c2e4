/**
 * The sections of a report, each from numbers to HTML: curves, results, mistakes, weights.
 */
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Recipe } from '../data/recipe.ts'
import type { History } from '../history.ts'
import type { Layer } from '../layer.ts'
import { Matrix } from '../matrix.ts'
import type { FloatArray } from '../native.ts'
import { cloudChart, histogram, lineChart } from './charts.ts'
import { count, details, escaped, figure, number, percent, scrolling, section, table } from './html.ts'
import { greyPng, signedPng } from './png.ts'
import { type ClassResults, distributionOf, scoresOf, type ValueResults } from './results.ts'

const MOST_TABLE_ROWS = 60
const MOST_CURVE_POINTS = 400
const MOST_MATRIX_CLASSES = 24
const MOST_MISTAKES = 24
const MOST_MISTAKES_IN_TABLE = 12
const MOST_FEATURES_IN_TABLE = 6
const MOST_CLOUD_POINTS = 1500
const MOST_UNITS = 48
/** Pixels of all images of units together: half a megabyte at the worst. */
const MOST_PIXELS = 120_000
const BINS = 40

// Curves

/** One chart for each of loss and metrics, with validation if there was any. */
export function curves({ epoch, history }: Pick<History, 'epoch' | 'history'>): string {
  const names = Object.keys(history).filter((name) => !name.startsWith('val_'))
  const epochs = epoch.map((index) => index + 1)
  const charts = names.map((name) => {
    const validation = history[`val_${name}`]
    const lines = [{ name: validation ? 'training' : name, values: history[name]! }]
    if (validation) lines.push({ name: 'validation', values: validation })
    const kept = thinned(epochs.length, MOST_CURVE_POINTS)
    const shown = lines.map((line) => ({ ...line, values: kept.map((i) => line.values[i] ?? Number.NaN) }))
    const chart = lineChart({ lines: shown, x: kept.map((i) => epochs[i]!), xName: 'epoch' })
    const label = `${name} by epoch. ${lines.map((line) => courseOf(line.name, line.values, epochs)).join(' ')}`
    return figure({ title: name, label, content: chart, note: curveTable(name, lines, epochs) })
  })
  return section('Training', `<div class="charts">${charts.join('')}</div>`)
}

function courseOf(name: string, values: readonly number[], epochs: readonly number[]): string {
  const finite = values.flatMap((value, i) => (Number.isFinite(value) ? [{ value, epoch: epochs[i] }] : []))
  if (finite.length === 0) return `${name}: no finite value.`
  const least = finite.reduce((a, b) => (b.value < a.value ? b : a))
  const most = finite.reduce((a, b) => (b.value > a.value ? b : a))
  const [first, last] = [finite[0]!, finite.at(-1)!]
  const ends = `from ${number(first.value)} in epoch ${first.epoch} to ${number(last.value)} in epoch ${last.epoch}`
  return `${name}: ${ends}, lowest ${number(least.value)} in epoch ${least.epoch}, highest ${number(most.value)} in epoch ${most.epoch}.`
}

function curveTable(
  name: string,
  lines: readonly { readonly name: string; readonly values: readonly number[] }[],
  epochs: readonly number[],
): string {
  const rows = thinned(epochs.length, MOST_TABLE_ROWS).map((i) => [
    epochs[i]!,
    ...lines.map(({ values }) => values[i] ?? Number.NaN),
  ])
  return details('Numbers', table({ caption: name, columns: ['epoch', ...lines.map((line) => line.name)], rows }))
}

/** At most so many places from 0 to `length` - 1, evenly, with both ends. */
function thinned(length: number, most: number): number[] {
  const wanted = Math.min(length, most)
  return Array.from({ length: wanted }, (_, i) => Math.round((i * (length - 1)) / Math.max(wanted - 1, 1)))
}

// Results

export function classSection(results: ClassResults): string {
  const { names, rows, right } = results
  const words = `${count(right)} of ${count(rows)} test rows are right.`
  const matrix = names.length <= MOST_MATRIX_CLASSES ? confusionMatrix(results) : frequentMistakes(results)
  const scores = table({
    caption: 'Each class by itself',
    columns: ['class', 'rows', 'precision', 'recall', 'F1'],
    rows: scoresOf(results).map((score) => [
      score.name,
      count(score.rows),
      ...[score.precision, score.recall, score.f1].map(percent),
    ]),
  })
  return section('Test', `<div class="beside">${matrix}${scores}</div>`, words)
}

function confusionMatrix({ names, counts }: ClassResults): string {
  const head = names.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')
  const body = counts.map((row, truth) => {
    const total = row.reduce((sum, value) => sum + value, 0)
    const cells = row.map((value, read) => confusionCell(value, total, truth === read))
    const share = total === 0 ? '' : ((100 * row[truth]!) / total).toFixed(1)
    return `<tr><th scope="row">${escaped(names[truth]!)}</th>${cells.join('')}<td>${share}</td></tr>`
  })
  const caption =
    'Confusion matrix. Rows: what it is. Columns: what the model says. Last: the share that is right, in %.'
  return scrolling(
    'Confusion matrix',
    `<table class="confusion"><caption>${caption}</caption><thead><tr><td class="none"></td>${head}<th scope="col">right</th></tr></thead><tbody>${body.join('')}</tbody></table>`,
  )
}

function confusionCell(value: number, total: number, right: boolean): string {
  if (value === 0) return '<td class="none">·</td>'
  const part = value / total
  const share = right ? 0.12 + 0.4 * part : 0.12 + 0.5 * Math.sqrt(part)
  return `<td class="${right ? 'right' : 'wrong'}" style="--share:${share.toFixed(2)}">${value}</td>`
}

function frequentMistakes({ names, counts }: ClassResults): string {
  const pairs = counts.flatMap((row, truth) => row.map((value, read) => ({ value, truth, read })))
  const wrong = pairs.filter(({ value, truth, read }) => value > 0 && truth !== read).sort((a, b) => b.value - a.value)
  return table({
    caption: `The most frequent mistakes among ${names.length} classes`,
    columns: ['it is', 'the model says', 'rows'],
    rows: wrong.slice(0, MOST_MISTAKES).map(({ value, truth, read }) => [names[truth]!, names[read]!, count(value)]),
  })
}

export function valueSection({ targets, outputs, width }: ValueResults): string {
  const kept = thinned(outputs.length, MOST_CLOUD_POINTS)
  const chart = cloudChart({
    points: kept.map((i) => [targets[i]!, outputs[i]!] as const),
    xName: 'target',
    yName: 'output',
  })
  const errors = Float64Array.from(outputs, (output, i) => output - targets[i]!)
  const { counts, least, most, mean, deviation } = distributionOf(errors, BINS)
  const range = `from ${number(least)} to ${number(most)}, mean ${number(mean)}, standard deviation ${number(deviation)}`
  const worst = Array.from(errors.keys()).sort((a, b) => Math.abs(errors[b]!) - Math.abs(errors[a]!))
  const cells = (i: number): (string | number)[] => [targets[i]!, outputs[i]!, errors[i]!]
  const rows = worst.slice(0, MOST_MISTAKES_IN_TABLE).map((i) => {
    const place = `row ${Math.floor(i / width)}${width > 1 ? `, output ${i % width}` : ''}`
    return [place, ...cells(i)]
  })
  const charts = [
    figure({
      title: 'Outputs against targets',
      label: `A cloud of ${kept.length} points; on the dashed diagonal outputs and targets are equal. The errors are ${range}.`,
      content: chart,
    }),
    figure({
      title: 'Errors, output less target',
      label: `Histogram of ${count(errors.length)} errors, ${range}.`,
      content: histogram({ counts, least, most }),
      note: `<p class="note">${escaped(range)}</p>`,
    }),
  ]
  const list = table({ caption: 'The largest errors', columns: ['test data', 'target', 'output', 'error'], rows })
  return section('Test', `<div class="charts">${charts.join('')}</div>`) + section('The worst errors', list)
}

// Mistakes

export function mistakeSection({ names, mistakes }: ClassResults, test: Dataset): string {
  if (mistakes.length === 0) return section('The worst mistakes', '', 'There are none.')
  const worst = mistakes.slice(0, MOST_MISTAKES)
  const rows = test.subset(worst.map(({ row }) => row))
  const x = new Matrix(insideOf(rows)!.handle.x(), [rows.rows, rows.features])
  const side = squareSide(test.features)
  const words = 'Those that the model was surest of, and wrong.'
  if (side === null) return section('The worst mistakes', mistakeTable(names, worst, x, test.recipe), words)
  const [black, white] = range(x.data)
  const pictures = worst.map(({ row, truth, read, confidence }, i) => {
    const [is, said] = [names[truth]!, names[read]!]
    const alt = `Row ${row}: it is ${is}, the model says ${said}`
    const image = `<img alt="${escaped(alt)}" src="${greyPng(x.row(i), side, black, white)}">`
    const share = `${(100 * confidence).toFixed(confidence > 0.999 ? 2 : 1)} %`
    return `<figure>${image}<figcaption><b>${escaped(is)}</b> read as <b>${escaped(said)}</b><br>${share}<br>row ${row}</figcaption></figure>`
  })
  return section('The worst mistakes', `<div class="images">${pictures.join('')}</div>`, words)
}

function mistakeTable(
  names: readonly string[],
  worst: ClassResults['mistakes'],
  x: Matrix,
  { columns, standardization, scale }: Recipe,
): string {
  const all = x.shape[1]!
  const features = Math.min(all, MOST_FEATURES_IN_TABLE)
  const made = columns?.flatMap(({ name, categories }, i) => {
    const title = String(name ?? i)
    return categories?.map((text) => ({ title: `${title} ${text}`, scale: 1 })) ?? [{ title, scale }]
  })
  /** As it was before it was scaled and standardized. */
  const raw = (value: number, j: number): number => {
    const { means, deviations } = standardization ?? {}
    return (value * (deviations?.[j] ?? 1) + (means?.[j] ?? 0)) / (made?.[j]?.scale ?? scale)
  }
  return table({
    caption: `Each with its features${all > features ? `, the first ${features} of ${all}` : ''}`,
    columns: [
      'test data',
      'it is',
      'the model says',
      'sure',
      ...Array.from({ length: features }, (_, j) => made?.[j]?.title ?? `x${j}`),
    ],
    rows: worst
      .slice(0, MOST_MISTAKES_IN_TABLE)
      .map(({ row, truth, read, confidence }, i) => [
        `row ${row}`,
        names[truth]!,
        names[read]!,
        percent(confidence),
        ...Array.from(x.row(i).subarray(0, features), raw),
      ]),
  })
}

// Weights

/** The kernel of the first dense layer: a picture a unit where the input is square, one picture of all elsewhere. */
export function firstLayerSection(layers: readonly Layer[]): string {
  const layer = layers.find(({ kind }) => kind === 'dense')
  if (!layer) return ''
  const [kernel] = layer.getWeights() as [Matrix]
  const most = extent(kernel.data)
  const side = squareSide(layer.inputs)
  const size = `${layer.inputs} inputs, ${layer.outputs} units`
  const colours = `Weights above 0 are blue, below 0 orange; the full colour is ${number(most)}.`
  if (side === null) return section('The first layer', wholeKernel(layer, kernel, most, size), colours)
  const units = strongestUnits(kernel, Math.min(MOST_UNITS, Math.floor(MOST_PIXELS / layer.inputs)))
  const images = units.map((unit) => {
    const column = Float64Array.from({ length: layer.inputs }, (_, i) => kernel.data[i * layer.outputs + unit]!)
    return `<img alt="" src="${signedPng(column, side, most)}">`
  })
  const label = `The weights of ${units.length} units as images of ${side} by ${side} pixels.`
  const chosen = units.length < layer.outputs ? ` Shown are the ${units.length} units with the largest weights.` : ''
  const content = `<div class="units">${images.join('')}</div>`
  const grid = figure({ title: `${layer.name}: ${size}`, label: label + chosen, content, kind: 'grid' })
  return section('The first layer', grid, colours + chosen)
}

function wholeKernel(layer: Layer, { data }: Matrix, most: number, size: string): string {
  const title = `${layer.name}: a row an input, a column a unit`
  if (data.length > MOST_PIXELS) return `<p>${escaped(size)}: too many to show.</p>`
  const image = `<img class="heat" alt="" style="height:${Math.min(Math.max(layer.inputs * 14, 56), 560)}px" src="${signedPng(data, layer.outputs, most)}">`
  return figure({ title, label: `The weights of ${size}, as one image.`, content: image, kind: 'grid' })
}

export function histogramSection(layers: readonly Layer[]): string {
  const all = layers.flatMap((layer) =>
    layer.getWeights().map(({ data }, i) => ({ name: `${layer.name} ${layer.weightNames[i]}`, data })),
  )
  const charts = all.slice(0, MOST_UNITS).map(({ name, data }) => {
    const { counts, least, most, mean, deviation } = distributionOf(data, BINS)
    const words = `mean ${number(mean)}, standard deviation ${number(deviation)}`
    return figure({
      title: name,
      label: `Histogram of ${count(data.length)} numbers from ${number(least)} to ${number(most)}, ${words}.`,
      content: histogram({ counts, least, most }),
      note: `<p class="note">${count(data.length)} numbers, ${words}</p>`,
      kind: 'small',
    })
  })
  if (charts.length === 0) return ''
  return section('All weights', `<div class="smalls">${charts.join('')}</div>`)
}

function strongestUnits({ data, shape }: Matrix, most: number): number[] {
  const [inputs, units] = shape as readonly [number, number]
  const norms = new Float64Array(units)
  for (let i = 0; i < inputs; i++) {
    for (let j = 0; j < units; j++) norms[j]! += data[i * units + j]! ** 2
  }
  return Array.from(norms.keys())
    .sort((a, b) => norms[b]! - norms[a]! || a - b)
    .slice(0, most)
}

/** A magnitude that all but the largest thousandth stay below. */
function extent(values: FloatArray): number {
  const sorted = Float64Array.from(values, Math.abs).sort()
  return sorted[Math.floor((sorted.length - 1) * 0.999)]!
}

function range(values: FloatArray): [least: number, most: number] {
  let [least, most] = [0, Number.MIN_VALUE]
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)]
  return [least, most]
}

/** The side of a square picture of so many pixels; null when there is none, or when it is too small to see anything in. */
function squareSide(features: number): number | null {
  const side = Math.sqrt(features)
  return Number.isInteger(side) && side >= 6 ? side : null
}
