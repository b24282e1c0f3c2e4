/**
 * One neuron with three inputs, as in the lesson's Python listing: no bias, the logistic function, and in each of 10,000
 * iterations one update by the gradients of all four samples added up.
 */
import { layers, optimizers, sequential } from '../../src/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'the one-neuron network of the Python listing, from its initial weights to its final ones'

const X = [
  [0, 0, 1],
  [1, 1, 1],
  [1, 0, 1],
  [0, 1, 1],
]
const Y = [0, 1, 1, 0]
const ITERATIONS = 10_000
const INITIAL = [-0.1280102, -0.94814754, 0.09932496]
/** What the listing prints. */
const PRINTED = { weights: [9.67282529, -0.20892653, -4.62890667], newSituation: 0.99993703 }

export interface Result {
  readonly weights: readonly number[]
  /** The output for [1, 0, 0], which is not among the samples. */
  readonly newSituation: number
  /** The outputs for the samples. */
  readonly outputs: readonly number[]
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const neuron = sequential({
    dtype: 'float64',
    layers: [
      layers.dense({
        units: 1,
        activation: 'sigmoid',
        useBias: false,
        inputShape: [3],
        weights: [INITIAL.map((weight) => [weight])],
      }),
    ],
  })
  // the listing adds up error · out (1 − out) · input over the samples: the gradient of Σ ½ (target − out)²
  neuron.compile({
    optimizer: optimizers.sgd({ learningRate: 1 }),
    loss: { kind: 'sumSquaredError', reduction: 'sum' },
  })
  await neuron.fit(X, Y, { epochs: ITERATIONS, batchSize: X.length })

  const weights = Array.from(neuron.getWeights()[0]!.data)
  const newSituation = (await neuron.predict([[1, 0, 0]])).data[0]!
  const outputs = Array.from((await neuron.predict(X)).data)

  const digits = (value: number): string => value.toFixed(8).replace('-', '−')
  say(`One neuron, three inputs, ${ITERATIONS.toLocaleString('en-US')} iterations at rate 1\n`)
  const rows = weights.map((w, i) => [`w${i + 1}`, digits(INITIAL[i]!), digits(w), digits(PRINTED.weights[i]!)])
  say(table(['', 'initial', 'trained', 'the lesson'], rows))
  say()
  const samples = X.map((x, i) => [`[${x.join(', ')}]`, String(Y[i]), digits(outputs[i]!), ''])
  const asked = ['[1, 0, 0]', '', digits(newSituation), digits(PRINTED.newSituation)]
  say(table(['input', 'target', 'output', 'the lesson'], [...samples, asked]))
  say('\nThe target is the first input: its weight grows, and the third, always 1, becomes the bias that is missing.')
  return { weights, newSituation, outputs }
}
