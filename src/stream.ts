/**
 * Batches that arrive one after the other, for data larger than memory: the next is read and made a dataset while the
 * present one is trained on, and no more than that is held. To the loop of fit.ts it looks like a native session.
 */
import type { Core } from './core.ts'
import type { MatrixLike } from './data/arrays.ts'
import { type Dataset, insideOf } from './data/dataset.ts'
import type { Targets } from './data/encode.ts'
import { takenOver } from './data/recipe.ts'
import { calling, MyelinError } from './errors.ts'
import { type FloatArray, native, type NativeSession, type Progress } from './native.ts'
import { type ClassWeight, rowWeights, type SampleWeight, withTargets } from './samples.ts'
import { expected, expectedText, isObject } from './validate.ts'

/** One step of the optimizer, or several when `batchSize` is less than its rows. */
export type Batch =
  | Dataset
  | readonly [x: MatrixLike, y: Targets, sampleWeight?: SampleWeight]
  | { readonly x: MatrixLike; readonly y: Targets; readonly sampleWeight?: SampleWeight }

/** The batches of an epoch, in their order: an iterable for one epoch, or a function that makes one for each. */
export type Batches = AsyncIterable<Batch> | ((epoch: number) => AsyncIterable<Batch> | Iterable<Batch>)

export function areBatches(value: unknown): value is Batches {
  return typeof value === 'function' || (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)
}

interface StreamOptions {
  readonly initialEpoch: number
  /** 0: a batch is a step. */
  readonly batchSize: number
  readonly threads: number
  readonly classWeight: ClassWeight | null | undefined
}

interface Chunk {
  readonly data: Dataset
  readonly weights: FloatArray | null
}

type Batching = AsyncIterator<unknown> | Iterator<unknown>

export class StreamSession {
  readonly #core: Core
  readonly #batches: Batches
  readonly #options: StreamOptions
  #epoch: number
  #iterator: Batching | null = null
  /** The read that is ahead of the training; null when none has begun. */
  #next: Promise<Chunk | null> | null = null
  #chunk: Chunk | null = null
  #session: NativeSession | null = null
  /** Each batch has a session of its own. */
  readonly #scratch = new native.Scratch()
  #stop: () => void = () => {}
  /** Of the present epoch. */
  #chunks = 0
  #steps = 0
  #rows = 0
  #sums: Float64Array
  #stepsOfChunk = 0
  /** Of the network, when the present epoch began. */
  #epochs = 0

  constructor(core: Core, batches: Batches, options: StreamOptions) {
    this.#core = core
    this.#batches = batches
    this.#options = options
    this.#epoch = options.initialEpoch
    this.#sums = new Float64Array(core.training('fit').columns.length)
  }

  /** Rows of the present epoch that were trained on; of the one before when it has just ended. */
  get rows(): number {
    return this.#rows
  }

  /** Waits until there is a batch to train on, the epoch has ended, or `stop` is called. */
  async ready(): Promise<void> {
    if (this.#chunk !== null) return
    const stopped = new Promise<null>((resolve) => {
      this.#stop = () => resolve(null)
    })
    this.#chunk = await Promise.race([this.#next ?? this.#readAhead(), stopped])
    this.#next = null
  }

  #readAhead(): Promise<Chunk | null> {
    const next = this.#read()
    next.catch(() => {}) // it is awaited when its turn comes, if it comes
    return next
  }

  /** As a native session does, but no further than the batch that is there. */
  async run(budgetMs: number, rates: Float64Array): Promise<Progress> {
    const chunk = this.#chunk
    if (chunk === null) return this.#endEpoch()
    if (this.#steps === 0 && this.#stepsOfChunk === 0) this.#beginEpoch()
    this.#session ??= this.#open(chunk)
    const slice = this.#session.run(budgetMs, rates)
    this.#next ??= this.#readAhead() // only now, so that what it does on this thread is done while others train
    const progress = await slice
    this.#stepsOfChunk = progress.done ? progress.batches : progress.batch
    const seen = progress.done ? chunk.data.rows : this.#stepsOfChunk * this.#batchSize(chunk)
    const running = this.#sums.map((sum, i) => sum + progress.running[i]! * seen)
    const steps = this.#steps + this.#stepsOfChunk
    const rows = this.#rows + seen
    if (progress.done) {
      this.#sums = running
      this.#steps = steps
      this.#rows = rows
      this.#closeChunk()
    }
    const means = running.map((sum) => sum / rows)
    return { ...progress, done: false, epoch: 0, batch: steps, running: means, finished: new Float64Array(0) }
  }

  #beginEpoch(): void {
    this.#epochs = this.#core.network.counters().epochs
    this.#rows = 0
    this.#sums.fill(0)
  }

  #endEpoch(): Progress {
    const finished = this.#sums.map((sum) => sum / this.#rows)
    if (this.#chunks === 0) {
      const hint = 'pass a function that makes new batches for each epoch'
      throw expectedText('ERR_DATA', 'at least one batch', `epoch ${this.#epoch + 1}`, 'none', hint)
    }
    // each native session counted one
    const { network } = this.#core
    network.setCounters({ ...network.counters(), epochs: this.#epochs + 1 })
    this.#iterator = null
    this.#epoch++
    this.#chunks = 0
    this.#steps = 0
    return { done: false, diverged: false, epoch: 1, batch: 0, batches: 0, running: finished, finished }
  }

  #batchSize({ data }: Chunk): number {
    return Math.min(this.#options.batchSize || data.rows, data.rows)
  }

  #open(chunk: Chunk): NativeSession {
    const { handle } = insideOf(chunk.data)!
    return calling(
      () =>
        new native.Session(
          this.#core.network,
          handle,
          {
            task: 'train',
            batchSize: this.#batchSize(chunk),
            threads: this.#options.threads,
            epochs: 1,
            shuffle: false,
            endAtEpoch: false,
            sampleWeights: chunk.weights,
          },
          this.#scratch,
        ),
    )
  }

  #closeChunk(): void {
    this.#session?.close()
    this.#session = null
    this.#chunk = null
    this.#stepsOfChunk = 0
  }

  async #read(): Promise<Chunk | null> {
    this.#iterator ??= iterate(this.#batches, this.#epoch)
    const { done, value } = await this.#iterator.next()
    if (done === true) return null
    this.#chunks++
    return this.#check(value)
  }

  #check(value: unknown): Chunk {
    try {
      const { x, y, sampleWeight } = partsOf(value)
      const data = withTargets(this.#core, 'fit', { x, y })
      const weights = rowWeights(this.#core, data, sampleWeight, this.#options.classWeight)
      this.#core.recipe = takenOver(this.#core.recipe, data.recipe)
      return { data, weights }
    } catch (error) {
      if (!(error instanceof MyelinError)) throw error
      throw new MyelinError(error.code, `${error.message}; in batch ${this.#chunks} of epoch ${this.#epoch + 1}`)
    }
  }

  stop(): void {
    this.#session?.stop()
    this.#stop()
  }

  /** Tells the iterable that no more is wanted, without waiting for a batch that may never come. */
  close(): void {
    this.#closeChunk()
    this.#scratch.close()
    Promise.resolve(this.#iterator?.return?.()).catch(() => {})
  }
}

function iterate(batches: Batches, epoch: number): Batching {
  const made: unknown = typeof batches === 'function' ? batches(epoch) : batches
  if (isObject(made) || Array.isArray(made)) {
    const list = made as Partial<AsyncIterable<unknown> & Iterable<unknown>>
    const iterator = list[Symbol.asyncIterator]?.() ?? list[Symbol.iterator]?.()
    if (iterator) return iterator
  }
  throw expected('ERR_OPTION', 'a function that returns an iterable of batches', 'fit', made)
}

function partsOf(value: unknown): { x: unknown; y: unknown; sampleWeight: unknown } {
  if (insideOf(value)) return { x: value, y: undefined, sampleWeight: undefined }
  if (Array.isArray(value) && (value.length === 2 || value.length === 3)) {
    const [x, y, sampleWeight] = value as readonly unknown[]
    return { x, y, sampleWeight }
  }
  if (isObject(value) && 'x' in value && 'y' in value) {
    return { x: value.x, y: value.y, sampleWeight: value.sampleWeight }
  }
  throw expected('ERR_DATA', 'a batch ([x, y], { x, y } or a Dataset)', 'fit', value)
}
