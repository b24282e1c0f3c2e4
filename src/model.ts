/**
 * Model, the class that callers hold. It sorts out arguments and hands over: state is core.ts's, training
 * fit.ts's, forward passes evaluate.ts's, parameters weights.ts's.
 */
import { abortable } from './abort.ts'
import type { Trainee } from './callbacks.ts'
import { busy, Core } from './core.ts'
import { checkFinite } from './data/arrays.ts'
import type { Dataset } from './data/dataset.ts'
import type { Targets } from './data/encode.ts'
import type { Recipe } from './data/recipe.ts'
import type { MetricDefinition } from './define/metrics.ts'
import type { ModelDefinition, SequentialOptions } from './define/network.ts'
import type { CompileOptions } from './define/training.ts'
import { calling } from './errors.ts'
import { type EvaluateOptions, evaluate, type PredictOptions, predict } from './evaluate.ts'
import { exportOnnx, toOnnx } from './files/onnx.ts'
import { modelFile, type SaveOptions, saveModel } from './files/save-model.ts'
import { fit, fitStream } from './fit.ts'
import { checkFitOptions, type FitOptions } from './fit-options.ts'
import type { History } from './history.ts'
import { type Trace, type TraceOptions, trace } from './inspect/trace.ts'
import { Layer } from './layer.ts'
import { Matrix } from './matrix.ts'
import type { DType } from './native.ts'
import { type Features, networkRows, plainRows, splitArguments, withoutTargets, withTargets } from './samples.ts'
import { areBatches, type Batches } from './stream.ts'
import { summaryLines } from './summary.ts'
import { checkOptions, expected } from './validate.ts'
import { parametersOf, readWeights, type Weight, writeInitialWeights, writeWeights } from './weights.ts'

/** The optimizer of a compiled model. */
export interface ModelOptimizer {
  readonly kind: string
  /** Steps done since `compile`. */
  readonly iterations: number
  /** The rate of the next step. May be set, to a number of at least 0, unless the model was compiled with a schedule. */
  learningRate: number
}

export interface SummaryOptions {
  /** Called with each line. Default: console.log. */
  readonly print?: (line: string) => void
}

/** @internal The insides of a model; undefined for what is none. */
export let coreOf: (value: unknown) => Core | undefined

/** Layers one after the other. Made by `sequential`. */
export class Model implements Trainee {
  readonly layers: readonly Layer[]
  readonly #core: Core

  static {
    coreOf = (value) => (typeof value === 'object' && value !== null && #core in value ? value.#core : undefined)
  }

  /** @throws ERR_OPTION, ERR_SHAPE */
  constructor(options: SequentialOptions | Core) {
    this.#core = options instanceof Core ? options : new Core(options)
    this.layers = Object.freeze(this.#core.plan.layers.map((_, i) => new Layer(this.#core, i)))
    if (this.#core !== options) writeInitialWeights(this.#core)
  }

  get dtype(): DType {
    return this.#core.plan.spec.dtype
  }

  /** Epochs trained so far, in all fits; a saved model goes on counting. */
  get epochs(): number {
    this.#core.checkBetweenSlices('epochs', 'read it in a callback, or await the fit')
    return this.#core.network.counters().epochs
  }

  get seed(): number {
    return this.#core.plan.spec.seed
  }

  /** How the data that it was fitted on was made of raw values, for data to come: see `like` of `Dataset.fromCsv`. */
  get recipe(): Recipe | null {
    return this.#core.recipe
  }

  /** Names of the classes in the order of the outputs, where the data it was fitted on had some. */
  get classNames(): readonly string[] | null {
    return this.#core.recipe?.classNames ?? null
  }

  /** Set it to true, in a callback or anywhere, and a fit stops after the epoch it is in. Every fit starts with false. */
  get stopTraining(): boolean {
    return this.#core.stopTraining
  }

  set stopTraining(value: boolean) {
    if (typeof value !== 'boolean') throw expected('ERR_OPTION', 'true or false', 'stopTraining', value)
    this.#core.stopTraining = value
  }

  /** @throws ERR_NOT_COMPILED */
  get optimizer(): ModelOptimizer {
    const core = this.#core
    const { kind } = core.training('optimizer').optimizer
    return {
      kind,
      get iterations() {
        return core.network.iterations
      },
      get learningRate() {
        return core.rate
      },
      set learningRate(value: number) {
        core.setLearningRate(value)
      },
    }
  }

  /** What it was compiled with. @throws ERR_NOT_COMPILED */
  get metrics(): readonly MetricDefinition[] {
    return this.#core.training('metrics').metrics
  }

  /** The rate of the next step. @throws ERR_NOT_COMPILED */
  get learningRate(): number {
    this.#core.training('learningRate')
    return this.#core.rate
  }

  /** Prints a table of the layers and their parameters. */
  summary(options?: SummaryOptions): void {
    const { print = console.log } = checkOptions(options, 'summary', ['print'])
    if (typeof print !== 'function') throw expected('ERR_OPTION', 'a function', 'print', print)
    for (const line of summaryLines(this.layers, this.dtype)) print(line)
  }

  /**
   * Says what to minimise and how. Compiling again starts the optimizer afresh and leaves the weights.
   *
   * @throws ERR_OPTION, ERR_SHAPE when the loss makes no sense for the outputs, ERR_BUSY during a fit
   */
  compile(options: CompileOptions): void {
    this.#core.compile(options)
  }

  /**
   * Trains. The weights after it are the same bits for the same seed, dtype, data and options, whatever the
   * number of threads; fitting for 2 epochs and then for 3 equals fitting for 5. A fit that rejects leaves the
   * model usable, with the weights of the last finished batch.
   *
   * Batches from an iterable, for data larger than memory, are taken in their order, each one step unless `batchSize`
   * says less; the next is read while one is trained on. Metrics are their means over the rows of the batches.
   *
   * @throws (rejects) ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA; ERR_BUSY while another fit runs;
   *   ERR_ABORTED; ERR_DIVERGED when the loss is not finite any more; what a callback threw
   */
  fit(data: Dataset, options?: FitOptions): Promise<History>
  fit(x: Features, y: Targets, options?: FitOptions): Promise<History>
  fit(batches: Batches, options?: FitOptions): Promise<History>
  async fit(...args: readonly unknown[]): Promise<History> {
    const core = this.#core
    core.training('fit')
    if (core.fitting) throw busy('fit', 'another fit is running', 'await that first')
    core.fitting = true
    try {
      const [batches, options] = args
      const given = areBatches(batches) ? { x: batches, y: undefined, options } : splitArguments(args)
      const { signal } = checkFitOptions(given.options)
      abortable(signal, 'fit', () => {}).check()
      if (areBatches(batches)) return await fitStream(core, this, batches, options)
      return await fit(core, this, withTargets(core, 'fit', given), given.options)
    } finally {
      core.fitting = false
    }
  }

  /**
   * Loss and metrics over all rows, by name. During a fit it waits for the end of a slice.
   *
   * @throws (rejects) ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA, ERR_ABORTED
   */
  evaluate(data: Dataset, options?: EvaluateOptions): Promise<Record<string, number>>
  evaluate(x: Features, y: Targets, options?: EvaluateOptions): Promise<Record<string, number>>
  async evaluate(...args: readonly unknown[]): Promise<Record<string, number>> {
    this.#core.training('evaluate')
    const given = splitArguments(args)
    return evaluate(this.#core, withTargets(this.#core, 'evaluate', given), given.options)
  }

  /**
   * Outputs, rows × units. During a fit it waits for the end of a slice.
   *
   * @throws (rejects) ERR_OPTION, ERR_SHAPE, ERR_DATA, ERR_ABORTED
   */
  async predict(x: Features, options?: PredictOptions): Promise<Matrix<readonly [number, number]>> {
    return predict(this.#core, withoutTargets(this.#core, x), options)
  }

  /**
   * The same on the calling thread, for small inputs.
   *
   * @throws ERR_SHAPE, ERR_DATA, ERR_BUSY while a slice of a fit runs
   */
  predictSync(x: Features): Matrix<readonly [number, number]> {
    const core = this.#core
    core.checkBetweenSlices('predictSync', 'use predict, which waits, or call it in a callback')
    const { data, rows } = plainRows(core, x) ?? networkRows(core, x)
    const outputs = core.outputRoom(rows)
    if (!calling(() => core.network.predictSync(data, outputs))) checkFinite(data, 'x', core.plan.spec.inputs)
    return new Matrix(outputs.slice(0, rows * core.plan.outputs), [rows, core.plan.outputs] as const)
  }

  /**
   * Copies of all parameters, layer by layer: kernel `[inputs, units]` and bias `[units]`, or gamma, beta,
   * moving mean and moving variance.
   *
   * @throws ERR_BUSY while a slice of a fit runs
   */
  getWeights(): Matrix[] {
    return readWeights(this.#core, parametersOf(this.#core, null))
  }

  /**
   * Sets all parameters, in the order and the shapes of `getWeights`, or none when one of them is wrong.
   *
   * @throws ERR_SHAPE, ERR_DATA, ERR_BUSY while a slice of a fit, a prediction or an evaluation runs
   */
  setWeights(weights: readonly Weight[]): void {
    writeWeights(this.#core, parametersOf(this.#core, null), weights, 'weights')
  }

  /**
   * Forward and backward pass of all rows as one batch, without an update; with regularizers.
   *
   * @throws ERR_NOT_COMPILED, ERR_OPTION, ERR_SHAPE, ERR_DATA, ERR_BUSY while a slice of a fit runs
   */
  trace(data: Dataset, options?: TraceOptions): Trace
  trace(x: Features, y: Targets, options?: TraceOptions): Trace
  trace(...args: readonly unknown[]): Trace {
    this.#core.training('trace')
    const given = splitArguments(args)
    return trace(this.#core, withTargets(this.#core, 'trace', given), given.options)
  }

  /**
   * Writes the model to a file that `loadModel` reads: weights, definition, what it was compiled with, the optimizer's
   * state and the random state, so that training goes on to the same bits. It is the model as it is at the call; during
   * a slice of a fit, as it is at the slice's end. A model saved in the middle of an epoch begins that epoch again: save
   * in `onEpochEnd` or after a fit. The file takes the place of an old one whole or not at all, whatever happens.
   *
   * @throws (rejects) ERR_FILE when the file cannot be written, ERR_OPTION for a learning rate that is a function of
   *   one's own, as no file can hold it
   */
  async save(path: string | URL, options?: SaveOptions): Promise<void> {
    await saveModel(this.#core, path, options)
  }

  /** The same as bytes, for places that are no file. */
  async toBuffer(options?: SaveOptions): Promise<Buffer<ArrayBuffer>> {
    return Buffer.concat(await modelFile(this.#core, 'toBuffer', options))
  }

  /**
   * Writes an ONNX model that gives the outputs of `predict` in onnxruntime and elsewhere: input `x` (any number of rows ×
   * features, as `predict` takes them), output `output`, in the dtype of this model, operator set 17. During a fit it waits
   * for the end of a slice. The file takes the place of an old one whole or not at all.
   *
   * @throws (rejects) ERR_FILE when the file cannot be written, ERR_SHAPE for 2 GiB of parameters or more
   */
  async exportOnnx(path: string | URL): Promise<void> {
    await exportOnnx(this.#core, path)
  }

  /** The bytes that `exportOnnx` writes. @throws ERR_BUSY while a slice of a fit runs, ERR_SHAPE */
  toOnnx(): Uint8Array {
    return toOnnx(this.#core, 'toOnnx')
  }

  /** The definition alone, without weights; `sequential` takes it back. */
  toJSON(): ModelDefinition {
    return this.#core.plan.definition
  }
}

/**
 * A model of layers one after the other. The first layer says the shape of a sample.
 *
 * @throws ERR_OPTION for options that are wrong, ERR_SHAPE for sizes that do not fit
 */
export function sequential(options: SequentialOptions): Model {
  return new Model(options)
}
