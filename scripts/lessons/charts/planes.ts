/** Charts of a plane: contours of a surface with the paths on it, points of classes, a line that moves. */
import {
  apart,
  axis,
  type Chart,
  type ContourData,
  colourOf,
  extent,
  frame,
  INK,
  type Layer,
  type PlotOptions,
  type Range,
} from './picture.ts'

/** Values over a plane, row after row: one row for each of `ys`, one column for each of `xs`; both rise evenly. */
export interface Grid {
  readonly xs: ArrayLike<number>
  readonly ys: ArrayLike<number>
  readonly values: ArrayLike<number>
}

interface Point {
  readonly x: number
  readonly y: number
  readonly label?: string
}

type Axes = ReturnType<typeof axes>
type Size = ReturnType<typeof frame>

function axes({ xLabel, yLabel }: Pick<PlotOptions, 'xLabel' | 'yLabel'>, x: Range, y: Range, grid = false) {
  return {
    x: { field: 'x', type: 'quantitative', ...axis(xLabel, x, 'linear', grid) },
    y: { field: 'y', type: 'quantitative', ...axis(yLabel, y, 'linear', grid) },
  } as const
}

const ends = (list: ArrayLike<number>): Range => [list[0]!, list[list.length - 1]!]

/** A shape for each threshold, over each other: filled from the first colour to the last, or a dark line alone. */
function surface({ xs, ys, values }: Grid, size: Size, thresholds: readonly number[], colours?: string[]): Layer {
  const cell = [size.width / (xs.length - 1), size.height / (ys.length - 1)] as const
  const data: ContourData = {
    grid: {
      width: xs.length,
      height: ys.length,
      values: Array.from(values),
      // the value of a cell is that of its middle, and rows rise upwards
      scale: [cell[0], -cell[1]],
      translate: [-cell[0] / 2, size.height + cell[1] / 2],
    },
    thresholds,
  }
  const domain = [...extent(thresholds)]
  const scale = { domain, range: colours ?? [], interpolate: 'rgb' } as const
  const style = colours ? { stroke: '#41658a', strokeWidth: 0.6 } : { filled: false, color: INK, strokeWidth: 2 }
  return {
    data: { values: [data as never] },
    projection: { type: 'identity', scale: 1, translate: [0, 0] },
    mark: { type: 'geoshape', clip: true, ...style },
    encoding: {
      shape: { field: 'contour', type: 'geojson' },
      ...(colours && { fill: { field: 'contour.value', type: 'quantitative', scale, legend: null } }),
    },
  }
}

/** Texts with a white rim, so that they read on any ground. */
function labels(
  points: readonly Point[],
  position: Axes,
  place: { dx?: number; dy?: number; bold?: boolean },
): Layer[] {
  const { bold = false, ...shift } = place
  return [true, false].map((rim) => ({
    data: { values: points.map(({ x, y, label = '' }) => ({ x, y, label })) },
    mark: {
      type: 'text',
      align: bold ? 'center' : 'left',
      ...shift,
      fontWeight: bold ? 'bold' : 'normal',
      ...(rim && { color: '#ffffff', stroke: '#ffffff', strokeWidth: 4, strokeJoin: 'round' }),
    },
    encoding: { ...position, text: { field: 'label' } },
  }))
}

export interface ContourOptions extends PlotOptions {
  readonly grid: Grid
  /** Levels in equal ratios rather than at equal distances. */
  readonly logLevels?: boolean
  /** Over the surface, each with a dot at every step that can be seen and a ring at its start. */
  readonly paths?: readonly { readonly x: readonly number[]; readonly y: readonly number[]; readonly colour?: number }[]
  /** Single places, each with a cross and a label. */
  readonly points?: readonly Point[]
}

const SHAPES = ['circle', 'square'] as const
const PALE = '#f2f7fb'
const DARK = '#7ea5cc'

/** A surface from low, pale, to high, dark, with a line at every level. */
export function contourPlot(options: ContourOptions): Chart {
  const { grid, logLevels = false, paths = [], points = [] } = options
  const size = frame(options)
  const ranges = [ends(grid.xs), ends(grid.ys)] as const
  const position = axes(options, ...ranges)
  const values = Array.from(grid.values, logLevels ? Math.log : Number)
  const [low, high] = extent(values)
  const thresholds = Array.from({ length: 8 }, (_, i) => low + ((high - low) * (i + 1)) / 9)
  const drawn = paths.flatMap(({ x, y, colour = 1 }): Layer[] => {
    const data = { values: visible(x, y, ranges, size) }
    const stroke = colourOf(colour)
    return [
      { data, mark: { type: 'line', clip: true, color: '#ffffff', opacity: 0.7, strokeWidth: 4.5 } },
      { data, mark: { type: 'line', clip: true, color: stroke, strokeWidth: 2 } },
      { data, mark: { type: 'point', clip: true, filled: true, opacity: 1, size: 22, color: stroke } },
      {
        data: { values: data.values.slice(0, 1) },
        mark: { type: 'point', filled: true, opacity: 1, size: 75, color: '#ffffff', stroke },
      },
    ].map((layer) => ({ ...layer, encoding: { ...position, order: { field: 'step' } } }) as Layer)
  })
  const crosses: Layer = {
    data: { values: [...points] },
    mark: {
      type: 'point',
      shape: 'cross',
      filled: true,
      opacity: 1,
      color: INK,
      size: 90,
      stroke: '#ffffff',
      strokeWidth: 1,
    },
    encoding: position,
  }
  const layer = [surface({ ...grid, values }, size, thresholds, [PALE, DARK]), ...drawn, crosses]
  return { ...size, view: { fill: '#ffffff' }, layer: [...layer, ...labels(points, position, { dx: 9, dy: 15 })] }
}

/** The steps that can be told apart, as far as the path is near the plot. */
function visible(
  x: readonly number[],
  y: readonly number[],
  [xs, ys]: readonly [Range, Range],
  { width, height }: Size,
) {
  const near = (value: number, [low, high]: Range): boolean => Math.abs(value - low) < 2 * (high - low)
  const far = x.findIndex((at, i) => !near(at, xs) || !near(y[i]!, ys))
  const steps = x.slice(0, far < 0 ? undefined : far).map((at, step) => {
    const px = (at / (xs[1] - xs[0])) * width
    return { x: at, y: y[step]!, step, px, py: (y[step]! / (ys[1] - ys[0])) * height }
  })
  return apart(steps, 5)
}

export interface ScatterOptions extends PlotOptions {
  readonly points: readonly { readonly x: number; readonly y: number; readonly class: 0 | 1 }[]
  /** Names of the classes, beside each point. */
  readonly classes: readonly [string, string]
  /** The surface that decides: tinted towards each class, with a dark line where it is 0. */
  readonly field: Grid
}

/** Points of two classes, told apart by colour, shape and name, on the surface that separates them. */
export function scatterPlot(options: ScatterOptions): Chart {
  const { points, classes, field } = options
  const size = frame(options)
  const position = axes(options, ends(field.xs), ends(field.ys))
  const most = Math.max(...extent(Array.from(field.values)).map(Math.abs))
  const thresholds = [-1, -0.8, -0.6, -0.4, -0.2, 0, 0.2, 0.4, 0.6, 0.8].map((part) => part * most)
  const tints = surface(field, size, thresholds, ['#a8cbe4', '#ffffff', '#f5c4a0'])
  const markers = classes.map((_, kind): Layer => {
    const mark = { type: 'point', shape: SHAPES[kind]!, color: colourOf(kind), filled: true, opacity: 1 } as const
    return {
      data: { values: points.filter((point) => point.class === kind) },
      mark: { ...mark, size: 170, stroke: '#ffffff', strokeWidth: 1.5 },
      encoding: position,
    }
  })
  const names = points.map(({ x, y, class: kind }) => ({ x, y, label: classes[kind] }))
  return {
    ...size,
    layer: [tints, surface(field, size, [0]), ...markers, ...labels(names, position, { dx: 10, dy: -12 })],
  }
}

export interface MovingLineOptions {
  readonly title: string
  /** Ends of both axes. */
  readonly range: Range
  /** Class 0 is a circle, class 1 a square, with its number inside. */
  readonly points: readonly { readonly x: number; readonly y: number; readonly class: 0 | 1 }[]
  /** a·x + b·y + c = 0 at one time after the other; a line that is where the one before it was shares its label. */
  readonly lines: readonly (readonly [a: number, b: number, c: number])[]
}

/** The lines from pale to dark, each with its number where there is most room for it. */
export function movingLine({ title, range, points, lines }: MovingLineOptions): Chart {
  const outside: number[] = []
  const { title: _, ...size } = frame({ title, width: 330, height: 350 })
  const position = axes({ xLabel: 'x1', yLabel: 'x2' }, range, range, true)
  const taken: Point[] = [...points]
  const names: { x: number; y: number; label: string }[] = []
  const drawn = lines.flatMap(([a, b, c], i): Layer[] => {
    const both = range.flatMap((edge) => [
      { x: edge, y: -(a * edge + c) / b },
      { x: -(b * edge + c) / a, y: edge },
    ])
    const [from, to] = both.filter((p) => [p.x, p.y].every((value) => value >= range[0] && value <= range[1]))
    if (from === undefined || to === undefined) {
      outside.push(i)
      return []
    }
    const before = lines[i - 1]
    if (names.length > 0 && before && a * before[1] === b * before[0] && a * before[2] === c * before[0]) {
      names.at(-1)!.label = `${names.at(-1)!.label.split('–')[0]}–${i}`
    } else {
      const room = (p: Point): number => Math.min(0.4, ...taken.map(({ x, y }) => Math.hypot(x - p.x, y - p.y)))
      const places = [0.12, 0.88, 0.25, 0.75, 0.4, 0.6].map((part) => {
        return { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) }
      })
      const best = places.reduce((held, p) => (room(p) > room(held) ? p : held))
      taken.push(best)
      names.push({ ...best, label: String(i) })
    }
    const newest = i === lines.length - 1
    const style = newest ? { strokeWidth: 2.6 } : { strokeWidth: 1.6, opacity: 0.25 + (0.4 * i) / lines.length }
    return [{ data: { values: [from, to] }, mark: { type: 'line', color: INK, ...style }, encoding: position }]
  })
  const markers = [0, 1].flatMap((kind): Layer[] => {
    const data = { values: points.filter((point) => point.class === kind) }
    const shape = { shape: SHAPES[kind]!, size: 400, color: colourOf(kind) }
    return [
      { data, mark: { type: 'point', filled: true, opacity: 1, stroke: '#ffffff', ...shape }, encoding: position },
      { data, mark: { type: 'text', color: '#ffffff', fontWeight: 'bold', text: String(kind) }, encoding: position },
    ]
  })
  const heading = outside.length > 0 ? `${title}, ${outside.join(', ')} outside` : title
  return { ...size, title: heading, layer: [...drawn, ...markers, ...labels(names, position, { bold: true })] }
}
