/**
 * Training, losses, layers and metrics against numbers that Keras 3 (and PyTorch's OneCycleLR) computed in float64.
 * Owns no numbers: scripts/golden.py writes test/golden/*.json.
 *
 * Updates (weights after minus weights before) are compared beside the weights, because an optimizer that did
 * nothing at all would still have weights within 1e-6 when its learning rate is small.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  constraints,
  type LayerDefinition,
  type Loss,
  layers,
  losses,
  type Metric,
  type Model,
  metrics,
  type Optimizer,
  optimizers,
  regularizers,
  schedules,
  sequential,
} from '../src/index.ts'
import { relativeError } from './reference.ts'

interface Table {
  readonly shape: number[]
  readonly data: number[]
}
/** Options of one of our factories and its name. */
type Spec = { readonly kind: string } & Record<string, unknown>

interface OptimizerFile {
  readonly features: number
  readonly batchSize: number
  readonly layers: Spec[]
  readonly loss: Spec
  readonly weights: Table[]
  readonly x: Table
  readonly classes: number[]
  readonly cases: { optimizer: string; options: Record<string, unknown>; first: number[]; last: number[] }[]
}

interface LayerFile {
  readonly features: number
  readonly inputs: Record<string, Table>
  readonly targets: Record<string, Table | number[]>
  readonly weights: Record<string, Table[]>
  readonly cases: LayerCase[]
}

interface LayerCase {
  readonly name: string
  readonly layers: Spec[]
  readonly loss: Spec
  readonly x: string
  readonly y: string
  readonly weights: string
  readonly steps: number
  readonly learningRate: number
  readonly sampleWeight?: number[]
  readonly outputs: number[]
  readonly losses: number[]
  readonly updates: number[]
  readonly outputsAfter?: number[]
}

interface MetricFile {
  readonly arrays: Record<string, Table | number[]>
  readonly cases: {
    metric: string
    options: Record<string, unknown>
    loss: string
    predictions: string
    targets: string
    value: number
  }[]
}

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./golden/${name}.json`, import.meta.url), 'utf8')) as T

const matrix = ({ shape, data }: Table) => ({ shape, data: Float64Array.from(data) })
const targetsOf = (values: Table | number[]) => (Array.isArray(values) ? values : matrix(values))

/** What the factory of that name in `group` makes of the options. */
function make<T>(group: object, { kind, ...options }: Spec): T {
  return (group as Record<string, (options: object) => T>)[kind]!(options)
}

const PARTS = { Regularizer: regularizers, Constraint: constraints }

function layerOf(spec: Spec): LayerDefinition {
  const parts = Object.entries(spec).map(([key, value]) => {
    const group = Object.entries(PARTS).find(([ending]) => key.endsWith(ending))
    return [key, group ? make(group[1], value as Spec) : value]
  })
  return make(layers, Object.fromEntries(parts))
}

function build(specs: readonly Spec[], features: number, weights: readonly Table[]): Model {
  const [first, ...rest] = specs
  const all = [layerOf({ ...first!, inputShape: [features] }), ...rest.map(layerOf)]
  const model = sequential({ seed: 1, dtype: 'float64', layers: all })
  model.setWeights(weights.map(matrix))
  return model
}

const flatWeights = (model: Model): number[] => model.getWeights().flatMap(({ data }) => Array.from(data))

function assertClose(actual: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number, what: string): void {
  const error = relativeError(actual, wanted)
  assert.ok(error <= tolerance, `${what}: relative error ${error.toExponential(2)}, at most ${tolerance} is allowed`)
}

const optimizerTests = suite('golden optimizers')
const steps = read<OptimizerFile>('optimizers')

for (const { optimizer, options, first, last } of steps.cases) {
  optimizerTests(`${optimizer} ${JSON.stringify(options)}`, async () => {
    const rate = options.learningRate
    const learningRate = typeof rate === 'object' ? make<number>(schedules, rate as Spec) : rate
    const given = rate === undefined ? options : { ...options, learningRate }
    for (const [wanted, rows] of [[first, steps.batchSize] as const, [last, steps.classes.length] as const]) {
      const model = build(steps.layers, steps.features, steps.weights)
      const before = flatWeights(model)
      model.compile({
        optimizer: make<Optimizer>(optimizers, { ...given, kind: optimizer }),
        loss: make(losses, steps.loss),
      })
      const x = matrix({ shape: [rows, steps.features], data: steps.x.data.slice(0, rows * steps.features) })
      await model.fit(x, steps.classes.slice(0, rows), { batchSize: steps.batchSize, shuffle: false })
      const after = flatWeights(model)
      const wantedAfter = wanted.map((update, i) => before[i]! + update)
      assertClose(after, wantedAfter, 1e-9, `weights after ${rows / steps.batchSize} steps`)
      const updates = after.map((weight, i) => weight - before[i]!)
      assertClose(updates, wanted, 1e-6, `updates after ${rows / steps.batchSize} steps`)
    }
  })
}

const layerTests = suite('golden layers')
const forward = read<LayerFile>('layers')

for (const wanted of forward.cases) {
  layerTests(wanted.name, async () => {
    const model = build(wanted.layers, forward.features, forward.weights[wanted.weights]!)
    const before = flatWeights(model)
    const x = matrix(forward.inputs[wanted.x]!)
    const y = targetsOf(forward.targets[wanted.y]!)
    const { learningRate, sampleWeight } = wanted
    model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: make<Loss>(losses, wanted.loss) })
    assertClose((await model.predict(x)).data, wanted.outputs, 1e-9, 'outputs')
    assertClose(model.predictSync(x).data, wanted.outputs, 1e-9, 'outputs of predictSync')
    if (!sampleWeight) assertTrace(model, x, y, wanted)

    const rows = x.shape[0]!
    const weights = sampleWeight ? { sampleWeight: Float64Array.from(sampleWeight) } : {}
    const { history } = await model.fit(x, y, { epochs: wanted.steps, batchSize: rows, shuffle: false, ...weights })
    assertClose(history.loss!, wanted.losses, 1e-9, 'losses')
    const updates = flatWeights(model).map((weight, i) => weight - before[i]!)
    assertClose(updates, wanted.updates, 1e-9, 'updates')
    if (wanted.outputsAfter) assertClose((await model.predict(x)).data, wanted.outputsAfter, 1e-9, 'outputs after')
  })
}

/** `trace` sees the loss of the first step and, where nothing else moves weights, its gradients. */
function assertTrace(model: Model, x: ReturnType<typeof matrix>, y: ReturnType<typeof targetsOf>, wanted: LayerCase) {
  const trace = model.trace(x, y)
  assertClose([trace.loss], [wanted.losses[0]!], 1e-9, 'loss of trace')
  const normalizes = wanted.layers.some(({ kind }) => kind === 'batchNormalization')
  if (!normalizes) assertClose(trace.layers.at(-1)!.output.data, wanted.outputs, 1e-9, 'output of trace')
  if (wanted.steps > 1 || normalizes) return
  const gradients = model.layers.flatMap((layer, i) => {
    const { kernelGradient, biasGradient, gammaGradient, betaGradient } = trace.layers[i]!
    const found = [kernelGradient, biasGradient, gammaGradient, betaGradient].filter((gradient) => gradient !== null)
    const frozen = layer.getWeights().map(({ data }) => new Float64Array(data.length))
    return (found.length > 0 ? found.map(({ data }) => data) : frozen).flatMap((data) => Array.from(data))
  })
  const updates = gradients.map((gradient) => -wanted.learningRate * gradient)
  assertClose(updates, wanted.updates, 1e-9, 'gradients of trace')
}

const metricTests = suite('golden metrics')
const measured = read<MetricFile>('metrics')

for (const { metric, options, loss, predictions, targets, value } of measured.cases) {
  metricTests(`${metric} ${JSON.stringify(options)} with ${loss}`, async () => {
    const p = matrix(measured.arrays[predictions] as Table)
    const columns = p.shape[1]!
    const kernel = Array.from({ length: columns ** 2 }, (_, i) => (i % (columns + 1) === 0 ? 1 : 0))
    const weights = [
      { shape: [columns, columns], data: kernel },
      { shape: [columns], data: kernel.slice(0, columns).fill(0) },
    ]
    const model = build([{ kind: 'dense', units: columns }], columns, weights)
    const name = { kind: metric, ...options }
    model.compile({ optimizer: 'sgd', loss: loss as Loss, metrics: [make<Metric>(metrics, name)] })
    const y = targetsOf(measured.arrays[targets]!)
    for (const batchSize of [p.shape[0]!, 7]) {
      const found = await model.evaluate(p, y, { batchSize })
      assertClose([found[metric]!], [value], 1e-9, `${metric} in batches of ${batchSize}`)
    }
  })
}

optimizerTests.run()
layerTests.run()
metricTests.run()
