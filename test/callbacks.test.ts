/** The ready-made callbacks: their decisions against Keras 3's, what they do to a model, and wrong options. */
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type Callback,
  callbacks,
  layers,
  loadModel,
  type Logs,
  Matrix,
  type Metric,
  type Model,
  MyelinError,
  optimizers,
  schedules,
  sequential,
  type Trainee,
} from '../src/index.ts'
import { rejection } from './rejection.ts'

interface Case {
  readonly options: { readonly monitor: string }
  readonly values: readonly number[]
}

interface Golden {
  readonly earlyStopping: readonly (Case & { readonly epochs: number; readonly weights: number })[]
  readonly reduceLROnPlateau: readonly (Case & { readonly rates: readonly number[] })[]
  readonly directions: Readonly<Record<string, 'min' | 'max'>>
  readonly csv: { readonly separator: string; readonly epochs: readonly Logs[]; readonly text: string }
}

const golden = JSON.parse(readFileSync(new URL('golden/callbacks.json', import.meta.url), 'utf8')) as Golden

const X = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(3 * i)])
const Y = X.map(([a, b]) => (a! > b! ? 1 : 0))

function make(metrics: readonly Metric[] = ['accuracy'], learningRate = 0.1): Model {
  const model = sequential({
    seed: 5,
    layers: [
      layers.dense({ units: 6, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'categoricalCrossentropy', metrics })
  return model
}

/** A model whose weights are the number of the epoch that made them. */
class Pretended implements Trainee {
  stopTraining = false
  readonly optimizer = { learningRate: 0.5 }
  readonly metrics = make().metrics
  readonly layers = []
  epoch = -1

  getWeights(): Matrix[] {
    return [new Matrix(Float64Array.of(this.epoch), [1])]
  }

  async save(): Promise<void> {}

  setWeights([weights]: readonly unknown[]): void {
    this.epoch = (weights as Matrix).data[0]!
  }
}

/** Gives a callback one value an epoch, as a fit does. */
async function drive(callback: Callback, monitor: string, values: readonly number[]) {
  const model = new Pretended()
  const rates: number[] = []
  callback.setModel?.(model)
  await callback.onTrainBegin?.({})
  for (const [epoch, value] of values.entries()) {
    model.epoch = epoch
    await callback.onEpochEnd?.(epoch, { [monitor]: value })
    rates.push(model.optimizer.learningRate)
    if (model.stopTraining) break
  }
  await callback.onTrainEnd?.({})
  return { epochs: rates.length, rates, weights: model.epoch }
}

/** What callbacks write to standard error while `work` runs. */
async function saidDuring(work: () => Promise<unknown>): Promise<string> {
  const { write } = process.stderr
  let said = ''
  process.stderr.write = ((text: string) => {
    said += text
    return true
  }) as typeof write
  try {
    await work()
  } finally {
    process.stderr.write = write
  }
  return said
}

const test = suite('callbacks')
let folder = ''

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'myelin-callbacks-'))
})
test.after(() => rm(folder, { recursive: true }))

test('earlyStopping stops and restores where Keras does, on 60 sequences', async () => {
  const ran = new Set<number>()
  for (const { options, values, epochs, weights } of golden.earlyStopping) {
    const callback = callbacks.earlyStopping(options)
    const result = await drive(callback, options.monitor, values)
    const what = JSON.stringify({ options, values })
    assert.is(result.epochs, epochs, what)
    assert.is(result.weights, weights, what)
    assert.is(callback.stoppedEpoch, epochs < values.length ? epochs - 1 : null, what)
    ran.add(epochs)
  }
  assert.ok(ran.has(16) && ran.size > 4, 'some run to the end, others do not')
})

test('reduceLROnPlateau sets the rates that Keras sets, on 40 sequences', async () => {
  for (const { options, values, rates } of golden.reduceLROnPlateau) {
    const result = await drive(callbacks.reduceLROnPlateau(options), options.monitor, values)
    assert.equal(result.rates, rates, JSON.stringify({ options, values }))
  }
})

test("mode 'auto' takes the direction that Keras has for each metric", async () => {
  for (const [kind, direction] of Object.entries(golden.directions)) {
    const model = make([kind as Metric])
    const [first, second] = direction === 'min' ? [1, 2] : [2, 1]
    const callback = callbacks.earlyStopping({ monitor: `val_${kind}`, restoreBestWeights: true })
    callback.setModel?.(model)
    callback.onTrainBegin?.({})
    for (const value of [first, second]) callback.onEpochEnd?.(value, { [`val_${kind}`]: value })
    assert.is(callback.best, first, kind)
  }
})

test('a value that is NaN is never the best', async () => {
  const callback = callbacks.earlyStopping({ monitor: 'loss', patience: 3, restoreBestWeights: true })
  const { weights } = await drive(callback, 'loss', [Number.NaN, 3, Number.NaN, 2, Number.NaN])
  assert.equal([callback.best, callback.bestEpoch, weights], [2, 3, 3])
})

test('best weights are restored when the stop fires and when it does not', async () => {
  for (const [patience, stops] of [
    [2, true],
    [100, false],
  ] as const) {
    const model = make(['accuracy'], 3)
    const seen: Matrix[][] = []
    const remember: Callback = { onEpochEnd: () => void seen.push(model.getWeights()) }
    const stop = callbacks.earlyStopping({ monitor: 'loss', patience, restoreBestWeights: true })
    const { history } = await model.fit(X, Y, { epochs: 30, batchSize: 4, callbacks: [remember, stop] })
    const best = history['loss']!.indexOf(Math.min(...history['loss']!))
    assert.is(stop.stoppedEpoch !== null, stops)
    assert.ok(best < history['loss']!.length - 1, 'the last epoch is not the best')
    assert.is(stop.bestEpoch, best)
    assert.equal(model.getWeights(), seen[best])
  }
})

test('a callback begins afresh with each fit', async () => {
  const stop = callbacks.earlyStopping({ monitor: 'loss', mode: 'max' })
  const epochs = async (): Promise<number> => (await make().fit(X, Y, { epochs: 9, callbacks: [stop] })).epoch.length
  assert.equal([await epochs(), await epochs()], [2, 2])
})

test('reduceLROnPlateau lowers the rate of the model and puts it into the history', async () => {
  const model = make()
  const reduce = callbacks.reduceLROnPlateau({ monitor: 'loss', mode: 'max', factor: 0.5, patience: 2, verbose: 1 })
  let history: Record<string, number[]> = {}
  const said = await saidDuring(async () => {
    history = (await model.fit(X, Y, { epochs: 6, callbacks: [reduce] })).history
  })
  assert.equal(history['learningRate'], [0.1, 0.1, 0.1, 0.05, 0.05, 0.025])
  assert.is(model.optimizer.learningRate, 0.025)
  assert.is(said.split('\n')[0], 'epoch 3: learning rate 0.1 reduced to 0.05')
})

test('reduceLROnPlateau refuses a schedule before it trains', async () => {
  const model = make()
  const learningRate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 })
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: 'categoricalCrossentropy' })
  const error = await rejection(model.fit(X, Y, { callbacks: [callbacks.reduceLROnPlateau({ monitor: 'loss' })] }))
  assert.is(error.code, 'ERR_OPTION')
  assert.match(error.message, 'schedule')
  assert.is(model.optimizer.iterations, 0)
})

test('terminateOnNaN ends a fit that diverges', async () => {
  const diverging = (): Model => {
    const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] })
    model.compile({ optimizer: optimizers.sgd({ learningRate: 1e30 }), loss: 'meanSquaredError' })
    return model
  }
  assert.is((await rejection(diverging().fit([[1], [2]], [3, 4], { epochs: 5 }))).code, 'ERR_DIVERGED')
  const options = { epochs: 9, callbacks: [callbacks.terminateOnNaN()] }
  const { history } = await diverging().fit([[1], [2]], [3, 4], options)
  assert.ok(history['loss']!.length < 9 && Number.isNaN(history['loss']!.at(-1)))
})

test('what it says when asked to', async () => {
  const stop = callbacks.earlyStopping({ monitor: 'loss', mode: 'max', restoreBestWeights: true, verbose: 1 })
  const said = await saidDuring(() => make().fit(X, Y, { epochs: 9, callbacks: [stop] }))
  assert.is(said, 'epoch 2: stopped early, loss no longer improves\nrestored the weights of epoch 1\n')
})

test('a monitor that is not in the logs is warned of once a fit', async () => {
  const warnings: string[] = []
  const listen = (warning: Error): void => void warnings.push(warning.message)
  process.on('warning', listen)
  await make().fit(X, Y, { epochs: 3, callbacks: [callbacks.earlyStopping()] })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', listen)
  assert.equal(warnings, ["earlyStopping goes by 'val_loss', which is not in the logs: loss, accuracy"])
})

test("a monitor that 'auto' does not know is refused before training, with a hint", async () => {
  const model = make()
  const callback = callbacks.earlyStopping({ monitor: 'val_acuracy' })
  const error = await rejection(model.fit(X, Y, { callbacks: [callback] }))
  assert.is(error.code, 'ERR_OPTION')
  assert.match(error.message, 'did you mean `val_accuracy`?')
  assert.is(model.optimizer.iterations, 0)
})

/** Lines of cells, numbers read. */
function cellsOf(text: string, separator: string): (string | number)[][] {
  const read = (cell: string): string | number => (Number.isNaN(Number(cell)) ? cell : Number(cell))
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.split(separator).map(read))
}

test('csvLogger writes what Keras writes', async () => {
  const { separator, epochs, text } = golden.csv
  const filename = join(folder, 'new', 'log.csv')
  const logger = callbacks.csvLogger({ filename, separator })
  await logger.onTrainBegin?.({})
  for (const [epoch, logs] of epochs.entries()) await logger.onEpochEnd?.(epoch, logs)
  assert.equal(cellsOf(await readFile(filename, 'utf8'), separator), cellsOf(text, separator))
})

test('csvLogger appends, or begins anew', async () => {
  const filename = join(folder, 'append.csv')
  const line = (epoch: number, { history }: { history: Record<string, number[]> }, i: number): string =>
    `${epoch},${history['accuracy']![i]},${history['loss']![i]}\n`
  const model = make()
  const first = await model.fit(X, Y, { epochs: 2, callbacks: [callbacks.csvLogger({ filename })] })
  const append = callbacks.csvLogger({ filename, append: true })
  const second = await model.fit(X, Y, { epochs: 3, initialEpoch: 2, callbacks: [append] })
  const lines = [line(0, first, 0), line(1, first, 1), line(2, second, 0)].join('')
  assert.is(await readFile(filename, 'utf8'), `epoch,accuracy,loss\n${lines}`)
  const third = await model.fit(X, Y, { callbacks: [callbacks.csvLogger({ filename })] })
  assert.is(await readFile(filename, 'utf8'), `epoch,accuracy,loss\n${line(0, third, 0)}`)
})

test('a file that cannot be written ends the fit with ERR_FILE', async () => {
  const inTheWay = join(folder, 'file')
  await writeFile(inTheWay, '')
  const filename = join(inTheWay, 'log.csv')
  for (const callback of [callbacks.csvLogger({ filename }), callbacks.tensorBoard({ logDir: filename })]) {
    const error = await rejection(make().fit(X, Y, { callbacks: [callback] }))
    assert.is(error.code, 'ERR_FILE')
    assert.match(error.message, inTheWay)
    assert.ok(error.cause instanceof Error)
  }
})

/** What is in a folder, in order. */
const filesIn = async (path: string): Promise<string[]> => (await readdir(path)).sort()

test('modelCheckpoint saves after each epoch, under a name made of its numbers', async () => {
  const filepath = join(folder, 'all', 'model-{epoch:03d}-{loss:.2f}-{epoch}.safetensors')
  const model = make()
  const { history } = await model.fit(X, Y, { epochs: 2, callbacks: [callbacks.modelCheckpoint({ filepath })] })
  const [first, second] = history['loss']!.map((loss) => loss.toFixed(2))
  const names = await filesIn(join(folder, 'all'))
  assert.equal(names, [`model-001-${first}-1.safetensors`, `model-002-${second}-2.safetensors`])
  const last = await loadModel(join(folder, 'all', names[1]!))
  assert.equal(last.getWeights(), model.getWeights())
  assert.is(last.optimizer.iterations, model.optimizer.iterations)
})

test('modelCheckpoint keeps the best, also through a second fit and below a threshold', async () => {
  const filepath = pathToFileURL(join(folder, 'best.safetensors'))
  const model = make(['accuracy'], 3)
  const seen: Matrix[][] = []
  const remember: Callback = { onEpochEnd: () => void seen.push(model.getWeights()) }
  const best = callbacks.modelCheckpoint({ filepath, monitor: 'loss', saveBestOnly: true, saveWeightsOnly: true })
  const losses: number[] = []
  for (let i = 0; i < 2; i++) {
    const { history } = await model.fit(X, Y, { epochs: 15, batchSize: 4, callbacks: [remember, best] })
    losses.push(...history['loss']!)
  }
  const place = losses.indexOf(Math.min(...losses))
  assert.ok(place < losses.length - 1, 'the last epoch is not the best')
  const loaded = await loadModel(filepath)
  assert.equal(loaded.getWeights(), seen[place])
  assert.throws(
    () => loaded.optimizer,
    (error: MyelinError) => error.code === 'ERR_NOT_COMPILED',
  )
  const never = join(folder, 'never', 'best.safetensors')
  const strict = callbacks.modelCheckpoint({
    filepath: never,
    monitor: 'loss',
    saveBestOnly: true,
    initialValueThreshold: 0,
  })
  await make().fit(X, Y, { epochs: 2, callbacks: [strict] })
  assert.not.ok(existsSync(never))
})

test('modelCheckpoint refuses a name that is not in the logs, and a file that cannot be written', async () => {
  const unknown = callbacks.modelCheckpoint({ filepath: join(folder, '{val_los}.safetensors') })
  const error = await rejection(make().fit(X, Y, { validationData: [X, Y], callbacks: [unknown] }))
  assert.is(error.code, 'ERR_OPTION')
  assert.match(error.message, /\{val_los\}.*did you mean `val_loss`/)
  const inTheWay = callbacks.modelCheckpoint({ filepath: join(folder, 'best.safetensors', 'model.safetensors') })
  assert.is((await rejection(make().fit(X, Y, { callbacks: [inTheWay] }))).code, 'ERR_FILE')
})

test('onProgress is told between slices, onTrainError when a fit rejects', async () => {
  const told: number[][] = []
  const thrown = new Error('mine')
  const errors: unknown[] = []
  const callback: Callback = {
    onProgress: ({ epoch, step, steps, samples }, logs) =>
      void told.push([epoch, step, steps, samples, Object.keys(logs).length]),
    onEpochEnd: () => {
      throw thrown
    },
    onTrainError: (error) => {
      errors.push(error)
      if (errors.length === 1) throw new Error('lost')
      return Promise.reject(new Error('lost too'))
    },
  }
  const options = { epochs: 2, batchSize: 8, callbacks: [callback, callback], sliceMs: 0 }
  assert.is(await rejection(make().fit(X, Y, options)), thrown)
  assert.equal(errors, [thrown, thrown])
  const twice = [1, 2, 3, 4].flatMap((step) => [step, step])
  assert.equal(
    told,
    twice.map((step) => [0, step, 5, 8 * step, 2]),
  )
})

const wrong: readonly [what: string, make: () => unknown, says: RegExp][] = [
  ['a monitor that is no text', () => callbacks.earlyStopping({ monitor: 3 as never }), /name in the logs.*`monitor`/],
  ['no such mode', () => callbacks.earlyStopping({ mode: 'maximum' as never }), /`mode`.*'maximum'/],
  ['an unknown option', () => callbacks.earlyStopping({ patiance: 3 } as never), /did you mean `patience`/],
  ['patience below 0', () => callbacks.earlyStopping({ patience: -1 }), /`patience`.*-1/],
  ['patience with a fraction', () => callbacks.reduceLROnPlateau({ patience: 1.5 }), /`patience`.*1\.5/],
  ['a baseline that is NaN', () => callbacks.earlyStopping({ baseline: Number.NaN }), /`baseline`.*NaN/],
  ['minDelta as text', () => callbacks.earlyStopping({ minDelta: '1' as never }), /`minDelta`.*'1'/],
  ['a flag that is none', () => callbacks.earlyStopping({ restoreBestWeights: 1 as never }), /`restoreBestWeights`/],
  ['verbose of 2', () => callbacks.earlyStopping({ verbose: 2 as never }), /0 or 1 for `verbose`/],
  ['startFromEpoch below 0', () => callbacks.earlyStopping({ startFromEpoch: -1 }), /`startFromEpoch`/],
  ['a factor of 1', () => callbacks.reduceLROnPlateau({ factor: 1 }), /`factor`.*1/],
  ['a factor of 0', () => callbacks.reduceLROnPlateau({ factor: 0 }), /`factor`.*0/],
  ['a cooldown below 0', () => callbacks.reduceLROnPlateau({ cooldown: -1 }), /`cooldown`/],
  ['a least rate below 0', () => callbacks.reduceLROnPlateau({ minLearningRate: -1 }), /`minLearningRate`/],
  ['minLr', () => callbacks.reduceLROnPlateau({ minLr: 0 } as never), /`minLr`/],
  ['options of terminateOnNaN', () => callbacks.terminateOnNaN({ monitor: 'loss' } as never), /no options/],
  ['options of progressBar', () => callbacks.progressBar({ width: 3 } as never), /no options/],
  ['no filename', () => callbacks.csvLogger({} as never), /`filename`.*undefined/],
  ['an empty filename', () => callbacks.csvLogger({ filename: '' }), /`filename`/],
  ['a web address', () => callbacks.csvLogger({ filename: new URL('http://a/b') }), /`filename`/],
  ['a separator that is in numbers', () => callbacks.csvLogger({ filename: 'a', separator: '.' }), /`separator`/],
  ['a separator of two', () => callbacks.csvLogger({ filename: 'a', separator: ', ' }), /`separator`/],
  ['no options', () => callbacks.csvLogger(undefined as never), /`filename`/],
  ['no filepath', () => callbacks.modelCheckpoint({} as never), /`filepath`.*undefined/],
  ['saveBestOnly of 1', () => callbacks.modelCheckpoint({ filepath: 'a', saveBestOnly: 1 as never }), /`saveBestOnly`/],
  ['saveFreq', () => callbacks.modelCheckpoint({ filepath: 'a', saveFreq: 10 } as never), /`saveFreq`/],
  [
    'a threshold as text',
    () => callbacks.modelCheckpoint({ filepath: 'a', initialValueThreshold: '0' as never }),
    /'0'/,
  ],
  ['a logDir that is no path', () => callbacks.tensorBoard({ logDir: 3 as never }), /`logDir`.*3/],
  ['histogramFreq below 0', () => callbacks.tensorBoard({ histogramFreq: -1 }), /`histogramFreq`.*-1/],
]

test('wrong options throw ERR_OPTION and name the option', () => {
  for (const [what, call, says] of wrong) {
    assert.throws(call, (error: unknown) => {
      assert.instance(error, MyelinError, what)
      assert.is((error as MyelinError).code, 'ERR_OPTION', what)
      assert.match((error as MyelinError).message, says, what)
      return true
    })
  }
})

test.run()
