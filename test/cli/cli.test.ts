/** The command line as it is meant to be used: what it trains, prints, keeps, and what it does when it is interrupted. */
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { commands } from '../../src/cli/commands.ts'
import { styled } from '../../src/cli/output.ts'
import { Dataset, info, layers, loadModel, type Model, sequential } from '../../src/index.ts'
import { Built, type Ran } from '../built.ts'

const IRIS = fileURLToPath(new URL('../../examples/iris.csv', import.meta.url))
const test = suite('cli/cli')
let folder = ''
let built: Built

test.before(async () => {
  built = new Built()
  folder = await mkdtemp(join(tmpdir(), 'myelin-cli-'))
})
test.after(async () => {
  built.remove()
  await rm(folder, { recursive: true })
})

const inFolder = (name: string): string => join(folder, name)

/** Runs it; it must succeed. */
async function good(...args: string[]): Promise<Ran> {
  const ran = await built.run(args, folder)
  assert.is(ran.status, 0, ran.stderr)
  return ran
}

interface Result {
  readonly loss: number
  readonly accuracy: number
  readonly meanAbsoluteError: number
  readonly epochs: number
  readonly seconds: number
  readonly samplesPerSecond: number
  readonly interrupted: boolean
  readonly saved: string | null
  readonly report: string | null
}

/** Standard output is one line, one object. */
function resultOf({ stdout }: Ran): Result {
  assert.match(stdout, /^\{.*\}\n$/)
  assert.is(stdout.split('\n').length, 2)
  return JSON.parse(stdout)
}

async function train(...args: string[]): Promise<{ result: Result; model: Model; ran: Ran }> {
  const file = inFolder('trained.safetensors')
  const ran = await good('train', ...args, '--json', '--save', file)
  return { result: resultOf(ran), model: await loadModel(file), ran }
}

const iris = (...args: string[]): ReturnType<typeof train> => train(IRIS, '--label', 'species', ...args)

/** Kinds of the layers, with units or keep. */
const shapeOf = (model: Model): (string | number)[] =>
  model.layers.flatMap(({ definition }): (string | number)[] => {
    if (definition.kind === 'dense') return [definition.units]
    return definition.kind === 'dropout' ? [`keep ${definition.keep}`] : []
  })

test('help lists every command and every option', async () => {
  const { stdout, stderr } = await good('--help')
  for (const name of Object.keys(commands)) assert.match(stdout, `  ${name} `)
  assert.is(stderr, '')
  for (const [name, { options }] of Object.entries(commands)) {
    const help = (await good(name, '--help')).stdout
    const names = Object.values(options).flatMap((group) => Object.keys(group))
    for (const option of [...names, 'help']) assert.match(help, `--${option}`)
    for (const line of help.split('\n')) assert.ok(line.length <= 130 || /one of/.test(line), line)
  }
  const nothing = await built.run([], folder)
  assert.equal([nothing.status, nothing.stdout, nothing.stderr], [2, '', stdout])
})

test('the version is that of the package', async () => {
  assert.is((await good('--version')).stdout, `${info().version}\n`)
})

test('iris: a text label is learnt as classes, a fifth is held back, progress is plain lines', async () => {
  const { result, model, ran } = await iris('--report', inFolder('r.html'))
  assert.ok(result.accuracy >= 0.9, `${result.accuracy}`)
  assert.equal(
    [result.interrupted, result.saved, result.report],
    [false, inFolder('trained.safetensors'), inFolder('r.html')],
  )
  assert.is(Math.round(result.samplesPerSecond), Math.round((120 * result.epochs) / result.seconds))
  assert.equal(model.recipe?.classNames, ['setosa', 'versicolor', 'virginica'])
  assert.equal(shapeOf(model), [128, 64, 3])
  assert.match(ran.stderr, 'features standardized to mean 0, deviation 1\n30 rows held back to test with\n')
  const lines = ran.stderr.split('\n').filter((line) => line.startsWith('epoch '))
  assert.ok(lines.length >= 2 && lines.length <= result.epochs)
  assert.ok(lines.at(-1)!.startsWith(`epoch ${result.epochs}/${result.epochs} `))
  assert.match(lines[0]!, /^epoch 1\/\d+ {2}loss [\d.]+ {2}accuracy [\d.]+ {2}val_loss [\d.]+ {2}val_accuracy [\d.]+/)
  assert.not.match(ran.stderr, '\x1b')
  const html = await readFile(inFolder('r.html'), 'utf8')
  assert.match(html, 'versicolor')
  assert.match(html, 'validation')
})

test('without --json the result is for people', async () => {
  const { stdout } = await good('train', IRIS, '--label', 'species', '--epochs', '30')
  assert.match(stdout, /4-128-64-3 relu, adam\n120 rows to train with, 30 to test with, 4 features, 3 classes\n/)
  assert.match(stdout, / {6}setosa {2}versicolor {3}virginica {2}│ {3}right\n/)
  assert.match(
    stdout,
    /\ntest accuracy [\d.]+ %, \d+ of 30 wrong\ntrained in [\d.]+ s, testing not counted, [\d,]+ samples\/s\n$/,
  )
  assert.not.match(stdout, '\x1b')
})

test('every setting of the network and of the training arrives', async () => {
  const { model, result } = await iris(
    ...['--layers', '7,5', '--activation', 'tanh', '--keep-input', '0.9', '--keep', '0.8', '--l2', '0.001'],
    ...['--max-norm', '2', '--optimizer', 'rmsprop', '--learning-rate', '0.01', '--epochs', '3', '--batch-size', '50'],
    ...['--seed', '9', '--threads', '1'],
  )
  assert.equal(shapeOf(model), ['keep 0.9', 7, 'keep 0.8', 5, 'keep 0.8', 3])
  const [hidden] = model.layers.filter(({ kind }) => kind === 'dense')
  const { definition } = hidden!
  assert.ok(definition.kind === 'dense')
  assert.equal(
    [definition.activation, definition.kernelRegularizer, definition.kernelConstraint],
    ['tanh', { kind: 'l2', l2: 0.001 }, { kind: 'maxNorm', maxValue: 2 }],
  )
  assert.equal([model.optimizer.kind, model.optimizer.learningRate, model.seed], ['rmsprop', 0.01, 9])
  assert.equal([result.epochs, model.optimizer.iterations], [3, 9])
})

test('the seed decides, the number of threads does not; none is no hidden layer', async () => {
  const weights = async (...args: string[]): Promise<unknown> =>
    (await iris('--epochs', '2', '--layers', 'none', ...args)).model.getWeights()
  const first = await weights('--threads', '1')
  assert.equal(await weights('--threads', '2'), first)
  assert.not.equal(await weights('--seed', '1'), first)
})

test('columns: a label by number, others left out, another delimiter, a scale, a test file', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'yes' : 'no'};${(i % 2) * 3};x${i};${i}`)
  await writeFile(inFolder('semicolons.csv'), ['answer;a;code;b', ...rows].join('\n'))
  await writeFile(inFolder('test.csv'), ['answer;a;code;b', ...rows.slice(0, 10)].join('\n'))
  const args = [
    '--label',
    '0',
    '--delimiter',
    ';',
    '--ignore',
    'code,3',
    '--scale',
    '0.5',
    '--test',
    inFolder('test.csv'),
  ]
  const { model, ran } = await train(inFolder('semicolons.csv'), ...args, '--epochs', '50')
  assert.equal(model.recipe?.classNames, ['no', 'yes'])
  assert.equal([model.recipe?.scale, model.recipe?.standardization], [0.5, null])
  assert.equal(
    model.recipe?.columns?.map(({ name }) => name),
    ['a'],
  )
  assert.match(ran.stderr, '60 rows to train with, 10 to test with, 1 feature, 2 classes\nfeatures multiplied by 0.5\n')
})

test('pixels are multiplied by 1/255', async () => {
  const pixel = (i: number, j: number): number => (i * 37 + j * j * 11) % 256
  const row = (i: number): string => [i % 4, ...Array.from({ length: 49 }, (_, j) => pixel(i, j))].join(',')
  await writeFile(inFolder('pixels.csv'), Array.from({ length: 200 }, (_, i) => row(i)).join('\n'))
  const { model, ran } = await train(inFolder('pixels.csv'), '--label', '0', '--epochs', '2')
  assert.equal([model.recipe?.scale, model.recipe?.standardization], [1 / 255, null])
  assert.match(ran.stderr, '49 features, 4 classes\nfeatures multiplied by 1/255')
})

async function writeValues(): Promise<string> {
  const row = (i: number): string => {
    const [a, b] = [Math.sin(i), Math.cos(i * i)]
    return `${a},${b},${(200_000 + 50_000 * a - 20_000 * b * b).toFixed(2)}`
  }
  await writeFile(inFolder('prices.csv'), ['a,b,price', ...Array.from({ length: 500 }, (_, i) => row(i))].join('\n'))
  return inFolder('prices.csv')
}

test('a label of other numbers is learnt as values, told in its own unit', async () => {
  const file = await writeValues()
  const { result, model, ran } = await train(file, '--label', 'price', '--epochs', '60')
  assert.ok(result.meanAbsoluteError < 3000, `${result.meanAbsoluteError}`)
  assert.match(ran.stderr, 'values to learn')
  const last = ran.stderr.split('\n').findLast((line) => line.startsWith('epoch '))!
  const shown = Number(/val_meanAbsoluteError ([\d.e+]+)/.exec(last)![1])
  assert.ok(Math.abs(shown - result.meanAbsoluteError) < 1, `${shown} and ${result.meanAbsoluteError}`)
  const saved = inFolder('trained.safetensors')
  const scores = resultOf(await good('evaluate', saved, file, '--json'))
  assert.ok(scores.meanAbsoluteError < 3000)
  const lines = (await good('predict', saved, file)).stdout.trimEnd().split('\n')
  assert.equal([lines[0], lines.length], ['value', 501])
  const price = Number((await readFile(file, 'utf8')).split('\n')[1]!.split(',')[2])
  assert.ok(Math.abs(Number(lines[1]) - price) < 15_000, `${lines[1]} for ${price}`)
  assert.equal(shapeOf(model), [128, 64, 1])
})

test('whole numbers are classes when they are few, values when they are many or when asked for', async () => {
  const rows = (most: number): string =>
    ['x,y', ...Array.from({ length: 120 }, (_, i) => `${i},${i % most}`)].join('\n')
  await writeFile(inFolder('few.csv'), rows(3))
  await writeFile(inFolder('many.csv'), rows(70))
  const units = async (file: string, ...args: string[]): Promise<number> =>
    (await train(inFolder(file), '--label', 'y', '--epochs', '1', ...args)).model.layers.at(-1)!.outputs
  assert.equal([await units('few.csv'), await units('few.csv', '--task', 'values')], [3, 1])
  assert.equal([await units('many.csv'), await units('many.csv', '--task', 'classes')], [1, 70])
})

test('evaluate and predict treat raw rows as the training did', async () => {
  const saved = inFolder('iris.safetensors')
  await good('train', IRIS, '--label', 'species', '--epochs', '60', '--save', saved)
  const scores = JSON.parse((await good('evaluate', saved, IRIS, '--json')).stdout)
  assert.is(scores.rows, 150)
  assert.match((await good('evaluate', saved, IRIS, '--threads', '1')).stdout, /accuracy 9\d\.\d\d %\n/)
  const model = await loadModel(saved)
  const data = await Dataset.fromCsv(IRIS, { like: model })
  assert.equal([scores.loss, scores.accuracy], Object.values(await model.evaluate(data)))
  const [head, ...lines] = (await good('predict', saved, IRIS)).stdout.trimEnd().split('\n')
  assert.is(head, 'class,setosa,versicolor,virginica')
  const truths = (await readFile(IRIS, 'utf8')).trimEnd().split('\n').slice(1)
  const right = lines.filter((line, i) => line.split(',')[0] === truths[i]!.split(',')[4]).length
  assert.is(right, Math.round(scores.accuracy * 150))
  for (const line of lines) {
    const sum = line
      .split(',')
      .slice(1)
      .reduce((total, value) => total + Number(value), 0)
    assert.ok(Math.abs(sum - 1) < 1e-4, line)
  }
  const bare = (await readFile(IRIS, 'utf8')).replace(/,[a-z]+$/gm, '')
  await writeFile(inFolder('bare.csv'), bare)
  const unknown = (await readFile(IRIS, 'utf8')).replace('setosa', 'no such flower')
  await writeFile(inFolder('unknown.csv'), unknown)
  assert.is((await good('predict', saved, inFolder('unknown.csv'))).stdout, [head, ...lines, ''].join('\n'))
  assert.is((await good('predict', saved, inFolder('bare.csv'))).stdout, [head, ...lines, ''].join('\n'))
  const { predictions } = JSON.parse((await good('predict', saved, IRIS, '--json')).stdout)
  assert.equal([predictions.length, predictions[0].class], [150, 'setosa'])
  assert.equal(Object.keys(predictions[0].probabilities), ['setosa', 'versicolor', 'virginica'])
})

test('a model that never saw a table is told which column to find', async () => {
  const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [2] })] })
  model.compile({ loss: 'meanSquaredError', metrics: ['r2'] })
  await model.save(inFolder('own.safetensors'))
  await writeFile(inFolder('own.csv'), 'a,b,c\n1,2,3\n4,5,6\n')
  const own = [inFolder('own.safetensors'), inFolder('own.csv')]
  const bare = await built.run(['evaluate', ...own], folder)
  assert.equal([bare.status, /--label says which column/.test(bare.stderr)], [2, true], bare.stderr)
  const scores = resultOf(await good('evaluate', ...own, '--label', 'c', '--json'))
  const data = Dataset.from(
    [
      [1, 2],
      [4, 5],
    ],
    Float32Array.of(3, 6),
  )
  assert.is(scores.loss, (await model.evaluate(data))['loss'])
  const predicted = await good('predict', ...own, '--label', 'c', '--threads', '1')
  const outputs = Array.from(model.predictSync(data).data, (value) => String(Number(value.toPrecision(6))))
  assert.is(predicted.stdout, ['value', ...outputs, ''].join('\n'))
  await writeFile(inFolder('tabs.csv'), 'a\tb\n1\t2\n4\t5\n')
  const tabs = await good('predict', inFolder('own.safetensors'), inFolder('tabs.csv'), '--delimiter', '\\t')
  assert.is(tabs.stdout, predicted.stdout)
})

test('info says what there is, info of a file what the model is', async () => {
  const machine = JSON.parse((await good('info', '--json')).stdout)
  assert.equal([machine.version, machine.isa, machine.node], [info().version, info().isa, process.version])
  assert.ok(machine.fmaPeak > 0)
  assert.match((await good('info')).stdout, `instruction set  ${info().isa}`)
  const { stdout } = await good('info', inFolder('iris.safetensors'))
  assert.match(stdout, /dense_2 \(dense\) .*195\n/)
  assert.match(stdout, 'Classes: setosa, versicolor, virginica\nFeatures: sepal_length, ')
})

async function interrupted(signal: NodeJS.Signals, ...args: string[]): Promise<Ran> {
  const { child, ended, said } = built.start(
    ['train', IRIS, '--label', 'species', '--epochs', '100000', ...args],
    folder,
  )
  await said(/epoch ([3-9]|\d\d+)\/100000/)
  child.kill(signal)
  return ended
}

test('Ctrl-C saves what there is, says so and ends with 130', async () => {
  const saved = inFolder('interrupted.safetensors')
  const ran = await interrupted('SIGINT', '--save', saved, '--json', '--report', inFolder('none.html'))
  assert.is(ran.status, 130, ran.stderr)
  assert.match(
    ran.stderr,
    /interrupted after \d+ whole epochs; saved .*interrupted\.safetensors as it was after the last batch/,
  )
  const result = resultOf(ran)
  assert.equal([result.interrupted, result.saved, result.epochs >= 3], [true, saved, true])
  const model = await loadModel(saved)
  assert.ok(model.optimizer.iterations >= 3 * 4)
  assert.is((await good('evaluate', saved, IRIS)).stderr, '')
  assert.not.ok(existsSync(inFolder('none.html')))
  const bare = await interrupted('SIGTERM')
  assert.equal([bare.status, /nothing is kept without --save/.test(bare.stdout)], [143, true], bare.stdout)
})

test('a reader that stops reading is no error', async () => {
  const { child, ended } = built.start(['predict', inFolder('iris.safetensors'), IRIS], folder)
  child.stdout!.destroy()
  const { status, stderr } = await ended
  assert.equal([status, stderr], [0, ''])
})

test('colours are for terminals, and not where NO_COLOR is set', () => {
  const before = process.env['NO_COLOR']
  const terminal = { isTTY: true } as NodeJS.WriteStream
  delete process.env['NO_COLOR']
  assert.is(styled('bold', 'a', terminal), '\x1b[1ma\x1b[22m')
  assert.is(styled('bold', 'a', { isTTY: false } as NodeJS.WriteStream), 'a')
  process.env['NO_COLOR'] = '1'
  assert.is(styled('bold', 'a', terminal), 'a')
  if (before === undefined) delete process.env['NO_COLOR']
  else process.env['NO_COLOR'] = before
})

test.run()
