/**
 * Gradient descent on the error landscape. One linear unit with a weight and a bias is fitted to twelve points: its
 * sum of squared errors is a bowl over the two, so every step of the descent can be seen on a contour picture,
 * and the rate from which on it diverges is known: 2 / the largest curvature of the bowl.
 */
import {
  type Landscape,
  layers,
  lossLandscape,
  losses,
  type Model,
  MyelinError,
  optimizers,
  sequential,
} from '../../src/index.ts'
import { contourPlot, lineChart, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'gradient descent on the error landscape: a small, a good and a diverging learning rate'

const EPOCHS = 1000
const RATES = { small: 0.0005, good: 0.01, diverging: 0.07 } as const
const START: readonly [weight: number, bias: number] = [-0.6, 2.4]

/** Points about the line 1.5 x − 0.5, with a fixed ripple for noise. */
const INPUTS = Array.from({ length: 12 }, (_, i) => [-0.5 + (3 * i) / 11])
const TARGETS = INPUTS.map(([x], i) => [1.5 * x! - 0.5 + 0.3 * Math.sin(7 * i)])

export interface Descent {
  readonly rate: number
  /** The weight, the bias and the error at the start and after each epoch. */
  readonly weight: readonly number[]
  readonly bias: readonly number[]
  readonly error: readonly number[]
  /** How it ended: after all epochs, or with the error that fit rejected with. */
  readonly ended: { readonly code: string; readonly message: string } | null
  /** The weights that were left, all finite even when it diverged. */
  readonly left: readonly number[]
}

export interface Result {
  readonly epochs: number
  /** Rates above it diverge. */
  readonly largestRate: number
  /** The least error there is, and where. */
  readonly best: { readonly weight: number; readonly bias: number; readonly error: number }
  readonly landscape: Landscape
  readonly small: Descent
  readonly good: Descent
  readonly diverging: Descent
}

export async function run({ draw = true, print = true }: LessonOptions = {}): Promise<Result> {
  const say = printer({ print })
  const { largestRate, best } = solve()
  const small = await descend(RATES.small)
  const good = await descend(RATES.good)
  const diverging = await descend(RATES.diverging)
  const model = unit(best, RATES.good)
  const landscape = lossLandscape(model, INPUTS, TARGETS, {
    weights: [
      { layer: 0, parameter: 0, index: 0 },
      { layer: 0, parameter: 1, index: 0 },
    ],
    steps: 33,
    span: 3.2,
  })

  say('Gradient descent: w(t+1) = w(t) − rate · ∂E/∂w, with E = Σ ½ (target − output)² over 12 points.')
  say(`Least error ${best.error.toFixed(4)} at weight ${best.weight.toFixed(3)}, bias ${best.bias.toFixed(3)}.`)
  say(`The bowl is so steep that rates above ${largestRate.toFixed(4)} diverge.\n`)
  const rows = [small, good, diverging].map(({ rate, weight, bias, error, ended }) => {
    const last = error.length - 1
    return [rate, last, figure(weight[last]!), figure(bias[last]!), figure(error[last]!), ended?.code ?? '']
  })
  say(table(['rate', 'epochs', 'weight', 'bias', 'error', ''], rows))
  say(`\n${diverging.ended?.message ?? ''}`)
  say(`Weights left by the diverging run: ${diverging.left.map((value) => value.toExponential(2)).join(', ')}.`)
  if (draw) await drawPictures(landscape, best, [small, good, diverging])
  return { epochs: EPOCHS, largestRate, best, landscape, small, good, diverging }
}

function figure(value: number): string {
  return Math.abs(value) < 1e5 ? value.toFixed(4) : value.toExponential(2)
}

/** One linear unit of a weight and a bias. */
function unit(
  { weight, bias }: { weight: number; bias: number },
  learningRate: number,
  dtype: 'float32' | 'float64' = 'float64',
): Model {
  const model = sequential({
    seed: 0,
    dtype,
    layers: [layers.dense({ units: 1, inputShape: [1], weights: [[[weight]], [bias]] })],
  })
  model.compile({
    optimizer: optimizers.sgd({ learningRate }),
    loss: losses.sumSquaredError({ reduction: 'sum' }),
  })
  return model
}

/** All points in one batch, so that an epoch is one step. In float32 a divergence overflows sooner. */
async function descend(rate: number): Promise<Descent> {
  const model = unit({ weight: START[0], bias: START[1] }, rate, rate === RATES.diverging ? 'float32' : 'float64')
  const weight: number[] = []
  const bias: number[] = []
  const error: number[] = []
  const look = (): void => {
    const [w, b] = model.getWeights().map(({ data }) => data[0]!)
    weight.push(w!)
    bias.push(b!)
    error.push(model.trace(INPUTS, TARGETS).loss)
  }
  look()
  let ended: Descent['ended'] = null
  try {
    await model.fit(INPUTS, TARGETS, { epochs: EPOCHS, batchSize: INPUTS.length, callbacks: [{ onEpochEnd: look }] })
  } catch (thrown) {
    if (!(thrown instanceof MyelinError)) throw thrown
    ended = { code: thrown.code, message: thrown.message }
  }
  return { rate, weight, bias, error, ended, left: model.getWeights().map(({ data }) => data[0]!) }
}

/** The bowl in closed form: where it is lowest, and the largest rate that goes down it, 2 / its largest curvature. */
function solve(): Pick<Result, 'largestRate' | 'best'> {
  const n = INPUTS.length
  const sum = (of: (x: number, t: number) => number): number =>
    INPUTS.reduce((total, [x], i) => total + of(x!, TARGETS[i]![0]!), 0)
  const [sx, sxx, st, sxt] = [sum((x) => x), sum((x) => x * x), sum((_, t) => t), sum((x, t) => x * t)]
  const weight = (n * sxt - sx * st) / (n * sxx - sx * sx)
  const bias = (st - weight * sx) / n
  const error = sum((x, t) => 0.5 * (t - weight * x - bias) ** 2)
  const curvature = (sxx + n + Math.hypot(sxx - n, 2 * sx)) / 2
  return { largestRate: 2 / curvature, best: { weight, bias, error } }
}

async function drawPictures(
  { xs, ys, loss }: Landscape,
  best: Result['best'],
  descents: readonly Descent[],
): Promise<void> {
  const titles = ['slow', 'safe', 'diverges']
  const shown = 60
  const size = { width: 360, height: 330 }
  const bowls = descents.map(({ rate, weight, bias, ended }, i) =>
    contourPlot({
      ...size,
      title: `Rate ${rate}: ${titles[i]}`,
      xLabel: 'weight (the darker, the larger the error)',
      yLabel: 'bias',
      grid: { xs, ys, values: loss.data },
      logLevels: true,
      paths: [
        {
          x: weight.slice(0, ended ? shown : undefined),
          y: bias.slice(0, ended ? shown : undefined),
          colour: i + 1,
        },
      ],
      points: [{ x: best.weight, y: best.bias, label: 'least error' }],
    }),
  )
  const curves = lineChart({
    ...size,
    title: 'The error of each rate',
    xLabel: 'epoch',
    yLabel: 'sum of ½ (target − output)²',
    yScale: 'log',
    xScale: 'log',
    xRange: [1, EPOCHS],
    yRange: [0.1, 1e6],
    series: descents.map(({ rate, error }, i) => ({
      name: String(rate),
      x: error.map((_, epoch) => epoch),
      y: error,
      dashed: i === 2,
      colour: i + 1,
    })),
  })
  const title = `The sum of squared errors over two weights, and ${EPOCHS} epochs of descent at three rates`
  await save(
    'learning-rate',
    panels(title, [
      [bowls[0]!, bowls[1]!],
      [bowls[2]!, curves],
    ]),
  )
}
