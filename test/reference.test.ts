/**
 * The engine against the oracle of reference.ts, step by step, in float64 and float32; and the oracle itself
 * against Keras's numbers, so that both cannot be wrong in the same way.
 */
import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type ActivationName,
  constraints,
  type DType,
  layers,
  type LossName,
  losses,
  optimizers,
  regularizers,
  sequential,
} from '../src/index.ts'
import { erf, ReferenceNet, type ReferenceOptions, relativeError } from './reference.ts'

interface Table {
  readonly shape: [number, number]
  readonly data: number[]
}
interface KerasCase {
  readonly name: string
  readonly layers: Record<string, unknown>[]
  readonly loss: { kind: string }
  readonly x: string
  readonly y: string
  readonly weights: string
  readonly learningRate: number
  readonly sampleWeight?: number[]
  readonly outputs: number[]
  readonly losses: number[]
  readonly updates: number[]
}

const rowsOf = ({ shape: [rows, columns], data }: Table): number[][] =>
  Array.from({ length: rows }, (_, r) => data.slice(r * columns, (r + 1) * columns))
const oneHotRows = (classes: readonly number[], columns: number): number[][] =>
  classes.map((k) => Array.from({ length: columns }, (_, j) => (j === k ? 1 : 0)))

const oracle = suite('the oracle against Keras')
const keras = JSON.parse(readFileSync(new URL('./golden/layers.json', import.meta.url), 'utf8')) as {
  inputs: Record<string, Table>
  targets: Record<string, Table | number[]>
  weights: Record<string, Table[]>
  cases: KerasCase[]
}
/** What the oracle knows of a layer. */
const KNOWN = ['kind', 'units', 'activation', 'useBias', 'kernelRegularizer']
const simple = keras.cases.filter((wanted) =>
  wanted.layers.every((layer) => layer.kind === 'dense' && Object.keys(layer).every((key) => KNOWN.includes(key))),
)

oracle('knows most cases', () => {
  assert.ok(simple.length > 90, `${simple.length}`)
})

for (const wanted of simple) {
  oracle(wanted.name, () => {
    const weights = [...keras.weights[wanted.weights]!]
    const net = new ReferenceNet(
      wanted.layers.map(({ units, activation, useBias, kernelRegularizer }) => ({
        units: units as number,
        activation: activation as string,
        kernel: rowsOf(weights.shift()!),
        bias: useBias === false ? null : weights.shift()!.data,
        ...(kernelRegularizer as object),
      })),
      { loss: wanted.loss, learningRate: wanted.learningRate, samples: 6 },
    )
    const targets = keras.targets[wanted.y]!
    const y = Array.isArray(targets) ? oneHotRows(targets, 3) : rowsOf(targets)
    const x = rowsOf(keras.inputs[wanted.x]!)
    const before = net.weights().flat()
    assert.ok(relativeError(net.predict(x).flat(), wanted.outputs) < 1e-11, 'outputs')
    assert.ok(relativeError([net.step(x, y, wanted.sampleWeight)], wanted.losses) < 1e-11, 'loss')
    const updates = net
      .weights()
      .flat()
      .map((weight, i) => weight - before[i]!)
    assert.ok(relativeError(updates, wanted.updates) < 1e-11, 'updates')
  })
}

oracle('erf', () => {
  const known: [number, number][] = [
    [0, 0],
    [0.5, 0.5204998778130465],
    [-1, -0.8427007929497149],
    [2, 0.9953222650189527],
    [3.5, 0.9999992569016276],
  ]
  for (const [x, value] of known) assert.ok(Math.abs(erf(x) - value) < 2e-15, `erf(${x}) = ${erf(x)}`)
})

// ------------------------------------------------------------------------------------------------ the engine

interface Run {
  readonly features: number
  /** [units, activation] of each layer. */
  readonly net: readonly (readonly [number, ActivationName])[]
  readonly loss: LossName
  readonly rows: number
  readonly batchSize: number
  readonly epochs?: number
  readonly learningRate?: number
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly reduction?: 'mean' | 'sum'
  readonly useBias?: boolean
  readonly weighted?: boolean
  readonly regularizer?: { readonly l1?: number; readonly l2?: number; readonly lambda?: number }
  readonly maxNorm?: number
  /** The part of the features that are exactly 0. */
  readonly zeros?: number
  readonly seed?: number
}

/** mulberry32: numbers from 0 to 1 that a seed decides. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const CLASSES: readonly LossName[] = ['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'categoricalHinge']
const YES_NO: readonly LossName[] = ['binaryCrossentropy', 'hinge']

function targetsFor(loss: LossName, rows: number, outputs: number, random: () => number): number[][] {
  const draw = (): number[] => Array.from({ length: outputs }, random)
  if (CLASSES.includes(loss)) {
    return oneHotRows(
      Array.from({ length: rows }, () => Math.floor(random() * outputs)),
      outputs,
    )
  }
  return Array.from({ length: rows }, () => {
    const values = draw()
    if (YES_NO.includes(loss)) return values.map((value) => (value < 0.5 ? 0 : 1))
    if (loss === 'poisson') return values.map((value) => Math.floor(4 * value))
    if (loss !== 'kullbackLeiblerDivergence') return values.map((value) => 3 * value - 1.5)
    const sum = values.reduce((total, value) => total + value + 0.1, 0)
    return values.map((value) => (value + 0.1) / sum)
  })
}

/** Numbers that float32 holds exactly, so that both precisions see the same data. */
const short = (rows: number[][]): number[][] => rows.map((row) => row.map(Math.fround))

/** float32 knows a sum to 6e-8 of its largest term, which is 6e-6 of a weight of a hundredth of that. */
const FLOORS: Record<DType, number> = { float64: 1e-3, float32: 1e-2 }

/** Trains both and returns the relative errors of weights, losses and outputs. */
async function compare(run: Run, dtype: DType): Promise<{ weights: number; losses: number; outputs: number }> {
  const floor = FLOORS[dtype]
  const { features, net, loss, rows, batchSize, epochs = 3, learningRate = 0.05, seed = 1 } = run
  const random = randomOf(seed)
  const feature = (): number => (random() < (run.zeros ?? 0) ? 0 : 2 * random() - 1)
  const x = short(Array.from({ length: rows }, () => Array.from({ length: features }, feature)))
  const outputs = net.at(-1)![0]
  const y = short(targetsFor(loss, rows, outputs, random))
  const sampleWeight = run.weighted ? Array.from({ length: rows }, () => Math.fround(2 * random())) : undefined
  const { l1, l2, lambda } = run.regularizer ?? {}
  const penalty =
    lambda === undefined ? regularizers.l1l2({ l1: l1 ?? 0, l2: l2 ?? 0 }) : regularizers.l2Cost({ lambda })
  const { momentum = 0, nesterov = false, useBias = true } = run
  const model = sequential({
    seed,
    dtype,
    layers: net.map(([units, activation], i) =>
      layers.dense({
        units,
        activation,
        useBias,
        biasInitializer: 'randomUniform',
        kernelRegularizer: penalty,
        ...(run.maxNorm === undefined ? {} : { kernelConstraint: constraints.maxNorm({ maxValue: run.maxNorm }) }),
        ...(i === 0 ? { inputShape: [features] } : {}),
      }),
    ),
  })
  const options: ReferenceOptions = {
    loss: { kind: loss, reduction: run.reduction ?? 'mean' },
    learningRate,
    momentum,
    nesterov,
    samples: rows,
  }
  const start = model.getWeights()
  const reference = new ReferenceNet(
    net.map(([units, activation]) => ({
      units,
      activation,
      kernel: start.shift()!.toArray() as number[][],
      bias: useBias ? Array.from(start.shift()!.data) : null,
      ...run.regularizer,
      ...(run.maxNorm === undefined ? {} : { maxNorm: run.maxNorm }),
    })),
    options,
  )
  model.compile({
    optimizer: optimizers.sgd({ learningRate, momentum, nesterov }),
    loss: losses[loss]({ reduction: run.reduction ?? 'mean' }),
  })
  const weighting = sampleWeight ? { sampleWeight } : {}
  const classes = loss === 'sparseCategoricalCrossentropy' ? y.map((row) => row.indexOf(1)) : y
  const { history } = await model.fit(x, classes, { epochs, batchSize, shuffle: false, ...weighting })
  const wanted = reference.fit(x, y, { epochs, batchSize, ...weighting })
  const found = model.getWeights().map(({ data }) => data)
  const errors = reference.weights().map((weights, i) => relativeError(found[i]!, weights, floor))
  return {
    weights: Math.max(...errors),
    losses: relativeError(history.loss!, wanted),
    outputs: relativeError((await model.predict(x)).data, reference.predict(x).flat(), floor),
  }
}

async function assertSame(run: Run, dtype: DType, tolerance: number): Promise<void> {
  for (const [what, error] of Object.entries(await compare(run, dtype))) {
    assert.ok(
      error <= tolerance,
      `${what} in ${dtype}: relative error ${error.toExponential(2)}: ${JSON.stringify(run)}`,
    )
  }
}

const HIDDEN: readonly ActivationName[] = [
  ...([
    'linear',
    'sigmoid',
    'hardSigmoid',
    'tanh',
    'relu',
    'relu6',
    'leakyRelu',
    'elu',
    'selu',
    'gelu',
    'softplus',
  ] as const),
  ...(['softsign', 'silu', 'mish', 'softmax'] as const),
]
const OUTPUTS: Record<LossName, readonly ActivationName[]> = {
  meanSquaredError: ['linear', 'tanh', 'softmax'],
  sumSquaredError: ['linear', 'sigmoid'],
  meanAbsoluteError: ['linear'],
  huber: ['linear', 'elu'],
  logCosh: ['linear'],
  binaryCrossentropy: ['sigmoid', 'softmax'],
  categoricalCrossentropy: ['softmax', 'sigmoid'],
  sparseCategoricalCrossentropy: ['softmax', 'softplus'],
  hinge: ['tanh', 'linear'],
  categoricalHinge: ['linear', 'softmax'],
  kullbackLeiblerDivergence: ['softmax', 'sigmoid'],
  poisson: ['softplus'],
}
const LOSSES = Object.keys(OUTPUTS) as LossName[]

const engine = suite('the engine against the oracle')
const shape = { features: 7, rows: 23, batchSize: 5 }

for (const activation of HIDDEN) {
  engine(`hidden ${activation}`, async () => {
    const run: Run = {
      ...shape,
      net: [
        [9, activation],
        [3, 'softmax'],
      ],
      loss: 'categoricalCrossentropy',
    }
    await assertSame(run, 'float64', 1e-9)
    await assertSame(run, 'float32', 1e-4)
  })
}

for (const loss of LOSSES) {
  for (const output of OUTPUTS[loss]) {
    engine(`${loss} of ${output}`, async () => {
      const run: Run = {
        ...shape,
        net: [
          [9, 'tanh'],
          [4, output],
        ],
        loss,
      }
      await assertSame(run, 'float64', 1e-9)
      await assertSame({ ...run, reduction: 'sum', learningRate: 0.01, weighted: true }, 'float64', 1e-9)
      await assertSame(run, 'float32', 1e-4)
    })
  }
}

const digits: Run = {
  ...shape,
  net: [
    [17, 'relu'],
    [10, 'softmax'],
  ],
  loss: 'categoricalCrossentropy',
}
const lines: Run = {
  ...shape,
  net: [
    [9, 'tanh'],
    [3, 'linear'],
  ],
  loss: 'meanSquaredError',
}
const variants: Record<string, Run> = {
  'batches of one': { ...lines, batchSize: 1 },
  'one batch of all rows': { ...lines, batchSize: 23 },
  'a batch larger than the data': { ...lines, batchSize: 64 },
  'a last batch of one row': { ...lines, batchSize: 11 },
  'one row': { ...lines, rows: 1 },
  momentum: { ...lines, momentum: 0.9, learningRate: 0.02 },
  nesterov: { ...lines, momentum: 0.9, nesterov: true, learningRate: 0.02 },
  'no bias': { ...digits, useBias: false },
  'sample weights': { ...digits, weighted: true },
  l1: { ...lines, regularizer: { l1: 0.01 } },
  l2: { ...lines, regularizer: { l2: 0.01 } },
  'l1 and l2': { ...lines, regularizer: { l1: 0.01, l2: 0.02 } },
  l2Cost: { ...lines, regularizer: { lambda: 0.9 } },
  maxNorm: { ...digits, maxNorm: 0.9, learningRate: 0.3 },
  'nine of ten features are zero': { ...digits, features: 70, zeros: 0.9 },
  'all features are zero': { ...digits, zeros: 1 },
  'one feature, one unit': { ...shape, features: 1, net: [[1, 'linear']], loss: 'meanSquaredError' },
  'five layers': {
    ...shape,
    net: [
      [8, 'tanh'],
      [16, 'silu'],
      [7, 'elu'],
      [5, 'softsign'],
      [3, 'linear'],
    ],
    loss: 'huber',
  },
  'wide layers': {
    ...shape,
    features: 65,
    net: [
      [130, 'tanh'],
      [33, 'gelu'],
      [10, 'softmax'],
    ],
    loss: 'categoricalCrossentropy',
  },
  // The middle kernel is large enough to be shared out by its columns, the last of which fill no panel.
  'layers in parts': {
    ...shape,
    features: 9,
    net: [
      [210, 'tanh'],
      [170, 'tanh'],
      [3, 'softmax'],
    ],
    loss: 'categoricalCrossentropy',
  },
  // Wide enough to pack what goes in for the weight gradient; blocks of 48 features, the last of them smaller.
  'many rows of wide layers': {
    ...shape,
    features: 50,
    rows: 190,
    batchSize: 90,
    net: [
      [201, 'tanh'],
      [200, 'tanh'],
      [3, 'softmax'],
    ],
    loss: 'categoricalCrossentropy',
    epochs: 2,
  },
  // More than the caches of two threads hold: the first batch is taken in portions.
  'a batch in portions': {
    ...shape,
    features: 50,
    rows: 1750,
    batchSize: 1700,
    net: [
      [301, 'tanh'],
      [300, 'tanh'],
      [3, 'softmax'],
    ],
    loss: 'categoricalCrossentropy',
    epochs: 1,
  },
  'many rows': { ...digits, rows: 301, batchSize: 128, features: 33, epochs: 2 },
}

for (const [name, run] of Object.entries(variants)) {
  engine(name, async () => {
    await assertSame(run, 'float64', 1e-9)
    await assertSame(run, 'float32', 1e-4)
  })
}

const SMOOTH: readonly ActivationName[] = ['linear', 'sigmoid', 'tanh', 'gelu', 'softplus', 'softsign', 'silu', 'mish']

engine('any net, batch size and loss', async () => {
  const layer = fc.tuple(fc.integer({ min: 2, max: 40 }), fc.constantFrom(...SMOOTH))
  const runs = fc.record({
    features: fc.integer({ min: 1, max: 40 }),
    hidden: fc.array(layer, { maxLength: 3 }),
    outputs: fc.integer({ min: 2, max: 20 }),
    loss: fc.constantFrom(...LOSSES),
    rows: fc.integer({ min: 1, max: 40 }),
    batchSize: fc.integer({ min: 1, max: 45 }),
    zeros: fc.constantFrom(0, 0.5, 0.9),
    seed: fc.integer({ min: 0, max: 1e6 }),
    momentum: fc.constantFrom(0, 0.5),
  })
  const property = fc.asyncProperty(runs, async ({ hidden, outputs, ...rest }) => {
    const net = [...hidden, [outputs, OUTPUTS[rest.loss][0]!] as const]
    await assertSame({ ...rest, net, epochs: 2, learningRate: 0.02 }, 'float64', 1e-9)
  })
  await fc.assert(property, { numRuns: 60, seed: 20 })
})

oracle.run()
engine.run()
