/**
 * Dropout: while training, every unit is kept with probability p, independently of all others; at test time all are
 * there and their outputs are scaled by p. Each mask leaves a thinned net that shares its weights with all others, so
 * training is extreme bagging, and the scaled net stands for the average of all of them.
 *
 * Masks are looked at through `model.trace`, where each row of a batch has a mask of its own: many equal rows show
 * as many thinned nets at once, and row i shows the same thinned net whatever is in it.
 */
import {
  type Dataset,
  datasets,
  type LayerDefinition,
  layers,
  type Model,
  optimizers,
  sequential,
} from '../../src/index.ts'
import { lineChart, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'keep units with probability p, scale by p at test time; the average of 1,000 thinned nets'

const MASKS = 20_000
const KEEP_INPUT = 0.8
const KEEP_HIDDEN = 0.5
const THINNED = 1000

/** A measured mean, what it should be, and how many standard errors lie between. */
export interface Measured {
  readonly name: string
  readonly measured: number
  readonly expected: number
  readonly standardErrors: number
}

export interface Result {
  readonly masks: number
  /** Kept share of each dropout layer, against p. */
  readonly kept: readonly Measured[]
  /** How often two neighbouring units are kept together, against p². */
  readonly together: readonly Measured[]
  /** Mean output over all masks of both forms, each against its own output at test time. */
  readonly testScaled: readonly Measured[]
  readonly inverted: readonly Measured[]
  /** Mean outputs of one form against those of the other. */
  readonly between: readonly Measured[]
  /** Test-time outputs of both forms differ by this at most. */
  readonly outputDifference: number
  readonly average: Average
}

/** The average of k thinned nets against the scaled net, on test digits; over all groups of k among 1,000. */
export interface Average {
  readonly digits: number
  readonly counts: readonly number[]
  /** One hidden layer: the inputs of softmax are averaged. Nothing between them and the dropped units is curved. */
  readonly shallow: Curve
  /** Dropout on the inputs and two hidden layers: the probabilities are averaged. */
  readonly deep: Curve
}

export interface Curve {
  /** Root mean square over digits and classes of (average of k − scaled net), for each of `counts`. */
  readonly distance: readonly number[]
  /** Part of the digits that the average of k gets wrong. */
  readonly error: readonly number[]
  /** Part that the scaled net gets wrong. */
  readonly scaledError: number
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const { draw = true, quick = false } = options
  const say = printer(options)
  const { kept, together } = measureKept()
  const forms = measureForms()
  const { train, test } = await datasets.mnist()
  const average = await averageThinned(train.take(quick ? 4000 : 10_000), test.take(quick ? 40 : 200))

  say(`Dropout over ${MASKS.toLocaleString('en-US')} masks\n`)
  say(measuredTable('share of units kept', 'p', kept))
  say(measuredTable('share of pairs kept together', 'p²: independent', together))
  say('The textbook scales by p at test time; the inverted form divides by p while training instead.\n')
  say(measuredTable('test-scaled: mean output', 'at test time', forms.testScaled))
  say(measuredTable('inverted: mean output', 'at test time', forms.inverted))
  say(`At test time both forms have the same outputs, to ${forms.outputDifference.toExponential(1)}.\n`)
  const { digits, counts, shallow, deep } = average
  say(`The average of k thinned nets and the scaled net, on ${digits} test digits\n`)
  say('With one hidden layer the inputs of softmax are averaged: of them the scaled net is the exact mean.')
  say('With two, probabilities are averaged: there the scaled net is an approximation, and a good one.\n')
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`
  const rows = counts.map((k, i) => [
    k.toLocaleString('en-US'),
    ...[shallow, deep].flatMap(({ distance, error }) => [distance[i]!.toFixed(5), percent(error[i]!)]),
  ])
  const scaled = ['scaled', '', percent(shallow.scaledError), '', percent(deep.scaledError)]
  say(table(['k', 'one hidden layer', 'error', 'two hidden layers', 'error'], [...rows, scaled]))
  if (draw) await drawPicture(average)
  return { masks: MASKS, kept, together, ...forms, average }
}

function measuredTable(what: string, wanted: string, rows: readonly Measured[]): string {
  const cells = rows.map((row) => [
    row.name,
    row.measured.toFixed(5),
    row.expected.toFixed(5),
    row.standardErrors.toFixed(1),
  ])
  return `${table([what, 'measured', wanted, 'standard errors'], cells)}\n`
}

/** Ones go in, so that an output of 0 is a unit that was dropped. */
function measureKept(): Pick<Result, 'kept' | 'together'> {
  const model = sequential({
    seed: 3,
    layers: [
      layers.dropout({ keep: KEEP_INPUT, inputShape: [20] }),
      layers.dense({ units: 30, activation: 'sigmoid' }),
      layers.dropout({ keep: KEEP_HIDDEN }),
      layers.dense({ units: 1 }),
    ],
  })
  model.compile({ optimizer: optimizers.sgd(), loss: 'meanSquaredError' })
  const passes = model.trace(equalRows(new Array(20).fill(1), MASKS), new Float32Array(MASKS)).layers
  const kept: Measured[] = []
  const together: Measured[] = []
  for (const [name, layer, p] of [
    ['input', 0, KEEP_INPUT],
    ['hidden', 2, KEEP_HIDDEN],
  ] as const) {
    const { data, shape } = passes[layer]!.output
    const units = shape[1]
    let count = 0
    let pairs = 0
    for (let i = 0; i < data.length; i++) {
      if (data[i] === 0) continue
      count++
      // pairs of units 0 and 1, 2 and 3, …: none shares a unit with another
      if ((i % units) % 2 === 0 && data[i + 1] !== 0) pairs++
    }
    kept.push(share(`${name}, p = ${p}`, count, data.length, p))
    together.push(share(`${name}, p = ${p}`, pairs, data.length / 2, p * p))
  }
  return { kept, together }
}

/** A count of independent yes or no: its standard error is √(p (1 − p) / n). */
function share(name: string, count: number, of: number, p: number): Measured {
  const measured = count / of
  return { name, measured, expected: p, standardErrors: Math.abs(measured - p) / Math.sqrt((p * (1 - p)) / of) }
}

function equalRows(row: readonly number[], count: number): { data: Float32Array; shape: [number, number] } {
  const data = new Float32Array(count * row.length)
  for (let i = 0; i < count; i++) data.set(row, i * row.length)
  return { data, shape: [count, row.length] }
}

type Forms = Pick<Result, 'testScaled' | 'inverted' | 'between' | 'outputDifference'>

/**
 * The same net in both forms. The outputs are linear in the units that dropout thins, so that the mean over all masks
 * is exactly the output of the scaled net. While training, the inverted form divides by p and the other does not: for
 * equal outputs its outgoing weights are those of the test-scaled net times p.
 */
function measureForms(): Forms {
  const make = (scaling: 'test' | 'train', seed: number): Model => {
    const model = sequential({
      seed,
      layers: [
        layers.dense({ units: 40, activation: 'sigmoid', inputShape: [5] }),
        layers.dropout({ keep: KEEP_HIDDEN, scaling }),
        layers.dense({ units: 4 }),
      ],
    })
    model.compile({ optimizer: optimizers.sgd(), loss: 'meanSquaredError' })
    return model
  }
  const [scaledNet, invertedNet] = [make('test', 11), make('train', 12)]
  const [kernel, bias, outgoing, outgoingBias] = scaledNet.getWeights()
  const smaller = { data: outgoing!.data.map((w) => w * KEEP_HIDDEN), shape: outgoing!.shape }
  invertedNet.setWeights([kernel!, bias!, smaller, outgoingBias!])
  const input = [0.5, -1, 0.25, 2, -0.75]
  const scaled = meanOutputs(scaledNet, input)
  const inverted = meanOutputs(invertedNet, input)
  const against = (one: Means, name: string): Measured[] =>
    one.mean.map((measured, i) => ({
      name: `${name} ${i + 1}`,
      measured,
      expected: one.atTest[i]!,
      standardErrors: Math.abs(measured - one.atTest[i]!) / one.standardError[i]!,
    }))
  const between = scaled.mean.map((measured, i): Measured => {
    const error = Math.hypot(scaled.standardError[i]!, inverted.standardError[i]!)
    const expected = inverted.mean[i]!
    return { name: `output ${i + 1}`, measured, expected, standardErrors: Math.abs(measured - expected) / error }
  })
  const outputDifference = Math.max(...scaled.atTest.map((value, i) => Math.abs(value - inverted.atTest[i]!)))
  return { testScaled: against(scaled, 'output'), inverted: against(inverted, 'output'), between, outputDifference }
}

interface Means {
  readonly mean: readonly number[]
  readonly standardError: readonly number[]
  readonly atTest: readonly number[]
}

function meanOutputs(model: Model, input: readonly number[]): Means {
  const atTest = Array.from(model.predictSync([[...input]]).data)
  const targets = { data: new Float32Array(MASKS * atTest.length), shape: [MASKS, atTest.length] }
  const { output } = model.trace(equalRows(input, MASKS), targets).layers.at(-1)!
  const mean: number[] = []
  const standardError: number[] = []
  for (let j = 0; j < atTest.length; j++) {
    let sum = 0
    let squares = 0
    for (let i = 0; i < MASKS; i++) {
      const off = output.data[i * atTest.length + j]! - atTest[j]!
      sum += off
      squares += off * off
    }
    mean.push(atTest[j]! + sum / MASKS)
    standardError.push(Math.sqrt((squares - (sum * sum) / MASKS) / (MASKS - 1) / MASKS))
  }
  return { mean, standardError, atTest }
}

const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, THINNED]

/** Trains two nets with dropout, then asks 1,000 thinned nets of each and the scaled net about test digits. */
async function averageThinned(train: Dataset, digits: Dataset): Promise<Average> {
  const hidden = (inputShape?: readonly number[]) => [
    layers.dense({ units: 128, activation: 'relu', ...(inputShape && { inputShape }) }),
    layers.dropout({ keep: KEEP_HIDDEN, scaling: 'test' }),
  ]
  const input = layers.dropout({ keep: KEEP_INPUT, scaling: 'test', inputShape: [784] })
  const shallow = await trained(hidden([784]), train)
  const deep = await trained([input, ...hidden(), ...hidden()], train)
  return {
    digits: digits.rows,
    counts: COUNTS,
    shallow: await compare(shallow, digits, 'preActivation', softmax),
    deep: await compare(deep, digits, 'output', (probabilities) => probabilities),
  }
}

async function trained(below: readonly LayerDefinition[], train: Dataset): Promise<Model> {
  const model = sequential({ seed: 5, layers: [...below, layers.dense({ units: 10, activation: 'softmax' })] })
  model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss: 'categoricalCrossentropy' })
  await model.fit(train, { epochs: 10, batchSize: 64 })
  return model
}

function softmax(inputs: readonly number[]): number[] {
  const powers = inputs.map((input) => Math.exp(input - Math.max(...inputs)))
  const sum = powers.reduce((a, b) => a + b)
  return powers.map((power) => power / sum)
}

/** Averages what `averaged` names over groups of thinned nets; `finish` makes class probabilities of an average. */
async function compare(
  model: Model,
  digits: Dataset,
  averaged: 'preActivation' | 'output',
  finish: (mean: readonly number[]) => readonly number[],
): Promise<Curve> {
  const scaled = await model.predict(digits)
  const { x, y } = digits.toArrays()
  const labels = y as number[]
  const squares = COUNTS.map(() => 0)
  const wrong = COUNTS.map(() => 0)
  for (const [digit, label] of labels.entries()) {
    // row i of each batch is thinned net i, whatever the digit
    const passes = model.trace(equalRows(x[digit]!, THINNED), new Uint8Array(THINNED).fill(label)).layers
    const values = passes.at(-1)![averaged]!
    const wanted = scaled.row(digit)
    for (const [place, count] of COUNTS.entries()) {
      for (let first = 0; first < THINNED; first += count) {
        const sum = new Array<number>(10).fill(0)
        for (let net = first; net < first + count; net++) {
          for (const [j, value] of values.row(net).entries()) sum[j]! += value
        }
        const mean = finish(sum.map((total) => total / count))
        for (const [j, value] of mean.entries()) squares[place]! += ((value - wanted[j]!) ** 2 * count) / THINNED
        if (mean.indexOf(Math.max(...mean)) !== label) wrong[place]! += count / THINNED
      }
    }
  }
  const mistaken = scaled.argMax().filter((guess, digit) => guess !== labels[digit]).length
  return {
    distance: squares.map((total) => Math.sqrt(total / (labels.length * 10))),
    error: wrong.map((count) => count / labels.length),
    scaledError: mistaken / labels.length,
  }
}

async function drawPicture({ counts, shallow, deep }: Average): Promise<void> {
  const percent = (parts: readonly number[]): number[] => parts.map((part) => 100 * part)
  const distances = lineChart({
    title: 'The average of k sampled thinned nets approaches the net whose outputs are scaled by p',
    xLabel: 'k, thinned nets averaged',
    yLabel: 'distance of the outputs',
    height: 350,
    xScale: 'log',
    yScale: 'log',
    series: [
      { name: 'one hidden layer', x: counts, y: shallow.distance, marker: true },
      { name: 'two hidden layers', x: counts, y: deep.distance, marker: true },
      { name: '1/√k', x: counts, y: counts.map((k) => shallow.distance[0]! / Math.sqrt(k)), dashed: true, colour: 5 },
    ],
  })
  const errors = lineChart({
    title: 'Many averaged thinned nets make as few mistakes as the one scaled net, which costs a single pass',
    xLabel: 'k, thinned nets averaged',
    yLabel: 'test error, %',
    height: 330,
    xScale: 'log',
    series: [
      { name: 'average of k', x: counts, y: percent(deep.error), marker: true, colour: 1 },
      { name: 'scaled net', x: counts, y: counts.map(() => 100 * deep.scaledError), dashed: true, colour: 5 },
    ],
  })
  await save('dropout', panels('Thinned nets averaged, and the scaled net', [[distances], [errors]]))
}
