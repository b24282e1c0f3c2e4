// TensorFlow.js with its js or its wasm backend: a loop over variables, which its own fit only slows down;
// data is one tensor, batches are gathered.
import { CHECKED_ROWS, floats, job, require, shuffled, train, versionOf } from './digits.mjs'

const tf = require('@tensorflow/tfjs')
const backend = process.argv[3] === 'tfjs-wasm' ? 'wasm' : 'cpu'
if (backend === 'wasm') require('@tensorflow/tfjs-backend-wasm')
await tf.setBackend(backend)
await tf.ready()

const { workload, rows } = job
const { units, batchSize, optimizer: wanted } = workload
const x = tf.tensor2d(floats(job.x, rows), [rows, units[0]])
const y = tf.oneHot(tf.tensor1d(Int32Array.from(floats(job.y, rows)), 'int32'), units.at(-1)).toFloat()
const glorot = tf.initializers.glorotUniform({ seed: job.seed })
const parameters = units.slice(1).map((width, i) => ({
  kernel: tf.variable(glorot.apply([units[i], width])),
  bias: tf.variable(tf.zeros([width])),
}))
const optimizer = tf.train.sgd(wanted.learningRate)

function logits(input) {
  return parameters.reduce((values, { kernel, bias }, i) => {
    const sums = values.matMul(kernel).add(bias)
    return i + 1 < parameters.length ? sums.relu() : sums
  }, input)
}
const cost = (input, target) => tf.losses.softmaxCrossEntropy(target, logits(input))

await train({
  version: versionOf('@tensorflow/tfjs'),
  epoch: async () => {
    const order = shuffled(rows)
    for (let from = 0; from < rows; from += batchSize) {
      tf.tidy(() => {
        const chosen = tf.tensor1d(order.subarray(from, from + batchSize), 'int32')
        const [input, target] = [x.gather(chosen), y.gather(chosen)]
        optimizer.minimize(() => cost(input, target))
      })
    }
    await parameters[0].bias.data()
  },
  loss: () =>
    tf.tidy(() => cost(x.slice([0, 0], [CHECKED_ROWS, -1]), y.slice([0, 0], [CHECKED_ROWS, -1])).dataSync()[0]),
})
