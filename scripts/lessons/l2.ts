/**
 * L2 regularization: the cost C = C0 + λ / (2n) · Σ w² makes large weights dear. A net that is much too large for its
 * 1,000 digits learns them by heart; with the penalty its weights stay small and it does better on digits it has
 * not seen. One step of the descent with the penalty is "weight decay": w → (1 − rate · λ / n) w − rate · ∂C0/∂w.
 */
import { type Dataset, datasets, layers, type Model, optimizers, regularizers, sequential } from '../../src/index.ts'
import { histogram, lineChart, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'C = C0 + λ/(2n) Σ w²: a net that overfits 1,000 digits, without and with weight decay'

const ROWS = 1000
const UNITS = 100
const EPOCHS = 100
const LAMBDA = 5
const RATE = 0.1

export interface Run {
  /** Parts of 1, after each epoch. */
  readonly trainError: readonly number[]
  readonly testError: readonly number[]
  /** Cross-entropy without the penalty, after each epoch. */
  readonly testCost: readonly number[]
  /** Of the kernels at the end. */
  readonly sumOfSquares: number
  readonly largest: number
}

export interface Result {
  readonly lambda: number
  readonly without: Run
  readonly withL2: Run
  /** C − C0 as the trainer has it, and λ / (2n) · Σ w² summed up here, both in float64. */
  readonly penalty: { readonly measured: number; readonly formula: number }
  /** The largest difference between one step of the trainer and the formula of weight decay. */
  readonly decayError: number
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const { draw = true } = options
  const say = printer(options)
  const { train: all, test } = await datasets.mnist()
  const train = all.take(ROWS)
  const penalty = measurePenalty(train)
  const decayError = await measureDecay(train)

  const [without, plainWeights] = await learn(0, train, test)
  const [withL2, decayedWeights] = await learn(LAMBDA, train, test)

  say(`The cost C = C0 + λ/(2n) Σ w², with λ = ${LAMBDA} and n = ${ROWS.toLocaleString('en-US')} digits\n`)
  const { measured, formula } = penalty
  say(`  C − C0 of the trainer  ${measured.toFixed(15)}`)
  say(`  λ/(2n) Σ w²            ${formula.toFixed(15)}`)
  say(`  One step is w → (1 − rate · λ/n) w − rate · ∂C0/∂w to ${decayError.toExponential(1)}.\n`)
  say(`784-${UNITS}-10, ${EPOCHS} epochs, tested on ${test.rows.toLocaleString('en-US')} digits\n`)
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`
  const row = (name: string, found: Run): string[] => [
    name,
    percent(found.trainError.at(-1)!),
    percent(found.testError.at(-1)!),
    found.testCost.at(-1)!.toFixed(3),
    found.sumOfSquares.toFixed(1),
    found.largest.toFixed(2),
  ]
  const names = ['', 'training error', 'test error', 'test C0', 'Σ w²', 'largest |w|']
  say(table(names, [row('without', without), row(`λ = ${LAMBDA}`, withL2)]))
  if (draw) await drawPictures(without, withL2, plainWeights, decayedWeights)
  return { lambda: LAMBDA, without, withL2, penalty, decayError }
}

function makeNet(lambda: number, dtype: 'float32' | 'float64' = 'float32'): Model {
  const kernelRegularizer = lambda > 0 ? regularizers.l2Cost({ lambda }) : null
  const model = sequential({
    seed: 1,
    dtype,
    layers: [
      layers.dense({ units: UNITS, activation: 'relu', inputShape: [784], kernelRegularizer }),
      layers.dense({ units: 10, activation: 'softmax', kernelRegularizer }),
    ],
  })
  model.compile({
    optimizer: optimizers.sgd({ learningRate: RATE }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

function kernels(model: Model): Float64Array[] {
  return model.getWeights().flatMap(({ data, shape }) => (shape.length === 2 ? [Float64Array.from(data)] : []))
}

function sumOfSquares(model: Model): number {
  return kernels(model).reduce((total, kernel) => kernel.reduce((sum, w) => sum + w * w, total), 0)
}

/** The same weights with and without the penalty: the costs differ by it. */
function measurePenalty(train: Dataset): Result['penalty'] {
  const [plain, regularized] = [makeNet(0, 'float64'), makeNet(LAMBDA, 'float64')]
  const measured = regularized.trace(train).loss - plain.trace(train).loss
  return { measured, formula: (LAMBDA / (2 * train.rows)) * sumOfSquares(regularized) }
}

async function measureDecay(train: Dataset): Promise<number> {
  const model = makeNet(LAMBDA, 'float64')
  const before = kernels(model)
  const gradients = makeNet(0, 'float64')
    .trace(train)
    .layers.map(({ kernelGradient }) => kernelGradient!.data)
  await model.fit(train, { epochs: 1, batchSize: train.rows })
  const kept = 1 - (RATE * LAMBDA) / train.rows
  return Math.max(
    ...kernels(model).map((after, layer) =>
      after.reduce((most, w, i) => {
        const wanted = kept * before[layer]![i]! - RATE * gradients[layer]![i]!
        return Math.max(most, Math.abs(w - wanted))
      }, 0),
    ),
  )
}

async function learn(lambda: number, train: Dataset, test: Dataset): Promise<[Run, Float64Array]> {
  const model = makeNet(lambda)
  const penalties: number[] = []
  const { history } = await model.fit(train, {
    epochs: EPOCHS,
    batchSize: 20,
    validationData: test,
    callbacks: [{ onEpochEnd: () => void penalties.push((lambda / (2 * train.rows)) * sumOfSquares(model)) }],
  })
  const toError = (accuracy: readonly number[]): number[] => accuracy.map((part) => 1 - part)
  const weights = Float64Array.from(kernels(model).flatMap((kernel) => Array.from(kernel)))
  const found: Run = {
    trainError: toError(history['accuracy']!),
    testError: toError(history['val_accuracy']!),
    testCost: history['val_loss']!.map((cost, epoch) => cost - penalties[epoch]!),
    sumOfSquares: sumOfSquares(model),
    largest: weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0),
  }
  return [found, weights]
}

async function drawPictures(without: Run, withL2: Run, plain: Float64Array, decayed: Float64Array): Promise<void> {
  const x = without.testError.map((_, i) => i + 1)
  const percent = (errors: readonly number[]): number[] => errors.map((error) => 100 * error)
  const names = ['without', `λ = ${LAMBDA}`]
  const errors = lineChart({
    title: `Error of a net trained on ${ROWS.toLocaleString('en-US')} digits: all are learnt by heart, but with L2 fewer unseen ones are mistaken`,
    xLabel: 'epoch',
    yLabel: 'error, %',
    yRange: [0, 20],
    height: 360,
    series: [
      { name: `test, ${names[0]}`, x, y: percent(without.testError), colour: 0 },
      { name: `training, ${names[0]}`, x, y: percent(without.trainError), colour: 0, dashed: true },
      { name: `test, ${names[1]}`, x, y: percent(withL2.testError), colour: 1 },
      { name: `training, ${names[1]}`, x, y: percent(withL2.trainError), colour: 1, dashed: true },
    ],
  })
  const costs = lineChart({
    title: 'Cross-entropy on the test digits, without the penalty',
    xLabel: 'epoch',
    yLabel: 'C0',
    yRange: [0.2, 0.7],
    height: 300,
    series: [
      { name: names[0]!, x, y: without.testCost },
      { name: names[1]!, x, y: withL2.testCost },
    ],
  })
  await save('l2', panels('Train and test error without and with L2', [[errors], [costs]]))
  await save(
    'l2-weights',
    histogram({
      title: 'The weights at the end: the penalty draws them towards 0',
      xLabel: 'weight',
      yLabel: 'how many',
      yScale: 'log',
      bins: 60,
      series: [
        { name: names[0]!, values: plain },
        { name: names[1]!, values: decayed },
      ],
    }),
  )
}
