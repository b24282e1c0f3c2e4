/**
 * The last task of the lesson: MNIST from mnist_train.csv and mnist_test.csv, labels one-hot encoded, and a net that
 * overfits put right with dropout, units kept with probability p = 0.70 in the input and in the hidden layers. The same
 * net is trained without and with it: training and test accuracy come closer, and test accuracy rises.
 */
import { Dataset, layers, type Model, oneHot, optimizers, sequential } from '../../src/index.ts'
import { mnistCsv } from '../mnist-csv.ts'
import { lineChart, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'mnist_train.csv, one-hot labels, p = 0.70: an overfitting net without and with dropout'

const KEEP = 0.7
const BATCH_SIZE = 128
const FULL = { rows: 60_000, units: 512, epochs: 20 }
/** Fewer digits are sooner learnt by heart. */
const QUICK = { rows: 3000, units: 256, epochs: 40 }
/** Training accuracy is looked at on so many digits after each epoch. */
const LOOKED_AT = 10_000

export interface Run {
  /** Parts of 1, after each epoch, nothing dropped. */
  readonly training: readonly number[]
  readonly test: readonly number[]
}

export interface Result {
  /** Digits to train with, digits to test with, pixels and classes. */
  readonly shape: readonly [train: number, test: number, pixels: number, classes: number]
  /** The first label and its row of zeros with a single 1. */
  readonly first: { readonly label: number; readonly row: readonly number[] }
  readonly without: Run
  readonly withDropout: Run
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const { draw = true, quick = false } = options
  const { rows, units, epochs } = quick ? QUICK : FULL
  const say = printer(options)
  const files = await mnistCsv()
  const read = (path: string): Promise<Dataset> =>
    Dataset.fromCsv(path, { label: 'label', scale: 1 / 255, classes: 10 })
  const [all, test] = await Promise.all([read(files.train), read(files.test)])
  const train = all.take(rows)
  const [label] = train.take(1).toArrays().y as number[]
  const row = oneHot([label!], 10).toArray()[0]!

  const count = (value: number): string => value.toLocaleString('en-US')
  say(
    `${count(all.rows)} digits from mnist_train.csv, ${count(test.rows)} from mnist_test.csv, ${test.features} pixels each`,
  )
  if (rows < all.rows) say(`the first ${count(rows)} are trained with`)
  say(`the first is a ${label}, one-hot encoded ${row.join(' ')}\n`)

  const without = await learn(1, units, epochs, train, test)
  const withDropout = await learn(KEEP, units, epochs, train, test)

  say(`784-${units}-${units}-10, relu, adam, ${epochs} epochs; accuracy at the end, mean of the last five epochs\n`)
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`
  const line = (name: string, { training, test }: Run): string[] => {
    const [seen, unseen] = [atEnd(training), atEnd(test)]
    return [name, percent(seen), percent(unseen), percent(seen - unseen)]
  }
  const lines = [line('without dropout', without), line('p = 0.70', withDropout)]
  say(table(['', 'training', 'test', 'gap'], lines))
  if (draw) await drawPicture(without, withDropout, rows)
  return {
    shape: [all.rows, test.rows, test.features, test.classes!],
    first: { label: label!, row },
    without,
    withDropout,
  }
}

/** The mean of the last five epochs: that of one alone is a matter of a few digits. */
export function atEnd(accuracy: readonly number[]): number {
  const last = accuracy.slice(-5)
  return last.reduce((sum, part) => sum + part) / last.length
}

function makeNet(keep: number, units: number): Model {
  const hidden = () => layers.dense({ units, activation: 'relu', kernelInitializer: 'heNormal' })
  const model = sequential({
    seed: 1,
    layers: [
      layers.dropout({ keep, inputShape: [784] }),
      hidden(),
      layers.dropout({ keep }),
      hidden(),
      layers.dropout({ keep }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({
    optimizer: optimizers.adam({ learningRate: 1e-3 }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

async function learn(keep: number, units: number, epochs: number, train: Dataset, test: Dataset): Promise<Run> {
  const model = makeNet(keep, units)
  const seen = train.take(Math.min(train.rows, LOOKED_AT))
  const found = { training: [] as number[], test: [] as number[] }
  const look = async (): Promise<void> => {
    found.training.push((await model.evaluate(seen)).accuracy!)
    found.test.push((await model.evaluate(test)).accuracy!)
  }
  await model.fit(train, { epochs, batchSize: BATCH_SIZE, callbacks: [{ onEpochEnd: look }] })
  return found
}

async function drawPicture(without: Run, withDropout: Run, rows: number): Promise<void> {
  const x = without.test.map((_, i) => i + 1)
  const percent = (parts: readonly number[]): number[] => parts.map((part) => 100 * part)
  const series = (name: string, parts: readonly number[], colour: number, dashed: boolean) => {
    return { name, x, y: percent(parts), colour, dashed }
  }
  const lowest = Math.min(...[without, withDropout].map(({ test }) => 100 * test[1]!))
  await save(
    'mnist-dropout',
    lineChart({
      title: `Accuracy of the same net, trained on ${rows.toLocaleString('en-US')} digits, without and with dropout: the gap shrinks, and unseen digits are read better`,
      xLabel: 'epoch',
      yLabel: 'accuracy, %',
      yRange: [Math.floor(lowest), 100.2],
      series: [
        series('training, without', without.training, 0, true),
        series('test, without', without.test, 0, false),
        series('training, p = 0.70', withDropout.training, 1, true),
        series('test, p = 0.70', withDropout.test, 1, false),
      ],
    }),
  )
}
