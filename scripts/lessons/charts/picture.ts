/**
 * From a Vega-Lite specification to docs/lessons/<name>.svg, and what all charts share: colours, fonts, axes, sizes.
 * Vega is loaded when something is drawn, not before. Every picture brings its white ground, rounded, so that it
 * reads the same on a light and on a dark page.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Config, TopLevelSpec } from 'vega-lite'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..')

export const INK = '#1f2328'
const MUTED = '#57606a'
/** Okabe and Ito's colours, which the colour-blind can tell apart, the pale ones darkened to be legible as text. */
const COLOURS = ['#0072b2', '#c04d00', '#007a58', '#a3457f', '#8a6100', '#3a3a3a'] as const

export function colourOf(place: number): string {
  return COLOURS[place % COLOURS.length]!
}

export type Chart = Extract<TopLevelSpec, { layer: unknown }> | Extract<TopLevelSpec, { facet: unknown; spec: unknown }>
export type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number]
export type Range = readonly [low: number, high: number]
export type ScaleKind = 'linear' | 'log'

export interface ChartOptions {
  readonly title: string
  /** Of the whole chart, about. Default 720. */
  readonly width?: number
  /** Default 400. */
  readonly height?: number
}

export interface PlotOptions extends ChartOptions {
  readonly xLabel: string
  readonly yLabel: string
}

const CONFIG: Config = {
  font: 'Helvetica, Arial, sans-serif',
  aria: false,
  background: '#ffffff',
  title: { frame: 'group', fontSize: 15, fontWeight: 600, color: INK, anchor: 'start', offset: 12, lineHeight: 19 },
  axis: {
    labelFontSize: 13,
    labelColor: MUTED,
    labelOverlap: false,
    titleFontSize: 13,
    titleFontWeight: 'normal',
    titleColor: INK,
    titlePadding: 8,
    gridColor: '#d8dee4',
    domainColor: MUTED,
    ticks: false,
    labelPadding: 7,
  },
  legend: { labelFontSize: 13, labelColor: INK, labelLimit: 300, symbolSize: 110 },
  axisY: { minExtent: 40 },
  header: { labelFontSize: 13, labelColor: INK, labelPadding: 4 },
  text: { fontSize: 13, color: INK },
  view: { stroke: null },
}

/** The title in lines that fit, the plot as large as labels leave room: `right` of it, and about 75 on the other sides. */
export function frame({ title, width = 720, height = 400 }: ChartOptions, right = 16) {
  const lines: string[] = ['']
  for (const word of title.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trim()
    if (longer.length * 9.3 <= width - 86) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  const plot = { width: Math.round(width - 76 - right), height: Math.round(height - 80 - 19 * lines.length) }
  return { title: lines, ...plot }
}

/** The places that are at least so many pixels from the one before them: more the eye does not see. */
export function apart<T extends { readonly px: number; readonly py: number }>(
  places: readonly T[],
  pixels: number,
): T[] {
  const kept: T[] = []
  for (const place of places) {
    const last = kept.at(-1)
    if (!last || Math.hypot(place.px - last.px, place.py - last.py) >= pixels) kept.push(place)
  }
  return kept
}

/** The ends of the values that an axis of this kind can show. */
export function extent(values: readonly number[], kind: ScaleKind = 'linear'): Range {
  const usable = values.filter((value) => Number.isFinite(value) && (kind === 'linear' || value > 0))
  return [usable.reduce((a, b) => Math.min(a, b)), usable.reduce((a, b) => Math.max(a, b))]
}

/** Linear with round ticks, or logarithmic with a tick at each power of ten; within two powers also at 2 and 5 times. */
export function axis(title: string, domain: Range, kind: ScaleKind = 'linear', grid = true) {
  const scale = { type: kind, domain: [...domain], nice: false }
  if (kind === 'linear')
    return { scale: { ...scale, zero: false }, axis: { title, grid, tickCount: 6, labelFlush: false } }
  const [low, high] = domain.map(Math.log10) as [number, number]
  const every = Math.ceil((high - low) / 8)
  const powers = Array.from({ length: 40 }, (_, i) => i - 20).filter((power) => power % every === 0)
  const values = powers
    .flatMap((power) => (high - low < 2 ? [1, 2, 5] : [1]).map((times) => Number(`${times}e${power}`)))
    .filter((value) => value >= domain[0] * 0.999 && value <= domain[1] * 1.001)
  const labels = Object.fromEntries(values.map((value) => [value, powerLabel(value, domain)]))
  return {
    scale,
    axis: { title, grid, values, labelFlush: false, labelExpr: `${JSON.stringify(labels)}[datum.value]` },
  }
}

/** In full where all ticks can be, else as powers but for 1 and 10. */
function powerLabel(value: number, [low, high]: Range): string {
  if ((low >= 1e-4 && high < 1e5) || value === 1 || value === 10)
    return value.toLocaleString('en-US', { maximumFractionDigits: 5 })
  const raised = [...String(Math.round(Math.log10(value)))].map((c) => (c === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(c)]!))
  return `10${raised.join('')}`
}

/** Charts in one picture, row by row. The title is read aloud, not drawn. */
export function panels(title: string, rows: readonly (readonly Chart[])[]): TopLevelSpec {
  return { description: title, spacing: 24, vconcat: rows.map((row) => ({ spacing: 24, hconcat: [...row] })) }
}

/** Writes `folder`/`name`.svg. */
export async function save(name: string, chart: TopLevelSpec, folder = 'docs/lessons'): Promise<void> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')])
  const { spec } = compile({ padding: 16, ...chart }, { config: CONFIG })
  // Vega-Lite has no contours, Vega does: they are the last step that data with a grid lack
  for (const data of spec.data ?? []) {
    if (!('values' in data) || !Array.isArray(data.values)) continue
    const [{ grid, thresholds } = {} as Partial<ContourData>] = data.values as unknown as ContourData[]
    if (grid && thresholds) {
      data.transform = [{ type: 'isocontour', field: 'grid', thresholds: [...thresholds] }, ...(data.transform ?? [])]
    }
  }
  // there is no font to ask: a guess that is nearer than Vega's
  Object(vega).textMetrics.width = (item: { fontSize?: number }, text: string) =>
    0.58 * (item.fontSize ?? 13) * text.length
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
  mkdirSync(join(ROOT, folder), { recursive: true })
  writeFileSync(join(ROOT, folder, `${name}.svg`), `${tidy(svg, titleOf(chart))}\n`)
}

/** Data of a geoshape layer that `save` turns into contours, one row for each threshold. */
export interface ContourData {
  readonly grid: {
    readonly width: number
    readonly height: number
    readonly values: readonly number[]
    /** From columns and rows to the coordinates of the plot. */
    readonly scale: Range
    readonly translate: Range
  }
  readonly thresholds: readonly number[]
}

function titleOf({ description, title }: TopLevelSpec): string {
  return description ?? (Array.isArray(title) ? title.join(' ') : String(title))
}

/** Coordinates with one decimal, round corners of the ground, a name for those who cannot see. */
function tidy(svg: string, title: string): string {
  const label = title.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`)
  return svg
    .replace(/ (?:role|class|aria-[a-z]+|pointer-events)="[^"]*"/g, '')
    .replaceAll('<path d="M0,0h0v0h0Z"/>', '')
    .replace(/ (?:d|transform)="[^"]*"/g, (text) =>
      text.replace(/-?\d*\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10)),
    )
    .replace('<svg ', `<svg role="img" aria-label="${label}" `)
    .replace(/(<rect width="[\d.]+" height="[\d.]+" fill="#ffffff")/, '$1 rx="8"')
}
