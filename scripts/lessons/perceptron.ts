/**
 * The perceptron: weights, a sum and a threshold, and the rule W(t + 1) = W(t) + n (d − y) X. It learns AND, OR and NAND,
 * and its weights are nothing but its initial ones and whole multiples of the training points.
 */
import { layers, Perceptron, type PerceptronEpoch, sequential } from '../../src/index.ts'
import { movingLine, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'a perceptron learns AND, OR and NAND and stops; where its line moves, epoch by epoch'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const GATES: readonly (readonly [name: string, targets: readonly number[]])[] = [
  ['AND', [0, 0, 0, 1]],
  ['OR', [0, 1, 1, 1]],
  ['NAND', [1, 1, 1, 0]],
]
/** A power of two, so that multiplying by it rounds nothing. */
const RATE = 0.25
const SEED = 16

export interface GateResult {
  readonly name: string
  readonly converged: boolean
  readonly epochs: number
  readonly outputs: readonly number[]
  readonly initial: readonly number[]
  /** Two weights and the bias. */
  readonly weights: readonly number[]
  /** initial + n · Σ mistakes[i] · x[i], the bias with an x of 1. */
  readonly rebuilt: readonly number[]
  readonly mistakes: readonly number[]
}

export interface BiasResult {
  readonly bias: number
  /** Where the line crosses the diagonal from (0, 0) to (1, 1), as a part of it. */
  readonly crossing: number
  readonly outputs: readonly number[]
}

export interface Result {
  readonly gates: readonly GateResult[]
  /** The same two weights with three biases. */
  readonly biases: readonly BiasResult[]
}

interface Trained extends GateResult {
  readonly history: readonly PerceptronEpoch[]
}

function train(name: string, targets: readonly number[]): Trained {
  const history: PerceptronEpoch[] = []
  const perceptron = new Perceptron({
    learningRate: RATE,
    initialWeights: 'random',
    seed: SEED,
    onEpoch: (epoch) => history.push(epoch),
  }).fit(X, targets)
  const mistakes = Array.from(perceptron.mistakes)
  const sum = (inputs: readonly number[]): number => inputs.reduce((total, x, i) => total + mistakes[i]! * x, 0)
  const initial = [...perceptron.initialWeights, perceptron.initialBias]
  // the bias is the weight of an input that is always 1
  const inputs = [X.map(([x1]) => x1!), X.map(([, x2]) => x2!), X.map(() => 1)]
  return {
    name,
    converged: perceptron.converged,
    epochs: perceptron.epochs,
    outputs: perceptron.classify(X),
    initial,
    weights: [...perceptron.weights, perceptron.bias],
    rebuilt: initial.map((first, j) => first + RATE * sum(inputs[j]!)),
    mistakes,
    history,
  }
}

/** Both weights 1: only the bias says how far from (0, 0) the line is. */
function shiftBias(bias: number): BiasResult {
  const unit = layers.dense({ units: 1, inputShape: [2], weights: [[[1], [1]], [bias]] })
  const sums = sequential({ layers: [unit] }).predictSync(X).data
  return { bias, crossing: -bias / 2, outputs: Array.from(sums, (sum) => (sum > 0 ? 1 : 0)) }
}

const number = (value: number): string => String(value).replace('-', '−')
const signed = (value: number): string => (value > 0 ? `+${value}` : number(value))

function showGate(gate: Trained): string {
  const [w1, w2, bias] = gate.initial.map(number)
  const epochs = gate.history.map(({ epoch, wrong, weights, biases }) => {
    return [String(epoch + 1), String(wrong), ...[...weights, ...biases].map(number)]
  })
  const points = X.map((x, i) => [`(${x.join(', ')})`, String(gate.outputs[i]), signed(gate.mistakes[i]!)])
  const same = gate.weights.every((weight, j) => weight === gate.rebuilt[j])
  return [
    table(['epoch', 'wrong', 'w1', 'w2', 'bias'], [['0', '', w1!, w2!, bias!], ...epochs]),
    '',
    table(['point', 'output', 'integer'], points),
    `  initial + ${RATE} · Σ integer · point = ${gate.rebuilt.map(number).join(', ')}: ${same ? 'the weights, exactly' : 'NOT the weights'}`,
  ].join('\n')
}

function drawGate({ name, history, initial }: Trained, targets: readonly number[]): ReturnType<typeof movingLine> {
  // the last epoch moved nothing
  const moved = history.slice(0, -1).map(({ weights, biases }) => [...weights, ...biases])
  return movingLine({
    title: `${name}: epochs 0–${moved.length}`,
    range: [-0.7, 1.7],
    points: X.map(([x, y], i) => ({ x: x!, y: y!, class: targets[i] === 1 ? 1 : 0 })),
    lines: [initial, ...moved].map(([a, b, c]) => [a!, b!, c!] as const),
  })
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const gates = GATES.map(([name, targets]) => train(name, targets))
  say(`W(t + 1) = W(t) + n (d − y) X with n = ${RATE}; the output is 1 where w1·x1 + w2·x2 + bias is above 0\n`)
  for (const gate of gates) {
    say(`${gate.name}: converged ${gate.converged}, the last of ${gate.epochs} epochs without a wrong point`)
    say(`${showGate(gate)}\n`)
  }
  const biases = [-0.5, -1.5, -2.5].map(shiftBias)
  say('The bias shifts the line x1 + x2 + bias = 0')
  const names = ['OR', 'AND', 'never']
  const rows = biases.map(({ bias, crossing, outputs }, i) => [
    number(bias),
    `(${crossing}, ${crossing})`,
    outputs.join(' '),
    names[i]!,
  ])
  say(table(['bias', 'crosses the diagonal at', 'outputs', 'which is'], rows))
  if (options.draw ?? true) {
    const pictures = gates.map((gate, i) => drawGate(gate, GATES[i]![1]))
    await save(
      'perceptron',
      panels('The separating line of a perceptron, epoch by epoch from pale to dark', [pictures]),
    )
  }
  return { gates: gates.map(({ history: _, ...gate }) => gate), biases }
}
