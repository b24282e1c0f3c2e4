// onnxruntime-node, which only predicts: one row after the other through `run`, on one thread, which is quickest here.
import { crossEntropy, floats, job, require, rowsOf, startClock, versionOf } from './digits.mjs'
import { onnxModel } from './onnx-file.mjs'

const { InferenceSession, Tensor } = require('onnxruntime-node')
const { workload, rows, threads } = job
const { units } = workload
const x = rowsOf(floats(job.testX, rows), units[0])
const labels = floats(job.testY, rows)
const weights = floats(job.weights, job.weights.shape[0])
let at = 0
const next = (length) => {
  at += length
  return weights.subarray(at - length, at)
}
const layers = units.slice(1).map((width, i) => ({ kernel: next(units[i] * width), bias: next(width) }))

const session = await InferenceSession.create(onnxModel(units, layers), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
})
const predict = async (row) => (await session.run({ x: new Tensor('float32', row, [1, units[0]]) })).y.data

const outputs = []
for (const row of x) outputs.push(await predict(row))
const loss = crossEntropy(outputs, labels, (row) => row)
const stop = startClock()
for (let pass = 0; pass < workload.timed; pass++) for (const row of x) await predict(row)
const measured = { ...stop(), samples: rows * workload.timed, firstLoss: loss, lastLoss: loss }
console.log(JSON.stringify({ ...measured, version: versionOf('onnxruntime-node'), threads }))
