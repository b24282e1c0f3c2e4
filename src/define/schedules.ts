/**
 * Learning rate schedules: plain functions from the optimizer step (0 for the first since `compile`) to
 * the rate, tagged with their settings. A function of one's own is as good. Formulas are Keras 3's;
 * `oneCycle` is PyTorch's OneCycleLR.
 */
import {
  betweenZeroAndOne,
  checkFlag,
  checkNumber,
  checkOptions,
  checkWhole,
  expected,
  isObject,
  notNegative,
  positive,
  unitInterval,
} from '../validate.ts'
import { type Factories, resolveKind } from './kinds.ts'

/** The rate for an optimizer step, counted from 0 since `compile`. Must be finite and at least 0. */
export type Schedule = (step: number) => number

/** A schedule made here also says what it is. */
export interface TaggedSchedule extends Schedule {
  readonly settings: Readonly<Record<string, unknown>> & { readonly kind: string }
}

export interface ExponentialDecayOptions {
  readonly initialLearningRate: number
  /** Above 0. */
  readonly decaySteps: number
  /** Above 0. */
  readonly decayRate: number
  /** Decay at whole multiples of `decaySteps` only. Default false. */
  readonly staircase?: boolean
}

export interface PiecewiseConstantDecayOptions {
  /** Steps, rising: up to and including boundaries[i] the rate is values[i]. */
  readonly boundaries: readonly number[]
  /** One more than boundaries. */
  readonly values: readonly number[]
}

export interface PolynomialDecayOptions {
  readonly initialLearningRate: number
  /** Above 0. */
  readonly decaySteps: number
  /** Default 0.0001. */
  readonly endLearningRate?: number
  /** Default 1. */
  readonly power?: number
  /** Start over, with decaySteps longer each time, instead of staying at the end. Default false. */
  readonly cycle?: boolean
}

export type InverseTimeDecayOptions = ExponentialDecayOptions

export interface CosineDecayOptions {
  readonly initialLearningRate: number
  /** Above 0; counted after the warmup. */
  readonly decaySteps: number
  /** The end as a part of the highest rate, 0 … 1. Default 0. */
  readonly alpha?: number
  /** The rate to climb to before decaying. Default: no warmup. */
  readonly warmupTarget?: number | null
  /** Steps of the climb. Default 0. */
  readonly warmupSteps?: number
}

export interface OneCycleOptions {
  readonly maxLearningRate: number
  /** Whole number of at least 2. */
  readonly totalSteps: number
  /** The part of the steps in which the rate rises, above 0 and below 1. Default 0.3. */
  readonly pctStart?: number
  /** It starts at maxLearningRate / divFactor. Default 25. */
  readonly divFactor?: number
  /** It ends at the start / finalDivFactor. Default 10,000. */
  readonly finalDivFactor?: number
}

function tagged(kind: string, settings: object, rate: Schedule): TaggedSchedule {
  return Object.freeze(Object.assign(rate, { settings: Object.freeze({ kind, ...settings }) }))
}

function decaySettings(kind: string, options: unknown): Required<ExponentialDecayOptions> {
  const names = ['initialLearningRate', 'decaySteps', 'decayRate', 'staircase']
  const { initialLearningRate, decaySteps, decayRate, staircase = false } = checkOptions(options, kind, names)
  return {
    initialLearningRate: checkNumber(initialLearningRate, 'initialLearningRate', notNegative),
    decaySteps: checkNumber(decaySteps, 'decaySteps', positive),
    decayRate: checkNumber(decayRate, 'decayRate', positive),
    staircase: checkFlag(staircase, 'staircase'),
  }
}

/** initialLearningRate · decayRate^(step / decaySteps). */
function exponentialDecay(options: ExponentialDecayOptions): TaggedSchedule {
  const settings = decaySettings('exponentialDecay', options)
  const { initialLearningRate, decaySteps, decayRate, staircase } = settings
  return tagged('exponentialDecay', settings, (step) => {
    const periods = step / decaySteps
    return initialLearningRate * decayRate ** (staircase ? Math.floor(periods) : periods)
  })
}

/** initialLearningRate / (1 + decayRate · step / decaySteps). */
function inverseTimeDecay(options: InverseTimeDecayOptions): TaggedSchedule {
  const settings = decaySettings('inverseTimeDecay', options)
  const { initialLearningRate, decaySteps, decayRate, staircase } = settings
  return tagged('inverseTimeDecay', settings, (step) => {
    const periods = step / decaySteps
    return initialLearningRate / (1 + decayRate * (staircase ? Math.floor(periods) : periods))
  })
}

function numbers(value: unknown, where: string): readonly number[] {
  if (!Array.isArray(value)) throw expected('ERR_OPTION', 'an array of numbers', where, value)
  return Object.freeze(value.map((item, i) => checkNumber(item, `${where}[${i}]`, notNegative)))
}

/** values[i] for the first i with step ≤ boundaries[i], the last value after all of them. */
function piecewiseConstantDecay(options: PiecewiseConstantDecayOptions): TaggedSchedule {
  const given = checkOptions(options, 'piecewiseConstantDecay', ['boundaries', 'values'])
  const boundaries = numbers(given.boundaries, 'boundaries')
  const values = numbers(given.values, 'values')
  if (boundaries.some((step, i) => i > 0 && step <= boundaries[i - 1]!)) {
    throw expected('ERR_OPTION', 'rising steps', 'boundaries', boundaries)
  }
  if (values.length !== boundaries.length + 1) {
    throw expected('ERR_OPTION', `${boundaries.length + 1} numbers, one more than boundaries,`, 'values', values)
  }
  return tagged('piecewiseConstantDecay', { boundaries, values }, (step) => {
    const place = boundaries.findIndex((boundary) => step <= boundary)
    return values[place < 0 ? boundaries.length : place]!
  })
}

/**
 * (initial - end) · (1 - step / decaySteps)^power + end, with step held at decaySteps; with `cycle`,
 * decaySteps is multiplied by ⌈step / decaySteps⌉ instead.
 */
function polynomialDecay(options: PolynomialDecayOptions): TaggedSchedule {
  const names = ['initialLearningRate', 'decaySteps', 'endLearningRate', 'power', 'cycle']
  const given = checkOptions(options, 'polynomialDecay', names)
  const initialLearningRate = checkNumber(given.initialLearningRate, 'initialLearningRate', notNegative)
  const decaySteps = checkNumber(given.decaySteps, 'decaySteps', positive)
  const endLearningRate = checkNumber(given.endLearningRate ?? 0.0001, 'endLearningRate', notNegative)
  const power = checkNumber(given.power ?? 1, 'power', positive)
  const cycle = checkFlag(given.cycle ?? false, 'cycle')
  const settings = { initialLearningRate, decaySteps, endLearningRate, power, cycle }
  return tagged('polynomialDecay', settings, (step) => {
    const steps = cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps
    const part = Math.min(step, steps) / steps
    return (initialLearningRate - endLearningRate) * (1 - part) ** power + endLearningRate
  })
}

/**
 * Without warmup: initial · ((1 - alpha) · ½ (1 + cos(π · step / decaySteps)) + alpha), step held at decaySteps.
 * With it: a straight line from initialLearningRate to warmupTarget over warmupSteps, then the same from warmupTarget.
 */
function cosineDecay(options: CosineDecayOptions): TaggedSchedule {
  const names = ['initialLearningRate', 'decaySteps', 'alpha', 'warmupTarget', 'warmupSteps']
  const given = checkOptions(options, 'cosineDecay', names)
  const initialLearningRate = checkNumber(given.initialLearningRate, 'initialLearningRate', notNegative)
  const decaySteps = checkNumber(given.decaySteps, 'decaySteps', positive)
  const alpha = checkNumber(given.alpha ?? 0, 'alpha', unitInterval)
  const target = given.warmupTarget ?? null
  const warmupTarget = target === null ? null : checkNumber(target, 'warmupTarget', notNegative)
  const warmupSteps = checkWhole(given.warmupSteps ?? 0, 'warmupSteps', 0)
  const settings = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps }
  const decayed = (step: number, highest: number): number => {
    const part = Math.min(step, decaySteps) / decaySteps
    return highest * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * part)) + alpha)
  }
  return tagged('cosineDecay', settings, (step) => {
    if (warmupTarget === null) return decayed(step, initialLearningRate)
    if (step >= warmupSteps) return decayed(step - warmupSteps, warmupTarget)
    return initialLearningRate + (warmupTarget - initialLearningRate) * (step / warmupSteps)
  })
}

/**
 * PyTorch's OneCycleLR with cosine annealing (Smith and Topin 2017): from max / divFactor up to max at step
 * pctStart · totalSteps - 1, then down to max / divFactor / finalDivFactor at step totalSteps - 1, where it stays.
 * Between two rates a → b: b + (a - b) / 2 · (1 + cos(π · part)).
 */
function oneCycle(options: OneCycleOptions): TaggedSchedule {
  const names = ['maxLearningRate', 'totalSteps', 'pctStart', 'divFactor', 'finalDivFactor']
  const given = checkOptions(options, 'oneCycle', names)
  const maxLearningRate = checkNumber(given.maxLearningRate, 'maxLearningRate', notNegative)
  const totalSteps = checkWhole(given.totalSteps, 'totalSteps', 2)
  const pctStart = checkNumber(given.pctStart ?? 0.3, 'pctStart', betweenZeroAndOne)
  const divFactor = checkNumber(given.divFactor ?? 25, 'divFactor', positive)
  const finalDivFactor = checkNumber(given.finalDivFactor ?? 1e4, 'finalDivFactor', positive)
  const first = maxLearningRate / divFactor
  const last = first / finalDivFactor
  const top = pctStart * totalSteps - 1
  const end = totalSteps - 1
  const between = (from: number, to: number, part: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * part))
  const settings = { maxLearningRate, totalSteps, pctStart, divFactor, finalDivFactor }
  return tagged('oneCycle', settings, (step) => {
    if (step <= top) return between(first, maxLearningRate, top === 0 ? 1 : step / top)
    return between(maxLearningRate, last, (Math.min(step, end) - top) / (end - top))
  })
}

interface Schedules {
  readonly exponentialDecay: typeof exponentialDecay
  readonly piecewiseConstantDecay: typeof piecewiseConstantDecay
  readonly polynomialDecay: typeof polynomialDecay
  readonly inverseTimeDecay: typeof inverseTimeDecay
  readonly cosineDecay: typeof cosineDecay
  readonly oneCycle: typeof oneCycle
}

export const schedules: Schedules = Object.freeze({
  exponentialDecay,
  piecewiseConstantDecay,
  polynomialDecay,
  inverseTimeDecay,
  cosineDecay,
  oneCycle,
})

/** The settings of a schedule made here, from which `checkLearningRate` makes it again; null for any other function. */
export function scheduleToJSON(schedule: Schedule): TaggedSchedule['settings'] | null {
  const { settings } = schedule as Partial<TaggedSchedule>
  return settings && Object.hasOwn(schedules, settings.kind) ? settings : null
}

/** A rate of at least 0, a schedule, or the settings of one. */
export function checkLearningRate(value: unknown, where: string): number | Schedule {
  if (typeof value === 'function') return value as Schedule
  if (isObject(value)) return resolveKind(value, where, schedules as unknown as Factories<TaggedSchedule>)
  return checkNumber(value, where, { says: 'a finite number of at least 0, or a schedule', holds: notNegative.holds })
}

/** The rate of one step; a schedule of one's own may give anything, so it is checked each time. */
export function rateAt(rate: number | Schedule, step: number): number {
  if (typeof rate === 'number') return rate
  return checkNumber(rate(step), `learningRate(${step})`, notNegative)
}
