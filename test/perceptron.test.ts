/** The perceptron rule: by hand, on what a plane separates, on what none does, and with what callers get wrong. */
import * as fc from 'fast-check'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Dataset, type ErrorCode, MyelinError, oneHot, Perceptron, type PerceptronEpoch } from '../src/index.ts'

const X = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]
const AND = [0, 0, 0, 1]
const PLUS_MINUS = [
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
]

const test = suite('perceptron')

/** initial + n · Σ mistakes[i] · x[i], as the documentation has it: [...weights, ...biases]. */
function rebuilt(perceptron: Perceptron, x: readonly (readonly number[])[], rate: number): number[] {
  const { mistakes, initialWeights, initialBiases } = perceptron
  const outputs = initialBiases.length
  const one = (initial: number, o: number, input: (row: number) => number): number => {
    let sum = 0
    for (const [i] of x.entries()) sum += mistakes[i * outputs + o]! * input(i)
    return initial + rate * sum
  }
  const weights = Array.from(initialWeights, (initial, k) => {
    return one(initial, k % outputs, (row) => x[row]![Math.floor(k / outputs)]!)
  })
  return [...weights, ...Array.from(initialBiases, (initial, o) => one(initial, o, () => 1))]
}

const weightsOf = ({ weights, biases }: Perceptron): number[] => [...weights, ...biases]

test('AND by hand, from zeros, at rate 1', () => {
  // epoch 1: only (1, 1) is wrong (0 for 1): w 1 1, b 1. Epoch 2: (0, 0) b 0; (0, 1) w 1 0, b −1; (1, 0) sums 0 and is
  // right; (1, 1) sums 0: w 2 1, b 0. And so on, each line done with pencil and paper.
  const seen: number[][] = []
  const onEpoch = ({ epoch, wrong, weights, biases }: PerceptronEpoch): void => {
    seen.push([epoch, wrong, ...weights, ...biases])
  }
  const perceptron = new Perceptron({ onEpoch }).fit(X, AND)
  assert.equal(seen, [
    [0, 1, 1, 1, 1],
    [1, 3, 2, 1, 0],
    [2, 3, 2, 1, -1],
    [3, 2, 2, 2, -1],
    [4, 1, 2, 1, -2],
    [5, 0, 2, 1, -2],
  ])
  assert.equal([perceptron.converged, perceptron.epochs], [true, 6])
  assert.equal(perceptron.wrong, [1, 3, 3, 2, 1, 0])
  assert.equal([...perceptron.weights, perceptron.bias], [2, 1, -2])
  assert.equal([...perceptron.mistakes], [-1, -3, -2, 4])
  assert.equal([...perceptron.initialWeights, perceptron.initialBias], [0, 0, 0])
  assert.equal(perceptron.classify(X), AND)
  const { data, shape } = perceptron.predict(X)
  assert.equal([[...data], shape], [AND, [4, 1]])
  assert.equal(perceptron.evaluate(X, AND), {
    accuracy: 1,
    confusionMatrix: [
      [3, 0],
      [0, 1],
    ],
  })
})

test('targets of −1 and 1: outputs too, and mistakes of ±2', () => {
  const perceptron = new Perceptron().fit(PLUS_MINUS, [-1, -1, -1, 1])
  assert.ok(perceptron.converged)
  assert.equal(perceptron.classify(PLUS_MINUS), [-1, -1, -1, 1])
  assert.equal([...perceptron.predict(PLUS_MINUS).data], [-1, -1, -1, 1])
  assert.ok(perceptron.mistakes.every((times) => times % 2 === 0))
  assert.equal(rebuilt(perceptron, PLUS_MINUS, 1), weightsOf(perceptron))
  assert.is(perceptron.evaluate([PLUS_MINUS[3]!], [1]).accuracy, 1)
})

test('XOR never converges and says so', () => {
  for (const [x, y] of [
    [X, [0, 1, 1, 0]],
    [PLUS_MINUS, [-1, 1, 1, -1]],
  ] as const) {
    for (const seed of [0, 1, 2]) {
      const perceptron = new Perceptron({ maxEpochs: 50, shuffle: true, seed, initialWeights: 'random' }).fit(x, y)
      assert.equal([perceptron.converged, perceptron.epochs], [false, 50])
      assert.ok(perceptron.wrong.every((wrong) => wrong > 0))
      assert.ok(perceptron.evaluate(x, y).accuracy <= 0.75)
      assert.equal(rebuilt(perceptron, x, 1), weightsOf(perceptron))
    }
  }
})

test('everything a Dataset is made of gives the same', () => {
  const singles = X.map((row) => Float32Array.from(row))
  const column = AND.map((target) => [target])
  const made = [
    new Perceptron().fit(Dataset.from(X, AND)),
    new Perceptron().fit(singles, Float64Array.from(AND)),
    new Perceptron().fit({ data: Uint8Array.from(X.flat()), shape: [4, 2] }, Uint8Array.from(AND)),
    new Perceptron().fit(X, column),
  ]
  for (const one of made) assert.equal(weightsOf(one), [2, 1, -2])
})

test('the seed decides initial weights and order, and each fit begins anew', () => {
  const fit = (seed: number): Perceptron => {
    return new Perceptron({ seed, shuffle: true, initialWeights: 'random', maxEpochs: 3 }).fit(X, [0, 1, 1, 0])
  }
  assert.equal(weightsOf(fit(3)), weightsOf(fit(3)))
  assert.not.equal([...fit(3).initialWeights], [...fit(4).initialWeights])
  const twice = fit(3)
  assert.equal(weightsOf(twice.fit(X, [0, 1, 1, 0])), weightsOf(fit(3)))
  assert.ok([...twice.initialWeights, twice.initialBias].every((w) => w >= -0.5 && w < 0.5 && Number.isInteger(64 * w)))
  const given = new Perceptron({ initialWeights: [0.5, -2], maxEpochs: 1 }).fit(X, AND)
  assert.equal([...given.initialWeights, given.initialBias], [0.5, -2, 0])
})

test('class indices of more than two classes: one output a class', () => {
  const x = [
    [0, 3],
    [0, 4],
    [3, 0],
    [4, 0],
    [-3, -3],
    [-4, -3],
  ]
  const y = [0, 0, 1, 1, 2, 2]
  const byIndex = new Perceptron({ learningRate: 0.5 }).fit(x, y)
  const byRow = new Perceptron({ learningRate: 0.5 }).fit(x, oneHot(y))
  for (const perceptron of [byIndex, byRow]) {
    assert.ok(perceptron.converged)
    assert.equal([perceptron.weights.length, perceptron.biases.length, perceptron.mistakes.length], [6, 3, 18])
    assert.equal(perceptron.classify(x), y)
    assert.equal([...perceptron.predict(x).data], [...oneHot(y).data])
    assert.equal(rebuilt(perceptron, x, 0.5), weightsOf(perceptron))
    assert.throws(() => perceptron.bias, /one output.*received 3; see `biases`/)
  }
  assert.equal(weightsOf(byIndex), weightsOf(byRow))
  assert.equal(byIndex.evaluate(x, [0, 0, 1, 2, 2, 2]), {
    accuracy: 5 / 6,
    confusionMatrix: [
      [2, 0, 0],
      [0, 1, 0],
      [0, 1, 2],
    ],
  })
})

test('two outputs learn AND and OR at once', () => {
  const y = [
    [0, 0],
    [0, 1],
    [0, 1],
    [1, 1],
  ]
  const perceptron = new Perceptron().fit(X, y)
  assert.ok(perceptron.converged)
  assert.equal(perceptron.predict(X).toArray(), y)
})

const coordinate = fc.double({ min: -10, max: 10, noNaN: true })

test('it converges on whatever a plane with a margin separates', () => {
  const scenes = fc.record({
    normal: fc.tuple(coordinate, coordinate, coordinate).filter((w) => Math.hypot(...w) > 1),
    offset: fc.double({ min: -5, max: 5, noNaN: true }),
    points: fc.array(fc.tuple(coordinate, coordinate, coordinate), { minLength: 1, maxLength: 30 }),
    low: fc.constantFrom(0, -1),
    options: fc.record({
      learningRate: fc.constantFrom(1, 0.25, 0.1),
      seed: fc.nat(),
      shuffle: fc.boolean(),
      initialWeights: fc.constantFrom('zeros' as const, 'random' as const),
    }),
  })
  fc.assert(
    fc.property(scenes, ({ normal, offset, points, low, options }) => {
      const distance = (p: readonly number[]): number =>
        (p.reduce((sum, x, j) => sum + x * normal[j]!, 0) + offset) / Math.hypot(...normal)
      const x = points.filter((p) => Math.abs(distance(p)) > 0.5)
      fc.pre(x.length > 0)
      const y = x.map((p) => (distance(p) > 0 ? 1 : low))
      const perceptron = new Perceptron({ ...options, maxEpochs: 100_000 }).fit(x, y)
      assert.ok(perceptron.converged)
      assert.is(perceptron.wrong.at(-1), 0)
      assert.equal(perceptron.classify(x), y)
      assert.equal(rebuilt(perceptron, x, options.learningRate), weightsOf(perceptron))
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('the weights are the formula to the bit, whatever the data, the rate and the end', () => {
  const rows = fc.array(fc.tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), coordinate, fc.nat(3)), {
    minLength: 1,
  })
  fc.assert(
    fc.property(rows, fc.double({ min: 1e-3, max: 10, noNaN: true }), fc.boolean(), (list, learningRate, shuffle) => {
      const x = list.map(([a, b]) => [a, b])
      const y = list.map(([, , label]) => label)
      const perceptron = new Perceptron({ learningRate, shuffle, maxEpochs: 7, initialWeights: 'random' }).fit(x, y)
      assert.equal(rebuilt(perceptron, x, learningRate), weightsOf(perceptron))
    }),
    { numRuns: 200, seed: 2 },
  )
})

// biome-ignore lint/suspicious/noExplicitAny: wrong calls are no TypeScript
const wrong = (value: unknown): any => value
const fitted = new Perceptron().fit(X, AND)
const several = new Perceptron().fit(X, [0, 1, 2, 2])

const calls: readonly (readonly [call: () => unknown, code: ErrorCode, expected: string, received: string])[] = [
  [() => new Perceptron(wrong(7)), 'ERR_OPTION', 'an object of options', '7'],
  [() => new Perceptron(wrong({ learningrate: 1 })), 'ERR_OPTION', 'only the options', 'did you mean `learningRate`?'],
  [() => new Perceptron({ learningRate: 0 }), 'ERR_OPTION', 'above 0', '0'],
  [() => new Perceptron({ learningRate: Number.NaN }), 'ERR_OPTION', 'above 0', 'NaN'],
  [() => new Perceptron(wrong({ learningRate: '1' })), 'ERR_OPTION', 'above 0', "'1'"],
  [() => new Perceptron({ maxEpochs: 0 }), 'ERR_OPTION', 'from 1 to 1073741823', '0'],
  [() => new Perceptron({ maxEpochs: Number.POSITIVE_INFINITY }), 'ERR_OPTION', 'whole number', 'Infinity'],
  [() => new Perceptron({ seed: -1 }), 'ERR_OPTION', 'at least 0', '-1'],
  [() => new Perceptron(wrong({ shuffle: 1 })), 'ERR_OPTION', 'true or false', '1'],
  [() => new Perceptron(wrong({ initialWeights: 'ones' })), 'ERR_OPTION', "'random'", "'ones'"],
  [() => new Perceptron({ initialWeights: [1, Number.NaN] }), 'ERR_OPTION', '`initialWeights[1]`', 'NaN'],
  [() => new Perceptron(wrong({ onEpoch: 'print' })), 'ERR_OPTION', 'a function', "'print'"],
  [() => new Perceptron({ initialWeights: [1] }).fit(X, AND), 'ERR_SHAPE', '2 numbers', '1'],
  [() => fitted.fit(wrong(undefined), AND), 'ERR_DATA', 'rows of numbers', 'undefined'],
  [() => fitted.fit(X, wrong(undefined)), 'ERR_DATA', 'targets', 'none'],
  [() => fitted.fit(Dataset.from(X)), 'ERR_DATA', 'targets', 'none'],
  [() => fitted.fit(wrong(Dataset.from(X, AND)), wrong(AND)), 'ERR_OPTION', 'no targets beside', '[0, 0, 0, 1]'],
  [() => wrong(fitted).fit(X, AND, { epochs: 3 }), 'ERR_OPTION', 'no options', '{ epochs }'],
  [() => fitted.fit(X, [0, 1]), 'ERR_SHAPE', '4 targets', '2'],
  [() => fitted.fit(X, [0, 1, 0.5, 1]), 'ERR_DATA', 'for `y[2]`', '0.5'],
  [() => fitted.fit(X, [-1, 1, 0, 1]), 'ERR_DATA', 'targets -1 and 1 for `y[2]`', '0'],
  [
    () =>
      fitted.fit(X, [
        [0, 1],
        [0, 1],
        [0, 2],
        [0, 1],
      ]),
    'ERR_DATA',
    '`y[2][1]`',
    '2',
  ],
  [() => fitted.fit(X, [0, 1, 2, 2 ** 30]), 'ERR_SHAPE', 'rows × classes', '1073741825 classes'],
  [
    () => new Perceptron({ learningRate: 100 }).fit([[1e308]], [1]),
    'ERR_DIVERGED',
    'stay finite',
    'scale the features',
  ],
  [() => new Perceptron().predict(X), 'ERR_NOT_COMPILED', 'trained for `predict`', 'call fit first'],
  [() => new Perceptron().weights, 'ERR_NOT_COMPILED', '`weights`', 'one that is not'],
  [() => new Perceptron().converged, 'ERR_NOT_COMPILED', '`converged`', 'one that is not'],
  [() => fitted.predict([[1, 2, 3]]), 'ERR_SHAPE', 'rows of 2 features', 'rows of 3'],
  [() => fitted.predict([]), 'ERR_DATA', 'at least one row', 'no rows'],
  [() => fitted.classify([[1, Number.NaN]]), 'ERR_DATA', 'a finite number', 'NaN'],
  [() => fitted.evaluate(X, wrong(undefined)), 'ERR_DATA', 'targets', 'none'],
  [() => fitted.evaluate(X, [0, 1, 2, 1]), 'ERR_DATA', 'targets 0 and 1, as in fit', '2'],
  [() => fitted.evaluate(X, oneHot(AND)), 'ERR_SHAPE', '1 column', '2'],
  [() => several.evaluate(X, [0, 1, 2, 3]), 'ERR_SHAPE', 'class indices below 3', '4 classes'],
  [() => several.evaluate(X, [0.5, 1, 2, 3]), 'ERR_SHAPE', '3 columns', '1 columns'],
  [() => several.initialBias, 'ERR_SHAPE', 'one output', 'see `initialBiases`'],
]

for (const [i, [call, code, expected, received]] of calls.entries()) {
  test(`wrong call ${i}: ${received}`, () => {
    try {
      call()
    } catch (error) {
      assert.instance(error, MyelinError)
      const { message } = error as MyelinError
      assert.is((error as MyelinError).code, code, message)
      const [first = '', ...rest] = message.split(', received ')
      assert.ok(first.includes(expected), message)
      assert.ok(rest.join().includes(received), message)
      return
    }
    assert.unreachable('nothing was thrown')
  })
}

test('a fit that throws leaves the perceptron as it was', () => {
  for (const [call] of calls) {
    try {
      call()
    } catch {}
  }
  assert.equal(weightsOf(fitted), [2, 1, -2])
  const stopped = new Perceptron({
    onEpoch: () => {
      throw new Error('enough')
    },
  })
  assert.throws(() => stopped.fit(X, AND), 'enough')
  assert.throws(() => stopped.weights, /one that is not/)
})

test.run()
