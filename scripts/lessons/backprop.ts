/**
 * The worked example of backpropagation, two inputs, two hidden and two output units: every number of its forward and its
 * backward pass, read off `model.trace`, beside the digits that the lesson prints.
 */
import { layers, type Model, optimizers, sequential, type Trace } from '../../src/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'the worked 2-2-2 example of backpropagation, every number of it, to the printed digits'

const INPUTS = [[0.05, 0.1]]
const TARGETS = [[0.01, 0.99]]
const RATE = 0.5

/** What the lesson prints. */
const PRINTED = {
  net_h1: 0.3775,
  out_h1: 0.593269992,
  out_h2: 0.596884378,
  net_o1: 1.105905967,
  out_o1: 0.75136507,
  out_o2: 0.772928465,
  E_o1: 0.274811083,
  E_o2: 0.023560026,
  E: 0.298371109,
  'dE/dout_o1': 0.74136507,
  'dout_o1/dnet_o1': 0.186815602,
  'dE/dnet_o1': 0.138498562,
  'dE/dw5': 0.082167041,
  'dE/dw1': 0.000438568,
  'w1+': 0.149780716,
  'w2+': 0.19956143,
  'w3+': 0.24975114,
  'w4+': 0.29950229,
  'w5+': 0.35891648,
  'w6+': 0.408666186,
  'w7+': 0.51130127,
  'w8+': 0.561370121,
} as const

/** The error after one update: here, and as the lesson prints it. */
const ERROR_AFTER_ONE = { here: 0.2910277737, printed: 0.291027924 }

export interface Step {
  readonly name: string
  readonly formula: string
  readonly value: number
  /** The lesson's digits, where it prints any. */
  readonly printed?: number
}

export interface Result {
  readonly forward: readonly Step[]
  readonly backward: readonly Step[]
  readonly updated: readonly Step[]
  /** After one update. */
  readonly errorAfterOne: number
  /** The same when the hidden units are given the output weights that are already updated. */
  readonly errorWithNewWeights: number
  /** After 10,000 updates. */
  readonly errorAtEnd: number
  readonly outputsAtEnd: readonly number[]
}

/** w1 … w8 in the lesson's order: those into h1, into h2, into o1, into o2. */
type Eight = readonly number[]

function make([w1, w2, w3, w4, w5, w6, w7, w8]: Eight): Model {
  const unit = { units: 2, activation: 'sigmoid', trainable: { kernel: true, bias: false } } as const
  // a kernel has a row for each input and a column for each unit
  const hidden = [
    [w1!, w3!],
    [w2!, w4!],
  ]
  const output = [
    [w5!, w7!],
    [w6!, w8!],
  ]
  const model = sequential({
    dtype: 'float64',
    layers: [
      layers.dense({ ...unit, inputShape: [2], weights: [hidden, [0.35, 0.35]] }),
      layers.dense({ ...unit, weights: [output, [0.6, 0.6]] }),
    ],
  })
  model.compile({ optimizer: optimizers.sgd({ learningRate: RATE }), loss: 'sumSquaredError' })
  return model
}

function weightsOf(model: Model): number[] {
  const [hidden, , output] = model.getWeights()
  const [w1, w3, w2, w4] = hidden!.data
  const [w5, w7, w6, w8] = output!.data
  return [w1!, w2!, w3!, w4!, w5!, w6!, w7!, w8!]
}

function step(name: string, formula: string, value: number): Step {
  const printed = (PRINTED as Readonly<Record<string, number>>)[name]
  return printed === undefined ? { name, formula, value } : { name, formula, value, printed }
}

function forwardSteps({ layers: [hidden, output], loss }: Trace): Step[] {
  const [netH, outH] = [hidden!.preActivation!.data, hidden!.output.data]
  const [netO, outO] = [output!.preActivation!.data, output!.output.data]
  const error = (k: number): number => 0.5 * (TARGETS[0]![k]! - outO[k]!) ** 2
  return [
    step('net_h1', 'w1·i1 + w2·i2 + b1', netH[0]!),
    step('net_h2', 'w3·i1 + w4·i2 + b1', netH[1]!),
    step('out_h1', '1 / (1 + exp(−net_h1))', outH[0]!),
    step('out_h2', '1 / (1 + exp(−net_h2))', outH[1]!),
    step('net_o1', 'w5·out_h1 + w6·out_h2 + b2', netO[0]!),
    step('net_o2', 'w7·out_h1 + w8·out_h2 + b2', netO[1]!),
    step('out_o1', '1 / (1 + exp(−net_o1))', outO[0]!),
    step('out_o2', '1 / (1 + exp(−net_o2))', outO[1]!),
    step('E_o1', '½ (target_o1 − out_o1)²', error(0)),
    step('E_o2', '½ (target_o2 − out_o2)²', error(1)),
    step('E', 'E_o1 + E_o2', loss),
  ]
}

function backwardSteps({ layers: [hidden, output] }: Trace, w: Eight): Step[] {
  const outO = output!.output.data
  const outH = hidden!.output.data
  const [deltaO, deltaH] = [output!.delta!.data, hidden!.delta!.data]
  const gradients = [hidden!, output!].map(({ kernelGradient }) => kernelGradient!.data)
  const [d1, d3, d2, d4] = gradients[0]!
  const [d5, d7, d6, d8] = gradients[1]!
  return [
    step('dE/dout_o1', 'out_o1 − target_o1', outO[0]! - TARGETS[0]![0]!),
    step('dE/dout_o2', 'out_o2 − target_o2', outO[1]! - TARGETS[0]![1]!),
    step('dout_o1/dnet_o1', 'out_o1 (1 − out_o1)', outO[0]! * (1 - outO[0]!)),
    step('dout_o2/dnet_o2', 'out_o2 (1 − out_o2)', outO[1]! * (1 - outO[1]!)),
    step('dE/dnet_o1', 'dE/dout_o1 · dout_o1/dnet_o1', deltaO[0]!),
    step('dE/dnet_o2', 'dE/dout_o2 · dout_o2/dnet_o2', deltaO[1]!),
    step('dE/dw5', 'dE/dnet_o1 · out_h1', d5!),
    step('dE/dw6', 'dE/dnet_o1 · out_h2', d6!),
    step('dE/dw7', 'dE/dnet_o2 · out_h1', d7!),
    step('dE/dw8', 'dE/dnet_o2 · out_h2', d8!),
    step('dE/dout_h1', 'dE/dnet_o1 · w5 + dE/dnet_o2 · w7', deltaO[0]! * w[4]! + deltaO[1]! * w[6]!),
    step('dE/dout_h2', 'dE/dnet_o1 · w6 + dE/dnet_o2 · w8', deltaO[0]! * w[5]! + deltaO[1]! * w[7]!),
    step('dout_h1/dnet_h1', 'out_h1 (1 − out_h1)', outH[0]! * (1 - outH[0]!)),
    step('dout_h2/dnet_h2', 'out_h2 (1 − out_h2)', outH[1]! * (1 - outH[1]!)),
    step('dE/dnet_h1', 'dE/dout_h1 · dout_h1/dnet_h1', deltaH[0]!),
    step('dE/dnet_h2', 'dE/dout_h2 · dout_h2/dnet_h2', deltaH[1]!),
    step('dE/dw1', 'dE/dnet_h1 · i1', d1!),
    step('dE/dw2', 'dE/dnet_h1 · i2', d2!),
    step('dE/dw3', 'dE/dnet_h2 · i1', d3!),
    step('dE/dw4', 'dE/dnet_h2 · i2', d4!),
  ]
}

/**
 * The error after an update whose hidden weights move by gradients through the output weights that are already new:
 * where the lesson's own figure comes from.
 */
async function errorOfMixedUpdate(first: Eight, updated: Eight): Promise<number> {
  const { layers: traced } = make(first).trace(INPUTS, TARGETS)
  const deltaO = traced[1]!.delta!.data
  const outH = traced[0]!.output.data
  const deltaH = [0, 1].map((h) => {
    const throughNew = deltaO[0]! * updated[4 + h]! + deltaO[1]! * updated[6 + h]!
    return throughNew * outH[h]! * (1 - outH[h]!)
  })
  const moved = first.slice(0, 4).map((weight, i) => weight - RATE * deltaH[i >> 1]! * INPUTS[0]![i % 2]!)
  return (await make([...moved, ...updated.slice(4)]).evaluate(INPUTS, TARGETS)).loss!
}

function show(steps: readonly Step[]): string {
  return table(
    ['', '', 'here', 'the lesson'],
    steps.map(({ name, formula, value, printed }) => {
      return [name, `= ${formula}`, value.toFixed(9).replace('-', '−'), printed ?? '']
    }),
  )
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const first: Eight = [0.15, 0.2, 0.25, 0.3, 0.4, 0.45, 0.5, 0.55]
  const model = make(first)
  const trace = model.trace(INPUTS, TARGETS)
  const forward = forwardSteps(trace)
  const backward = backwardSteps(trace, first)

  await model.fit(INPUTS, TARGETS, { epochs: 1 })
  const weights = weightsOf(model)
  const updated = weights.map((value, i) => step(`w${i + 1}+`, `w${i + 1} − ${RATE} · dE/dw${i + 1}`, value))
  const errorAfterOne = (await model.evaluate(INPUTS, TARGETS)).loss!
  const errorWithNewWeights = await errorOfMixedUpdate(first, weights)

  await model.fit(INPUTS, TARGETS, { epochs: 9_999 })
  const errorAtEnd = (await model.evaluate(INPUTS, TARGETS)).loss!
  const outputsAtEnd = Array.from((await model.predict(INPUTS)).data)

  say(
    'Backpropagation by hand: inputs 0.05 and 0.10, targets 0.01 and 0.99, rate 0.5, biases 0.35 and 0.60 not trained\n',
  )
  say(`Forward\n${show(forward)}\n`)
  say(`Backward\n${show(backward)}\n`)
  say(`One update\n${show(updated)}\n`)
  say(
    `The error falls from ${trace.loss.toFixed(9)} to ${errorAfterOne.toFixed(10)}. The lesson prints ${ERROR_AFTER_ONE.printed}:`,
  )
  say('that is the error when the hidden units are taught through w5 … w8 as they are after their update')
  say(
    `(${errorWithNewWeights.toFixed(9)} here), against its own word that the old ones are used, and its own w1 … w4.\n`,
  )
  say(
    `After 10,000 updates: error ${errorAtEnd.toExponential(4)}, outputs ${outputsAtEnd.map((v) => v.toFixed(7)).join(' and ')}`,
  )
  return { forward, backward, updated, errorAfterOne, errorWithNewWeights, errorAtEnd, outputsAtEnd }
}
