/**
 * Dataset: features and targets, checked once and kept natively, where bytes stay bytes. Owns no file
 * formats (idx.ts) and no encoding of targets (encode.ts).
 */
import { calling, MyelinError } from '../errors.ts'
import { Matrix } from '../matrix.ts'
import { type DatasetSource, native, type NativeDataset } from '../native.ts'
import {
  betweenZeroAndOne,
  checkFlag,
  checkNumber,
  checkOptions,
  checkSeed,
  checkWhole,
  expected,
  expectedText,
  LARGEST_COUNT,
  notZero,
} from '../validate.ts'
import { type MatrixLike, readRows } from './arrays.ts'
import { type CsvSource, readCsv } from './csv.ts'
import type { CsvOptions } from './csv-options.ts'
import { type EncodedTargets, encodeTargets, type Targets } from './encode.ts'
import { readIdx } from './idx.ts'
import { readNpy } from './npy.ts'
import { plainRecipe, type Recipe, type Standardization } from './recipe.ts'
import { type SplitRows, splitRows, splitStratified } from './shuffle.ts'

export interface DatasetOptions {
  /** Every feature is multiplied by it when read. Not 0. Default 1. */
  readonly scale?: number
  /** Number of classes: targets of one column must then be class indices below it. Default: the highest index + 1. */
  readonly classes?: number
}

export interface SplitOptions {
  /** The part of the rows that the first dataset gets, above 0 and below 1. */
  readonly fraction: number
  /** Whole number, 0 … 2^53 - 1. Default 0. */
  readonly seed?: number
  /** Keep the share of each class in both; needs class targets. Default false. */
  readonly stratify?: boolean
}

interface Parts {
  readonly handle: NativeDataset
  readonly classes: number | null
  readonly notClass: number | null
  readonly recipe: Recipe
}

/** What the rest of the package needs of a dataset and callers do not. */
export interface DatasetInternals {
  readonly handle: NativeDataset
  /** A target that is no class index, if the targets are one column of values. */
  readonly notClass: number | null
  readonly hasLabels: boolean
  /** The class of each row, or null when the targets say none. */
  classOfRows(): Int32Array | null
  standardizedBy(standardization: Standardization): Dataset
}

const key = Symbol('Dataset')

/** @internal The insides of a dataset; undefined for what is none. */
export let insideOf: (value: unknown) => DatasetInternals | undefined

/** Immutable rows of features and, if it has any, targets. It keeps its own copy: arrays it was made from may change. */
export class Dataset {
  readonly #parts: Parts
  #classOfRows: Int32Array | null | undefined

  static {
    insideOf = (value) => {
      if (typeof value !== 'object' || value === null || !(#parts in value)) return undefined
      const { handle, notClass } = value.#parts
      return {
        handle,
        notClass,
        hasLabels: value.#parts.classes !== null && handle.outputs === 1,
        classOfRows: () => value.#classes(),
        standardizedBy: (standardization) => value.#standardizedBy(standardization),
      }
    }
  }

  /** @internal Use `Dataset.from` and its siblings. */
  constructor(secret: symbol, parts: Parts) {
    if (secret !== key)
      throw new MyelinError('ERR_OPTION', 'expected Dataset.from(x, y) for `Dataset`, received new Dataset()')
    this.#parts = parts
  }

  /**
   * @param x rows × features: nested arrays, an array of typed arrays, or `{ data, shape }`
   * @param y class indices or values, one a row, or rows of values; left out when there are none
   * @throws ERR_DATA for values that are no finite numbers or no class indices, ERR_SHAPE for ragged rows and lengths that differ
   */
  static from(x: MatrixLike, y?: Targets | null, options?: DatasetOptions): Dataset {
    const given = checkOptions(options, 'Dataset.from', ['scale', 'classes'])
    const scale = checkNumber(given.scale ?? 1, 'scale', notZero)
    const classes = given.classes === undefined ? null : checkWhole(given.classes, 'classes', 1, LARGEST_COUNT)
    const { data, rows, columns } = readRows(x, 'x')
    const targets = y === undefined || y === null ? null : encodeTargets(y, rows, classes)
    if (rows > LARGEST_COUNT) throw expected('ERR_SHAPE', `at most ${LARGEST_COUNT} rows`, 'x', rows)
    return Dataset.#make({ x: data, rows, features: columns, scale }, targets, { ...plainRecipe, classes, scale })
  }

  static #make(
    features: Omit<DatasetSource, 'y' | 'outputs'>,
    targets: EncodedTargets | null,
    recipe: Recipe,
  ): Dataset {
    const source = { ...features, y: targets?.y ?? null, outputs: targets?.outputs ?? 0 }
    const handle = calling(() => new native.Dataset(source))
    const classes = targets?.classes ?? recipe.classes
    return new Dataset(key, { handle, classes, notClass: targets?.notClass ?? null, recipe })
  }

  /**
   * A CSV file, its text as bytes, or a stream of it; compressed with gzip or not. A file of numbers is read on all
   * cores, and whole numbers from 0 to 255 are kept as bytes. Columns of text become a feature for each of their texts,
   * 1 where a row has it and 0 elsewhere, or the classes where they are the label; texts count in alphabetical order.
   *
   * @throws (rejects) ERR_DATA for what is no table of numbers and texts, with line, column and text; ERR_FILE for a file
   *   that cannot be read, and for wrong quotes; ERR_OPTION
   */
  static async fromCsv(source: CsvSource, options?: CsvOptions): Promise<Dataset> {
    const { features, targets, recipe } = await readCsv(source, options)
    const { standardization } = recipe
    const data = Dataset.#make(features, targets, { ...recipe, standardization: null })
    if (standardization === null) return data
    if (standardization.means.length === data.features) return data.#standardizedBy(standardization)
    throw expected('ERR_SHAPE', `${standardization.means.length} features, as in \`like\`,`, 'source', data.features)
  }

  /**
   * IDX files, compressed with gzip or not. Images of any number of dimensions become one row each.
   *
   * @param labels left out when there are none
   * @throws ERR_FILE for a file that is missing, cut short or no IDX file; otherwise as `from`
   */
  static async fromIdx(images: string | URL, labels?: string | URL | null, options?: DatasetOptions): Promise<Dataset> {
    checkOptions(options, 'Dataset.fromIdx', ['scale', 'classes'])
    const [x, y] = await Promise.all([
      readIdx(images, 'images'),
      labels === undefined || labels === null ? null : readIdx(labels, 'labels'),
    ])
    if (y && y.shape.length !== 1) throw expected('ERR_SHAPE', 'one dimension', String(labels), y.shape)
    return Dataset.from(x, y?.data, options)
  }

  /**
   * Arrays that NumPy saved (`numpy.save`), little-endian and in C order, of booleans, integers or floats up to 64 bits;
   * compressed with gzip or not. Rows of any number of dimensions become one row each.
   *
   * @param labels one a row, or rows of values; left out when there are none
   * @throws ERR_FILE for a file that is missing, cut short or no such array; otherwise as `from`
   */
  static async fromNpy(
    features: string | URL,
    labels?: string | URL | null,
    options?: DatasetOptions,
  ): Promise<Dataset> {
    checkOptions(options, 'Dataset.fromNpy', ['scale', 'classes'])
    const [x, y] = await Promise.all([
      readNpy(features, 'features'),
      labels === undefined || labels === null ? null : readNpy(labels, 'labels'),
    ])
    return Dataset.from(x, y, options)
  }

  get rows(): number {
    return this.#parts.handle.rows
  }

  /** Columns of the features. */
  get features(): number {
    return this.#parts.handle.features
  }

  /** Columns of the targets: 1 for class indices and values, 0 without targets. */
  get outputs(): number {
    return this.#parts.handle.outputs
  }

  /** Number of classes, or null where the targets are neither class indices nor one-hot rows. */
  get classes(): number | null {
    return this.#parts.classes
  }

  /** How raw values became these features and classes; a model fitted on them takes it over. */
  get recipe(): Recipe {
    return this.#parts.recipe
  }

  /** Names of the classes in the order of their indices, or null where they have none. */
  get classNames(): readonly string[] | null {
    return this.#parts.recipe.classNames
  }

  /**
   * The same rows with features of mean 0 and standard deviation 1; features that never change become 0. A model fitted on them
   * treats whatever else it is given in the same way: pass it test data and arrays as they are.
   */
  standardize(): Dataset {
    if (this.recipe.standardization !== null) return this
    const { means, deviations } = calling(() => this.#parts.handle.moments())
    for (const [i, deviation] of deviations.entries()) {
      if (Number.isFinite(deviation)) continue
      throw expected('ERR_DATA', 'numbers whose squares are finite', `feature ${i}`, deviation)
    }
    return this.#standardizedBy({ means: [...means], deviations: [...deviations] })
  }

  #standardizedBy(standardization: Standardization): Dataset {
    const means = Float64Array.from(standardization.means)
    const deviations = Float64Array.from(standardization.deviations)
    const handle = calling(() => this.#parts.handle.standardized(means, deviations))
    return new Dataset(key, { ...this.#parts, handle, recipe: { ...this.recipe, standardization } })
  }

  /** Two datasets of different rows, drawn at random; the first gets `fraction` of them, rounded, and neither is empty. */
  split(options: SplitOptions): [Dataset, Dataset] {
    const given = checkOptions(options, 'split', ['fraction', 'seed', 'stratify'])
    const fraction = checkNumber(given.fraction, 'fraction', betweenZeroAndOne)
    const seed = checkSeed(given.seed ?? 0, 'seed')
    const { first, second } = drawSplit(this, fraction, seed, checkFlag(given.stratify ?? false, 'stratify'))
    return [this.subset(first), this.subset(second)]
  }

  /** The first `count` rows. */
  take(count: number): Dataset {
    checkWhole(count, 'count', 1, this.rows)
    return this.#select(Uint32Array.from({ length: count }, (_, i) => i))
  }

  /** The rows of these numbers, in this order; they may repeat. Shares the memory of this dataset. */
  subset(indices: readonly number[] | Uint32Array | Int32Array): Dataset {
    const list: unknown = indices
    if (!(Array.isArray(list) || list instanceof Uint32Array || list instanceof Int32Array)) {
      throw expected('ERR_OPTION', 'an array of row numbers', 'indices', indices)
    }
    if (list.length === 0) throw expectedText('ERR_OPTION', 'at least one row number', 'indices', 'none')
    for (const [i, row] of list.entries()) checkWhole(row, `indices[${i}]`, 0, this.rows - 1)
    return this.#select(Uint32Array.from(list))
  }

  /** Copies: scaled features, and targets as class indices, values or rows of values (null without). */
  toArrays(): { x: number[][]; y: number[] | number[][] | null } {
    const { handle } = this.#parts
    const x = new Matrix(handle.x(), [this.rows, this.features] as const).toArray()
    const y = handle.y()
    if (y === null) return { x, y }
    if (y instanceof Int32Array || this.outputs === 1) return { x, y: Array.from(y) }
    return { x, y: new Matrix(y, [this.rows, this.outputs] as const).toArray() }
  }

  #select(rows: Uint32Array): Dataset {
    return new Dataset(key, { ...this.#parts, handle: calling(() => this.#parts.handle.subset(rows)) })
  }

  #classes(): Int32Array | null {
    if (this.#classOfRows === undefined) this.#classOfRows = classesOf(this.#parts.handle)
    return this.#classOfRows
  }
}

/** Class indices as they are, the highest column of several, whole values of one column; null for other values. */
function classesOf(handle: NativeDataset): Int32Array | null {
  const y = handle.y()
  if (y === null || y instanceof Int32Array) return y
  if (handle.outputs > 1) return Int32Array.from(new Matrix(y, [handle.rows, handle.outputs]).argMax())
  return y.every((value) => Number.isInteger(value) && Math.abs(value) < LARGEST_COUNT) ? Int32Array.from(y) : null
}

/** @internal Row numbers for `split` and for `validationSplit`; neither part is empty. */
export function drawSplit(data: Dataset, fraction: number, seed: number, stratify: boolean): SplitRows {
  if (data.rows < 2) throw expectedText('ERR_DATA', 'at least two rows to split', 'x', `${data.rows}`)
  const count = Math.min(Math.max(Math.round(data.rows * fraction), 1), data.rows - 1)
  if (!stratify) return splitRows(data.rows, count, seed)
  const labels = insideOf(data)!.classOfRows()
  if (labels === null) throw expectedText('ERR_OPTION', 'targets that are classes', 'stratify', 'a dataset without')
  return splitStratified(labels, count, seed)
}
