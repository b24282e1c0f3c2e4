// brain.js: one sample after the other, sigmoid outputs and squared error are all it has; it shuffles nothing.
// Its browser build is the one that does not ask for gpu.js.
import { crossEntropy, floats, job, require, rowsOf, train, versionOf } from './digits.mjs'

const { NeuralNetwork } = require('../node_modules/brain.js/dist/browser.js')
const { workload, rows } = job
const [inputs, ...hidden] = workload.units.slice(0, -1)
const classes = workload.units.at(-1)
const x = rowsOf(floats(job.x, rows), inputs)
const labels = floats(job.y, rows)
const data = x.map((input, i) => ({
  input,
  output: Float32Array.from({ length: classes }, (_, k) => (k === labels[i] ? 1 : 0)),
}))

const net = new NeuralNetwork({ inputSize: inputs, hiddenLayers: hidden, outputSize: classes, activation: 'sigmoid' })
net.initialize()
await train({
  version: versionOf('brain.js'),
  // an epoch, after which it looks at its error once: never small enough to end early
  epoch: () => net.train(data, { iterations: 1, errorThresh: 1e-9, logPeriod: 2, errorCheckInterval: 2 }),
  loss: () => crossEntropy(x, labels, (row) => net.runInput(row)),
})
