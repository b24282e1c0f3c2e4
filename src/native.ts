/**
 * The native addon as TypeScript sees it. This is the only file that loads it.
 *
 * Plain data goes in (one object read once, typed arrays that are copied), plain data comes out.
 * Everything a caller can get wrong is checked before it reaches these functions; the addon itself
 * checks again only what memory safety needs and then throws an `Error` with a `code`.
 */
import addon from '../native/index.cjs'
import type {
  ActivationName,
  ConstraintName,
  InitializerName,
  LossName,
  MetricName,
  OptimizerName,
} from './define/names.ts'

export type FloatArray = Float32Array | Float64Array
export type DType = 'float32' | 'float64'

export interface InitializerSpec {
  readonly kind: InitializerName
  /** `constant`: the value. */
  readonly value: number
  /** `randomUniform`: the half-open range. */
  readonly min: number
  readonly max: number
  /** `randomNormal`, `truncatedNormal`. */
  readonly mean: number
  readonly stddev: number
  /** `orthogonal`: multiplies the matrix. */
  readonly gain: number
  /** -1: derive from the network's seed and the parameter's place; otherwise this seed alone. */
  readonly seed: number
}

/** Adds l1 Σ|w| + l2 Σw² + l2Cost / (2n) Σw² to the loss, n the number of training samples. */
export interface RegularizerSpec {
  readonly l1: number
  readonly l2: number
  readonly l2Cost: number
}

/** Applied after every update to the incoming weights of each unit. */
export interface ConstraintSpec {
  readonly kind: ConstraintName
  /** `minMaxNorm`. */
  readonly minValue: number
  /** `maxNorm`, `minMaxNorm`. */
  readonly maxValue: number
  /** `minMaxNorm`: how far towards the range, 0 … 1. */
  readonly rate: number
}

export interface DenseSpec {
  readonly kind: 'dense'
  readonly units: number
  readonly activation: ActivationName
  /** Slope of `leakyRelu` for negative inputs, α of `elu`; unused by the others. */
  readonly alpha: number
  readonly useBias: boolean
  readonly trainKernel: boolean
  readonly trainBias: boolean
  readonly kernelInitializer: InitializerSpec
  readonly biasInitializer: InitializerSpec
  readonly kernelRegularizer: RegularizerSpec | null
  readonly biasRegularizer: RegularizerSpec | null
  readonly kernelConstraint: ConstraintSpec | null
  readonly biasConstraint: ConstraintSpec | null
}

export interface DropoutSpec {
  readonly kind: 'dropout'
  /** Probability of keeping a unit, in (0, 1]. */
  readonly keep: number
  /** false: kept units are divided by keep while training. true: outputs are multiplied by keep at test time. */
  readonly testScaling: boolean
}

export interface ActivationSpec {
  readonly kind: 'activation'
  readonly activation: ActivationName
  readonly alpha: number
}

export interface BatchNormalizationSpec {
  readonly kind: 'batchNormalization'
  readonly momentum: number
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  /** false: parameters stay and the moving statistics are used and kept, as Keras does. */
  readonly trainable: boolean
}

export interface LayerNormalizationSpec {
  readonly kind: 'layerNormalization'
  readonly epsilon: number
  readonly center: boolean
  readonly scale: boolean
  readonly trainable: boolean
}

export interface GaussianNoiseSpec {
  readonly kind: 'gaussianNoise'
  readonly stddev: number
}

export interface AlphaDropoutSpec {
  readonly kind: 'alphaDropout'
  readonly keep: number
}

export type LayerSpec =
  | DenseSpec
  | DropoutSpec
  | ActivationSpec
  | BatchNormalizationSpec
  | LayerNormalizationSpec
  | GaussianNoiseSpec
  | AlphaDropoutSpec

/** What a network is: complete, checked, with every default filled in. */
export interface NetworkSpec {
  readonly dtype: DType
  /** Whole number, 0 … 2^53 - 1. */
  readonly seed: number
  /** Features of one sample. */
  readonly inputs: number
  readonly layers: readonly LayerSpec[]
}

export interface LossSpec {
  readonly kind: LossName
  readonly labelSmoothing: number
  /** `huber`: where it turns linear. */
  readonly delta: number
  /** How the samples of a batch are put together. */
  readonly reduction: 'mean' | 'sum'
}

export interface MetricSpec {
  readonly kind: MetricName
  /** `topKCategoricalAccuracy`. */
  readonly k: number
  /** `binaryAccuracy`, `precision`, `recall`, `f1`: outputs above it count as 1. */
  readonly threshold: number
}

export interface OptimizerSpec {
  readonly kind: OptimizerName
  readonly momentum: number
  readonly nesterov: boolean
  readonly rho: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly centered: boolean
  readonly amsgrad: boolean
  readonly initialAccumulator: number
  /** Decoupled: w -= learningRate · weightDecay · w before the update; 0 for none. */
  readonly weightDecay: number
  /** The norm each parameter's gradient is cut down to; 0 for none. */
  readonly clipNorm: number
  /** The norm all gradients together are cut down to; 0 for none. */
  readonly globalClipNorm: number
  /** Gradients are held in [-clipValue, clipValue]; 0 for none. */
  readonly clipValue: number
}

export interface TrainingSpec {
  readonly loss: LossSpec
  readonly metrics: readonly MetricSpec[]
  readonly optimizer: OptimizerSpec
}

export interface ParameterInfo {
  readonly layer: number
  readonly name: 'kernel' | 'bias' | 'gamma' | 'beta' | 'movingMean' | 'movingVariance'
  /** `[inputs, units]` for a kernel, `[units]` otherwise. */
  readonly shape: readonly number[]
  readonly trainable: boolean
}

export interface DatasetSource {
  /** rows × features, row after row. Copied; what a reader has read is taken over, once. */
  readonly x: Uint8Array | FloatArray | NativeCsvReader
  readonly rows: number
  readonly features: number
  /** Every value of `x` is multiplied by it when read. */
  readonly scale: number
  /** Class indices, one a row (Int32Array), or rows × outputs values, or none. Copied. */
  readonly y: Int32Array | FloatArray | null
  /** Columns of `y`: 1 for class indices, 0 without targets. */
  readonly outputs: number
}

export interface CsvShape {
  /** Fields of a line, the label among them. */
  readonly columns: number
  /** Its column, or null for none. */
  readonly label: number | null
  /** One byte. */
  readonly delimiter: string
  readonly threads: number
}

/** Reads lines of numbers off the event loop, one piece of text after the other. Becomes the `x` of a dataset. */
export interface NativeCsvReader {
  /** The next piece, cut anywhere, which must stay as it is until then. False: it is not numbers alone, and the reader is done. */
  read(piece: Uint8Array): Promise<boolean>
  /** After the last piece; false as above. */
  finish(): Promise<boolean>
  /** 0 before it has finished. */
  readonly rows: number
  /** A copy of the label's numbers; empty without a label. */
  labels(): Float64Array
}

/** Immutable, and free of the arrays it was made from. */
export interface NativeDataset {
  readonly rows: number
  readonly features: number
  readonly outputs: number
  /** What the features are kept as. */
  readonly storage: 'uint8' | 'float32' | 'float64'
  /** Shares the storage; `rows` are indices into this dataset and may repeat. */
  subset(rows: Uint32Array): NativeDataset
  /** Of each feature: its mean, and the root of its mean squared distance from it, or 1 where that is 0. */
  moments(): { means: Float64Array; deviations: Float64Array }
  /** Features are (x - mean) / deviation, floats, or doubles where they were; a copy, without a scale. */
  standardized(means: Float64Array, deviations: Float64Array): NativeDataset
  /** A copy of the features with the scale applied, rows × features; Float64Array when stored so. */
  x(): FloatArray
  /** A copy of the targets as stored. */
  y(): Int32Array | FloatArray | null
}

export interface LayerTrace {
  /** rows × inputs of the layer. */
  readonly input: FloatArray
  /** rows × units before the activation; null for layers without one. */
  readonly preActivation: FloatArray | null
  /** rows × units. */
  readonly output: FloatArray
  /** ∂loss/∂preActivation (∂loss/∂output for layers without one), rows × units. */
  readonly delta: FloatArray
}

export interface NativeTrace {
  readonly loss: number
  readonly layers: readonly LayerTrace[]
  /** One a parameter, in the order of `parameters()`, in its shape; null when it is not trainable. */
  readonly gradients: readonly (FloatArray | null)[]
}

/** How far the training of a network has come. Whole numbers but for the last. */
export interface Counters {
  /** Epochs and steps since the network was made: they address the random draws. */
  readonly epochs: number
  readonly steps: number
  /** Optimizer steps since `compile`. */
  readonly iterations: number
  /** Rows of the latest training data; 0 before any. */
  readonly samples: number
  /** Of `nadam`: Π u of the steps so far. */
  readonly nadamProduct: number
}

export interface NativeNetwork {
  parameters(): ParameterInfo[]
  /** A copy, row-major, in the network's dtype. */
  getParameter(index: number): FloatArray
  setParameter(index: number, values: FloatArray): void
  /** The state arrays that the optimizer uses, some of 0, 1, 2; none before `compile`. */
  states(): number[]
  /** A copy of what the optimizer keeps for a parameter in one of these, in its shape. */
  getState(slot: number, index: number): FloatArray
  setState(slot: number, index: number, values: FloatArray): void
  counters(): Counters
  setCounters(counters: Counters): void
  /** Sets loss, metrics and optimizer; the optimizer's state and step count start afresh. */
  compile(spec: TrainingSpec): void
  /** Optimizer steps since `compile`. */
  readonly iterations: number
  /**
   * Forward pass on the calling thread; `x` has whole rows of the network's inputs, `y` gets the outputs and may be
   * longer; both of the network's dtype. False, with nothing of use in `y`, when a value of `x` is not finite. Throws
   * ERR_BUSY while a slice trains this network.
   */
  predictSync(x: FloatArray, y: FloatArray): boolean
  /** Forward and backward pass of the whole dataset as one batch, with no update. Regularizers count. */
  trace(data: NativeDataset, training: boolean): NativeTrace
  /** The gradients of `trace` by central differences of fourth order with step `h`. */
  differences(data: NativeDataset, training: boolean, h: number): (FloatArray | null)[]
}

export interface SessionOptions {
  readonly task: 'train' | 'evaluate' | 'predict'
  readonly batchSize: number
  readonly threads: number
  /** Training only. */
  readonly epochs: number
  readonly shuffle: boolean
  /** A slice ends with every epoch, so that somebody can look. */
  readonly endAtEpoch: boolean
  /** One weight a row of the dataset (class weights are already in it), or null. */
  readonly sampleWeights: FloatArray | null
}

export interface Progress {
  /** Everything asked for has been done. */
  readonly done: boolean
  /** The last batch's loss was not finite; that batch changed nothing. */
  readonly diverged: boolean
  /** Epochs finished in this session. */
  readonly epoch: number
  /** Batches done in the present epoch, and in a whole one. */
  readonly batch: number
  readonly batches: number
  /** [loss, ...metrics] of the present epoch so far (training), of all rows so far (evaluate). */
  readonly running: Float64Array
  /** [loss, ...metrics] of each epoch finished in this slice, one after the other. */
  readonly finished: Float64Array
}

/** Pins its network and dataset. One training session at a time per network. */
export interface NativeSession {
  /**
   * Works off the event loop until everything is done, about `budgetMs` have passed, an epoch ended
   * (with `endAtEpoch`), `stop()` was called, the loss is not finite, or `rates` are used up.
   * At least one batch is done. `rates`: the learning rate of each coming step, or a single one for all of them.
   */
  run(budgetMs: number, rates: Float64Array): Promise<Progress>
  /** Ends the present slice after the batch it is at. */
  stop(): void
  /** `predict`: rows × units, once done. */
  outputs(): FloatArray
  /** Ends the threads and gives back the memory; waits for no slice and may be called twice. */
  close(): void
}

/** Threads and memory that sessions which follow each other hand on, until it is closed. */
export interface NativeScratch {
  /** What it holds is given back, and what sessions hold is with them; may be called twice. */
  close(): void
}

export interface PerceptronSource {
  /** What an output that is not 1 is. */
  readonly off: 0 | -1
  readonly learningRate: number
  /** `off` or 1, rows × outputs. Copied, as the following are. */
  readonly targets: Int8Array
  /** Before training, features × outputs. */
  readonly weights: Float64Array
  /** Before training, one an output. */
  readonly biases: Float64Array
}

/** Pins its dataset. Works on the calling thread. */
export interface NativePerceptron {
  /** One epoch over the rows in this order, or in their own; returns how many were wrong. */
  epoch(order: Uint32Array | null): number
  /** A copy, as are the following: features × outputs. */
  weights(): Float64Array
  biases(): Float64Array
  /** Σ (target − output) of each row, rows × outputs. */
  mistakes(): Int32Array
  /** A weight or bias is not finite. */
  readonly diverged: boolean
}

export interface Addon {
  info(): { isa: string; isas: string[]; threads: number; physicalCores: number }
  /** Fused multiply-adds in registers on `threads` threads: FLOP/s, two to an FMA. Blocks the caller for `milliseconds`. */
  fmaPeak(options: { dtype: DType; threads: number; milliseconds: number }): number
  /** The names the engine knows, for the test that compares them with the TypeScript unions. */
  names(): {
    activations: string[]
    losses: string[]
    metrics: string[]
    optimizers: string[]
    initializers: string[]
    constraints: string[]
    layers: string[]
  }
  Dataset: new (source: DatasetSource) => NativeDataset
  CsvReader: new (shape: CsvShape) => NativeCsvReader
  Network: {
    new (spec: NetworkSpec): NativeNetwork
    /** The parameters it would have, without building it. */
    layOut(spec: NetworkSpec): ParameterInfo[]
  }
  Scratch: new () => NativeScratch
  Session: new (
    network: NativeNetwork,
    data: NativeDataset,
    options: SessionOptions,
    scratch?: NativeScratch,
  ) => NativeSession
  Perceptron: new (data: NativeDataset, source: PerceptronSource) => NativePerceptron
  /** Fills `sums`, rows × outputs, with biases + x · weights, in float64; weights are features × outputs. */
  weightedSums(data: NativeDataset, weights: Float64Array, biases: Float64Array, sums: Float64Array): void
}

export const native: Addon = addon
