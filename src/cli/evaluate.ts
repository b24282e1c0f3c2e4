/**
 * `myelin evaluate`: a saved model on rows whose labels are known.
 */
import { loadModel } from '../files/load-model.ts'
import { coreOf } from '../model.ts'
import { resultsOf } from '../report/results.ts'
import { confusionLines } from './confusion.ts'
import { loadFor } from './load.ts'
import { count, counted, type Output, percent, short } from './output.ts'
import { type Given, UsageError } from './usage.ts'
import { csvOptionsOf, threadsOf } from './values.ts'

export async function evaluate(given: Given, output: Output): Promise<number> {
  const [file, source] = given.positionals as [string, string]
  const threads = threadsOf(given)
  const model = await loadModel(file)
  const data = await loadFor(model.recipe, source, csvOptionsOf(given))
  if (data.outputs === 0)
    throw new UsageError('--label says which column the model is to find: it has no record of one')
  const scores = await model.evaluate(data, threads)
  const results = resultsOf(coreOf(model)!, data, await model.predict(data, threads))
  output.say(`${file} on ${counted(data.rows, 'row')} of ${source}\n`)
  if (results.kind === 'classes') {
    for (const line of confusionLines(results)) output.say(line)
    output.say(`\n${count(results.rows - results.right)} of ${count(results.rows)} wrong`)
  }
  const shares = /accuracy|precision|recall|f1/i
  for (const [name, value] of Object.entries(scores)) {
    output.say(`${name} ${shares.test(name) ? percent(value) : short(value)}`)
  }
  output.result({ ...scores, rows: data.rows })
  return 0
}
