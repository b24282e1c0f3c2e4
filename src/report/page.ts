/**
 * The page of a report: its head with the numbers that matter, and the sections one after the other.
 */
import type { Core } from '../core.ts'
import type { Dataset } from '../data/dataset.ts'
import type { History } from '../history.ts'
import type { Layer } from '../layer.ts'
import type { Matrix } from '../matrix.ts'
import { count, escaped, number, page, percent } from './html.ts'
import { type Results, resultsOf } from './results.ts'
import { classSection, curves, firstLayerSection, histogramSection, mistakeSection, valueSection } from './sections.ts'
import { environmentSection, settingsSection } from './settings.ts'

/** What a report is about. */
export interface Gathered {
  readonly core: Core
  readonly layers: readonly Layer[]
  readonly history: Pick<History, 'epoch' | 'history' | 'params'>
  readonly data: Dataset
  /** Loss and metrics over `data`. */
  readonly scores: Readonly<Record<string, number>>
  /** Predictions for `data`. */
  readonly outputs: Matrix<readonly [number, number]>
}

/** The page as HTML. */
export function pageOf(title: string, gathered: Gathered): string {
  const { core, layers, history, data, outputs } = gathered
  const results = resultsOf(core, data, outputs)
  return page(
    `${title} – myelin`,
    [
      `<header><h1>${escaped(title)}</h1>${tiles(gathered, results)}</header>`,
      history.epoch.length > 0 ? curves(history) : '',
      results.kind === 'classes' ? classSection(results) + mistakeSection(results, data) : valueSection(results),
      firstLayerSection(layers),
      histogramSection(layers),
      settingsSection(core, layers, history),
      environmentSection(),
    ].join('\n'),
  )
}

function tiles({ layers, history, scores }: Gathered, results: Results): string {
  const parameters = layers.reduce((sum, layer) => sum + layer.parameterCount, 0)
  const shares = /accuracy|precision|recall|f1/i
  const tested = Object.entries(scores).map(([name, value]) => {
    return [`test ${name}`, shares.test(name) ? percent(value) : number(value)]
  })
  const wrong = results.kind === 'classes' ? [['wrong', `${count(results.rows - results.right)}`]] : []
  const all = [
    ...tested.reverse(),
    ...wrong,
    ['epochs', count(history.epoch.length)],
    ['parameters', count(parameters)],
  ]
  const cells = all.map(([name, value]) => `<div><dt>${escaped(name!)}</dt><dd>${escaped(value!)}</dd></div>`)
  return `<dl class="tiles">${cells.join('')}</dl>`
}
