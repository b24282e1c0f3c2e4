// This package to a given part of the test digits, from the start of the process, as a program that imports the built
// package. Tests after each epoch, within the clock. Reads the job as JSON from its argument, prints one JSON line.
import { datasets, info, layers, optimizers, schedules, sequential } from '../../dist/index.js'

const { workload, threads, seed, started } = JSON.parse(process.argv[2])
const { units, activation, batchSize, timed, optimizer } = workload
const { train, test } = await datasets.mnist()
const ready = performance.now()
const model = sequential({
  seed,
  layers: [
    layers.input({ shape: [units[0]] }),
    ...units.slice(1, -1).map((width) => layers.dense({ units: width, activation })),
    layers.dense({ units: units.at(-1), activation: 'softmax' }),
  ],
})
const totalSteps = timed * Math.ceil(train.rows / batchSize)
model.compile({
  optimizer: optimizers.adam({
    learningRate: schedules.oneCycle({ maxLearningRate: optimizer.learningRate, totalSteps }),
  }),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
})
const { loss: firstLoss } = await model.evaluate(train.take(1000))
const { history } = await model.fit(train, {
  epochs: timed,
  batchSize,
  threads,
  validationData: test,
  callbacks: [
    {
      onEpochEnd: (_, logs) => {
        model.stopTraining = logs.val_accuracy >= workload.accuracy
      },
    },
  ],
})
const seconds = (Date.now() - started) / 1000
const cpu = process.cpuUsage()
const { version, isa } = info()
const result = {
  seconds,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  samples: train.rows * history.loss.length,
  firstLoss,
  lastLoss: history.loss.at(-1),
  accuracy: history.val_accuracy.at(-1),
  trainingSeconds: (performance.now() - ready) / 1000,
  epochs: history.loss.length,
  version: `${version} (${isa})`,
  threads,
}
console.log(JSON.stringify(result))
