/** Draws how cost grows. */
import { lineChart, panels, save } from '../scripts/lessons/charts/index.ts'
import { type Line, type Point, SERIES, type Series } from './scaling.ts'

interface Look {
  readonly title: string
  readonly xLabel: string
  readonly xScale: 'linear' | 'log'
  readonly y: 'samplesPerSecond' | 'flops'
}

const LOOKS: Readonly<Record<Series, Look>> = {
  batch: { title: 'Batch size', xLabel: 'rows in a batch', xScale: 'log', y: 'samplesPerSecond' },
  width: { title: 'Width', xLabel: 'units in each hidden layer', xScale: 'log', y: 'flops' },
  depth: { title: 'Depth', xLabel: 'hidden layers', xScale: 'linear', y: 'flops' },
  threads: { title: 'Threads', xLabel: 'threads', xScale: 'linear', y: 'samplesPerSecond' },
  density: { title: 'Density of the input', xLabel: 'part that is not zero', xScale: 'linear', y: 'samplesPerSecond' },
}

/** Writes `folder`/`name`.svg. */
export async function drawScaling(lines: readonly Line[], folder: string, name: string): Promise<void> {
  const names = SERIES.filter((name) => lines.some(({ series }) => series === name))
  const charts = names.map((name) => {
    const { title, xLabel, xScale, y } = LOOKS[name]
    const scale = y === 'flops' ? 1e-9 : 1e-3
    const yLabel = y === 'flops' ? 'dense-equivalent GFLOP/s' : 'thousand samples/s'
    const value = (point: Point): number => point[y] * scale
    const series = lines
      .filter((line) => line.series === name)
      .map(({ net, points }) => ({ name: net, x: points.map(({ at }) => at), y: points.map(value), marker: true }))
    const range = { yScale: 'linear', yRange: [0, 1.06 * Math.max(...series.flatMap((one) => one.y))] } as const
    return [
      lineChart({ title, xLabel, yLabel, series, xScale, height: 300, ...(y === 'flops' ? range : { yScale: 'log' }) }),
    ]
  })
  await save(name, panels('How speed changes with batch size, width, depth, threads and density', charts), folder)
}
