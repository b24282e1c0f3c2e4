/**
 * CSV files: chooses the way through them, and makes features, targets and a recipe of their columns.
 */
import type { DatasetSource } from '../native.ts'
import { expected, expectedText } from '../validate.ts'
import type { ByteStream } from './bytes.ts'
import type { CsvColumn } from './csv-column.ts'
import { type CsvOptions, type CsvSettings, checkCsvOptions } from './csv-options.ts'
import { readPlain } from './csv-plain.ts'
import { placeIn, type TablePlan } from './csv-plan.ts'
import { type CollectedTable, readTable } from './csv-table.ts'
import { type EncodedTargets, encodeNumbers } from './encode.ts'
import { countFeatures, type Recipe, type RecipeColumn } from './recipe.ts'

/** A path, the text itself as bytes, or pieces of it; compressed with gzip or not. */
export type CsvSource = string | URL | Uint8Array | ByteStream

/** The parts of a dataset. */
export interface CsvData {
  readonly features: Pick<DatasetSource, 'x' | 'rows' | 'features' | 'scale'>
  readonly targets: EncodedTargets | null
  readonly recipe: Recipe
}

export async function readCsv(source: unknown, options: CsvOptions | undefined): Promise<CsvData> {
  const settings = checkCsvOptions(options)
  const [checked, file] = checkSource(source)
  const plain = isStream(checked) ? null : await readPlain(checked, file, settings)
  if (plain === null) return fromTable(await readTable(checked, file, settings), settings)
  const { plan, reader, rows, labels } = plain
  const columns = plan.features.map(({ name, fill }) => ({ name, categories: null, fill: fill as number | null }))
  return {
    features: { x: reader, rows, features: columns.length, scale: settings.scale },
    targets: labels && encodeNumbers(labels, settings.classes),
    recipe: recipeOf(plan, columns, settings, null),
  }
}

function checkSource(source: unknown): [CsvSource, file: string] {
  if ((typeof source === 'string' && source !== '') || source instanceof URL) return [source, String(source)]
  if (source instanceof Uint8Array) return [source, 'the text']
  if (typeof source === 'object' && source !== null && Symbol.asyncIterator in source) {
    return [source as ByteStream, 'the stream']
  }
  throw expected('ERR_OPTION', 'the path of a CSV file, its bytes, or a stream of them', 'Dataset.fromCsv', source)
}

function isStream(source: CsvSource): source is ByteStream {
  return !(typeof source === 'string' || source instanceof URL || source instanceof Uint8Array)
}

function recipeOf(
  plan: TablePlan,
  columns: readonly RecipeColumn[],
  { scale, classes, like }: CsvSettings,
  classNames: readonly string[] | null,
): Recipe {
  const { label } = plan
  return {
    classNames: label ? classNames : (like?.classNames ?? null),
    classes: classes ?? classNames?.length ?? null,
    label: label ? (label.name ?? label.index) : (like?.label ?? null),
    columns,
    scale,
    standardization: like?.standardization ?? null,
  }
}

function fromTable({ plan, features, label, rows }: CollectedTable, settings: CsvSettings): CsvData {
  const columns = features.map((column) => describeColumn(column, plan))
  const width = countFeatures(columns)
  // The scale is for numbers: where there are texts too, they are multiplied here, and the dataset has none.
  const mixed = columns.some(({ categories }) => categories !== null)
  const scale = mixed ? settings.scale : 1
  const numbers = features.map((column, i) => filled(column, columns[i]!, scale))
  const x = new (smallestStorage(numbers))(rows * width)
  let at = 0
  for (const [i, column] of features.entries()) {
    const { categories, fill } = columns[i]!
    if (categories === null) spread(numbers[i]!, x, at++, width)
    else {
      const places = placesOf(column.texts, categories)
      const missing = fill === null ? 0 : categories.indexOf(fill as string)
      for (const [row, code] of column.codes().entries()) x[row * width + at + (places[code] ?? missing)] = 1
      at += categories.length
    }
  }
  const targets = label && encodeLabel(label, settings)
  return {
    features: { x, rows, features: width, scale: mixed ? 1 : settings.scale },
    targets,
    recipe: recipeOf(plan, columns, settings, label?.kind === 'text' ? sortedTexts(label) : null),
  }
}

/** A column as later files are to be read: with its categories, and with a value for what is missing. */
function describeColumn(column: CsvColumn, plan: TablePlan): RecipeColumn {
  const { name, index, fill } = column.plan
  const where = name ?? `column ${index + 1}`
  if (column.kind === 'text') {
    if (typeof fill === 'string' && fill !== 'mean') {
      const texts = sortedTexts(column)
      return { name, categories: texts.includes(fill) ? texts : [...texts, fill].sort(), fill }
    }
    if (column.firstMissing === null) return { name, categories: sortedTexts(column), fill: null }
    const { line, text } = column.firstMissing
    const hint = `name a text for \`${where}\` in \`fill\``
    throw expected('ERR_DATA', 'a value', placeIn(plan, line, index), text, hint)
  }
  if (fill !== 'mean') {
    if (typeof fill !== 'string') return { name, categories: null, fill }
    throw expected('ERR_OPTION', "'mean' or a number, as the column holds numbers,", `fill.${where}`, fill)
  }
  const present = column.numbers().filter((value) => !Number.isNaN(value))
  if (present.length === 0) throw expectedText('ERR_DATA', 'at least one value', placeIn(plan, null, index), 'none')
  return { name, categories: null, fill: present.reduce((sum, value) => sum + value) / present.length }
}

/** Texts that were planned stay in their order. */
function sortedTexts({ texts, plan }: CsvColumn): readonly string[] {
  return plan.texts ?? [...texts].sort()
}

/** Of each text as it was read: its place in `sorted`. */
function placesOf(texts: readonly string[], sorted: readonly string[]): number[] {
  const places = new Map(sorted.map((text, i) => [text, i]))
  return texts.map((text) => places.get(text)!)
}

/** The numbers of a column, times `scale`, without gaps; null for texts. */
function filled(column: CsvColumn, { categories, fill }: RecipeColumn, scale: number): Float64Array | null {
  if (categories !== null) return null
  const whole = column.firstMissing === null && scale === 1
  return whole ? column.numbers() : column.numbers().map((v) => (Number.isNaN(v) ? (fill as number) : v) * scale)
}

type Storage = Uint8ArrayConstructor | Float32ArrayConstructor | Float64ArrayConstructor

function smallestStorage(columns: readonly (Float64Array | null)[]): Storage {
  const every = (holds: (value: number) => boolean): boolean =>
    columns.every((numbers) => numbers?.every(holds) ?? true)
  if (every((value) => (value & 255) === value)) return Uint8Array
  return every((value) => Math.fround(value) === value) ? Float32Array : Float64Array
}

function spread(numbers: Float64Array, x: Uint8Array | Float32Array | Float64Array, at: number, width: number): void {
  for (const [row, value] of numbers.entries()) x[row * width + at] = value
}

function encodeLabel(label: CsvColumn, { classes }: CsvSettings): EncodedTargets {
  if (label.kind !== 'text') return encodeNumbers(label.numbers(), classes)
  const names = sortedTexts(label)
  const places = placesOf(label.texts, names)
  const y = label.codes().map((code) => places[code]!)
  return { y, outputs: 1, classes: classes ?? names.length, notClass: null }
}
