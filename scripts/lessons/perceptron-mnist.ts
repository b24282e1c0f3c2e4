/**
 * A perceptron as a classifier of the digits: one threshold unit a class, each taught to be on for its own digit alone; the
 * digit is the unit with the highest sum.
 */
import { datasets, Perceptron } from '../../src/index.ts'
import { imageGrid, save } from './charts/index.ts'
import { type LessonOptions, printer, table } from './lesson.ts'

export const summary = 'ten perceptrons read the handwritten digits of MNIST: classify, predict, evaluate'

const EPOCHS = 10
const SEED = 1

export interface Result {
  readonly accuracy: number
  readonly trainAccuracy: number
  /** Rows: the digit written; columns: the digit read. */
  readonly confusionMatrix: readonly (readonly number[])[]
  readonly converged: boolean
  readonly epochs: number
  /** Rows of the training data that moved the weights, in each epoch. */
  readonly wrong: readonly number[]
  /** The first five test digits: as written, as read, and the units that are on. */
  readonly examples: readonly { readonly written: number; readonly read: number; readonly on: readonly number[] }[]
  readonly seconds: number
}

export async function run(options: LessonOptions = {}): Promise<Result> {
  const say = printer(options)
  const { train, test } = await datasets.mnist()
  const perceptron = new Perceptron({ maxEpochs: EPOCHS, shuffle: true, seed: SEED })
  const begun = performance.now()
  perceptron.fit(train)
  const seconds = (performance.now() - begun) / 1000
  const { accuracy, confusionMatrix } = perceptron.evaluate(test)
  const { accuracy: trainAccuracy } = perceptron.evaluate(train)

  const few = test.take(5)
  const written = few.toArrays().y as number[]
  const read = perceptron.classify(few)
  const units = perceptron.predict(few)
  const examples = written.map((digit, i) => {
    const on = Array.from(units.row(i), (output, unit) => (output === 1 ? unit : -1)).filter((unit) => unit >= 0)
    return { written: digit, read: read[i]!, on }
  })

  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`
  say(`${train.rows.toLocaleString('en-US')} digits, ${EPOCHS} epochs in ${seconds.toFixed(1)} s`)
  say(`  rows that moved a weight, by epoch: ${perceptron.wrong.join(' ')}`)
  say(`  converged ${perceptron.converged}: the digits are not linearly separable\n`)
  const rows = examples.map(({ written, read, on }) => [String(written), String(read), on.join(' ') || 'none'])
  say(`${table(['written', 'read', 'units that are on'], rows)}\n`)
  const share = (row: readonly number[], digit: number): string => {
    return `${((100 * row[digit]!) / row.reduce((sum, count) => sum + count)).toFixed(1)} %`
  }
  const counts = confusionMatrix.map((row, digit) => {
    return [String(digit), ...row.map((count) => (count === 0 ? '' : String(count))), share(row, digit)]
  })
  say(table(['', ...confusionMatrix.map((_, digit) => String(digit)), 'right'], counts))
  say('  rows: the digit written, columns: the digit read\n')
  say(`accuracy ${percent(accuracy)} of the test digits, ${percent(trainAccuracy)} of the training digits`)
  if (options.draw ?? true) await draw(perceptron)
  const { converged, epochs, wrong } = perceptron
  return { accuracy, trainAccuracy, confusionMatrix, converged, epochs, wrong, examples, seconds }
}

/** The ten units as pictures of their 784 weights. */
async function draw({ weights }: Perceptron): Promise<void> {
  const images = Array.from({ length: 10 }, (_, unit) => {
    return { values: weights.filter((_, i) => i % 10 === unit), columns: 28, label: String(unit) }
  })
  const most = weights.toSorted((a, b) => Math.abs(a) - Math.abs(b))[Math.floor(0.98 * weights.length)]!
  const title = 'The weights of the ten perceptrons: above 0 blue, below 0 orange'
  await save('perceptron-mnist', imageGrid({ title, images, columns: 5, most: Math.abs(most) }))
}
