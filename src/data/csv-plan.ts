/**
 * What is known of a table from its first line and the options: which columns there are, which are features, which is
 * the label. Also what counts as a number in a CSV file, and how errors name a place in it.
 */
import { expected, expectedText, suggestion } from '../validate.ts'
import type { ColumnReference, CsvSettings } from './csv-options.ts'
import type { Recipe } from './recipe.ts'

/** What a column holds. */
export type ColumnKind = 'numbers' | 'text'

export interface ColumnPlan {
  /** Its place in a line, from 0. */
  readonly index: number
  readonly name: string | null
  /** Null: its first value tells. */
  readonly kind: ColumnKind | null
  /** Text: the ones that may occur, in the order of their indices; null for any. */
  readonly texts: readonly string[] | null
  readonly fill: 'mean' | number | string | null
}

export interface TablePlan {
  /** What errors call it. */
  readonly file: string
  /** The first line is a header. */
  readonly header: boolean
  /** Fields of a line. */
  readonly fields: number
  readonly names: readonly string[] | null
  readonly features: readonly ColumnPlan[]
  readonly label: ColumnPlan | null
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** The number that a field holds, possibly infinite; NaN when it holds none. -0 is 0. */
export function readNumber(text: string): number {
  return NUMBER.test(text) ? Number(text) + 0 : Number.NaN
}

/** Lines and columns are counted from 1, as editors do. */
export function placeIn(plan: Pick<TablePlan, 'file' | 'names'>, line: number | null, index: number): string {
  const name = plan.names?.[index]
  return `${plan.file}${line === null ? '' : `, line ${line}`}, column ${index + 1}${name ? ` (${onOneLine(name)})` : ''}`
}

/** What would change the look of a message is shown as JSON writes it. */
export function onOneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}

/** @param first the fields of the first line that is not empty @param line its number */
export function planTable(first: readonly string[], line: number, file: string, settings: CsvSettings): TablePlan {
  const header = settings.header ?? looksLikeHeader(first, settings.missing)
  const table = { file, header, fields: first.length, names: header ? [...first] : null }
  checkDelimited(first, line, file, settings)
  const like = settings.like
  if (like?.columns) return planLike({ ...like, columns: like.columns }, table, line, settings)
  const find = (reference: ColumnReference, where: string): number => findColumn(reference, table, where)
  const label = settings.label === undefined || settings.label === null ? null : find(settings.label, 'label')
  const ignored = new Set(settings.ignore.map((column, i) => find(column, `ignore[${i}]`)))
  const text = new Set(settings.text.map((column, i) => find(column, `text[${i}]`)))
  const fills = new Map([...settings.fillOf].map(([key, fill]) => [find(asReference(key, table.names), 'fill'), fill]))
  const plan = (index: number): ColumnPlan => ({
    index,
    name: table.names?.[index] ?? null,
    kind: text.has(index) ? 'text' : null,
    texts: null,
    fill: fills.get(index) ?? settings.fill,
  })
  const features = first.map((_, index) => index).filter((index) => index !== label && !ignored.has(index))
  if (features.length === 0) throw expectedText('ERR_DATA', 'at least one column of features', file, 'none')
  const classNames = like?.classNames ?? null
  return {
    ...table,
    features: features.map(plan),
    label:
      label === null
        ? null
        : { ...planLabel(label, table.names, classNames, like), ...(text.has(label) && { kind: 'text' }) },
  }
}

/** Missing values and texts may stand in a header, numbers may not: then it is a line of data. */
function looksLikeHeader(fields: readonly string[], missing: ReadonlySet<string>): boolean {
  return fields.every((field) => Number.isNaN(readNumber(field))) && fields.some((field) => !missing.has(field))
}

/** A table of one column that has other delimiters in it was meant to have more. */
function checkDelimited(first: readonly string[], line: number, file: string, { delimiter }: CsvSettings): void {
  const other = first.length === 1 ? first[0]!.match(/[,;\t|]/)?.[0] : undefined
  if (other === undefined || other === delimiter) return
  const where = `${file}, line ${line}`
  throw expected(
    'ERR_DATA',
    `fields with '${delimiter}' between them`,
    where,
    first[0],
    `pass delimiter: ${JSON.stringify(other)}`,
  )
}

type Table = Pick<TablePlan, 'file' | 'header' | 'fields' | 'names'>

function planLike(
  like: Recipe & { readonly columns: NonNullable<Recipe['columns']> },
  table: Table,
  line: number,
  settings: CsvSettings,
): TablePlan {
  const count = like.columns.length
  const byName = table.names !== null && like.columns.every(({ name }) => name !== null)
  const label = labelLike(like, table, settings, byName)
  const places = byName
    ? like.columns.map(({ name }, i) => (table.names![i] === name ? i : findColumn(name!, table, 'like')))
    : Array.from({ length: table.fields }, (_, index) => index).filter((index) => index !== label)
  if (places.length !== count) {
    const what = `${count} columns${label === null ? '' : ' and the label'}, as in \`like\`,`
    throw expectedText('ERR_DATA', what, `${table.file}, line ${line}`, `${table.fields}`)
  }
  return {
    ...table,
    features: like.columns.map(({ name, categories, fill }, i) => ({
      index: places[i]!,
      name,
      kind: categories === null ? 'numbers' : 'text',
      texts: categories,
      fill,
    })),
    label: label === null ? null : planLabel(label, table.names, like.classNames, like),
  }
}

/** The label of a file that is read like another need not be there. */
function labelLike(like: Recipe, table: Table, { label }: CsvSettings, byName: boolean): number | null {
  if (label !== undefined) return label === null ? null : findColumn(label, table, 'label')
  if (like.label === null) return null
  if (typeof like.label === 'string') {
    return table.names?.includes(like.label) ? findColumn(like.label, table, 'label') : null
  }
  return byName || table.fields > like.columns!.length ? Math.min(like.label, table.fields - 1) : null
}

function planLabel(
  index: number,
  names: readonly string[] | null,
  classNames: readonly string[] | null,
  like: Recipe | null,
): ColumnPlan {
  const kind = classNames !== null ? 'text' : like === null ? null : 'numbers'
  return { index, name: names?.[index] ?? null, kind, texts: classNames, fill: null }
}

/** Keys of objects are texts, also those that are meant as an index. */
function asReference(key: ColumnReference, names: readonly string[] | null): ColumnReference {
  return !names?.includes(String(key)) && /^-?\d+$/.test(String(key)) ? Number(key) : key
}

function findColumn(reference: ColumnReference, { file, fields, names }: Table, where: string): number {
  if (typeof reference === 'number') {
    const index = reference < 0 ? fields + reference : reference
    if (index >= 0 && index < fields) return index
    throw expected('ERR_OPTION', `an index from 0 to ${fields - 1} (${file} has ${fields} columns)`, where, reference)
  }
  if (names === null) {
    const hint = 'pass header: true when its first line is one'
    throw expected('ERR_OPTION', `an index (${file} has no header)`, where, reference, hint)
  }
  const places = names.flatMap((name, i) => (name === reference ? [i] : []))
  if (places.length === 1) return places[0]!
  if (places.length > 1) {
    throw expected('ERR_OPTION', `a name that ${file} has once`, where, reference, `it has it ${places.length} times`)
  }
  const shown = names.length <= 12 ? names.join(', ') : `${names.slice(0, 10).join(', ')}, … ${names.at(-1)}`
  throw expected(
    'ERR_OPTION',
    `a column of ${file} (${shown})`,
    where,
    reference,
    reference.length > 3 ? suggestion(reference, names) : '',
  )
}
