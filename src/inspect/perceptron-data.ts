/**
 * What Perceptron reads of a dataset's targets: which outputs are on, and which class a row is. Owns no rule and no weights.
 */
import { type Dataset, insideOf } from '../data/dataset.ts'
import { expected, expectedText } from '../validate.ts'

/** The numbers that stand for off and on. */
export interface Coding {
  readonly off: 0 | -1
  readonly on: 1
}

export interface PerceptronTargets {
  readonly targets: Int8Array // (rows, outputs)
  readonly outputs: number
  readonly coding: Coding
}

const ZERO_ONE: Coding = Object.freeze({ off: 0, on: 1 })
const MINUS_PLUS: Coding = Object.freeze({ off: -1, on: 1 })

/** @param largest the most rows × outputs to make. @throws ERR_DATA for targets that are neither on and off nor classes */
export function readTargets(data: Dataset, largest: number): PerceptronTargets {
  const inside = insideOf(data)!
  const y = inside.handle.y()
  if (y === null) throw expectedText('ERR_DATA', 'targets', 'y', 'none')
  if (inside.hasLabels && data.classes! > 2) {
    const outputs = data.classes!
    if (outputs * data.rows > largest) {
      throw expectedText('ERR_SHAPE', `at most ${largest} targets, rows × classes,`, 'y', `${outputs} classes`)
    }
    const targets = new Int8Array(data.rows * outputs)
    for (const [row, label] of y.entries()) targets[row * outputs + label] = 1
    return { targets, outputs, coding: ZERO_ONE }
  }
  const coding = y.includes(-1) ? MINUS_PLUS : ZERO_ONE
  const odd = y.findIndex((value) => value !== coding.off && value !== coding.on)
  if (odd === -1) return { targets: Int8Array.from(y), outputs: data.outputs, coding }
  const place = data.outputs === 1 ? `y[${odd}]` : `y[${Math.floor(odd / data.outputs)}][${odd % data.outputs}]`
  const what = coding === MINUS_PLUS ? 'targets -1 and 1' : 'targets 0 and 1, or -1 and 1, or class indices,'
  throw expected('ERR_DATA', what, place, y[odd])
}

/** The class of each row: 0 (off) or 1 (on) with one output, else below `outputs`. */
export function readClasses(data: Dataset, outputs: number, { off, on }: Coding): Int32Array {
  const inside = insideOf(data)!
  const y = inside.handle.y()
  if (y === null) throw expectedText('ERR_DATA', 'targets', 'y', 'none')
  if (outputs > 1) {
    const classes = inside.hasLabels ? data.classes! : data.outputs
    const fits = inside.hasLabels ? classes <= outputs : classes === outputs
    if (fits) return inside.classOfRows()!
    const what = `class indices below ${outputs} or ${outputs} columns`
    throw expectedText('ERR_SHAPE', what, 'y', inside.hasLabels ? `${classes} classes` : `${classes} columns`)
  }
  if (data.outputs !== 1) throw expectedText('ERR_SHAPE', '1 column', 'y', `${data.outputs}`)
  const odd = y.findIndex((value) => value !== off && value !== on)
  if (odd !== -1) throw expected('ERR_DATA', `targets ${off} and ${on}, as in fit,`, `y[${odd}]`, y[odd])
  return Int32Array.from(y, (value) => (value === on ? 1 : 0))
}
