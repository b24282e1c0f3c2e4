/**
 * Activation functions and what they are for: sigmoid, tanh and ReLU with their derivatives as the core computes them, the
 * gradient that vanishes on its way through many sigmoid layers, and the linear layers that collapse into one.
 */
import { type ActivationName, layers, losses, type Model, sequential } from '../../src/index.ts'
import { type LineSeries, lineChart, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary =
  'sigmoid, tanh, ReLU and their derivatives; vanishing gradients; why linear layers are not enough'

const NAMES = ['sigmoid', 'tanh', 'relu'] as const
type Name = (typeof NAMES)[number]

const DEEP = { layers: 10, units: 32, rows: 64, seeds: 10 }

export interface Curve {
  readonly name: Name
  readonly x: readonly number[]
  readonly value: readonly number[]
  readonly derivative: readonly number[]
  /** Over x from −6 to 6, as far on one side as on the other. */
  readonly mean: number
}

export interface Vanishing {
  readonly activation: Name
  /** The norm of the kernel's gradient in each layer, first to last, averaged over the seeds. */
  readonly norms: readonly number[]
  /** First layer to last. */
  readonly ratio: number
}

export interface Result {
  readonly curves: readonly Curve[]
  readonly vanishing: readonly Vanishing[]
  /** The largest difference of outputs between two linear layers and the one layer that they equal. */
  readonly collapse: number
  /** The same with tanh between the two. */
  readonly noCollapse: number
}

/** Values by `predict`, derivatives by `trace`: with targets one below the outputs the loss ½ (t − o)² has slope 1 there. */
function curveOf(name: Name): Curve {
  const x = Array.from({ length: 241 }, (_, i) => (i - 120) / 20)
  const model = sequential({ dtype: 'float64', layers: [layers.activation({ activation: name, inputShape: [1] })] })
  model.compile({ loss: losses.sumSquaredError({ reduction: 'sum' }) })
  const rows = x.map((value) => [value])
  const value = Array.from(model.predictSync(rows).data)
  const traced = model.trace(
    rows,
    value.map((output) => [output - 1]),
  )
  const derivative = Array.from(traced.layers[0]!.delta!.data)
  return { name, x, value, derivative, mean: value.reduce((sum, v) => sum + v, 0) / x.length }
}

/** Numbers from −1 to 1 with no pattern that matters; the same in every run. */
function inputs(rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => Math.sin(1 + 12.9898 * i + 78.233 * j * j)),
  )
}

/** The gradients of a fresh deep net, every layer initialized as its activation wants it: He for ReLU, Glorot for the others. */
function measureVanishing(activation: Name): Vanishing {
  const kernelInitializer = activation === 'relu' ? 'heNormal' : 'glorotNormal'
  const x = inputs(DEEP.rows, DEEP.units)
  const y = x.map(([a, b]) => (a! > b! ? 1 : 0))
  const norms = new Array<number>(DEEP.layers).fill(0)
  for (let seed = 0; seed < DEEP.seeds; seed++) {
    const hidden = Array.from({ length: DEEP.layers - 1 }, (_, i) => {
      return layers.dense({
        units: DEEP.units,
        activation,
        kernelInitializer,
        ...(i === 0 && { inputShape: [DEEP.units] }),
      })
    })
    const model = sequential({
      seed,
      dtype: 'float64',
      layers: [...hidden, layers.dense({ units: 1, activation: 'sigmoid', kernelInitializer: 'glorotNormal' })],
    })
    model.compile({ loss: 'binaryCrossentropy' })
    for (const [i, { kernelGradient }] of model.trace(x, y).layers.entries()) {
      norms[i]! += Math.hypot(...kernelGradient!.data) / DEEP.seeds
    }
  }
  return { activation, norms, ratio: norms[0]! / norms.at(-1)! }
}

/** Two layers, and the one whose kernel is the product of theirs: the largest difference of their outputs. */
function collapse(between: ActivationName): number {
  const two = sequential({
    seed: 5,
    dtype: 'float64',
    layers: [
      layers.dense({ units: 7, activation: between, biasInitializer: 'randomNormal', inputShape: [4] }),
      layers.dense({ units: 3, biasInitializer: 'randomNormal' }),
    ],
  })
  const [w1, b1, w2, b2] = two.getWeights()
  const first = w1!.toArray() as number[][]
  const second = w2!.toArray() as number[][]
  const through = (row: ArrayLike<number>): number[] => {
    return second[0]!.map((_, k) => second.reduce((sum, weights, j) => sum + row[j]! * weights[k]!, 0))
  }
  const kernel = first.map(through)
  const bias = through(b1!.data).map((value, k) => value + b2!.data[k]!)
  const one: Model = sequential({
    dtype: 'float64',
    layers: [layers.dense({ units: 3, inputShape: [4], weights: [kernel, bias] })],
  })
  const x = inputs(100, 4)
  const same = one.predictSync(x).data
  return Math.max(...Array.from(two.predictSync(x).data, (output, i) => Math.abs(output - same[i]!)))
}

const FORMULAS: Readonly<Record<Name, string>> = {
  sigmoid: '1 / (1 + exp(−x))',
  tanh: '(exp(x) − exp(−x)) / (exp(x) + exp(−x))',
  relu: 'max(0, x)',
}

async function draw(curves: readonly Curve[], vanishing: readonly Vanishing[]): Promise<void> {
  const size = { width: 500, height: 400, xLabel: 'x' }
  const shown = curves[0]!.x.flatMap((x, i) => (Math.abs(x) <= 4 ? [i] : []))
  const series = (key: 'value' | 'derivative'): LineSeries[] =>
    curves.map((curve) => ({
      name: curve.name,
      x: shown.map((i) => curve.x[i]!),
      y: shown.map((i) => curve[key][i]!),
    }))
  const values = lineChart({
    ...size,
    title: 'Activation functions',
    yLabel: 'f(x)',
    series: series('value'),
    yRange: [-1.2, 4],
  })
  const slopes = lineChart({
    ...size,
    title: 'Their derivatives',
    yLabel: "f'(x)",
    series: series('derivative'),
    yRange: [-0.1, 1.1],
  })
  await save('activations', panels('Sigmoid, tanh and ReLU with their derivatives', [[values, slopes]]))
  const title = `The gradient in each layer of a fresh net of ${DEEP.layers}, mean of ${DEEP.seeds} seeds`
  await save(
    'vanishing-gradient',
    lineChart({
      title,
      xLabel: 'layer, from the first to the last',
      yLabel: 'norm of the gradient',
      yScale: 'log',
      xRange: [0.8, DEEP.layers + 0.2],
      series: vanishing.map(({ activation, norms }) => {
        return { name: activation, x: norms.map((_, i) => i + 1), y: norms, marker: true }
      }),
    }),
  )
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const curves = NAMES.map(curveOf)
  const vanishing = NAMES.map(measureVanishing)
  const result = { curves, vanishing, collapse: collapse('linear'), noCollapse: collapse('tanh') }

  const digits = (value: number): string => value.toFixed(5).replace('-', '−')
  for (const { name, x, value, derivative } of curves) {
    say(`${name}(x) = ${FORMULAS[name]}`)
    const rows = [-6, -2, 0, 2, 6].map((at) => {
      const i = x.indexOf(at)
      return [digits(at).replace(/\.0+$/, ''), digits(value[i]!), digits(derivative[i]!)]
    })
    say(`${table(['x', 'f(x)', "f'(x)"], rows)}\n`)
  }
  say('Squashing, saturation, centre, for x from −6 to 6')
  const facts = curves.map(({ name, value, derivative, mean }) => {
    const ends = `${digits(Math.min(...value))} … ${digits(Math.max(...value))}`
    return [name, ends, digits(Math.max(...derivative)), digits(derivative.at(-1)!), digits(mean)]
  })
  say(`${table(['', 'outputs', "largest f'", "f'(6)", 'mean output'], facts)}\n`)
  say(`Vanishing gradients: ${DEEP.layers} layers of ${DEEP.units} units, mean of ${DEEP.seeds} seeds`)
  const small = (value: number): string => (value >= 0.01 ? value.toFixed(3) : value.toExponential(2).replace('-', '−'))
  const rows = vanishing.map(({ activation, norms, ratio }) => [
    activation,
    small(norms[0]!),
    small(norms.at(-1)!),
    small(ratio),
  ])
  say(`${table(['', 'first layer', 'last layer', 'first / last'], rows)}\n`)
  say('Linear collapse: two layers against one whose kernel is the product of theirs, largest difference')
  say(`  nothing between them  ${small(result.collapse)}`)
  say(`  tanh between them     ${small(result.noCollapse)}`)
  if (options.draw ?? true) await draw(curves, vanishing)
  return result
}
