/** Aborts a fit; the model predicts, its weights are finite and have moved, and it trains again. */
import { setTimeout as pause } from 'node:timers/promises'
import { MyelinError } from '../../src/index.ts'
import { arrays, dataset, digestOf, FEATURES, FOREVER, net, ROWS } from './net.ts'

const model = net()
const before = digestOf(model)
const controller = new AbortController()
const fit = model.fit(dataset(), { epochs: FOREVER, signal: controller.signal })
const ending = fit.then(
  () => 'none',
  (error: unknown) => (error instanceof MyelinError ? error.code : String(error)),
)
await pause(150)
const aborted = performance.now()
controller.abort()
const code = await ending
const waitedMs = performance.now() - aborted
const { x } = arrays()
const { data, shape } = await model.predict({ data: x, shape: [ROWS, FEATURES] })
const { history } = await model.fit(dataset(), { epochs: 1 })
const facts = {
  code,
  soon: waitedMs < 5000,
  shape,
  finite: data.every(Number.isFinite),
  moved: digestOf(model) !== before,
  epochs: history.loss!.length,
}
console.log(JSON.stringify(facts))
