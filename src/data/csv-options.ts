/**
 * The options of `Dataset.fromCsv`, checked and with their defaults.
 */
import {
  anyNumber,
  checkFlag,
  checkNumber,
  checkOptions,
  checkWhole,
  expected,
  isObject,
  LARGEST_COUNT,
  notZero,
} from '../validate.ts'
import { type Recipe, recipeFromJSON } from './recipe.ts'

/** A column: its name in the header, or its index from 0, from the end when negative. */
export type ColumnReference = string | number

/** What stands in for a missing value: the mean of the column, a number, or in a column of text a text. */
export type Fill = 'mean' | number | Readonly<Record<string, 'mean' | number | string>>

export interface CsvOptions {
  /** The column of the targets. Left out: there are none, and all columns are features. */
  readonly label?: ColumnReference | null
  /** Every number of the features is multiplied by it. Not 0. Default 1. */
  readonly scale?: number
  /** Number of classes: the label must then be a class index below it, or one of so many texts. */
  readonly classes?: number
  /** Default: the first line is a header when there is no number in it. */
  readonly header?: boolean
  /** One character. Default ','. */
  readonly delimiter?: string
  /** Columns to leave out. */
  readonly ignore?: readonly ColumnReference[]
  /** Columns to take as text though there are numbers in them, such as codes. */
  readonly text?: readonly ColumnReference[]
  /** For missing values, which are an error without it: for all columns of numbers, or by column (name or index). */
  readonly fill?: Fill
  /** What counts as missing. Default '', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?'. */
  readonly missing?: readonly string[]
  /** Read the columns as this dataset or model read its own: same features, classes, fill, scale and standardization. */
  readonly like?: Recipe | { readonly recipe: Recipe | null }
}

export interface CsvSettings {
  /** Undefined: as `like` says, or none. */
  readonly label: ColumnReference | null | undefined
  readonly scale: number
  readonly classes: number | null
  readonly header: boolean | null
  readonly delimiter: string
  readonly ignore: readonly ColumnReference[]
  readonly text: readonly ColumnReference[]
  /** For all columns of numbers. */
  readonly fill: 'mean' | number | null
  readonly fillOf: ReadonlyMap<ColumnReference, 'mean' | number | string>
  readonly missing: ReadonlySet<string>
  readonly like: Recipe | null
}

const NAMES = ['label', 'scale', 'classes', 'header', 'delimiter', 'ignore', 'text', 'fill', 'missing', 'like']
const MISSING = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '?']

export function checkCsvOptions(value: unknown): CsvSettings {
  const given = checkOptions(value, 'Dataset.fromCsv', NAMES)
  const like = given.like === undefined ? null : readLike(given.like)
  for (const name of ['scale', 'ignore', 'text', 'fill']) {
    if (like?.columns && given[name] !== undefined) {
      throw expected('ERR_OPTION', 'nothing beside `like`, which says it,', name, given[name])
    }
  }
  const classes = given.classes === undefined ? null : checkWhole(given.classes, 'classes', 1, LARGEST_COUNT)
  const fill = given.fill
  const single = fill === undefined || !isObject(fill)
  return {
    label: checkLabel(given.label),
    scale: given.scale === undefined ? (like?.scale ?? 1) : checkNumber(given.scale, 'scale', notZero),
    classes: classes ?? like?.classes ?? null,
    header: given.header === undefined ? null : checkFlag(given.header, 'header'),
    delimiter: checkDelimiter(given.delimiter ?? ','),
    ignore: checkColumns(given.ignore ?? [], 'ignore'),
    text: checkColumns(given.text ?? [], 'text'),
    fill: single ? checkFill(fill) : null,
    fillOf: single ? new Map() : readFills(fill),
    missing: new Set(checkTexts(given.missing ?? MISSING, 'missing')),
    like,
  }
}

function readLike(value: unknown): Recipe {
  const recipe = typeof value === 'object' && value !== null && 'recipe' in value ? value.recipe : value
  if (isObject(recipe)) return recipeFromJSON(recipe)
  throw expected('ERR_OPTION', 'a recipe, or a dataset or fitted model that has one', 'like', value)
}

function checkLabel(value: unknown): ColumnReference | null | undefined {
  return value === null || value === undefined ? value : checkColumn(value, 'label')
}

function checkColumn(value: unknown, where: string): ColumnReference {
  if (typeof value === 'string' || (Number.isInteger(value) && Math.abs(value as number) < LARGEST_COUNT)) {
    return value as ColumnReference
  }
  throw expected('ERR_OPTION', 'the name of a column or its index from 0', where, value)
}

function checkColumns(value: unknown, where: string): ColumnReference[] {
  if (!Array.isArray(value)) throw expected('ERR_OPTION', 'an array of names or indices of columns', where, value)
  return Array.from(value, (item, i) => checkColumn(item, `${where}[${i}]`))
}

function checkTexts(value: unknown, where: string): string[] {
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw expected('ERR_OPTION', 'an array of texts', where, value)
}

function checkDelimiter(value: unknown): string {
  if (typeof value === 'string' && [...value].length === 1 && !/[\d"+\-.\r\na-zA-Z]/.test(value)) return value
  throw expected('ERR_OPTION', "one character that separates, such as ',' or ';',", 'delimiter', value)
}

function checkFill(value: unknown): 'mean' | number | null {
  if (value === undefined) return null
  if (value === 'mean') return value
  if (typeof value === 'number') return checkNumber(value, 'fill', anyNumber)
  throw expected('ERR_OPTION', "'mean', a number, or an object of column and value", 'fill', value)
}

/** Keys of objects are texts: '3' is the column of that name or, where there is none, of that index. */
function readFills(fill: object): Map<ColumnReference, 'mean' | number | string> {
  const fills = new Map<ColumnReference, 'mean' | number | string>()
  for (const [column, value] of Object.entries(fill)) {
    const text = typeof value === 'string'
    fills.set(column, text ? value : checkNumber(value, `fill.${column}`, anyNumber))
  }
  return fills
}
