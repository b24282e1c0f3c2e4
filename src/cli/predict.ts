/**
 * `myelin predict`: a line for each row, with its class and the probability of each class, or its values.
 */
import { loadModel } from '../files/load-model.ts'
import { coreOf, type Model } from '../model.ts'
import { loadUnlabelled } from './load.ts'
import type { Output } from './output.ts'
import type { Given } from './usage.ts'
import { csvOptionsOf, threadsOf } from './values.ts'

export async function predict(given: Given, output: Output): Promise<number> {
  const [file, source] = given.positionals as [string, string]
  const threads = threadsOf(given)
  const model = await loadModel(file)
  const data = await loadUnlabelled(model.recipe, source, csvOptionsOf(given))
  const outputs = await model.predict(data, threads)
  const names = classesOf(model, outputs.shape[1])
  const classes =
    names && (outputs.shape[1] === 1 ? Array.from(outputs.data, (p) => Number(p > 0.5)) : outputs.argMax())
  const columns =
    names && outputs.shape[1] > 1
      ? names
      : Array.from({ length: outputs.shape[1] }, (_, i) => valueName(i, outputs.shape[1]))
  if (output.json) {
    const predictions = Array.from({ length: data.rows }, (_, i) => {
      const values = Object.fromEntries(columns.map((name, j) => [name, outputs.row(i)[j]!]))
      return classes ? { class: names[classes[i]!]!, probabilities: values } : values
    })
    output.result({ predictions })
    return 0
  }
  await output.line(csvLine([...(classes ? ['class'] : []), ...columns]))
  for (let i = 0; i < data.rows; i++) {
    const values = Array.from(outputs.row(i), (value) => String(Number(value.toPrecision(6))))
    await output.line(csvLine([...(classes ? [names[classes[i]!]!] : []), ...values]))
  }
  return 0
}

/** Names of the classes, or null for a model of values. */
function classesOf(model: Model, outputs: number): readonly string[] | null {
  const last = model.layers.at(-1)!.definition
  const activation = last.kind === 'dense' || last.kind === 'activation' ? last.activation : null
  const softmax = activation === 'softmax'
  const core = coreOf(model)!
  const binary = outputs === 1 && core.isCompiled && core.training('predict').loss.kind === 'binaryCrossentropy'
  if (!softmax && !binary) return null
  const names = model.recipe?.classNames
  return Array.from({ length: Math.max(outputs, 2) }, (_, i) => names?.[i] ?? String(i))
}

function valueName(index: number, outputs: number): string {
  return outputs === 1 ? 'value' : `value${index}`
}

function csvLine(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')
}
