/**
 * What a model makes of test data: a count of every class read as every other, the worst mistakes, the errors of values.
 * Numbers only; how they look is sections.ts's.
 */
import type { Core } from '../core.ts'
import { type Dataset, insideOf } from '../data/dataset.ts'
import type { Matrix } from '../matrix.ts'
import type { FloatArray } from '../native.ts'

export interface Mistake {
  /** Of the test data, from 0. */
  readonly row: number
  readonly truth: number
  readonly read: number
  /** What the model gives to the class it read, 0 … 1 where outputs are probabilities. */
  readonly confidence: number
}

export interface ClassResults {
  readonly kind: 'classes'
  readonly names: readonly string[]
  /** `counts[truth][read]`. */
  readonly counts: readonly (readonly number[])[]
  readonly right: number
  readonly rows: number
  /** All of them, those that the model was surest of first. */
  readonly mistakes: readonly Mistake[]
}

export interface ValueResults {
  readonly kind: 'values'
  /** Rows × outputs, row after row. */
  readonly targets: FloatArray | Int32Array
  readonly outputs: FloatArray
  /** Outputs of a row. */
  readonly width: number
}

export type Results = ClassResults | ValueResults

const THRESHOLD = 0.5

export function resultsOf(core: Core, test: Dataset, outputs: Matrix<readonly [number, number]>): Results {
  const inside = insideOf(test)!
  const width = outputs.shape[1]
  const truths = inside.classOfRows()
  const { loss } = core.training('report')
  const yesOrNo = width === 1 && loss.kind === 'binaryCrossentropy' && truths?.every((y) => y === 0 || y === 1) === true
  if (truths !== null && (yesOrNo || (width > 1 && test.classes !== null))) {
    return classResults(outputs, truths, classNames(core, test, Math.max(width, 2)))
  }
  return { kind: 'values', targets: inside.handle.y()!, outputs: outputs.data, width }
}

/** As the data that the model was fitted on had them, or this data, or the indices. */
function classNames(core: Core, test: Dataset, classes: number): readonly string[] {
  const names = core.recipe?.classNames ?? test.classNames
  return Array.from({ length: classes }, (_, i) => names?.[i] ?? String(i))
}

function classResults(
  outputs: Matrix<readonly [number, number]>,
  truths: Int32Array,
  names: readonly string[],
): ClassResults {
  const counts = names.map(() => new Array<number>(names.length).fill(0))
  const mistakes: Mistake[] = []
  const highest = outputs.shape[1] === 1 ? null : outputs.argMax()
  for (const [row, truth] of truths.entries()) {
    const read = highest ? highest[row]! : Number(outputs.data[row]! > THRESHOLD)
    counts[truth]![read]!++
    if (read === truth) continue
    const value = outputs.row(row)[highest ? read : 0]!
    mistakes.push({ row, truth, read, confidence: highest || read === 1 ? value : 1 - value })
  }
  mistakes.sort((a, b) => b.confidence - a.confidence || a.row - b.row)
  return { kind: 'classes', names, counts, right: truths.length - mistakes.length, rows: truths.length, mistakes }
}

export interface ClassScores {
  readonly name: string
  readonly rows: number
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

/** Precision, recall and F1 of each class; 0 where there is nothing to divide by. */
export function scoresOf({ names, counts }: ClassResults): ClassScores[] {
  return names.map((name, i) => {
    const rows = sum(counts[i]!)
    const read = sum(counts.map((row) => row[i]!))
    const [precision, recall] = [ratio(counts[i]![i]!, read), ratio(counts[i]![i]!, rows)]
    return { name, rows, precision, recall, f1: ratio(2 * precision * recall, precision + recall) }
  })
}

export interface Distribution {
  readonly counts: readonly number[]
  readonly least: number
  readonly most: number
  readonly mean: number
  readonly deviation: number
}

/** Bins of equal width over the whole range. */
export function distributionOf(values: FloatArray, bins: number): Distribution {
  let [least, most, total, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
    total += value
  }
  const mean = total / values.length
  for (const value of values) squares += (value - mean) ** 2
  if (least === most) [least, most] = [least - 0.5, most + 0.5] // one bar in the middle
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    counts[Math.min(Math.floor(((value - least) / (most - least)) * bins), bins - 1)]!++
  }
  return { counts, least, most, mean, deviation: Math.sqrt(squares / values.length) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}
