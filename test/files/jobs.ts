/**
 * Trainings that resume.test.ts stops and goes on with: every optimizer with every kind of state it can have, nets with
 * everything random, and schedules. As a program it trains one of them in a process of its own.
 */
import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import {
  Dataset,
  type DType,
  type FitOptions,
  layers,
  losses,
  metrics,
  type Model,
  type Optimizer,
  optimizers,
  regularizers,
  schedules,
  sequential,
} from '../../src/index.ts'

const decay = { initialLearningRate: 0.01, decaySteps: 7, decayRate: 0.9 }

/** The state that each has is in native/engine/optimizer.cpp. */
export const OPTIMIZERS: Readonly<Record<string, Optimizer>> = {
  sgd: optimizers.sgd({ learningRate: 0.05 }),
  'sgd, momentum': optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }),
  'sgd, nesterov, one cycle': optimizers.sgd({
    learningRate: schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 60 }),
    momentum: 0.9,
    nesterov: true,
  }),
  rmsprop: optimizers.rmsprop(),
  'rmsprop, all states': optimizers.rmsprop({ momentum: 0.5, centered: true, clipNorm: 1 }),
  adagrad: optimizers.adagrad({ learningRate: 0.05, initialAccumulatorValue: 0.2 }),
  adadelta: optimizers.adadelta({ learningRate: 1 }),
  adam: optimizers.adam({ learningRate: 0.01 }),
  'adam, amsgrad, exponential': optimizers.adam({ learningRate: schedules.exponentialDecay(decay), amsgrad: true }),
  'adamw, cosine': optimizers.adamw({
    learningRate: schedules.cosineDecay({ initialLearningRate: 0, warmupTarget: 0.02, warmupSteps: 9, decaySteps: 40 }),
  }),
  'adamax, inverse time': optimizers.adamax({ learningRate: schedules.inverseTimeDecay(decay) }),
  'nadam, piecewise': optimizers.nadam({
    learningRate: schedules.piecewiseConstantDecay({ boundaries: [10, 33], values: [0.01, 0.005, 0.002] }),
  }),
  nadam: optimizers.nadam({ globalClipNorm: 1, weightDecay: 0.01 }),
  'lion, polynomial': optimizers.lion({
    learningRate: schedules.polynomialDecay({ initialLearningRate: 0.01, decaySteps: 50 }),
  }),
}

const ROWS = 230
const FEATURES = 21
export const BATCH_SIZE = 32

/** Dropout, noise, moving statistics, layers that do not train, costs that depend on the number of rows. */
export function modelFor(optimizer: Optimizer, dtype: DType): Model {
  const model = sequential({
    seed: 2024,
    dtype,
    layers: [
      layers.input({ shape: [3, 7] }),
      layers.flatten(),
      layers.gaussianNoise({ stddev: 0.1 }),
      layers.dense({ units: 33, activation: 'gelu', kernelRegularizer: regularizers.l2Cost({ lambda: 0.1 }) }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.dropout({ keep: 0.7 }),
      layers.dense({ units: 19, activation: { kind: 'leakyRelu', negativeSlope: 0.1 }, trainable: { bias: false } }),
      layers.layerNormalization({ trainable: false }),
      layers.alphaDropout({ keep: 0.9, name: 'alpha' }),
      layers.dense({ units: 4, activation: 'softmax', kernelConstraint: 'maxNorm', kernelInitializer: 'orthogonal' }),
    ],
  })
  model.compile({
    optimizer,
    loss: losses.categoricalCrossentropy({ labelSmoothing: 0.1 }),
    metrics: ['accuracy', metrics.topKCategoricalAccuracy({ k: 2, name: 'top2' })],
  })
  return model
}

export function data(): Dataset {
  const x = Float32Array.from({ length: ROWS * FEATURES }, (_, i) => Math.sin(i * i))
  const y = Uint8Array.from({ length: ROWS }, (_, i) => (i * i) % 4)
  return Dataset.from({ data: x, shape: [ROWS, FEATURES] }, y, { classes: 4 })
}

export const fit = (model: Model, options: FitOptions): Promise<unknown> =>
  model.fit(data(), { batchSize: BATCH_SIZE, ...options })

export const DTYPES: readonly DType[] = ['float32', 'float64']
export const SAVED_AFTER = 2
export const EPOCHS = 5

/** Trains without a stop and saves on the way: `<folder>/<n>.half` after two epochs, `<folder>/<n>.whole` at the end. */
async function trainAll(folder: string): Promise<void> {
  const jobs = DTYPES.flatMap((dtype) => Object.values(OPTIMIZERS).map((optimizer) => ({ optimizer, dtype })))
  for (const [i, { optimizer, dtype }] of jobs.entries()) {
    const model = modelFor(optimizer, dtype)
    const save = async (epoch: number): Promise<void> => {
      if (epoch === SAVED_AFTER - 1) await model.save(`${folder}/${i}.half`)
    }
    await fit(model, { epochs: EPOCHS, threads: 2, callbacks: [{ onEpochEnd: save }] })
    await model.save(`${folder}/${i}.whole`)
  }
  writeFileSync(`${folder}/count`, String(jobs.length))
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) await trainAll(process.argv[2]!)
