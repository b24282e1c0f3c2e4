/**
 * Forward passes over whole datasets: the options of evaluate and predict, and their slices.
 * Training is fit.ts.
 */
import { abortable, checkSignal } from './abort.ts'
import type { Core } from './core.ts'
import { type Dataset, insideOf } from './data/dataset.ts'
import { calling, fromNative } from './errors.ts'
import { Matrix } from './matrix.ts'
import { type FloatArray, native, type NativeSession, type Progress, type SessionOptions } from './native.ts'
import { rowWeights, type SampleWeight } from './samples.ts'
import { checkOptions, checkWhole, LARGEST_COUNT, type Options } from './validate.ts'

export interface PredictOptions {
  /** Rows at a time; changes memory and speed, not results. Default 256. */
  readonly batchSize?: number
  /** Default: all that this process may use (`info().threads`). */
  readonly threads?: number
  readonly signal?: AbortSignal
}

export interface EvaluateOptions extends PredictOptions {
  /** One weight a row; weights the loss. */
  readonly sampleWeight?: SampleWeight | null
}

const BATCH_SIZE = 256
const SLICE_MS = 50
const MOST_THREADS = 256
/** A pass that does not train has no use for a learning rate, but the addon wants one. */
const NO_RATES = Float64Array.of(0)

export function checkThreads(value: unknown): number {
  return value === undefined
    ? Math.min(native.info().threads, MOST_THREADS)
    : checkWhole(value, 'threads', 1, MOST_THREADS)
}

interface PassOptions {
  readonly batchSize: number
  readonly threads: number
  readonly signal: AbortSignal | null
  readonly sampleWeights: FloatArray | null
}

function readOptions(given: Options, rows: number): Omit<PassOptions, 'sampleWeights'> {
  const batchSize = checkWhole(given.batchSize ?? BATCH_SIZE, 'batchSize', 1, LARGEST_COUNT)
  // one thread starts sooner than several, and a few rows need no more
  const few = given.threads === undefined && rows <= BATCH_SIZE
  return {
    batchSize: Math.min(batchSize, rows),
    threads: few ? 1 : checkThreads(given.threads),
    signal: checkSignal(given.signal),
  }
}

export async function evaluate(core: Core, data: Dataset, options: unknown): Promise<Record<string, number>> {
  const given = checkOptions(options, 'evaluate', ['batchSize', 'threads', 'signal', 'sampleWeight'])
  const pass = readOptions(given, data.rows)
  const sampleWeights = rowWeights(core, data, given.sampleWeight, undefined)
  const { columns } = core.training('evaluate')
  return run(core, data, 'evaluate', { ...pass, sampleWeights }, (_, { running }) =>
    Object.fromEntries(columns.map((name, i) => [name, running[i]!])),
  )
}

export async function predict(core: Core, data: Dataset, options: unknown): Promise<Matrix<readonly [number, number]>> {
  const given = checkOptions(options, 'predict', ['batchSize', 'threads', 'signal'])
  const pass = readOptions(given, data.rows)
  return run(
    core,
    data,
    'predict',
    { ...pass, sampleWeights: null },
    (session) => new Matrix(session.outputs(), [data.rows, core.plan.outputs] as const),
  )
}

/** One pass over the data. It holds its turn throughout, so that it is of one set of weights even while a fit runs. */
async function run<T>(
  core: Core,
  data: Dataset,
  task: 'evaluate' | 'predict',
  { batchSize, threads, signal, sampleWeights }: PassOptions,
  result: (session: NativeSession, last: Progress) => T,
): Promise<T> {
  const { handle } = insideOf(data)!
  const session: SessionOptions = {
    task,
    batchSize,
    threads,
    epochs: 1,
    shuffle: false,
    endAtEpoch: false,
    sampleWeights,
  }
  return core.turns.read(async () => {
    const pass = calling(() => new native.Session(core.network, handle, session))
    const abort = abortable(signal, task, () => pass.stop())
    try {
      for (;;) {
        abort.check()
        const progress = await pass.run(SLICE_MS, NO_RATES)
        if (progress.done) return result(pass, progress)
      }
    } catch (error) {
      throw fromNative(error)
    } finally {
      abort.release()
      pass.close()
    }
  })
}
