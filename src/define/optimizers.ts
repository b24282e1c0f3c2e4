/**
 * Optimizers and their settings. Defaults and update rules are Keras 3's; the rules are native
 * (native/kernels/optimizer-inl.h), the learning rate reaches them step by step from the fit loop.
 */
import type { OptimizerSpec } from '../native.ts'
import {
  belowOne,
  checkFlag,
  checkNumber,
  checkOptions,
  expected,
  notNegative,
  type NumberRange,
  positive,
} from '../validate.ts'
import { type Factories, resolveKind } from './kinds.ts'
import type { OptimizerName } from './names.ts'
import { checkLearningRate, type Schedule } from './schedules.ts'

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** At least 0, or a schedule. Default 0.001 (sgd: 0.01). */
  readonly learningRate?: number | Schedule
  /** Decoupled: w -= learningRate · weightDecay · w before the update. Default none (adamw: 0.004). */
  readonly weightDecay?: number | null
  /** Each parameter's gradient is cut down to this norm. Default none. */
  readonly clipNorm?: number | null
  /** All gradients together are cut down to this norm; not with `clipNorm`. Default none. */
  readonly globalClipNorm?: number | null
  /** Gradients are held in [-clipValue, clipValue]. Default none. */
  readonly clipValue?: number | null
}

export interface SgdOptions extends OptimizerOptions {
  /** 0 to below 1. Default 0. */
  readonly momentum?: number
  /** Default false. */
  readonly nesterov?: boolean
}

export interface RmspropOptions extends OptimizerOptions {
  /** 0 to below 1. Default 0.9. */
  readonly rho?: number
  /** 0 to below 1. Default 0. */
  readonly momentum?: number
  /** Above 0. Default 1e-7. */
  readonly epsilon?: number
  /** Default false. */
  readonly centered?: boolean
}

export interface AdagradOptions extends OptimizerOptions {
  /** At least 0. Default 0.1. */
  readonly initialAccumulatorValue?: number
  /** Above 0. Default 1e-7. */
  readonly epsilon?: number
}

export interface AdadeltaOptions extends OptimizerOptions {
  /** 0 to below 1. Default 0.95. */
  readonly rho?: number
  /** Above 0. Default 1e-7. */
  readonly epsilon?: number
}

export interface MomentsOptions extends OptimizerOptions {
  /** 0 to below 1. Default 0.9. */
  readonly beta1?: number
  /** 0 to below 1. Default 0.999 (lion: 0.99). */
  readonly beta2?: number
}

export interface AdamaxOptions extends MomentsOptions {
  /** Above 0; "epsilon hat" of the paper, as in Keras. Default 1e-7. */
  readonly epsilon?: number
}

export interface AdamOptions extends AdamaxOptions {
  /** Default false. */
  readonly amsgrad?: boolean
}

export interface OptimizerDefinition {
  readonly kind: OptimizerName
  readonly learningRate: number | Schedule
  readonly weightDecay: number | null
  readonly clipNorm: number | null
  readonly globalClipNorm: number | null
  readonly clipValue: number | null
  readonly momentum?: number
  readonly nesterov?: boolean
  readonly rho?: number
  readonly beta1?: number
  readonly beta2?: number
  readonly epsilon?: number
  readonly centered?: boolean
  readonly amsgrad?: boolean
  readonly initialAccumulatorValue?: number
}

/** What `compile` takes: a name, or what a factory made. */
export type Optimizer = OptimizerName | OptimizerDefinition

type Settings = Readonly<Record<string, number | boolean>>

/** What each optimizer has beyond the common options, with its defaults. */
const defaults: Readonly<Record<OptimizerName, Settings>> = {
  sgd: { learningRate: 0.01, momentum: 0, nesterov: false },
  rmsprop: { learningRate: 0.001, rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
  adagrad: { learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  adadelta: { learningRate: 0.001, rho: 0.95, epsilon: 1e-7 },
  adam: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false },
  adamw: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, amsgrad: false, weightDecay: 0.004 },
  adamax: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  nadam: { learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  lion: { learningRate: 0.001, beta1: 0.9, beta2: 0.99 },
}

const ranges: Readonly<Record<string, NumberRange>> = {
  momentum: belowOne,
  rho: belowOne,
  beta1: belowOne,
  beta2: belowOne,
  epsilon: positive,
  initialAccumulatorValue: notNegative,
}

function optional(value: unknown, where: string, range: NumberRange): number | null {
  return value === undefined || value === null ? null : checkNumber(value, where, range)
}

function make(kind: OptimizerName, options: unknown): OptimizerDefinition {
  const own = defaults[kind]
  const common = ['learningRate', 'weightDecay', 'clipNorm', 'globalClipNorm', 'clipValue']
  const extra = Object.keys(own).filter((name) => !common.includes(name))
  const given = checkOptions(options, kind, [...common, ...extra])
  const decay = given.weightDecay === undefined ? own.weightDecay : given.weightDecay
  const clipNorm = optional(given.clipNorm, 'clipNorm', positive)
  const globalClipNorm = optional(given.globalClipNorm, 'globalClipNorm', positive)
  if (clipNorm !== null && globalClipNorm !== null) {
    throw expected('ERR_OPTION', 'nothing beside clipNorm', 'globalClipNorm', globalClipNorm)
  }
  const settings: Record<string, number | boolean> = {}
  for (const name of extra) {
    const value = given[name] ?? own[name]
    const range = ranges[name]
    settings[name] = range ? checkNumber(value, name, range) : checkFlag(value, name)
  }
  return Object.freeze({
    kind,
    learningRate: checkLearningRate(given.learningRate ?? own.learningRate, 'learningRate'),
    weightDecay: optional(decay, 'weightDecay', notNegative),
    clipNorm,
    globalClipNorm,
    clipValue: optional(given.clipValue, 'clipValue', positive),
    ...settings,
  })
}

/** Gradient descent, with momentum if asked for: v = momentum · v - rate · g; w += v (nesterov: momentum · v - rate · g). */
function sgd(options?: SgdOptions): OptimizerDefinition {
  return make('sgd', options)
}

/** Divides by a running root mean square of the gradient (Hinton 2012). */
function rmsprop(options?: RmspropOptions): OptimizerDefinition {
  return make('rmsprop', options)
}

/** Divides by the root of the sum of all squared gradients (Duchi et al. 2011). */
function adagrad(options?: AdagradOptions): OptimizerDefinition {
  return make('adagrad', options)
}

/** Running averages of squared gradients and squared updates (Zeiler 2012). */
function adadelta(options?: AdadeltaOptions): OptimizerDefinition {
  return make('adadelta', options)
}

/** Running first and second moments (Kingma and Ba 2014). */
function adam(options?: AdamOptions): OptimizerDefinition {
  return make('adam', options)
}

/** Adam with decoupled weight decay (Loshchilov and Hutter 2019). */
function adamw(options?: AdamOptions): OptimizerDefinition {
  return make('adamw', options)
}

/** Adam with the infinity norm (Kingma and Ba 2014). */
function adamax(options?: AdamaxOptions): OptimizerDefinition {
  return make('adamax', options)
}

/** Adam with Nesterov momentum (Dozat 2015). */
function nadam(options?: AdamaxOptions): OptimizerDefinition {
  return make('nadam', options)
}

/** The sign of an interpolated momentum (Chen et al. 2023). */
function lion(options?: MomentsOptions): OptimizerDefinition {
  return make('lion', options)
}

interface Optimizers {
  readonly sgd: typeof sgd
  readonly rmsprop: typeof rmsprop
  readonly adagrad: typeof adagrad
  readonly adadelta: typeof adadelta
  readonly adam: typeof adam
  readonly adamw: typeof adamw
  readonly adamax: typeof adamax
  readonly nadam: typeof nadam
  readonly lion: typeof lion
}

export const optimizers: Optimizers = Object.freeze({
  sgd,
  rmsprop,
  adagrad,
  adadelta,
  adam,
  adamw,
  adamax,
  nadam,
  lion,
})

export function resolveOptimizer(value: unknown, where: string): OptimizerDefinition {
  return resolveKind(value, where, optimizers as unknown as Factories<OptimizerDefinition>)
}

export function nativeOptimizer(definition: OptimizerDefinition): OptimizerSpec {
  return Object.freeze({
    kind: definition.kind,
    momentum: definition.momentum ?? 0,
    nesterov: definition.nesterov ?? false,
    rho: definition.rho ?? 0,
    beta1: definition.beta1 ?? 0,
    beta2: definition.beta2 ?? 0,
    epsilon: definition.epsilon ?? 0,
    centered: definition.centered ?? false,
    amsgrad: definition.amsgrad ?? false,
    initialAccumulator: definition.initialAccumulatorValue ?? 0,
    weightDecay: definition.weightDecay ?? 0,
    clipNorm: definition.clipNorm ?? 0,
    globalClipNorm: definition.globalClipNorm ?? 0,
    clipValue: definition.clipValue ?? 0,
  })
}
