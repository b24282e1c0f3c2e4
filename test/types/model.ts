/** Compiled, not run: what TypeScript must accept of callers, and what it must refuse. */
import {
  type Callback,
  callbacks,
  constraints,
  Dataset,
  datasets,
  type FloatArray,
  gradientCheck,
  type History,
  info,
  initializers,
  layers,
  loadKeras,
  loadTfjs,
  loadModel,
  losses,
  type Matrix,
  type Model,
  MyelinError,
  oneHot,
  optimizers,
  Perceptron,
  regularizers,
  report,
  type SaveOptions,
  schedules,
  sequential,
} from '../../src/index.ts'

export async function accepted(): Promise<void> {
  const { train, test } = await datasets.mnist()
  const model: Model = sequential({
    seed: 42,
    dtype: 'float32',
    layers: [
      layers.dropout({ keep: 0.7, inputShape: [784] }),
      layers.dense({
        units: 512,
        activation: 'relu',
        kernelInitializer: 'heNormal',
        biasInitializer: initializers.constant({ value: 0.1 }),
        kernelRegularizer: regularizers.l2({ l2: 1e-4 }),
        kernelConstraint: constraints.maxNorm({ maxValue: 3 }),
        trainable: { kernel: true, bias: false },
      }),
      layers.dense({ units: 8, activation: { kind: 'leakyRelu', negativeSlope: 0.1 } }),
      layers.activation('swish'),
      layers.dropout({ rate: 0.3, scaling: 'test' }),
      layers.dense({ units: 10, activation: 'softmax', weights: [new Float32Array(80), Array(10).fill(0)] }),
    ],
  })
  const learningRate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 100 })
  model.compile({
    optimizer: optimizers.adam({ learningRate }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  model.compile({ optimizer: 'sgd', loss: losses.huber({ delta: 2, reduction: 'sum' }) })
  model.compile({ optimizer: optimizers.sgd({ learningRate: (step) => 1 / (1 + step) }), loss: 'hinge' })
  const controller = new AbortController()
  const callback: Callback = { onEpochEnd: async (epoch, logs) => console.log(epoch, logs['loss']) }
  const history: History = await model.fit(train, {
    epochs: 10,
    batchSize: 128,
    validationData: test,
    callbacks: [
      callback,
      { onProgress: ({ epoch, step, steps, samples }, logs) => console.log(epoch, step / steps, samples, logs) },
      { setParams: ({ rows }) => console.log(rows), onTrainError: (error) => console.error(error) },
      callbacks.earlyStopping({ monitor: 'val_loss', patience: 3, mode: 'min', restoreBestWeights: true }),
      callbacks.reduceLROnPlateau({ factor: 0.5, cooldown: 2, minLearningRate: 1e-5, minDelta: 0 }),
      callbacks.csvLogger({ filename: new URL('file:///tmp/log.csv'), separator: ';', append: true }),
      callbacks.tensorBoard({ logDir: 'logs', histogramFreq: 1 }),
      callbacks.modelCheckpoint({ filepath: 'model-{epoch}.safetensors', monitor: 'val_loss', saveBestOnly: true }),
      callbacks.progressBar(),
      callbacks.terminateOnNaN(),
    ],
    signal: controller.signal,
    classWeight: { 0: 1, 1: 5 },
    verbose: 1,
  })
  const page: string = await report(model, history, test, { path: 'report.html', title: 'Digits' })
  await report(model, history, [[[1]], [1]])
  const losses_: number[] | undefined = history.history['loss']
  await model.fit([[1, 2]], [1], { validationData: [[[1, 2]], [0]] })
  await model.fit([Float32Array.of(1)], oneHot([1], 10))
  await model.fit({ data: new Uint8Array(4), shape: [2, 2] }, Uint8Array.of(1, 2), { sampleWeight: [1, 2] })
  const scores: Record<string, number> = await model.evaluate(test)
  const p = await model.predict(test)
  const [rows, units]: readonly [number, number] = p.shape
  const nested: number[][] = p.toArray()
  const row: FloatArray = p.row(0)
  const places: number[] = p.argMax()
  const stopped: number | null = callbacks.earlyStopping().stoppedEpoch
  const kinds: string[] = model.metrics.map(({ kind }) => kind)
  const weights: Matrix[] = model.getWeights()
  model.setWeights(weights)
  model.layers[0]?.setWeights([])
  const delta: number = gradientCheck(model, test.take(3)).maxRelativeError
  const { delta: table } = model.trace([[1]], [1], { training: false }).layers[0]!
  const again: Model = sequential(model.toJSON())
  const imported: Model[] = [
    await loadKeras('m.keras', { compile: false, seed: 1 }),
    await loadTfjs(new URL('file:///model.json')),
  ]
  await model.exportOnnx('m.onnx')
  const onnx: Uint8Array = model.toOnnx()
  const saving: SaveOptions = { includeOptimizer: false }
  await model.save('m.safetensors', saving)
  await model.save(new URL('file:///m.safetensors'))
  const bytes: Uint8Array = await model.toBuffer()
  const loaded: Model = await loadModel(bytes)
  await loadModel('m.safetensors')
  const epochs: number = loaded.epochs
  const saver: Callback = { setModel: (trainee) => void trainee.save('m.safetensors') }
  console.log(epochs, saver)
  const [first, second]: [Dataset, Dataset] = train.split({ fraction: 0.1, seed: 1, stratify: true })
  const perceptron: Perceptron = new Perceptron({ learningRate: 1, maxEpochs: 10, seed: 1, shuffle: true }).fit(
    [[1]],
    [1],
  )
  const counts: Int32Array = perceptron.mistakes
  const matrix: number[][] = perceptron.fit(train).evaluate(test).confusionMatrix
  const code: string = new MyelinError('ERR_DATA', '').code
  const peak: number | undefined = info({ measure: true }).fmaPeak
  console.log(page)
  console.log(imported, onnx)
  console.log(counts, matrix, perceptron.bias, perceptron.classify([[1]]))
  console.log(
    stopped,
    kinds,
    losses_,
    scores,
    rows,
    units,
    nested,
    row,
    places,
    delta,
    table,
    again,
    first,
    second,
    code,
    peak,
  )
}

export function refused(model: Model): void {
  // @ts-expect-error units is missing
  layers.dense({ activation: 'relu' })
  // @ts-expect-error no such option
  layers.dense({ unitz: 3 })
  // @ts-expect-error no such activation
  layers.dense({ units: 3, activation: 'rellu' })
  // @ts-expect-error no such initializer
  layers.dense({ units: 3, kernelInitializer: 'heNorml' })
  // @ts-expect-error keep or rate, not both
  layers.dropout({ keep: 0.5, rate: 0.5 })
  // @ts-expect-error keep or rate
  layers.dropout({})
  // @ts-expect-error no such scaling
  layers.dropout({ keep: 0.5, scaling: 'predict' })
  // @ts-expect-error sgd has no beta1
  optimizers.sgd({ beta1: 0.9 })
  // @ts-expect-error a text is no rate
  optimizers.adam({ learningRate: '0.1' })
  // @ts-expect-error lambda is missing
  regularizers.l2Cost({})
  // @ts-expect-error poisson has no delta
  losses.poisson({ delta: 1 })
  // @ts-expect-error no such dtype
  sequential({ layers: [], dtype: 'float16' })
  // @ts-expect-error layers is missing
  sequential({ seed: 1 })
  // @ts-expect-error no such loss
  model.compile({ loss: 'mse' })
  // @ts-expect-error loss is missing
  model.compile({ optimizer: 'adam' })
  // @ts-expect-error no such metric
  model.compile({ loss: 'hinge', metrics: ['acc'] })
  // @ts-expect-error arrays need targets
  model.fit([[1]])
  // @ts-expect-error no such option
  model.fit([[1]], [1], { epoch: 3 })
  // @ts-expect-error verbose is 0, 1 or 2
  model.fit([[1]], [1], { verbose: 3 })
  // @ts-expect-error no such option
  callbacks.earlyStopping({ patiance: 3 })
  // @ts-expect-error a report needs test data
  report(model, { epoch: [], history: {} })
  // @ts-expect-error no such mode
  callbacks.reduceLROnPlateau({ mode: 'lower' })
  // @ts-expect-error filename is missing
  callbacks.csvLogger({})
  // @ts-expect-error no such hook
  model.fit([[1]], [1], { callbacks: [{ onEpochStart() {} }] })
  // @ts-expect-error rows, not one row
  model.predict([1, 2, 3])
  // @ts-expect-error a path is missing
  model.save()
  // @ts-expect-error no such option
  model.save('m.safetensors', { optimizer: false })
  // @ts-expect-error neither a path nor bytes
  loadModel(7)
  // @ts-expect-error counted, not set
  model.epochs = 3
  // @ts-expect-error weights are read only
  model.layers = []
  // @ts-expect-error a dataset is not made with new
  new Dataset([[1]])
  // @ts-expect-error fraction is missing
  Dataset.from([[1]]).split({ seed: 1 })
  // @ts-expect-error arrays need targets
  new Perceptron().fit([[1]])
  // @ts-expect-error no such option
  new Perceptron({ epochs: 3 })
  // @ts-expect-error a path is missing
  model.exportOnnx()
  // @ts-expect-error no such option
  loadKeras('m.keras', { compiled: true })
  // @ts-expect-error no such code
  new MyelinError('ERR_WRONG', '')
}
