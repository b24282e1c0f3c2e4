/** Draws what the bench measured: docs/bench/comparison.svg, the nets against each peer, and 784-128-10 against all. */
import { axis, type Chart, colourOf, frame, INK, type Layer, panels, save } from '../scripts/lessons/charts/picture.ts'
import type { Comparison } from './comparison.ts'
import { drivers } from './drivers.ts'
import { best } from './measure.ts'
import { times } from './table.ts'

interface Bar {
  readonly label: string
  readonly value: number
  /** Behind the bar. */
  readonly text: string
  readonly ours: boolean
}

const titleOf = (driver: string): string => drivers.find(({ name }) => name === driver)?.title ?? driver
const BAR = 26

/** Bars from the left on a logarithmic axis, named at their left, from the longest down. */
function bars(title: string, xLabel: string, bars: readonly Bar[]): Chart {
  const values = [...bars].sort((a, b) => b.value - a.value)
  const labelled = 8 * Math.max(...values.map(({ label }) => label.length))
  const size = frame({ title, width: 760 - labelled, height: 100 + BAR * values.length }, 130)
  const low = 10 ** Math.floor(Math.log10(values.at(-1)!.value) - 0.3)
  const x = axis(xLabel, [low, values[0]!.value * 1.1], 'log')
  const y = { field: 'label', type: 'nominal', sort: null, axis: { title: null, labelLimit: 400 } } as const
  const drawn: Layer = {
    data: { values },
    mark: { type: 'bar', height: { band: 0.7 } },
    encoding: {
      x: { field: 'value', type: 'quantitative', ...x },
      x2: { datum: low },
      y,
      color: { condition: { test: 'datum.ours', value: colourOf(0) }, value: '#9aa4ae' },
    },
  }
  const texts: Layer = {
    data: { values },
    mark: { type: 'text', align: 'left', dx: 6, color: INK },
    encoding: { x: { field: 'value', type: 'quantitative' }, y, text: { field: 'text' } },
  }
  return { ...size, layer: [drawn, texts] }
}

/** Of every workload that we trained or predicted: how many times as fast as each peer that counts. */
function ratios({ workloads }: Comparison): Chart {
  const list = workloads.flatMap(({ title, times: all }) =>
    Object.entries(all)
      .filter(([driver]) => ['pytorch', 'tensorflow', 'jax', 'onnxruntime'].includes(driver))
      .map(([driver, value]): Bar => {
        return { label: `${title} / ${titleOf(driver)}`, value, text: times(value), ours: driver === 'pytorch' }
      }),
  )
  return bars('How many times as fast as the others (PyTorch in blue)', 'times', list)
}

/** 784-128-10 with plain gradient descent, which everybody can train. */
function everybody({ measurements }: Comparison): Chart | null {
  const list = drivers.flatMap(({ name, title }): Bar[] => {
    const found = best(measurements, 'small', name)
    if (!found) return []
    const text = Math.round(found.rate).toLocaleString('en-US')
    return [{ label: title, value: found.rate, text, ours: name === 'myelin' }]
  })
  return list.length > 1 ? bars('784-128-10, plain gradient descent: samples per second', 'samples/s', list) : null
}

export async function drawComparison(comparison: Comparison): Promise<void> {
  const charts = [everybody(comparison), ratios(comparison)].filter((chart) => chart !== null)
  if (comparison.workloads.every(({ times: all }) => Object.keys(all).length === 0)) return
  await save(
    'comparison',
    panels(
      'The speed of this package beside others',
      charts.map((chart) => [chart]),
    ),
    'bench',
  )
}
