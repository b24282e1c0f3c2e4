/** Compiled, not run: data, looking inside, files and callbacks, with the types that callers may name. */
import {
  type Batch,
  type Batches,
  type ByteStream,
  type Callback,
  type ClassWeight,
  type ColumnReference,
  type CompileOptions,
  type CsvLoggerOptions,
  type CsvOptions,
  type CsvSource,
  callbacks,
  type DatasetOptions,
  Dataset,
  datasets,
  type DType,
  type EarlyStopping,
  type EarlyStoppingOptions,
  type EpochProgress,
  type ErrorCode,
  type EvaluateOptions,
  type Features,
  type Fill,
  type FitOptions,
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheck,
  type HistoryParams,
  type ImagesOptions,
  type Info,
  type InfoOptions,
  info,
  type Landscape,
  type LandscapeOptions,
  type LandscapeWeight,
  type Layer,
  type LayerTrace,
  type LoadOptions,
  type Logs,
  loadKeras,
  loadTfjs,
  lossLandscape,
  type MatrixLike,
  type Model,
  type ModelCheckpointOptions,
  type ModelDefinition,
  type ModelOptimizer,
  type MonitorMode,
  type MonitorOptions,
  MyelinError,
  type NumberArray,
  type ParameterCheck,
  Perceptron,
  type PerceptronEpoch,
  type PerceptronOptions,
  type PerceptronScores,
  type PredictOptions,
  type Recipe,
  type RecipeColumn,
  type ReduceLROnPlateauOptions,
  type ReportOptions,
  recipeFromJSON,
  report,
  type SampleWeight,
  type SequentialOptions,
  type SplitOptions,
  type Standardization,
  type SummaryOptions,
  type Targets,
  type TensorBoardOptions,
  type Trace,
  type Trainee,
  type TraceOptions,
  type TrainAndTest,
  type ValidationData,
  type Weight,
} from '../../src/index.ts'

declare const model: Model
declare const data: Dataset

export async function dataIsRead(stream: ByteStream): Promise<void> {
  const numbers: NumberArray = new Uint8Array(4)
  const forms: readonly MatrixLike[] = [[[1, 2]], [Float32Array.of(1)], { data: numbers, shape: [2, 2] }]
  const targets: readonly Targets[] = [[1, 2], Int32Array.of(1), [[0, 1]]]
  const options: DatasetOptions = { scale: 1 / 255, classes: 10 }
  Dataset.from(forms[0]!, targets[0]!, options)
  const column: ColumnReference = -1
  const fill: Fill = { age: 'mean', 3: 0 }
  const csv: CsvOptions = {
    label: 'label',
    scale: 2,
    classes: 3,
    header: true,
    delimiter: ';',
    ignore: [column, 'id'],
    text: ['code'],
    fill,
    missing: ['?'],
  }
  const sources: readonly CsvSource[] = ['a.csv', new URL('file:///a.csv'), new Uint8Array(1), stream]
  const table: Dataset = await Dataset.fromCsv(sources[0]!, csv)
  await Dataset.fromCsv('b.csv', { like: table, label: null })
  await Dataset.fromCsv('b.csv', { like: model })
  await Dataset.fromIdx('images.gz', null, options)
  const images: ImagesOptions = { directory: 'fashion' }
  const { train, test }: TrainAndTest = await datasets.fashionMnist(images)
  const split: SplitOptions = { fraction: 0.5, seed: 1, stratify: true }
  const [rows, features, outputs, classes]: [number, number, number, number | null] = [
    train.rows,
    train.features,
    train.outputs,
    train.classes,
  ]
  const parts: [Dataset, Dataset] = test.split(split)
  const { x, y } = parts[0].take(3).subset([0, 0]).standardize().toArrays()
  const recipe: Recipe = recipeFromJSON(JSON.parse('{}'))
  const columns: readonly RecipeColumn[] | null = recipe.columns
  const standardization: Standardization | null = train.recipe.standardization
  const names: readonly string[] | null = train.classNames
  console.log(rows, features, outputs, classes, x, y, columns, standardization, names, model.recipe)
}

export async function modelIsUsed(x: Features, y: Targets): Promise<void> {
  const dtype: DType = 'float64'
  const definition: ModelDefinition = model.toJSON()
  const made: SequentialOptions = { ...definition, dtype, seed: 3 }
  const compile: CompileOptions = { loss: 'poisson', optimizer: 'nadam', metrics: ['r2'] }
  model.compile(compile)
  const sampleWeight: SampleWeight = Float32Array.of(1)
  const classWeight: ClassWeight = new Map([[0, 2]])
  const validationData: ValidationData = [[[1]], [1], sampleWeight]
  const fit: FitOptions = {
    epochs: 2,
    initialEpoch: 1,
    batchSize: 3,
    shuffle: false,
    validationData,
    classWeight,
    sampleWeight,
    callbacks: [],
    signal: AbortSignal.timeout(1),
    threads: 1,
    verbose: 2,
  }
  const history = await model.fit(x, y, fit)
  const params: HistoryParams = history.params
  await model.fit(data, { validationSplit: 0.1, stratify: true })
  const forms: readonly Batch[] = [data, [[[1]], [1]], { x: [[1]], y: [1], sampleWeight: [1] }]
  const batches: Batches = () => forms
  await model.fit(batches, { epochs: 2 })
  const load: LoadOptions = { compile: false, seed: 1 }
  await Promise.all([loadKeras('m.keras', load), loadTfjs('model.json', load)])
  const predict: PredictOptions = { batchSize: 1, threads: 1, signal: AbortSignal.abort() }
  const evaluate: EvaluateOptions = { ...predict, sampleWeight }
  await model.evaluate(data, evaluate)
  await model.predict(x, predict)
  const optimizer: ModelOptimizer = model.optimizer
  optimizer.learningRate = 0.1
  const weight: Weight = model.getWeights()[0]!
  const layer: Layer = model.layers[0]!
  const kinds: readonly ('kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance')[] = layer.weightNames
  const summary: SummaryOptions = { print: (line) => console.log(line) }
  model.summary(summary)
  const page: ReportOptions = { path: new URL('file:///r.html'), title: 'a' }
  const html: string = await report(model, history, data, page)
  console.log(made, params, weight, kinds, html)
}

export function insideIsSeen(): void {
  const options: TraceOptions = { training: true }
  const { loss, layers: traced }: Trace = model.trace(data, options)
  const first: LayerTrace = traced[0]!
  const checkOptions: GradientCheckOptions = { training: false, step: 1e-6 }
  const check: GradientCheck = gradientCheck(model, data, checkOptions)
  const each: readonly ParameterCheck[] = check.perLayer
  const weight: LandscapeWeight = { layer: 0, index: 1, parameter: 0 }
  const landscapeOptions: LandscapeOptions = { weights: [weight, weight], steps: 5, span: 2, seed: 1 }
  const landscape: Landscape = lossLandscape(model, data, landscapeOptions)
  const perceptronOptions: PerceptronOptions = {
    learningRate: 1,
    maxEpochs: 3,
    seed: 1,
    shuffle: true,
    initialWeights: 'random',
    onEpoch: ({ epoch, wrong }: PerceptronEpoch) => console.log(epoch, wrong),
  }
  const scores: PerceptronScores = new Perceptron(perceptronOptions).fit(data).evaluate(data)
  const infoOptions: InfoOptions = { measure: false }
  const { isa, threads }: Info = info(infoOptions)
  const code: ErrorCode = new MyelinError('ERR_FILE', 'a', { cause: 1 }).code
  console.log(loss, first.delta, each, landscape.loss, scores.accuracy, isa, threads, code)
}

export function callbacksAreMade(): readonly Callback[] {
  const mode: MonitorMode = 'max'
  const monitor: MonitorOptions = { monitor: 'val_accuracy', mode }
  const stopping: EarlyStoppingOptions = {
    ...monitor,
    minDelta: 0.1,
    patience: 3,
    baseline: null,
    restoreBestWeights: true,
    startFromEpoch: 2,
    verbose: 1,
  }
  const reducing: ReduceLROnPlateauOptions = {
    ...monitor,
    factor: 0.5,
    patience: 3,
    minDelta: 0,
    cooldown: 1,
    minLearningRate: 0,
    verbose: 0,
  }
  const saving: ModelCheckpointOptions = {
    ...monitor,
    filepath: 'model-{epoch:02d}.safetensors',
    saveBestOnly: true,
    saveWeightsOnly: true,
    initialValueThreshold: 0.9,
    verbose: 1,
  }
  const csv: CsvLoggerOptions = { filename: 'log.csv', separator: ';', append: true }
  const board: TensorBoardOptions = { logDir: new URL('file:///logs'), histogramFreq: 2 }
  const stop: EarlyStopping = callbacks.earlyStopping(stopping)
  const own: Callback = {
    setModel: (trainee: Trainee) => console.log(trainee.metrics, trainee.layers),
    setParams: ({ rows }) => console.log(rows),
    onTrainBegin: async (logs: Logs) => console.log(logs),
    onEpochBegin: (epoch) => console.log(epoch),
    onProgress: ({ epoch, step, steps, samples }: EpochProgress) => console.log(epoch, step, steps, samples),
    onEpochEnd: (epoch, logs) => {
      logs['mine'] = epoch
    },
    onTrainEnd: () => console.log(stop.stoppedEpoch, stop.bestEpoch, stop.best),
    onTrainError: (error) => console.error(error),
    handlesDivergence: true,
  }
  const { csvLogger, modelCheckpoint, reduceLROnPlateau, tensorBoard } = callbacks
  return [stop, own, csvLogger(csv), modelCheckpoint(saving), reduceLROnPlateau(reducing), tensorBoard(board)]
}

export function refused(): void {
  // @ts-expect-error no such option
  Dataset.fromCsv('a.csv', { labels: 'a' })
  // @ts-expect-error a column is named by text or number
  Dataset.fromCsv('a.csv', { label: true })
  // @ts-expect-error fill is 'mean' or numbers
  Dataset.fromCsv('a.csv', { fill: 'median' })
  // @ts-expect-error a number is no source
  Dataset.fromCsv(3)
  // @ts-expect-error a text is no scale
  Dataset.from([[1]], [1], { scale: '1' })
  // @ts-expect-error no such option
  data.split({ fraction: 0.5, stratified: true })
  // @ts-expect-error no such option
  loadKeras('m.keras', { compiled: true })
  // @ts-expect-error a batch has targets
  model.fit(() => [[[[1]]]], {})
  // @ts-expect-error no such option
  model.evaluate(data, { epochs: 3 })
  // @ts-expect-error no such option
  model.predict([[1]], { verbose: 1 })
  // @ts-expect-error no such option
  model.trace(data, { train: true })
  // @ts-expect-error print is a function
  model.summary({ print: true })
  // @ts-expect-error step is a number
  gradientCheck(model, data, { step: '1' })
  // @ts-expect-error weights is missing
  lossLandscape(model, data, { steps: 3 })
  // @ts-expect-error no such option
  info({ measured: true })
  // @ts-expect-error no such option
  datasets.mnist({ folder: 'a' })
  // @ts-expect-error no such option
  report(model, { epoch: [], history: {}, params: {} as HistoryParams }, data, { file: 'a' })
  // @ts-expect-error no such option
  callbacks.modelCheckpoint({ filepath: 'a', saveBest: true })
  // @ts-expect-error filepath is missing
  callbacks.modelCheckpoint({ saveBestOnly: true })
  // @ts-expect-error no such option
  callbacks.tensorBoard({ logdir: 'a' })
  // @ts-expect-error progressBar has no options
  callbacks.progressBar({ width: 3 })
  // @ts-expect-error patience is a number
  callbacks.earlyStopping({ patience: '3' })
  // @ts-expect-error columns are objects
  recipeFromJSON({}).columns = ['a']
}
