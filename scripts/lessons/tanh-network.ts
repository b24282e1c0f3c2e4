/**
 * A network of tanh units. Backpropagation multiplies the error of a unit by the slope of its activation, which for
 * tanh is 1 − output²; the lesson looks at one such update, then trains XOR, the four samples of the one-neuron
 * listing, and the digits of MNIST.
 */
import {
  type Dataset,
  datasets,
  gradientCheck,
  initializers,
  layers,
  losses,
  type Model,
  optimizers,
  sequential,
} from '../../src/index.ts'
import { lineChart, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'a network whose weights are updated with the tanh gradient: small data, then MNIST'

const XOR_INPUTS = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
]
const XOR_TARGETS = [[-1], [1], [1], [-1]]
const NEURON_INPUTS = [
  [0, 0, 1],
  [1, 1, 1],
  [1, 0, 1],
  [0, 1, 1],
]
const NEURON_TARGETS = [[0], [1], [1], [0]]

const RATE = 0.1
const SMALL_EPOCHS = 1000

export interface Result {
  /** The largest difference between an update of the native trainer and −rate · input · (out − target)(1 − out²). */
  readonly updateError: number
  readonly gradientErrors: { readonly xor: number; readonly neuron: number; readonly mnist: number }
  readonly xorOutputs: readonly number[]
  readonly neuronOutputs: readonly number[]
  readonly mnist: { readonly epochs: number; readonly trainRows: number; readonly accuracy: number }
}

export async function run({ draw = true, print = true, quick = false }: LessonOptions = {}): Promise<Result> {
  const say = printer({ print })
  say('A network of tanh units: each error is multiplied by the slope 1 − output² on its way back.\n')

  const updateError = await checkOneUpdate()
  say(`One update by hand and by the trainer differ by ${updateError.toExponential(1)} at most.\n`)

  const xor = tanhNet(2, 4)
  const xorCheck = gradientCheck(xor, XOR_INPUTS, XOR_TARGETS).maxRelativeError
  const xorHistory = await xor.fit(XOR_INPUTS, XOR_TARGETS, { epochs: SMALL_EPOCHS, batchSize: 4 })
  const xorOutputs = column(xor, XOR_INPUTS)
  say(`XOR, 2-4-1, rate ${RATE}, ${SMALL_EPOCHS} epochs`)
  say(outputTable(XOR_INPUTS, XOR_TARGETS, xorOutputs))

  const neuron = tanhNet(3, 4)
  const neuronCheck = gradientCheck(neuron, NEURON_INPUTS, NEURON_TARGETS).maxRelativeError
  const neuronHistory = await neuron.fit(NEURON_INPUTS, NEURON_TARGETS, { epochs: SMALL_EPOCHS, batchSize: 4 })
  const neuronOutputs = column(neuron, NEURON_INPUTS)
  say(`The samples of the one-neuron listing, 3-4-1, rate ${RATE}, ${SMALL_EPOCHS} epochs`)
  say(outputTable(NEURON_INPUTS, NEURON_TARGETS, neuronOutputs))

  const { train, test } = await datasets.mnist()
  const digits = await trainDigits(quick ? train.take(10_000) : train, test, quick ? 3 : 10)
  const accuracy = digits.test.at(-1)!
  const gradientErrors = { xor: xorCheck, neuron: neuronCheck, mnist: digits.gradientError }
  say(`MNIST, 784-128-10 (tanh, softmax), ${digits.train.length} epochs of ${digits.rows.toLocaleString('en')} digits`)
  say(`  test accuracy ${(100 * accuracy).toFixed(2)} %\n`)
  const checks = Object.entries(gradientErrors).map(([name, error]) => [name, error.toExponential(1)])
  say(table(['gradientCheck', 'largest relative error'], checks))

  if (draw) {
    const epochs = Array.from({ length: SMALL_EPOCHS }, (_, i) => i + 1)
    await save(
      'tanh-network',
      lineChart({
        title: 'Two small tanh networks learn: squared errors, epoch by epoch',
        xLabel: 'epoch',
        yLabel: 'sum of ½ (target − output)²',
        yScale: 'log',
        series: [
          { name: 'XOR', x: epochs, y: xorHistory.history['loss']! },
          { name: 'one-neuron samples', x: epochs, y: neuronHistory.history['loss']! },
        ],
      }),
    )
  }
  const mnist = { epochs: digits.train.length, trainRows: digits.rows, accuracy }
  return { updateError, gradientErrors, xorOutputs, neuronOutputs, mnist }
}

/** inputs-units-1, all tanh; the error is the textbook's sum over all samples. */
function tanhNet(inputs: number, units: number): Model {
  const kernelInitializer = initializers.glorotNormal()
  const model = sequential({
    seed: 1,
    dtype: 'float64',
    layers: [
      layers.dense({ units, activation: 'tanh', inputShape: [inputs], kernelInitializer }),
      layers.dense({ units: 1, activation: 'tanh', kernelInitializer }),
    ],
  })
  model.compile({
    optimizer: optimizers.sgd({ learningRate: RATE }),
    loss: losses.sumSquaredError({ reduction: 'sum' }),
  })
  return model
}

/** Two layers by the chain rule, written out, against what one step of the trainer does to the weights. */
async function checkOneUpdate(): Promise<number> {
  const model = tanhNet(2, 4)
  const [first, firstBias, second, secondBias] = model.getWeights().map(({ data }) => Array.from(data))
  const { layers: passes } = model.trace(XOR_INPUTS, XOR_TARGETS)
  await model.fit(XOR_INPUTS, XOR_TARGETS, { epochs: 1, batchSize: 4 })
  const wanted = [first!, firstBias!, second!, secondBias!].map((values) => [...values])
  for (const [sample, x] of XOR_INPUTS.entries()) {
    const hidden = passes[0]!.output.row(sample)
    const out = passes[1]!.output.row(sample)[0]!
    const delta = (out - XOR_TARGETS[sample]![0]!) * (1 - out * out)
    wanted[3]![0]! -= RATE * delta
    for (const [unit, h] of hidden.entries()) {
      const hiddenDelta = delta * second![unit]! * (1 - h * h)
      wanted[2]![unit]! -= RATE * delta * h
      wanted[1]![unit]! -= RATE * hiddenDelta
      for (const [input, value] of x.entries()) wanted[0]![input * hidden.length + unit]! -= RATE * hiddenDelta * value
    }
  }
  const found = model.getWeights().map(({ data }) => data)
  return Math.max(...found.flatMap((values, i) => Array.from(values, (value, k) => Math.abs(value - wanted[i]![k]!))))
}

interface Digits {
  readonly rows: number
  /** Accuracy after each epoch. */
  readonly train: readonly number[]
  readonly test: readonly number[]
  readonly gradientError: number
}

async function trainDigits(train: Dataset, test: Dataset, epochs: number): Promise<Digits> {
  const make = (units: number): Model => {
    const model = sequential({
      seed: 1,
      layers: [
        layers.dense({ units, activation: 'tanh', inputShape: [784] }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ],
    })
    model.compile({
      optimizer: optimizers.sgd({ learningRate: 0.1, momentum: 0.9 }),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
    })
    return model
  }
  // central differences cost four passes a weight: eight tanh units have the same gradients to get right
  const gradientError = gradientCheck(make(8), train.take(4)).maxRelativeError
  const { history } = await make(128).fit(train, { epochs, batchSize: 64, validationData: test })
  return { rows: train.rows, train: history['accuracy']!, test: history['val_accuracy']!, gradientError }
}

function column(model: Model, inputs: readonly number[][]): number[] {
  return Array.from(model.predictSync([...inputs]).data)
}

function outputTable(inputs: readonly number[][], targets: readonly number[][], outputs: readonly number[]): string {
  const rows = inputs.map((x, i) => [`[${x.join(', ')}]`, targets[i]![0]!, outputs[i]!.toFixed(4)])
  return `${table(['input', 'target', 'output'], rows)}\n`
}
