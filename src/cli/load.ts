/**
 * The data that commands are given: MNIST or CSV files; what to train and what to test with, treated alike.
 */
import { open } from 'node:fs/promises'
import { Dataset } from '../data/dataset.ts'
import type { CsvOptions } from '../data/csv-options.ts'
import { datasets } from '../data/mnist.ts'
import { count, counted } from './output.ts'
import { UsageError } from './usage.ts'

export interface TrainingSource {
  /** `mnist` or a CSV file. */
  readonly data: string
  readonly test: string | undefined
  readonly label: string | number | undefined
  readonly ignore: readonly (string | number)[]
  readonly delimiter: string
  readonly scale: number | undefined
  readonly seed: number
}

export interface TrainingData {
  readonly train: Dataset
  readonly test: Dataset
  /** What was done with the data, in words. */
  readonly notes: readonly string[]
}

const MNIST = 'mnist'
/** Held back to test with where no test file is given. */
const TEST_PART = 0.2
/** Enough of a file to see what kind of numbers there are. */
const PEEK_BYTES = 1 << 18
/** Fewer features are no picture. */
const LEAST_PIXELS = 36

export async function loadTraining(source: TrainingSource): Promise<TrainingData> {
  const { data, test: testFile } = source
  if (data === MNIST) {
    if (testFile !== undefined) throw new UsageError('mnist has rows to test with of its own: leave out --test')
    return { ...(await datasets.mnist()), notes: ['pixels multiplied by 1/255'] }
  }
  const { label } = source
  if (label === undefined) throw new UsageError(await whichLabel(source))
  const options = { label, delimiter: source.delimiter, ignore: source.ignore }
  const pixels = source.scale === undefined && (await arePixels(data, options))
  const scale = source.scale ?? (pixels ? 1 / 255 : 1)
  const raw = await Dataset.fromCsv(data, { ...options, scale })
  const scaled = pixels || source.scale !== undefined
  const all = scaled ? raw : raw.standardize()
  const how = scaled
    ? `features multiplied by ${pixels ? '1/255' : scale}`
    : 'features standardized to mean 0, deviation 1'
  if (testFile !== undefined) {
    const test = await Dataset.fromCsv(testFile, { like: all, label, delimiter: source.delimiter })
    return { train: all, test, notes: [how] }
  }
  const stratify = all.classes !== null
  const [test, train] = all.split({ fraction: TEST_PART, seed: source.seed, stratify })
  return { train, test, notes: [how, `${counted(test.rows, 'row')} held back to test with`] }
}

/** Rows for a saved model, read as those that it was trained with. */
export async function loadFor(
  recipe: CsvOptions['like'] | null,
  data: string,
  options: Pick<CsvOptions, 'label' | 'delimiter'>,
): Promise<Dataset> {
  if (data === MNIST) return (await datasets.mnist()).test
  return Dataset.fromCsv(data, recipe ? { ...options, like: recipe } : options)
}

/** Rows to predict, whether there is a column with the label or not, and whatever is in it. */
export async function loadUnlabelled(
  recipe: CsvOptions['like'] | null,
  data: string,
  options: Pick<CsvOptions, 'label' | 'delimiter'>,
): Promise<Dataset> {
  if (options.label !== undefined) return loadFor(recipe, data, options)
  try {
    return await loadFor(recipe, data, options) // the fast way through a file of numbers wants all its columns
  } catch {
    return loadFor(recipe, data, { ...options, label: null })
  }
}

/** Whole numbers from 0 to 255, some of them large, and many columns. */
async function arePixels(file: string, options: CsvOptions): Promise<boolean> {
  const peek = await peekAt(file, options)
  if (peek.features < LEAST_PIXELS) return false
  const values = peek.toArrays().x.flat()
  return values.every((value) => (value & 255) === value) && values.some((value) => value > 127)
}

/** The first rows, or all where they cannot be read by themselves, with the errors that reading all has. */
async function peekAt(file: string, options: CsvOptions): Promise<Dataset> {
  const start = await firstLines(file).catch(() => null)
  const peek = start && (await Dataset.fromCsv(start, options).catch(() => null))
  return peek ?? Dataset.fromCsv(file, options)
}

/** Null for a compressed file. */
async function firstLines(file: string): Promise<Buffer | null> {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0)
    const start = buffer.subarray(0, bytesRead)
    if (start[0] === 0x1f && start[1] === 0x8b) return null
    return bytesRead < PEEK_BYTES ? start : start.subarray(0, start.lastIndexOf('\n') + 1)
  } finally {
    await handle.close()
  }
}

async function whichLabel({ data, delimiter }: TrainingSource): Promise<string> {
  const { recipe, features } = await peekAt(data, { delimiter })
  const names = recipe.columns?.flatMap(({ name }) => (name === null ? [] : [name])) ?? []
  const many = names.length > 12 ? [...names.slice(0, 12), '…'] : names
  const there = names.length > 0 ? `one of ${many.join(', ')}` : `a number from 0 to ${count(features - 1)}`
  return `--label says which column to learn: ${there}`
}
