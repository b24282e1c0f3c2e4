/**
 * The main job: trains a net with dropout on the 60,000 digits of MNIST, tests it on the 10,000 it has not seen, and
 * shows the accuracy, the confusion matrix and the seconds it took. `npm start -- --help` lists the options.
 */
import { parseArgs, styleText } from 'node:util'
import { datasets, info, layers, oneHot, optimizers, schedules, sequential } from '../src/index.ts'

const KEEP = 0.7
const BATCH_SIZE = 128

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '10' },
    units: { type: 'string', default: '512' },
    seed: { type: 'string', default: '42' },
    threads: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (options.help) {
  console.log('npm start -- [--epochs 10] [--units 512] [--seed 42] [--threads n]')
  process.exit(0)
}

const colour = process.stdout.isTTY === true && !process.env.NO_COLOR
const bold = (text: string): string => (colour ? styleText('bold', text) : text)
const faint = (text: string): string => (colour ? styleText('gray', text) : text)
const count = (value: number): string => value.toLocaleString('en-US')

async function timed<Result>(job: () => Promise<Result>): Promise<[result: Result, seconds: number]> {
  const started = performance.now()
  const result = await job()
  return [result, (performance.now() - started) / 1000]
}

/** Rows: the digit that was written; columns: the digit that was read. */
function confusionMatrix(written: readonly number[], read: readonly number[]): number[][] {
  const counts = Array.from({ length: 10 }, () => new Array<number>(10).fill(0))
  for (const [i, digit] of written.entries()) counts[digit]![read[i]!]!++
  return counts
}

function show(counts: readonly (readonly number[])[]): string {
  const cell = (text: string): string => text.padStart(5)
  const digits = counts.map((_, digit) => cell(String(digit))).join('')
  const rows = counts.map((row, digit) => {
    const cells = row.map((value, read) => {
      if (read === digit) return bold(cell(String(value)))
      return value === 0 ? faint(cell('·')) : cell(String(value))
    })
    const right = (100 * row[digit]!) / row.reduce((sum, value) => sum + value, 0)
    return `  ${digit} │${cells.join('')}  │ ${right.toFixed(1).padStart(5)} %`
  })
  const rule = (mark: string): string => `────${mark}${'─'.repeat(52)}${mark}${'─'.repeat(8)}`
  return [`    │${digits}  │   right`, rule('┼'), ...rows].join('\n')
}

const epochs = Number(options.epochs)
const units = Number(options.units)

const [{ train, test }, loadSeconds] = await timed(() => datasets.mnist())

// A digit's label becomes a row with a single 1, the output the net should have. The whole data set keeps its
// labels as class numbers: the loss reads them as these same rows, without storing ten numbers for each.
const { y: labels } = train.take(1).toArrays()
const first = oneHot(labels as number[], 10)

const { isa, threads } = info()
console.log(bold(`MNIST  784-${units}-${units}-10, relu, dropout keep ${KEEP}, adam, batches of ${BATCH_SIZE}`))
console.log(`${count(train.rows)} digits to train with, ${count(test.rows)} to test with`)
console.log(`the first is a ${labels![0]}, one-hot encoded ${first.row(0).join(' ')}`)
console.log(`${isa}, ${options.threads ?? threads} threads, seed ${options.seed}\n`)

const model = sequential({
  seed: Number(options.seed),
  layers: [
    layers.dropout({ keep: KEEP, inputShape: [train.features] }),
    layers.dense({ units, activation: 'relu', kernelInitializer: 'heNormal' }),
    layers.dropout({ keep: KEEP }),
    layers.dense({ units, activation: 'relu', kernelInitializer: 'heNormal' }),
    layers.dropout({ keep: KEEP }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
const steps = epochs * Math.ceil(train.rows / BATCH_SIZE)
model.compile({
  optimizer: optimizers.adam({ learningRate: schedules.cosineDecay({ initialLearningRate: 1e-3, decaySteps: steps }) }),
  loss: 'categoricalCrossentropy',
  metrics: ['accuracy'],
})

const [, trainSeconds] = await timed(() =>
  model.fit(train, {
    epochs,
    batchSize: BATCH_SIZE,
    verbose: 1,
    ...(options.threads === undefined ? {} : { threads: Number(options.threads) }),
  }),
)

const [read, testSeconds] = await timed(async () => (await model.predict(test)).argMax())
const written = test.toArrays().y as number[]
const right = written.filter((digit, i) => digit === read[i]).length

console.log(`\n${show(confusionMatrix(written, read))}`)
console.log(faint('    rows: the digit written, columns: the digit read'))
console.log(
  `\n${bold(`test accuracy ${((100 * right) / written.length).toFixed(2)} %`)}, ${count(written.length - right)} wrong`,
)
console.log(
  `load ${loadSeconds.toFixed(2)} s, train ${trainSeconds.toFixed(2)} s, test ${testSeconds.toFixed(2)} s` +
    `, ${(performance.now() / 1000).toFixed(2)} s since the program began`,
)
