/**
 * XOR, inputs and outputs ±1: no line separates its points, so the perceptron never comes to rest; two layers with tanh
 * learn it.
 */
import { layers, type Model, optimizers, Perceptron, sequential } from '../../src/index.ts'
import { save, scatterPlot } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'XOR: one perceptron never learns it, a 2-4-1 net with tanh does'

const X = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
]
const Y = [-1, 1, 1, -1]
const MAX_EPOCHS = 1000
const SEEDS = 100
const EPOCHS = 200
/** The seed whose net is drawn. */
const DRAWN = 1

export interface Result {
  readonly perceptron: {
    readonly converged: boolean
    readonly epochs: number
    /** The most points right with the weights of the end of any epoch. */
    readonly mostRight: number
    /** Wrong points of each epoch, as the weights moved. */
    readonly wrong: readonly number[]
  }
  /** Seeds, from 0 to below `of`, whose net gets all four points. */
  readonly net: { readonly solved: number; readonly of: number; readonly outputs: readonly number[] }
}

function trainPerceptron(): Result['perceptron'] {
  let mostRight = 0
  const perceptron = new Perceptron({
    maxEpochs: MAX_EPOCHS,
    onEpoch: ({ weights: [w1, w2], biases: [bias] }) => {
      const right = X.filter(([a, b], i) => (w1! * a! + w2! * b! + bias! > 0 ? 1 : -1) === Y[i]).length
      mostRight = Math.max(mostRight, right)
    },
  })
  const { converged, epochs, wrong } = perceptron.fit(X, Y)
  return { converged, epochs, mostRight, wrong }
}

async function trainNet(seed: number): Promise<Model> {
  const model = sequential({
    seed,
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'tanh' }),
    ],
  })
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: 'sumSquaredError' })
  await model.fit(X, Y, { epochs: EPOCHS, batchSize: X.length })
  return model
}

async function draw(model: Model): Promise<void> {
  const axis = Array.from({ length: 61 }, (_, i) => -1.5 + i / 20)
  const grid = axis.flatMap((y) => axis.map((x) => [x, y]))
  await save(
    'xor',
    scatterPlot({
      title: 'XOR: output of a 2-4-1 tanh net, and where its sign changes',
      width: 640,
      height: 480,
      xLabel: 'first input',
      yLabel: 'second input',
      points: X.map(([x, y], i) => ({ x: x!, y: y!, class: Y[i] === 1 ? 1 : 0 })),
      classes: ['target −1', 'target 1'],
      field: { xs: axis, ys: axis, values: model.predictSync(grid).data },
    }),
  )
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const perceptron = trainPerceptron()
  say(`A perceptron, ${MAX_EPOCHS.toLocaleString('en-US')} epochs at most`)
  say(
    `  converged ${perceptron.converged} after ${perceptron.epochs} epochs, never more than ${perceptron.mostRight} of 4 points right`,
  )
  say(`  wrong in its first epochs: ${perceptron.wrong.slice(0, 12).join(' ')} … and so on for ever`)
  say()

  let solved = 0
  for (let seed = 0; seed < SEEDS; seed++) {
    const { data } = (await trainNet(seed)).predictSync(X)
    if (Y.every((target, i) => Math.sign(data[i]!) === target)) solved++
  }
  say(`A 2-4-1 net with tanh, ${EPOCHS} epochs of adam at rate 0.05`)
  say(`  all 4 points right from ${solved} of ${SEEDS} seeds; from seed ${DRAWN}:`)
  const model = await trainNet(DRAWN)
  const outputs = Array.from(model.predictSync(X).data)
  say()
  const signed = (value: number, places = 0): string => value.toFixed(places).replace('-', '−')
  const rows = X.map(([a, b], i) => [signed(a!), signed(b!), signed(Y[i]!), signed(outputs[i]!, 4)])
  say(table(['input 1', 'input 2', 'target', 'output'], rows))
  if (options.draw ?? true) await draw(model)
  return { perceptron, net: { solved, of: SEEDS, outputs } }
}
