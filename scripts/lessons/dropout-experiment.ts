/**
 * The experiment on p: the net 784-2048-2048-2048-10 is trained with hidden units kept with probability p, for p from
 * 0.1 to 1, as in Fig. 9a of Srivastava et al. (2014). At small p it underfits, at 1 it overfits.
 *
 * It uses the textbook's form of dropout, whose outputs are scaled by p at test time.
 * Fewer digits than all of MNIST make the overfitting plain and the experiment short. What is measured is written to
 * docs/lessons/dropout-experiment.json after each p, and a p that is there already is not trained again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  constraints,
  type Dataset,
  datasets,
  info,
  layers,
  type Model,
  optimizers,
  schedules,
  sequential,
} from '../../src/index.ts'
import { lineChart, panels, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary =
  'the test and training error of 784-2048-2048-2048-10 against p, the probability of keeping a unit'

const FILE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'lessons', 'dropout-experiment.json')
const HIDDEN = [2048, 2048, 2048]

/** All that the figures depend on; figures of other settings are not gone on with. */
interface Settings {
  readonly hidden: readonly number[]
  readonly keeps: readonly number[]
  readonly trainRows: number
  readonly testRows: number
  readonly epochs: number
  readonly batchSize: number
  /** Of the first step; it falls to 0 along a cosine. */
  readonly learningRate: number
  readonly maxNorm: number
  readonly seed: number
}

const FULL: Settings = {
  hidden: HIDDEN,
  keeps: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  trainRows: 2000,
  testRows: 10_000,
  epochs: 150,
  batchSize: 100,
  learningRate: 0.001,
  maxNorm: 3,
  seed: 1,
}
/** Narrower layers, of which a larger part must be kept: best is a larger p than for the wide net. */
const QUICK: Settings = {
  ...FULL,
  hidden: [512, 512, 512],
  keeps: [0.1, 0.4, 0.7, 1],
  trainRows: 1000,
  epochs: 100,
  batchSize: 50,
}

export interface Point {
  /** Probability of keeping a hidden unit. */
  readonly keep: number
  /** Parts of the digits that the whole, scaled net mistakes. */
  readonly trainError: number
  readonly testError: number
  readonly seconds: number
}

export interface Result {
  readonly machine: string
  readonly isa: string
  readonly threads: number
  readonly settings: Settings
  readonly points: readonly Point[]
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const { draw = true, quick = false } = options
  const say = printer(options)
  const settings = quick ? QUICK : FULL
  const { threads, isa } = info()
  const machine = `${cpus()[0]?.model.trim() ?? 'unknown'}, ${threads} threads`
  const mnist = await datasets.mnist()
  const train = mnist.train.take(settings.trainRows)
  const test = mnist.test.take(settings.testRows)
  const points = quick ? [] : kept(settings)
  let result: Result = { machine, isa, threads, settings, points }

  say(`784-${settings.hidden.join('-')}-10, ${settings.epochs} epochs of ${train.rows.toLocaleString('en-US')} digits`)
  if (!quick)
    say('The whole experiment takes about 20 minutes on two cores; stop it at will, it goes on with the p it was at.')
  say()
  for (const keep of settings.keeps) {
    if (result.points.some((point) => point.keep === keep)) continue
    const point = await measure(keep, settings, train, test)
    say(`  p = ${keep.toFixed(1)} done in ${point.seconds.toFixed(0)} s`)
    result = { ...result, points: [...result.points, point].sort((a, b) => a.keep - b.keep) }
    if (draw && !quick) write(result)
  }
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`
  const rows = result.points.map(({ keep, trainError, testError, seconds }) => [
    keep.toFixed(1),
    percent(trainError),
    percent(testError),
    seconds.toFixed(0),
  ])
  say(`\n${table(['p', 'training error', 'test error', 'seconds'], rows)}`)
  if (draw && !quick) await drawPicture(result)
  return result
}

/** Dropout on the hidden layers only; the weights into a unit are held at a length of 3 at most. */
function makeNet(keep: number, settings: Settings): Model {
  const kernelConstraint = constraints.maxNorm({ maxValue: settings.maxNorm })
  const model = sequential({
    seed: settings.seed,
    layers: [
      layers.input({ shape: [784] }),
      ...settings.hidden.flatMap((units) => [
        layers.dense({ units, activation: 'relu', kernelInitializer: 'heNormal', kernelConstraint }),
        layers.dropout({ keep, scaling: 'test' }),
      ]),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  const { learningRate: initialLearningRate, trainRows, epochs, batchSize } = settings
  const decaySteps = epochs * Math.ceil(trainRows / batchSize)
  model.compile({
    optimizer: optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate, decaySteps }) }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

async function measure(keep: number, settings: Settings, train: Dataset, test: Dataset): Promise<Point> {
  const started = performance.now()
  const model = makeNet(keep, settings)
  await model.fit(train, { epochs: settings.epochs, batchSize: settings.batchSize })
  const error = async (data: Dataset): Promise<number> => 1 - (await model.evaluate(data))['accuracy']!
  const [trainError, testError] = [await error(train), await error(test)]
  return { keep, trainError, testError, seconds: (performance.now() - started) / 1000 }
}

/** The points of an earlier run with the same settings. */
function kept(settings: Settings): readonly Point[] {
  if (!existsSync(FILE)) return []
  const found = JSON.parse(readFileSync(FILE, 'utf8')) as Result
  return JSON.stringify(found.settings) === JSON.stringify(settings) ? found.points : []
}

/** Whole or not at all, whenever the run is stopped. */
function write(result: Result): void {
  mkdirSync(dirname(FILE), { recursive: true })
  const text = JSON.stringify(result, null, 2).replace(/\[[\d.,\s]+\]/g, (list) =>
    list.replace(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  )
  writeFileSync(`${FILE}.part`, `${text}\n`)
  renameSync(`${FILE}.part`, FILE)
}

/** The whole range, and the test error close up, where what small p costs no longer hides the rest. */
async function drawPicture({ points, settings }: Result): Promise<void> {
  const x = points.map(({ keep }) => keep)
  const test = points.map(({ testError }) => 100 * testError)
  const training = points.map(({ trainError }) => 100 * trainError)
  const net = `784-${settings.hidden.join('-')}-10`
  const labels = { xLabel: 'p', yLabel: 'error, %', height: 320 }
  const series = [
    { name: 'test', x, y: test, marker: true },
    { name: 'training', x, y: training, marker: true },
  ]
  const title = `Error against p, the probability of keeping a hidden unit: ${net}, ${settings.trainRows.toLocaleString('en-US')} digits`
  const whole = lineChart({ ...labels, title, series, xRange: [0, 1] })
  const [least, atOne] = [Math.min(...test), test.at(-1)!]
  const room = Math.max(0.2, 0.5 * (atOne - least))
  const close = lineChart({
    ...labels,
    title: 'The same, close up: the best p, and overfitting towards 1',
    series: series.slice(0, 1),
    xRange: [0, 1],
    yRange: [least - room, Math.max(atOne, least) + room],
  })
  await save('dropout-experiment', panels(title, [[whole], [close]]))
}
