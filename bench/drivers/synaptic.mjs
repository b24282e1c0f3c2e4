// Synaptic: one sample after the other, logistic units throughout; activate and propagate, as its Trainer does.
import { crossEntropy, floats, job, require, rowsOf, shuffled, train, versionOf } from './digits.mjs'

const { Architect } = require('synaptic')
const { workload, rows } = job
const { units, optimizer } = workload
const classes = units.at(-1)
const x = rowsOf(floats(job.x, rows), units[0]).map((row) => Array.from(row))
const labels = floats(job.y, rows)
const targets = Array.from(labels, (label) => Array.from({ length: classes }, (_, k) => (k === label ? 1 : 0)))

const net = new Architect.Perceptron(...units)
await train({
  version: versionOf('synaptic'),
  epoch: () => {
    for (const i of shuffled(rows)) {
      net.activate(x[i])
      net.propagate(optimizer.learningRate, targets[i])
    }
  },
  loss: () => crossEntropy(x, labels, (row) => net.activate(row)),
})
