/**
 * Recipe: how raw values became the features and classes of a dataset. A dataset keeps it, the model fitted on that
 * dataset takes it over, a saved model carries it, so that raw rows can be predicted later. Plain JSON data.
 */
import {
  anyNumber,
  checkNumber,
  checkOptions,
  checkWhole,
  expected,
  LARGEST_COUNT,
  notZero,
  positive,
} from '../validate.ts'

/** A column of a table: one feature when it holds numbers, one for each category when it holds text. */
export interface RecipeColumn {
  /** From the header; null where there is none. */
  readonly name: string | null
  /** The texts of the column, sorted: as many features, 1 where a row has that text and 0 elsewhere. Null for numbers. */
  readonly categories: readonly string[] | null
  /** What stands in for a missing value: a number, or a text where the column holds text. Null: there must be none. */
  readonly fill: number | string | null
}

/** Features are (value − mean) / deviation: one of each a feature. */
export interface Standardization {
  readonly means: readonly number[]
  /** Above 0; 1 for a feature that never changes. */
  readonly deviations: readonly number[]
}

export interface Recipe {
  /** Names of the classes in the order of their indices, or null where classes have none. */
  readonly classNames: readonly string[] | null
  /** Number of classes, or null where the targets are not classes. */
  readonly classes: number | null
  /** The column of the targets, by its name or, in a table without a header, by its index. Null where there is none. */
  readonly label: string | number | null
  /** The columns that features are made of, in their order. Null where the data came as numbers without names. */
  readonly columns: readonly RecipeColumn[] | null
  /** Every number was multiplied by it when read. */
  readonly scale: number
  /** Applied after the scale; null for none. */
  readonly standardization: Standardization | null
}

/** The recipe of numbers that are taken as they are. */
export const plainRecipe: Recipe = Object.freeze({
  classNames: null,
  classes: null,
  label: null,
  columns: null,
  scale: 1,
  standardization: null,
})

const NAMES = Object.keys(plainRecipe)

/**
 * A recipe from what JSON.parse gave, checked and copied; what is left out is as in `plainRecipe`.
 *
 * @throws ERR_OPTION for anything that is no recipe
 */
export function recipeFromJSON(value: unknown): Recipe {
  if (value === undefined) throw expected('ERR_OPTION', 'a recipe', 'recipe', value)
  const given = checkOptions(value, 'recipe', NAMES)
  const classNames = orNull(given.classNames, (v) => readList(v, 'recipe.classNames', readText))
  const classes = orNull(given.classes, (v) => checkWhole(v, 'recipe.classes', 1, LARGEST_COUNT))
  if (classNames !== null) checkDistinct(classNames, 'recipe.classNames')
  if (classNames !== null && classes !== null && classNames.length > classes) {
    throw expected('ERR_OPTION', `at most ${classes} names`, 'recipe.classNames', classNames)
  }
  const columns = orNull(given.columns, (v) => readList(v, 'recipe.columns', readColumn))
  const standardization = orNull(given.standardization, readStandardization)
  if (columns !== null && standardization !== null && standardization.means.length !== countFeatures(columns)) {
    const what = `${countFeatures(columns)} means, one a feature,`
    throw expected('ERR_OPTION', what, 'recipe.standardization', standardization.means.length)
  }
  return {
    classNames,
    classes: classes ?? classNames?.length ?? null,
    label: orNull(given.label, (v) => (typeof v === 'string' ? v : checkWhole(v, 'recipe.label', 0, LARGEST_COUNT))),
    columns,
    scale: checkNumber(given.scale ?? plainRecipe.scale, 'recipe.scale', notZero),
    standardization,
  }
}

/** The recipe of a model that is fitted on data of another: one that says nothing of columns, classes or scale keeps what was said before. */
export function takenOver(before: Recipe | null, data: Recipe): Recipe {
  const silent = data.columns === null && data.classNames === null && data.classes === null && data.scale === 1
  return before !== null && silent ? { ...before, standardization: data.standardization } : data
}

/** How many features the columns make. */
export function countFeatures(columns: readonly RecipeColumn[]): number {
  return columns.reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0)
}

function orNull<T>(value: unknown, read: (value: unknown) => T): T | null {
  return value === undefined || value === null ? null : read(value)
}

function readList<T>(value: unknown, where: string, read: (value: unknown, where: string) => T): T[] {
  if (Array.isArray(value) && value.length > 0) return Array.from(value, (item, i) => read(item, `${where}[${i}]`))
  throw expected('ERR_OPTION', 'an array that is not empty', where, value)
}

function readText(value: unknown, where: string): string {
  if (typeof value === 'string') return value
  throw expected('ERR_OPTION', 'a text', where, value)
}

function checkDistinct(names: readonly string[], where: string): void {
  const again = names.find((name, i) => names.indexOf(name) !== i)
  if (again !== undefined) throw expected('ERR_OPTION', 'different names', where, again)
}

function readColumn(value: unknown, where: string): RecipeColumn {
  if (value === undefined) throw expected('ERR_OPTION', 'a column', where, value)
  const given = checkOptions(value, where, ['name', 'categories', 'fill'])
  const categories = orNull(given.categories, (v) => readList(v, `${where}.categories`, readText))
  if (categories === null) {
    const fill = orNull(given.fill, (v) => checkNumber(v, `${where}.fill`, anyNumber))
    return { name: orNull(given.name, (v) => readText(v, `${where}.name`)), categories, fill }
  }
  checkDistinct(categories, `${where}.categories`)
  const fill = orNull(given.fill, (v) => readText(v, `${where}.fill`))
  if (fill !== null && !categories.includes(fill)) {
    throw expected('ERR_OPTION', 'one of the categories', `${where}.fill`, fill)
  }
  return { name: orNull(given.name, (v) => readText(v, `${where}.name`)), categories, fill }
}

function readStandardization(value: unknown): Standardization {
  const where = 'recipe.standardization'
  const given = checkOptions(value, where, ['means', 'deviations'])
  const means = readList(given.means, `${where}.means`, (v, at) => checkNumber(v, at, anyNumber))
  const deviations = readList(given.deviations, `${where}.deviations`, (v, at) => checkNumber(v, at, positive))
  if (means.length !== deviations.length) {
    throw expected('ERR_OPTION', `${means.length} deviations, one a mean,`, `${where}.deviations`, deviations.length)
  }
  return { means, deviations }
}
