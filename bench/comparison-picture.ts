/** Draws what the bench measured: 784-128-10 by everybody, and every net against the peers that are near. */
import type { TopLevelSpec } from 'vega-lite'
import { axis, type Chart, colourOf, INK, type Layer, panels, save } from '../scripts/lessons/charts/picture.ts'
import type { Comparison } from './comparison.ts'
import { drivers } from './drivers.ts'
import { best } from './measure.ts'

const ROW = 28
const WIDTH = 420
const NEAR = ['pytorch', 'tensorflow', 'jax', 'sklearn', 'onnxruntime']

const titleOf = (driver: string): string => drivers.find(({ name }) => name === driver)?.title ?? driver
/** A name for each row, all rows of both charts from the same place on. */
const rowAxis = { title: null, labelLimit: 350, minExtent: 350, grid: true } as const

function heading(title: string) {
  return { text: title, fontSize: 15, frame: 'bounds' } as const
}

/** 784-128-10 with plain gradient descent, which everybody can train, as bars on a logarithmic axis. */
function everybody({ measurements }: Comparison): Chart | null {
  const values = drivers
    .flatMap(({ name, title }) => {
      const found = best(measurements, 'small', name)
      if (!found) return []
      return [
        {
          title,
          rate: found.rate / 1000,
          text: Math.round(found.rate).toLocaleString('en-US'),
          ours: name === 'myelin',
        },
      ]
    })
    .sort((a, b) => b.rate - a.rate)
  if (values.length < 2) return null
  const low = 10 ** Math.floor(Math.log10(values.at(-1)!.rate) - 0.2)
  const y = { field: 'title', type: 'nominal', sort: null, axis: { ...rowAxis, grid: false } } as const
  const bars: Layer = {
    data: { values },
    mark: { type: 'bar', height: { band: 0.7 } },
    encoding: {
      x: {
        field: 'rate',
        type: 'quantitative',
        ...axis('thousand samples a second', [low, values[0]!.rate * 2.5], 'log'),
      },
      x2: { datum: low },
      y,
      color: { condition: { test: 'datum.ours', value: colourOf(0) }, value: '#9aa4ae' },
    },
  }
  const texts: Layer = {
    data: { values },
    mark: { type: 'text', align: 'left', dx: 6, color: INK },
    encoding: { x: { field: 'rate', type: 'quantitative' }, y, text: { field: 'text' } },
  }
  const title = heading('784-128-10, plain gradient descent: samples a second')
  return { title, width: WIDTH, height: ROW * values.length, layer: [bars, texts] }
}

/** Every workload a row: how many times as fast we are as each peer, a dot each on a logarithmic axis; left of 1, slower. */
function nearby({ workloads }: Comparison): Chart | null {
  const values = workloads.flatMap(({ title, times }) =>
    NEAR.filter((name) => times[name] !== undefined).map((name) => ({
      title,
      peer: titleOf(name),
      times: times[name]!,
    })),
  )
  if (values.length === 0) return null
  const peers = NEAR.map(titleOf).filter((title) => values.some(({ peer }) => peer === title))
  const all = values.map((value) => value.times)
  const range = [Math.min(0.9, ...all) * 0.9, Math.max(2, ...all) * 1.15] as const
  const dots: Layer = {
    data: { values },
    mark: { type: 'point', filled: true, size: 110, opacity: 1 },
    encoding: {
      x: { field: 'times', type: 'quantitative', ...axis('times as fast as the peer', range, 'log') },
      y: { field: 'title', type: 'nominal', sort: null, axis: rowAxis },
      color: {
        field: 'peer',
        scale: { domain: peers, range: peers.map((_, i) => colourOf(i + 1)) },
        legend: { title: null, orient: 'bottom', symbolType: 'circle' },
      },
    },
  }
  const equal: Layer = {
    data: { values: [{ one: 1 }] },
    mark: { type: 'rule', color: INK, strokeDash: [4, 4] },
    encoding: { x: { field: 'one', type: 'quantitative' } },
  }
  const rows = new Set(values.map(({ title }) => title)).size
  const title = heading('How many times as fast this package is')
  return { title, width: WIDTH, height: ROW * rows, layer: [equal, dots] }
}

/** Writes `folder`/`name`.svg, unless there is nothing to compare with. */
export async function drawComparison(comparison: Comparison, folder: string, name: string): Promise<void> {
  const charts = [everybody(comparison), nearby(comparison)].filter((chart) => chart !== null)
  if (charts.length === 0) return
  const rows = charts.map((chart) => [chart])
  const picture: TopLevelSpec = panels('The speed of this package beside others', rows)
  await save(name, picture, folder)
}
