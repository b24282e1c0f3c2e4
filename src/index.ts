/**
 * The public names of the package, and nothing else.
 */
export type { Callback, EpochProgress, Logs, Trainee } from './callbacks.ts'
export type { CsvLoggerOptions } from './callbacks/csv-logger.ts'
export type { EarlyStopping, EarlyStoppingOptions } from './callbacks/early-stopping.ts'
export { callbacks } from './callbacks/index.ts'
export type { ModelCheckpointOptions } from './callbacks/model-checkpoint.ts'
export type { MonitorMode, MonitorOptions } from './callbacks/monitor.ts'
export type { ReduceLROnPlateauOptions } from './callbacks/reduce-lr-on-plateau.ts'
export type { TensorBoardOptions } from './callbacks/tensor-board.ts'
export type { MatrixLike, NumberArray } from './data/arrays.ts'
export type { ByteStream } from './data/bytes.ts'
export type { CsvSource } from './data/csv.ts'
export type { ColumnReference, CsvOptions, Fill } from './data/csv-options.ts'
export { Dataset, type DatasetOptions, type SplitOptions } from './data/dataset.ts'
export { oneHot, type Targets } from './data/encode.ts'
export { datasets, type ImagesOptions, type TrainAndTest } from './data/mnist.ts'
export { type Recipe, type RecipeColumn, recipeFromJSON, type Standardization } from './data/recipe.ts'
export type { Activation, ActivationDefinition } from './define/activations.ts'
export { type Constraint, type ConstraintDefinition, constraints } from './define/constraints.ts'
export { type Initializer, type InitializerDefinition, initializers } from './define/initializers.ts'
export {
  type ActivationOptions,
  type AlphaDropoutOptions,
  type BatchNormalizationOptions,
  type DenseOptions,
  type DropoutOptions,
  type GaussianNoiseOptions,
  type InputOptions,
  type LayerDefinition,
  type LayerNormalizationOptions,
  type LayerOptions,
  layers,
} from './define/layers.ts'
export { type Loss, type LossDefinition, losses } from './define/losses.ts'
export { type Metric, type MetricDefinition, metrics } from './define/metrics.ts'
export type {
  ActivationName,
  ConstraintName,
  InitializerName,
  LayerName,
  LossName,
  MetricName,
  OptimizerName,
} from './define/names.ts'
export type { ModelDefinition, SequentialOptions } from './define/network.ts'
export { type Optimizer, type OptimizerDefinition, optimizers } from './define/optimizers.ts'
export { type Regularizer, type RegularizerDefinition, regularizers } from './define/regularizers.ts'
export { type Schedule, schedules, type TaggedSchedule } from './define/schedules.ts'
export type { CompileOptions } from './define/training.ts'
export { type ErrorCode, MyelinError } from './errors.ts'
export type { EvaluateOptions, PredictOptions } from './evaluate.ts'
export { loadKeras, loadTfjs } from './files/foreign.ts'
export { loadModel } from './files/load-model.ts'
export type { SaveOptions } from './files/save-model.ts'
export type { LoadOptions } from './files/stored-model.ts'
export type { FitOptions, ValidationData } from './fit-options.ts'
export type { History, HistoryParams } from './history.ts'
export { type Info, type InfoOptions, info } from './info.ts'
export {
  type GradientCheck,
  type GradientCheckOptions,
  gradientCheck,
  type ParameterCheck,
} from './inspect/gradient-check.ts'
export {
  type Landscape,
  type LandscapeOptions,
  type LandscapeWeight,
  lossLandscape,
} from './inspect/landscape.ts'
export {
  Perceptron,
  type PerceptronEpoch,
  type PerceptronOptions,
  type PerceptronScores,
} from './inspect/perceptron.ts'
export type { LayerTrace, Trace, TraceOptions } from './inspect/trace.ts'
export type { Layer } from './layer.ts'
export { Matrix } from './matrix.ts'
export { Model, type ModelOptimizer, type SummaryOptions, sequential } from './model.ts'
export type { DType, FloatArray } from './native.ts'
export { type ReportOptions, report } from './report/report.ts'
export type { ClassWeight, Features, SampleWeight } from './samples.ts'
export type { Batch, Batches } from './stream.ts'
export type { Weight } from './weights.ts'
