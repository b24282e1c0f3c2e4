/**
 * Charts as SVG: lines, bars of a histogram, a cloud of points. They are as wide as a phone, so that their text is
 * never scaled down, and take their colours from the page. What they show in words is the business of the caller.
 */
import { escaped, number } from './html.ts'

export interface Line {
  readonly name: string
  /** Places that are not finite are gaps. */
  readonly values: readonly number[]
}

export interface LineChart {
  /** One or two. */
  readonly lines: readonly Line[]
  /** Where on the x axis the values stand, all lines alike. */
  readonly x: readonly number[]
  readonly xName: string
}

const [WIDTH, HEIGHT] = [360, 220]
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 12, 10, 34]
const COLOURS = ['first', 'second'] as const
/** From this ratio of the largest to the smallest value on, an axis is logarithmic. */
const LOGARITHMIC = 100

interface Axis {
  readonly place: (value: number) => number
  readonly ticks: readonly number[]
}

export function lineChart({ lines, x, xName }: LineChart): string {
  const values = lines.flatMap((line) => line.values).filter(Number.isFinite)
  if (values.length === 0) return drawing('')
  const across = linear(x[0]!, Math.max(x.at(-1)!, x[0]! + 1), LEFT, WIDTH - RIGHT, 6, true)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const up =
    least > 0 && most / least >= LOGARITHMIC
      ? logarithmic(least, most, HEIGHT - BOTTOM, TOP)
      : linear(least, most, HEIGHT - BOTTOM, TOP, 5, false)
  const paths = lines.map((line, i) => drawLine(line, x, across, up, COLOURS[i]!))
  return legend(lines) + drawing(axes(across, up, xName) + paths.join(''))
}

function drawLine({ values }: Line, x: readonly number[], across: Axis, up: Axis, colour: string): string {
  let path = ''
  let gap = true
  for (const [i, value] of values.entries()) {
    if (Number.isFinite(value)) path += `${gap ? 'M' : 'L'}${short(across.place(x[i]!))} ${short(up.place(value))}`
    gap = !Number.isFinite(value)
  }
  const dots = values.length > 40 ? [] : values
  const marks = dots.flatMap((value, i) => {
    if (!Number.isFinite(value)) return []
    const [cx, cy] = [short(across.place(x[i]!)), short(up.place(value))]
    return [
      `<circle class="dot ${colour}" cx="${cx}" cy="${cy}" r="2.5"><title>${x[i]}: ${number(value)}</title></circle>`,
    ]
  })
  return `<path class="line ${colour}" d="${path}"/>${marks.join('')}`
}

/** None for one line: the title says what it is. */
function legend(lines: readonly Line[]): string {
  if (lines.length === 1) return ''
  const items = lines.map(({ name }, i) => {
    const swatch = `<svg viewBox="0 0 26 8" aria-hidden="true"><path class="line ${COLOURS[i]}" d="M0 4H26"/></svg>`
    return `<li>${swatch}${escaped(name)}</li>`
  })
  return `<ul class="legend">${items.join('')}</ul>`
}

export interface Cloud {
  readonly points: readonly (readonly [x: number, y: number])[]
  readonly xName: string
  readonly yName: string
}

/** Points, and the diagonal where both are equal. */
export function cloudChart({ points, xName, yName }: Cloud): string {
  const all = points.flat()
  const [least, most] = [Math.min(...all), Math.max(...all)]
  const across = linear(least, most, LEFT, WIDTH - RIGHT, 5, false)
  const up = linear(least, most, HEIGHT - BOTTOM, TOP, 5, false)
  const ends = [least, most].map((value) => [short(across.place(value)), short(up.place(value))] as const)
  const ideal = `<path class="ideal" d="M${ends[0]!.join(' ')}L${ends[1]!.join(' ')}"/>`
  const dots = points.map(([x, y]) => `<circle cx="${short(across.place(x))}" cy="${short(up.place(y))}" r="2.5"/>`)
  const name = `<text x="${LEFT}" y="${TOP + 2}" dx="4">${escaped(yName)}</text>`
  return drawing(`${axes(across, up, xName)}${ideal}<g class="cloud">${dots.join('')}</g>${name}`)
}

export interface Bars {
  /** One for each bin. */
  readonly counts: readonly number[]
  readonly least: number
  readonly most: number
}

/** A histogram without a y axis, as wide as its place; a line marks 0. The ends of the axis are text beneath it. */
export function histogram({ counts, least, most }: Bars): string {
  const highest = Math.max(...counts)
  const wide = 100 / counts.length
  const bars = counts.map((value, i) => {
    return `M${short(i * wide)} 100V${short(100 - (value / highest) * 96)}H${short((i + 0.9) * wide)}V100Z`
  })
  const zero = short(((0 - least) / (most - least)) * 100)
  const mark = least < 0 && most > 0 ? `<path class="zero" d="M${zero} 0V100"/>` : ''
  const content = `${mark}<path class="bars" d="${bars.join('')}"/>`
  const svg = `<svg class="histogram" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">${content}</svg>`
  return `${svg}<div class="ends"><span>${number(least)}</span><span>${number(most)}</span></div>`
}

function drawing(content: string): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-hidden="true">${content}</svg>`
}

function axes(across: Axis, up: Axis, xName: string): string {
  const lines = up.ticks.map((tick) => {
    const y = short(up.place(tick))
    return `<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text x="${LEFT - 6}" y="${y}" dy="4" text-anchor="end">${number(tick)}</text>`
  })
  const below = HEIGHT - BOTTOM
  const marks = across.ticks.map((tick) => {
    return `<text x="${short(across.place(tick))}" y="${below + 16}" text-anchor="middle">${number(tick)}</text>`
  })
  const name = `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escaped(xName)}</text>`
  return lines.join('') + marks.join('') + name
}

/** Ticks at multiples of 1, 2 or 5 times a power of ten. `exact`: the axis ends with the values, not with a tick. */
function linear(least: number, most: number, from: number, to: number, wanted: number, exact: boolean): Axis {
  const span = most - least || Math.abs(most) || 1
  const rough = span / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.99)!
  const whole = exact ? Math.max(1, Math.round(step)) : step
  const first = exact ? Math.ceil(least / whole) : Math.floor(least / whole)
  const last = exact ? Math.floor(most / whole) : Math.ceil(most / whole - 1e-9)
  const ticks = Array.from({ length: Math.max(last, first) - first + 1 }, (_, i) => (first + i) * whole)
  const [low, high] = exact ? [least, most] : [ticks[0]!, ticks.length > 1 ? ticks.at(-1)! : ticks[0]! + whole]
  return { ticks, place: (value) => from + ((value - low) / (high - low)) * (to - from) }
}

/** Ticks at powers of ten. */
function logarithmic(least: number, most: number, from: number, to: number): Axis {
  const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  const every = Math.ceil((high - low) / 6)
  const powers = Array.from({ length: Math.floor((high - low) / every) + 1 }, (_, i) => low + i * every)
  return {
    ticks: powers.map((power) => 10 ** power),
    place: (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from),
  }
}

/** A coordinate, to a tenth of a pixel. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}
