// ConvNetJS: plain SGD with batches, one sample at a time inside.
import { crossEntropy, floats, job, require, rowsOf, shuffled, train, versionOf } from './digits.mjs'

const { Net, SGDTrainer, Vol } = require('convnetjs')
const { workload, rows } = job
const { units, activation, batchSize, optimizer } = workload
const x = rowsOf(floats(job.x, rows), units[0])
const labels = floats(job.y, rows)

const net = new Net()
net.makeLayers([
  { type: 'input', out_sx: 1, out_sy: 1, out_depth: units[0] },
  ...units.slice(1, -1).map((width) => ({ type: 'fc', num_neurons: width, activation })),
  { type: 'softmax', num_classes: units.at(-1) },
])
// it sums the gradient of a batch and divides it by the batch size
const trainer = new SGDTrainer(net, {
  method: 'sgd',
  learning_rate: optimizer.learningRate,
  momentum: optimizer.momentum,
  batch_size: batchSize,
  l2_decay: 0,
})
const volume = new Vol(1, 1, units[0], 0)
const at = (row) => {
  volume.w = row
  return volume
}
await train({
  version: versionOf('convnetjs'),
  epoch: () => {
    for (const i of shuffled(rows)) trainer.train(at(x[i]), labels[i])
  },
  loss: () => crossEntropy(x, labels, (row) => Array.from(net.forward(at(row)).w)),
})
