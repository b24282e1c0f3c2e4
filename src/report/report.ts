/**
 * report: one page that says what a model is, how its training went and what it gets wrong. Checks and gathers; page.ts
 * composes, and is loaded when the first report is made.
 */
import { writeFile } from 'node:fs/promises'
import type { MatrixLike } from '../data/arrays.ts'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Targets } from '../data/encode.ts'
import type { History } from '../history.ts'
import { coreOf, type Model } from '../model.ts'
import { checkPath, writing } from '../paths.ts'
import { toDataset } from '../samples.ts'
import { checkOptions, describe, expected, expectedText, isObject } from '../validate.ts'

export interface ReportOptions {
  /** Where to write the page, an HTML file. Default: nowhere, it is returned only. */
  readonly path?: string | URL
  /** Above everything. Default: the sizes of the layers. */
  readonly title?: string
}

/**
 * One self-contained HTML page: curves of loss and metrics, what the model makes of the test data and where it is most
 * wrong, its weights as pictures and histograms, settings and environment. It needs no network, has a light and a dark
 * form, and says every chart in words for screen readers.
 *
 * @param history what `fit` returned
 * @param test rows and targets that the model was not trained with
 * @returns the page
 * @throws (rejects) ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA; ERR_FILE when the page cannot be written;
 *   ERR_BUSY during a fit
 */
export async function report(
  model: Model,
  history: Pick<History, 'epoch' | 'history' | 'params'>,
  test: Dataset | readonly [x: MatrixLike, y: Targets],
  options?: ReportOptions,
): Promise<string> {
  const core = coreOf(model)
  if (!core) throw expected('ERR_OPTION', 'a model', 'model', model)
  core.training('report')
  checkHistory(history)
  const { path, title = layersInShort(model) } = checkReportOptions(options)
  const data = checkTest(test)
  const scores = await model.evaluate(data)
  const outputs = await model.predict(data)
  const { pageOf } = await import('./page.ts')
  const html = pageOf(title, { core, layers: model.layers, history, data, scores, outputs })
  if (path !== null) await writing(path, () => writeFile(path, html))
  return html
}

function checkReportOptions(options: unknown): { path: string | null; title: string | undefined } {
  const { path, title } = checkOptions(options, 'report', ['path', 'title'])
  if (title !== undefined && typeof title !== 'string') throw expected('ERR_OPTION', 'a text', 'title', title)
  return { path: path === undefined ? null : checkPath(path, 'path'), title }
}

function checkHistory(value: unknown): void {
  const given = isObject(value) ? value : {}
  const whole = Array.isArray(given.epoch) && isObject(given.history) && isObject(given.params)
  if (!whole) throw expected('ERR_OPTION', 'the history that `fit` returns', 'history', value)
}

function checkTest(value: unknown): Dataset {
  if (insideOf(value)) return value as Dataset
  if (Array.isArray(value) && value.length === 2) return toDataset(value[0], value[1])
  throw expectedText('ERR_OPTION', 'a Dataset or [x, y]', 'test', describe(value))
}

/** `784-512-512-10`. */
function layersInShort(model: Model): string {
  const units = model.layers.filter(({ kind }) => kind === 'dense').map(({ outputs }) => outputs)
  return [model.layers[0]!.inputs, ...units].join('-')
}
