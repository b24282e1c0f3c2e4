/**
 * Wrong calls. Each must give a MyelinError with its code, that says what was expected and what was received,
 * and leave the model that it was made on as it was.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  constraints,
  Dataset,
  datasets,
  gradientCheck,
  info,
  initializers,
  layers,
  losses,
  Matrix,
  metrics,
  type Model,
  MyelinError,
  oneHot,
  optimizers,
  regularizers,
  schedules,
  sequential,
} from '../src/index.ts'
import { type Anything, testWrongCalls, thrownBy, type Wrong, wrong } from './wrong-calls.ts'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const Y = [0, 1, 1, 2]

function make(options: object = {}): Model {
  return sequential({
    seed: 1,
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 3, activation: 'softmax' }),
    ],
    ...options,
  })
}

const model = make()
model.compile({
  optimizer: optimizers.sgd({ learningRate: 0.1 }),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
})
const raw = make()
const scheduled = make()
const rate = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 })
scheduled.compile({ optimizer: optimizers.sgd({ learningRate: rate }), loss: 'categoricalCrossentropy' })
const single = sequential({ seed: 1, layers: [layers.dense({ units: 1, activation: 'sigmoid', inputShape: [2] })] })
single.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' })
const sparse = make()
sparse.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' })

const double = make({ dtype: 'float64' })
const data = Dataset.from(X, Y)
const flat = (values: readonly number[], shape: readonly number[]) => ({ data: Float32Array.from(values), shape })
const dense = (options: object) => () => layers.dense(wrong({ units: 2, ...options }))
const fit = (options: object) => () => model.fit(X, Y, wrong(options))
const compile = (options: object) => () => model.compile(wrong({ loss: 'meanSquaredError', ...options }))
const from = (x: unknown, y?: unknown, options?: unknown) => () => Dataset.from(wrong(x), wrong(y), wrong(options))
const setWeights = (change: (list: Anything[]) => void) => () => {
  const list: Anything[] = model.getWeights()
  change(list)
  model.setWeights(list)
}

function detached(): Float32Array {
  const array = Float32Array.of(1, 2)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

const layerCalls: readonly Wrong[] = [
  [() => layers.dense(wrong(undefined)), 'ERR_OPTION', 'whole number from 1', 'undefined'],
  [() => layers.dense(wrong(7)), 'ERR_OPTION', 'an object of options', '7'],
  [() => layers.dense(wrong(null)), 'ERR_OPTION', 'an object of options', 'null'],
  [dense({ units: 0 }), 'ERR_OPTION', 'from 1', '0'],
  [dense({ units: -3 }), 'ERR_OPTION', '`units`', '-3'],
  [dense({ units: 2.5 }), 'ERR_OPTION', 'whole number', '2.5'],
  [dense({ units: '2' }), 'ERR_OPTION', 'whole number', "'2'"],
  [dense({ units: Number.NaN }), 'ERR_OPTION', 'whole number', 'NaN'],
  [dense({ units: Number.POSITIVE_INFINITY }), 'ERR_OPTION', 'whole number', 'Infinity'],
  [dense({ units: 10n }), 'ERR_OPTION', 'whole number', '10n'],
  [dense({ unitz: 3 }), 'ERR_OPTION', 'only the options', '`unitz`; did you mean `units`?'],
  [dense({ activation: 'rellu' }), 'ERR_OPTION', 'one of linear', "'rellu'; did you mean `relu`?"],
  [dense({ activation: 7 }), 'ERR_OPTION', 'one of linear', '7'],
  [dense({ activation: { kind: 'leakyRelu', alpha: 1 } }), 'ERR_OPTION', 'negativeSlope', '`alpha`'],
  [dense({ activation: { kind: 'elu', alpha: -1 } }), 'ERR_OPTION', 'at least 0', '-1'],
  [dense({ useBias: 1 }), 'ERR_OPTION', 'true or false', '1'],
  [dense({ kernelInitializer: 'heNorml' }), 'ERR_OPTION', 'heNormal', "'heNorml'; did you mean `heNormal`?"],
  [dense({ kernelInitializer: 'constructor' }), 'ERR_OPTION', 'one of zeros', "'constructor'"],
  [dense({ biasInitializer: {} }), 'ERR_OPTION', 'one of zeros', '{}'],
  [dense({ kernelRegularizer: 0.01 }), 'ERR_OPTION', 'one of l1', '0.01'],
  [dense({ kernelRegularizer: { kind: 'l2', l2: -1 } }), 'ERR_OPTION', 'at least 0', '-1'],
  [dense({ kernelConstraint: 'maxnorm' }), 'ERR_OPTION', 'maxNorm', "'maxnorm'; did you mean `maxNorm`?"],
  [dense({ trainable: 'kernel' }), 'ERR_OPTION', 'true or false', "'kernel'"],
  [dense({ trainable: { weights: false } }), 'ERR_OPTION', 'kernel, bias', '`weights`'],
  [dense({ weights: [[1]] }), 'ERR_SHAPE', '[kernel, bias]', 'an array of length 1'],
  [dense({ name: '' }), 'ERR_OPTION', 'a text', "''"],
  [dense({ inputShape: 784 }), 'ERR_SHAPE', 'an array', '784'],
  [dense({ inputShape: [] }), 'ERR_SHAPE', 'at least one', '[]'],
  [dense({ inputShape: [28, 0] }), 'ERR_SHAPE', 'from 1', '0'],
  [() => layers.dropout(wrong({})), 'ERR_OPTION', 'exactly one of keep and rate', 'neither'],
  [() => layers.dropout(wrong({ keep: 0.5, rate: 0.5 })), 'ERR_OPTION', 'exactly one of keep and rate', 'both'],
  [() => layers.dropout({ keep: 0 }), 'ERR_OPTION', 'above 0 and at most 1', '0'],
  [() => layers.dropout({ keep: 1.5 }), 'ERR_OPTION', 'at most 1', '1.5'],
  [() => layers.dropout({ rate: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [() => layers.dropout({ rate: Number.NaN }), 'ERR_OPTION', 'a number from 0', 'NaN'],
  [() => layers.dropout(wrong({ keep: 0.5, scaling: 'predict' })), 'ERR_OPTION', 'train, test', "'predict'"],
  [() => layers.gaussianNoise({ stddev: -1 }), 'ERR_OPTION', 'at least 0', '-1'],
  [() => layers.alphaDropout(wrong({ keep: '1' })), 'ERR_OPTION', 'a number', "'1'"],
  [() => layers.activation(wrong('swich')), 'ERR_OPTION', 'one of linear', "'swich'"],
  [() => layers.batchNormalization({ momentum: 2 }), 'ERR_OPTION', 'from 0 to 1', '2'],
  [() => layers.batchNormalization({ epsilon: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => layers.layerNormalization(wrong({ momentum: 0.9 })), 'ERR_OPTION', 'only the options', '`momentum`'],
  [() => layers.input(wrong({})), 'ERR_SHAPE', 'an array', 'undefined'],
  [() => initializers.randomUniform({ minval: 1, maxval: 0 }), 'ERR_OPTION', 'at least minval (1)', '0'],
  [() => initializers.heNormal({ seed: -1 }), 'ERR_OPTION', 'at least 0', '-1'],
  [() => initializers.heNormal({ seed: 2 ** 53 }), 'ERR_OPTION', 'whole number', '9007199254740992'],
  [() => initializers.zeros(wrong({ value: 1 })), 'ERR_OPTION', 'no options', '`value`'],
  [() => regularizers.l2Cost(wrong({})), 'ERR_OPTION', 'a finite number', 'undefined'],
  [() => constraints.maxNorm({ maxValue: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => constraints.minMaxNorm({ minValue: 2, maxValue: 1 }), 'ERR_OPTION', 'at least minValue (2)', '1'],
  [() => constraints.minMaxNorm({ rate: 1.1 }), 'ERR_OPTION', 'from 0 to 1', '1.1'],
]

const modelCalls: readonly Wrong[] = [
  [() => sequential(wrong(undefined)), 'ERR_OPTION', 'at least one layer', 'undefined'],
  [() => sequential(wrong([])), 'ERR_OPTION', 'an object of options', '[]'],
  [() => make({ layers: [] }), 'ERR_OPTION', 'at least one layer', '[]'],
  [() => make({ layers: ['dense'] }), 'ERR_OPTION', 'made by layers', "'dense'"],
  [() => make({ layers: [{ kind: 'dens', units: 1 }] }), 'ERR_OPTION', 'one of input', 'did you mean `dense`?'],
  [() => make({ layers: [null] }), 'ERR_OPTION', 'one of input', 'null'],
  [
    () => make({ layers: [layers.dense({ units: 2 })] }),
    'ERR_SHAPE',
    'the shape of one sample',
    'none on the first layer',
  ],
  [() => make({ layers: [layers.input({ shape: [3] })] }), 'ERR_OPTION', 'that computes', 'input and flatten only'],
  [
    () => make({ layers: [layers.dropout({ keep: 1, inputShape: [2] }), layers.input({ shape: [2] })] }),
    'ERR_OPTION',
    'first place',
    'input',
  ],
  [
    () => make({ layers: [layers.input({ shape: [2] }), layers.dense({ units: 1, inputShape: [3] })] }),
    'ERR_SHAPE',
    '2 features',
    '[3]',
  ],
  [
    () => make({ layers: [layers.dense({ units: 1, inputShape: [2 ** 20, 2 ** 20] })] }),
    'ERR_SHAPE',
    'at most',
    '1099511627776',
  ],
  [
    () =>
      make({
        layers: [layers.dense({ units: 1, inputShape: [1], name: 'a' }), layers.dropout({ keep: 1, name: 'a' })],
      }),
    'ERR_OPTION',
    'different names',
    "'a'",
  ],
  [() => make({ dtype: 'float16' }), 'ERR_OPTION', 'float32, float64', "'float16'"],
  [() => make({ seed: 1.5 }), 'ERR_OPTION', 'whole number', '1.5'],
  [() => make({ seed: Number.NaN }), 'ERR_OPTION', 'whole number', 'NaN'],
  [() => make({ sed: 1 }), 'ERR_OPTION', 'layers, seed, dtype', '`sed`; did you mean `seed`?'],
  [
    () => make({ layers: [layers.dense({ units: 2, inputShape: [2], weights: [[[1, 2]], [0, 0]] })] }),
    'ERR_SHAPE',
    '[2, 2]',
    '[1, 2]',
  ],
  [() => model.summary(wrong({ print: 'stdout' })), 'ERR_OPTION', 'a function', "'stdout'"],
  [() => Object.assign(model, { stopTraining: 'yes' }), 'ERR_OPTION', 'true or false', "'yes'"],
  [() => raw.optimizer, 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => raw.learningRate, 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => raw.fit(X, Y), 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => raw.evaluate(data), 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => raw.trace(X, Y), 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => gradientCheck(raw, X, Y), 'ERR_NOT_COMPILED', 'compiled model', 'one that is not'],
  [() => gradientCheck(wrong({}), X, Y), 'ERR_OPTION', 'a model', '{}'],
  [() => gradientCheck(model, X, Y, { step: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => model.trace(X, Y, wrong({ training: 1 })), 'ERR_OPTION', 'true or false', '1'],
  [() => model.compile(wrong(undefined)), 'ERR_OPTION', 'one of meanSquaredError', 'undefined'],
  [compile({ loss: 'mse' }), 'ERR_OPTION', 'one of meanSquaredError', "'mse'"],
  [compile({ loss: 'binaryCrossEntropi' }), 'ERR_OPTION', 'binaryCrossentropy', 'did you mean `binaryCrossentropy`?'],
  [compile({ loss: losses }), 'ERR_OPTION', 'made by its factory', '{ meanSquaredError'],
  [compile({ optimizer: 'adma' }), 'ERR_OPTION', 'one of sgd', "'adma'; did you mean `adam`?"],
  [compile({ optimizer: optimizers.adam }), 'ERR_OPTION', 'made by its factory', 'function adam'],
  [compile({ metrics: 'accuracy' }), 'ERR_OPTION', 'an array of metrics', "'accuracy'"],
  [compile({ metrics: ['acuracy'] }), 'ERR_OPTION', 'accuracy', "'acuracy'; did you mean `accuracy`?"],
  [compile({ metrics: ['accuracy', 'accuracy'] }), 'ERR_OPTION', 'different names', "'accuracy'"],
  [compile({ metric: [] }), 'ERR_OPTION', 'loss, optimizer, metrics', '`metric`; did you mean `metrics`?'],
  [() => single.compile({ loss: 'categoricalCrossentropy' }), 'ERR_SHAPE', 'at least 2 outputs', '1 output'],
  [() => losses.huber({ delta: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => losses.categoricalCrossentropy({ labelSmoothing: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [() => losses.poisson(wrong({ reduction: 'none' })), 'ERR_OPTION', 'mean, sum', "'none'"],
  [() => losses.hinge(wrong({ delta: 1 })), 'ERR_OPTION', 'reduction', '`delta`'],
  [() => metrics.topKCategoricalAccuracy({ k: 0 }), 'ERR_OPTION', 'from 1', '0'],
  [() => metrics.f1({ threshold: Number.NaN }), 'ERR_OPTION', 'finite number', 'NaN'],
  [() => optimizers.sgd({ learningRate: -0.1 }), 'ERR_OPTION', 'at least 0, or a schedule', '-0.1'],
  [() => optimizers.sgd({ learningRate: Number.NaN }), 'ERR_OPTION', 'a finite number', 'NaN'],
  [() => optimizers.sgd(wrong({ learningRate: '0.1' })), 'ERR_OPTION', 'or a schedule', "'0.1'"],
  [() => optimizers.sgd({ momentum: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [() => optimizers.sgd(wrong({ beta1: 0.9 })), 'ERR_OPTION', 'only the options', '`beta1`'],
  [() => optimizers.adam(wrong({ lr: 0.1 })), 'ERR_OPTION', 'learningRate', '`lr`'],
  [() => optimizers.adam({ beta2: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [() => optimizers.adam({ epsilon: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => optimizers.adam({ clipNorm: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => optimizers.adam({ clipNorm: 1, globalClipNorm: 1 }), 'ERR_OPTION', 'nothing beside clipNorm', '1'],
  [() => optimizers.adamw({ weightDecay: -1 }), 'ERR_OPTION', 'at least 0', '-1'],
  [() => schedules.exponentialDecay(wrong({ initialLearningRate: 1 })), 'ERR_OPTION', 'above 0', 'undefined'],
  [() => schedules.piecewiseConstantDecay({ boundaries: [5, 2], values: [1, 2, 3] }), 'ERR_OPTION', 'rising', '[5, 2]'],
  [() => schedules.piecewiseConstantDecay({ boundaries: [5], values: [1] }), 'ERR_OPTION', '2 numbers', '[1]'],
  [() => schedules.oneCycle({ maxLearningRate: 1, totalSteps: 1 }), 'ERR_OPTION', 'at least 2', '1'],
  [() => schedules.cosineDecay({ initialLearningRate: 1, decaySteps: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => Object.assign(model.optimizer, { learningRate: Number.NaN }), 'ERR_OPTION', 'at least 0', 'NaN'],
  [() => Object.assign(scheduled.optimizer, { learningRate: 1 }), 'ERR_OPTION', 'no other rate', 'the schedule'],
  [() => model.setWeights(wrong('zeros')), 'ERR_SHAPE', 'an array of 4 weights', "'zeros'"],
  [() => model.setWeights([]), 'ERR_SHAPE', '4 weights', '0'],
  [setWeights((list) => list.pop()), 'ERR_SHAPE', '4 weights', '3'],
  [setWeights((list) => list.reverse()), 'ERR_SHAPE', '[2, 4]', '[3]'],
  [
    setWeights((list) => {
      list[0] = [[1, 2]]
    }),
    'ERR_SHAPE',
    '[2, 4]',
    '[1, 2]',
  ],
  [
    setWeights((list) => {
      list[0] = []
    }),
    'ERR_SHAPE',
    '[2, 4]',
    '[]',
  ],
  [
    setWeights((list) => {
      list[1] = [1, 2, 3]
    }),
    'ERR_SHAPE',
    '[4]',
    '3 numbers',
  ],
  [
    setWeights((list) => {
      list[3] = [1, 2, Number.NaN]
    }),
    'ERR_DATA',
    'a finite number',
    'NaN',
  ],
  [
    setWeights((list) => {
      list[3] = [1, 2, 1e300]
    }),
    'ERR_DATA',
    'a finite number',
    'Infinity',
  ],
  [
    setWeights((list) => {
      list[3] = null
    }),
    'ERR_SHAPE',
    '[3]',
    'null',
  ],
  [() => model.layers[0]!.setWeights([]), 'ERR_SHAPE', '2 weights', '0'],
  [() => new Matrix(wrong([1]), [1]), 'ERR_DATA', 'Float32Array', '[1]'],
  [() => new Matrix(Float32Array.of(1), [2, 2]), 'ERR_SHAPE', '1 numbers', '[2, 2]'],
  [() => new Matrix(Float32Array.of(1), [1, 1]).row(1), 'ERR_OPTION', 'from 0 to 0', '1'],
  [() => info(wrong({ measure: 'yes' })), 'ERR_OPTION', 'true or false', "'yes'"],
]

const dataCalls: readonly Wrong[] = [
  [from(undefined), 'ERR_DATA', 'rows of numbers', 'undefined'],
  [from('mnist'), 'ERR_DATA', 'rows of numbers', "'mnist'"],
  [from(Float32Array.of(1)), 'ERR_DATA', 'rows of numbers', 'Float32Array of length 1'],
  [from([]), 'ERR_DATA', 'at least one row', 'no rows'],
  [from([[]]), 'ERR_SHAPE', 'at least one number', 'none'],
  [from([1, 2, 3]), 'ERR_DATA', 'a row of numbers', '1'],
  [from([[1, 2], [3]]), 'ERR_SHAPE', '2 numbers, as in the first row', '1'],
  [from([[1, 2], null]), 'ERR_DATA', 'a row of numbers', 'null'],
  [from([[1, Number.NaN]]), 'ERR_DATA', 'for `x[0][1]`', 'NaN'],
  [
    from([
      [1, 2],
      [3, Number.NEGATIVE_INFINITY],
    ]),
    'ERR_DATA',
    'for `x[1][1]`',
    '-Infinity',
  ],
  [from([['1']]), 'ERR_DATA', 'a finite number', "'1'"],
  [from([[1n]]), 'ERR_DATA', 'a finite number', '1n'],
  [from([Array(2)]), 'ERR_DATA', 'a finite number', 'undefined'],
  [from([detached()]), 'ERR_DATA', 'with its memory', 'detached'],
  [from({ data: detached(), shape: [1, 2] }), 'ERR_DATA', 'with its memory', 'detached'],
  [from({ data: [1, 2], shape: [1, 2] }), 'ERR_DATA', 'a typed array', '[1, 2]'],
  [from({ data: BigInt64Array.of(1n), shape: [1, 1] }), 'ERR_DATA', 'a typed array of numbers', 'BigInt64Array'],
  [from({ data: Float32Array.of(1, 2), shape: [1, 3] }), 'ERR_SHAPE', '3 numbers (1 × 3)', '2'],
  [from({ data: Float32Array.of(1, 2), shape: 2 }), 'ERR_SHAPE', '[rows, columns]', '2'],
  [from({ data: Float32Array.of(1, 2), shape: [-1, -2] }), 'ERR_SHAPE', 'whole numbers', '[-1, -2]'],
  [from({ data: new Float32Array(0), shape: [0, 3] }), 'ERR_DATA', 'at least one row', 'no rows'],
  [from({ data: Float32Array.of(1, Number.NaN), shape: [1, 2] }), 'ERR_DATA', '`x[0][1]`', 'NaN'],
  [from(X, [0, 1]), 'ERR_SHAPE', '4 targets', '2'],
  [from(X, []), 'ERR_SHAPE', '4 targets', '0'],
  [from(X, 'labels'), 'ERR_DATA', 'rows of numbers', "'labels'"],
  [from(X, [0, 1, Number.NaN, 0]), 'ERR_DATA', '`y[2]`', 'NaN'],
  [from(X, [0, '1', 0, 0]), 'ERR_DATA', '`y[1]`', "'1'"],
  [from(X, [0, 1, 2, 10], { classes: 10 }), 'ERR_DATA', 'from 0 to 9', '10'],
  [from(X, [0, 1, 2, -1], { classes: 3 }), 'ERR_DATA', 'from 0 to 2', '-1'],
  [from(X, [0, 1, 2, 1.5], { classes: 3 }), 'ERR_DATA', 'a class index', '1.5'],
  [from(X, [[1, 0], [1, 0], [1, 0], [1]]), 'ERR_SHAPE', '2 numbers', '1'],
  [from(X, oneHot([0, 1, 1, 2]), { classes: 10 }), 'ERR_SHAPE', '10 columns', '3 columns'],
  [from(X, Y, { scale: 0 }), 'ERR_OPTION', 'other than 0', '0'],
  [from(X, Y, { scale: Number.NaN }), 'ERR_OPTION', 'finite number', 'NaN'],
  [from(X, Y, { classes: 0 }), 'ERR_OPTION', 'from 1', '0'],
  [from(X, Y, { scael: 1 }), 'ERR_OPTION', 'scale, classes', '`scael`; did you mean `scale`?'],
  [() => new (wrong(Dataset))(), 'ERR_OPTION', 'Dataset.from', 'new Dataset()'],
  [() => data.take(0), 'ERR_OPTION', 'from 1 to 4', '0'],
  [() => data.take(5), 'ERR_OPTION', 'from 1 to 4', '5'],
  [() => data.subset([]), 'ERR_OPTION', 'at least one', 'none'],
  [() => data.subset([4]), 'ERR_OPTION', 'from 0 to 3', '4'],
  [() => data.subset(wrong('all')), 'ERR_OPTION', 'an array of row numbers', "'all'"],
  [() => data.split({ fraction: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [() => data.split(wrong({ seed: 1 })), 'ERR_OPTION', 'above 0', 'undefined'],
  [() => data.take(1).split({ fraction: 0.5 }), 'ERR_DATA', 'at least two rows', '1'],
  [() => Dataset.from(X).split({ fraction: 0.5, stratify: true }), 'ERR_OPTION', 'classes', 'a dataset without'],
  [() => Dataset.fromIdx('/no/such/file'), 'ERR_FILE', 'a readable IDX file', 'ENOENT'],
  [() => Dataset.fromIdx(wrong(7)), 'ERR_OPTION', 'the path', '7'],
  [() => Dataset.fromIdx('x', 'y', wrong({ clases: 3 })), 'ERR_OPTION', 'scale, classes', 'did you mean `classes`?'],
  [() => datasets.mnist({ directory: '/no/such/folder' }), 'ERR_FILE', 'idx3-ubyte', '/no/such/folder'],
  [() => datasets.mnist(wrong({ directory: 7 })), 'ERR_OPTION', 'the path of a folder', '7'],
  [() => datasets.fashionMnist({ directory: '/no' }), 'ERR_FILE', 'idx3-ubyte', '/no'],
  [() => oneHot([0, 3], 3), 'ERR_DATA', 'from 0 to 2', '3'],
  [() => oneHot([]), 'ERR_DATA', 'at least one', 'none'],
  [() => oneHot([0.5]), 'ERR_DATA', 'whole number', '0.5'],
  [() => oneHot(wrong('012')), 'ERR_DATA', 'an array', "'012'"],
  [() => oneHot([1], 0), 'ERR_OPTION', 'from 1', '0'],
]

const fitCalls: readonly Wrong[] = [
  [() => model.fit(wrong(undefined), Y), 'ERR_DATA', 'rows of numbers', 'undefined'],
  [() => model.fit(X, wrong(undefined)), 'ERR_DATA', 'targets', 'none'],
  [() => model.fit(Dataset.from(X)), 'ERR_DATA', 'targets', 'none'],
  [() => model.fit(X, [0, 1, 2, 3]), 'ERR_DATA', 'from 0 to 2', '4 classes'],
  [() => model.fit(X, [0, 1, 2, -1]), 'ERR_DATA', 'class indices from 0 to 2', '-1'],
  [() => model.fit(X, [0, 1, 2, 0.5]), 'ERR_DATA', 'class indices from 0 to 2', '0.5'],
  [
    () =>
      model.fit(X, [
        [1, 0],
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
    'ERR_SHAPE',
    '3 columns',
    '2',
  ],
  [() => sparse.fit(X, oneHot(Y, 3)), 'ERR_SHAPE', 'class indices', '3 columns'],
  [() => single.fit(X, oneHot([0, 1, 1, 0])), 'ERR_SHAPE', '1 column', '2'],
  [() => model.fit([[1, 2, 3]], [0]), 'ERR_SHAPE', 'rows of 2 features', 'rows of 3'],
  [() => model.fit(data, wrong(Y), {}), 'ERR_OPTION', 'no targets beside a Dataset', '[0, 1, 1, 2]'],
  [() => model.fit(data, wrong(7)), 'ERR_OPTION', 'no targets', '7'],
  [fit({ epochs: 0 }), 'ERR_OPTION', 'from 1', '0'],
  [fit({ epochs: 1.5 }), 'ERR_OPTION', 'whole number', '1.5'],
  [fit({ epochs: Number.POSITIVE_INFINITY }), 'ERR_OPTION', 'whole number', 'Infinity'],
  [fit({ epochs: 3, initialEpoch: 3 }), 'ERR_OPTION', 'from 4', '3'],
  [fit({ batchSize: 0 }), 'ERR_OPTION', 'from 1', '0'],
  [fit({ batchSize: Number.NaN }), 'ERR_OPTION', 'whole number', 'NaN'],
  [fit({ batchsize: 4 }), 'ERR_OPTION', 'only the options', '`batchsize`; did you mean `batchSize`?'],
  [fit({ shuffle: 'yes' }), 'ERR_OPTION', 'true or false', "'yes'"],
  [fit({ threads: 0 }), 'ERR_OPTION', 'from 1 to 256', '0'],
  [fit({ threads: 1e6 }), 'ERR_OPTION', 'from 1 to 256', '1000000'],
  [fit({ verbose: 3 }), 'ERR_OPTION', '0, 1 or 2', '3'],
  [fit({ validationSplit: 1 }), 'ERR_OPTION', 'below 1', '1'],
  [fit({ validationSplit: -0.1 }), 'ERR_OPTION', 'from 0', '-0.1'],
  [fit({ validationSplit: 0.5, validationData: data }), 'ERR_OPTION', 'nothing beside validationData', '0.5'],
  [fit({ stratify: true }), 'ERR_OPTION', 'without a validationSplit', 'true'],
  [fit({ validationData: [X] }), 'ERR_OPTION', '[x, y]', 'an array of length 1'],
  [fit({ validationData: X }), 'ERR_OPTION', '[x, y]', 'an array of length 4'],
  [fit({ validationData: [X, [0, 1]] }), 'ERR_SHAPE', '4 targets', '2'],
  [fit({ validationData: Dataset.from([[1]], [0]) }), 'ERR_SHAPE', 'rows of 2 features', 'rows of 1'],
  [fit({ sampleWeight: [1, 2] }), 'ERR_SHAPE', '4 weights', '2'],
  [fit({ sampleWeight: [1, 1, 1, -1] }), 'ERR_DATA', '`sampleWeight[3]`', '-1'],
  [fit({ sampleWeight: Float32Array.of(1, 1, Number.NaN, 1) }), 'ERR_DATA', '`sampleWeight[2]`', 'NaN'],
  [fit({ sampleWeight: 2 }), 'ERR_OPTION', 'one weight a row', '2'],
  [fit({ classWeight: { 7: 2 } }), 'ERR_OPTION', 'from 0 to 2', "'7'"],
  [fit({ classWeight: { cat: 2 } }), 'ERR_OPTION', 'class indices', "'cat'"],
  [fit({ classWeight: { 0: -2 } }), 'ERR_OPTION', 'at least 0', '-2'],
  [fit({ classWeight: [1, 2] }), 'ERR_OPTION', 'an object or Map', '[1, 2]'],
  [fit({ callbacks: {} }), 'ERR_OPTION', 'an array of callbacks', '{}'],
  [fit({ callbacks: [{ onEpochend() {} }] }), 'ERR_OPTION', 'onEpochEnd', '{ onEpochend }'],
  [fit({ callbacks: [{ onEpochEnd: 'print' }] }), 'ERR_OPTION', 'a function', "'print'"],
  [fit({ signal: {} }), 'ERR_OPTION', 'an AbortSignal', '{}'],
  [fit({ signal: AbortSignal.abort() }), 'ERR_ABORTED', 'a signal that is not aborted', 'one that is'],
  [() => model.evaluate(X, [0, 1, 1]), 'ERR_SHAPE', '4 targets', '3'],
  [() => model.evaluate(data, { batchSize: -1 }), 'ERR_OPTION', 'from 1', '-1'],
  [() => model.evaluate(data, wrong({ epochs: 1 })), 'ERR_OPTION', 'only the options', '`epochs`'],
  [() => model.evaluate(data, { signal: AbortSignal.abort() }), 'ERR_ABORTED', 'not aborted', 'one that is'],
  [() => model.predict([[1, 2, 3]]), 'ERR_SHAPE', 'rows of 2 features', 'rows of 3'],
  [() => model.predict([]), 'ERR_DATA', 'at least one row', 'no rows'],
  [() => model.predict(X, { threads: Number.NaN }), 'ERR_OPTION', 'whole number', 'NaN'],
  [() => model.predictSync([[1]]), 'ERR_SHAPE', 'rows of 2 features', 'rows of 1'],
  [() => model.predictSync([[1, Number.NaN]]), 'ERR_DATA', 'a finite number', 'NaN'],
  [() => model.predictSync(wrong([1, 2])), 'ERR_DATA', 'a row of numbers', '1'],
  [() => model.predictSync(wrong(null)), 'ERR_DATA', 'rows of numbers', 'null'],
  [() => model.predictSync(flat([1, 2, 3, Number.NaN], [2, 2])), 'ERR_DATA', 'x[1][1]', 'NaN'],
  [() => model.predictSync(flat([1, 2, -Infinity, 4], [2, 2])), 'ERR_DATA', 'x[1][0]', '-Infinity'],
  [() => double.predictSync({ data: Float64Array.of(1, Infinity), shape: [1, 2] }), 'ERR_DATA', 'x[0][1]', 'Infinity'],
  [() => model.predictSync(flat([1, 2, 3, 4], [1, 4])), 'ERR_SHAPE', 'rows of 2 features', 'rows of 4'],
  [() => model.predictSync(flat([1, 2, 3, 4], [1, 2])), 'ERR_SHAPE', '2 numbers (1 × 2)', '4'],
  [() => model.predictSync(flat([1, 2], wrong(['1', 2]))), 'ERR_SHAPE', '[rows, columns]', "['1', 2]"],
  [() => model.predictSync(flat([], [0, 2])), 'ERR_DATA', 'at least one row', 'no rows'],
  [() => model.predictSync({ data: detached(), shape: [1, 2] }), 'ERR_DATA', 'an array with its memory', 'detached'],
]

const test = suite('bad input')

for (const [group, table] of Object.entries({ layerCalls, modelCalls, dataCalls, fitCalls })) {
  testWrongCalls(test, group, table)
}

test('there are at least 120 of them', () => {
  assert.ok(layerCalls.length + modelCalls.length + dataCalls.length + fitCalls.length >= 120)
})

test('a second fit at once is refused', async () => {
  const busy = make()
  busy.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' })
  const first = busy.fit(X, Y, { epochs: 20 })
  for (const call of [() => busy.fit(X, Y), () => busy.compile({ loss: 'poisson' })]) {
    const error = await thrownBy(call)
    assert.is((error as MyelinError).code, 'ERR_BUSY')
    assert.match((error as MyelinError).message, /expected a model that is free for .*, received one while/)
  }
  assert.is((await first).epoch.length, 20)
})

test('after all of it the same calls do as before', async () => {
  await model.fit(X, Y, { epochs: 2 })
  const weights = model.getWeights()
  const outputs = model.predictSync(X)
  const scores = await model.evaluate(X, Y)
  const steps = model.optimizer.iterations
  for (const [call] of [...layerCalls, ...modelCalls, ...dataCalls, ...fitCalls]) {
    assert.instance(await thrownBy(call), MyelinError)
  }
  assert.equal(model.getWeights(), weights)
  assert.equal(model.predictSync(X), outputs)
  assert.equal(await model.predict(X), outputs)
  assert.equal(await model.evaluate(X, Y), scores)
  assert.equal([model.optimizer.iterations, model.learningRate], [steps, 0.1])
  const twin = make()
  twin.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: 'categoricalCrossentropy' })
  await twin.fit(X, Y, { epochs: 3 })
  await model.fit(X, Y, { epochs: 1 })
  assert.equal(model.getWeights(), twin.getWeights())
})

test.run()
