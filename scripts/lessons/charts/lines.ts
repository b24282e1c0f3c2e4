/** Charts of values along an axis: lines with their names at their ends, and histograms. */
import {
  apart,
  axis,
  type Chart,
  colourOf,
  extent,
  frame,
  type Layer,
  type PlotOptions,
  type Range,
  type ScaleKind,
} from './picture.ts'

export interface LineSeries {
  /** At the line's end. */
  readonly name: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  readonly dashed?: boolean
  /** A dot at each point. */
  readonly marker?: boolean
  /** Place in the palette. Default: the place in the list. */
  readonly colour?: number
}

export interface LineChartOptions extends PlotOptions {
  readonly series: readonly LineSeries[]
  /** Default 'linear'. */
  readonly xScale?: ScaleKind
  readonly yScale?: ScaleKind
  /** Ends of the axes. Default: those of the data, with some room above and below. */
  readonly xRange?: Range
  readonly yRange?: Range
}

export function lineChart(options: LineChartOptions): Chart {
  const { series, xScale = 'linear', yScale = 'linear' } = options
  const all = (key: 'x' | 'y'): number[] => series.flatMap((line) => Array.from(line[key]))
  const xRange = options.xRange ?? extent(all('x'), xScale)
  const yRange = options.yRange ?? roomy(extent(all('y'), yScale), yScale)
  const xAxis = axis(options.xLabel, xRange, xScale)
  if (all('x').every(Number.isInteger)) Object.assign(xAxis.axis, { tickMinStep: 1 }) // no tick between what is counted
  const leaves = all('y').some((y) => y < yRange[0] || y > yRange[1])
  const size = frame(
    options,
    Math.max((options.width ?? 720) / 5, 14 + 7.5 * Math.max(...series.map(({ name }) => name.length))),
  )
  const place = (value: number, [low, high]: Range, kind: ScaleKind): number => {
    const shape = kind === 'log' ? Math.log : Number
    return (shape(value) - shape(low)) / (shape(high) - shape(low))
  }
  const lines = series.map(({ name, x, y, dashed = false, marker = false, colour }, i) => {
    const values = Array.from(x, (value, j) => ({
      x: value,
      y: y[j]!,
      px: place(value, xRange, xScale) * size.width,
      py: (1 - place(y[j]!, yRange, yScale)) * size.height,
    })).filter(({ px, py }) => Number.isFinite(px) && Number.isFinite(py))
    const last = values.findLast(({ px, py }) => px <= size.width && py >= 0 && py <= size.height) ?? values.at(-1)!
    return { name, dashed, marker, colour: colourOf(colour ?? i), values, px: last.px, py: last.py }
  })
  const drawn = lines.map(({ values, dashed, marker, colour }): Layer => {
    const dash = dashed ? { strokeDash: [6, 5] } : {}
    return {
      data: { values: apart(values, 1).map(({ x, y }) => ({ x, y })) },
      mark: {
        type: 'line',
        clip: leaves, // which cuts dots at the ends in half
        color: colour,
        strokeWidth: 2,
        ...dash,
        ...(marker && { point: { size: 45, color: colour } }),
      },
      encoding: {
        x: { field: 'x', type: 'quantitative', ...xAxis },
        y: { field: 'y', type: 'quantitative', ...axis(options.yLabel, yRange, yScale) },
      },
    }
  })
  return { ...size, layer: [...drawn, ...endLabels(lines, size)] }
}

function roomy([low, high]: Range, kind: ScaleKind): Range {
  if (kind === 'log') return [low / 1.25, high * 1.25]
  const room = 0.06 * (high - low || 1)
  return [low >= 0 && low < 0.3 * high ? 0 : low - room, high + room]
}

interface End {
  readonly name: string
  readonly colour: string
  readonly px: number
  readonly py: number
}

/** At the right of the plot and apart from each other; beside its end when a line leaves the plot early. */
function endLabels(ends: readonly End[], { width, height }: { width: number; height: number }): Layer[] {
  const step = 17
  const sorted = ends.map((end) => ({ ...end, early: end.px < 0.8 * width })).sort((a, b) => a.py - b.py)
  const late = sorted.filter(({ early }) => !early)
  for (const [i, end] of late.entries()) end.py = Math.max(end.py, i > 0 ? late[i - 1]!.py + step : 0)
  for (const [i, end] of late.entries()) end.py = Math.min(end.py, height - 6 - (late.length - 1 - i) * step)
  return sorted.map(({ name, colour, px, py, early }): Layer => {
    return {
      data: { values: [{ name }] },
      mark: { type: 'text', align: 'left', dx: 9, color: colour },
      encoding: { text: { field: 'name' }, x: { value: early ? px : width }, y: { value: early ? py + 4 : py } },
    }
  })
}

export interface HistogramOptions extends PlotOptions {
  readonly series: readonly { readonly name: string; readonly values: ArrayLike<number> }[]
  readonly bins: number
  /** Default 'linear'; with 'log' an empty bin has no bar. */
  readonly yScale?: ScaleKind
}

/** How often values fall into equal bins, several sets over each other. */
export function histogram(options: HistogramOptions): Chart {
  const { series, bins, yScale = 'linear' } = options
  const ends = extent(series.flatMap(({ values }) => Array.from(values)))
  const step = (ends[1] - ends[0]) / bins
  const counted = series.map(({ values }) => {
    const counts = new Array<number>(bins).fill(0)
    for (const value of Array.from(values)) counts[Math.min(bins - 1, Math.floor((value - ends[0]) / step))]!++
    return counts
  })
  const floor = yScale === 'log' ? 0.8 : 0
  const range: Range = [floor, Math.max(...counted.flat()) * (yScale === 'log' ? 1.6 : 1.06)]
  const values = series.flatMap(({ name }, i) =>
    counted[i]!.map((count, bin) => ({ name, count, from: ends[0] + bin * step, to: ends[0] + (bin + 1) * step })),
  )
  const names = series.map(({ name }) => name)
  const bars: Layer = {
    data: { values: values.filter(({ count }) => count > 0) },
    mark: { type: 'bar', binSpacing: 0, opacity: 0.55 },
    encoding: {
      x: { field: 'from', type: 'quantitative', bin: 'binned', ...axis(options.xLabel, ends) },
      x2: { field: 'to' },
      y: { field: 'count', type: 'quantitative', stack: null, ...axis(options.yLabel, range, yScale) },
      y2: { datum: floor },
      color: {
        field: 'name',
        scale: { domain: names, range: names.map((_, i) => colourOf(i)) },
        legend: { title: null, orient: 'top-right', symbolType: 'square', symbolOpacity: 0.7 },
      },
    },
  }
  return { ...frame(options), layer: [bars] }
}
