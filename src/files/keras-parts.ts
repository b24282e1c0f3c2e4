/**
 * What layers of Keras 3 and TensorFlow.js are made of, as ours: activations, initializers, regularizers, constraints.
 */
import type { Activation } from '../define/activations.ts'
import type { Constraint } from '../define/constraints.ts'
import type { Initializer } from '../define/initializers.ts'
import { ACTIVATIONS, CONSTRAINTS, INITIALIZERS } from '../define/names.ts'
import type { Regularizer } from '../define/regularizers.ts'
import { isObject, type Options } from '../validate.ts'
import { type Described, described, ourName, type Place, type Rules, translate, unsupported } from './keras-config.ts'

/** Whose file it is: a few names mean something else to each. */
export type Library = 'Keras' | 'TensorFlow.js'

type FromLayer = (options: Options, place: Place) => Activation

/** What every layer may have said of itself, where only what it computes is asked for. */
const SELF = ['name', 'trainable', 'dtype', 'batchInputShape', 'batchShape']
/** The last axis, which is the first too of a row. */
export const LAST_AXIS: readonly unknown[] = [-1, 1, [-1], [1]]

/** Layers that are an activation and nothing else. */
const activationLayers: Readonly<Record<string, { readonly rules: Rules; readonly make: FromLayer }>> = {
  ReLU: { rules: { take: ['maxValue', 'negativeSlope', 'threshold'], ignore: SELF }, make: reluOf },
  LeakyReLU: {
    rules: { take: ['negativeSlope'], rename: { alpha: 'negativeSlope' }, ignore: SELF },
    make: ({ negativeSlope }) => ({ kind: 'leakyRelu', negativeSlope: negativeSlope as number }),
  },
  ELU: { rules: { take: ['alpha'], ignore: SELF }, make: ({ alpha }) => ({ kind: 'elu', alpha: alpha as number }) },
  Softmax: { rules: { ignore: SELF, only: { axis: LAST_AXIS } }, make: () => 'softmax' },
}

/** The names of those layers. */
export const ACTIVATION_LAYERS: readonly string[] = Object.keys(activationLayers)

function reluOf({ maxValue = null, negativeSlope = 0, threshold = 0 }: Options, place: Place): Activation {
  const bent = negativeSlope !== 0 && negativeSlope !== null
  if ((threshold === 0 || threshold === null) && !(bent && maxValue !== null)) {
    if (maxValue === null) return bent ? { kind: 'leakyRelu', negativeSlope: negativeSlope as number } : 'relu'
    if (maxValue === 6) return 'relu6'
  }
  const received = `maxValue ${maxValue}, negativeSlope ${negativeSlope}, threshold ${threshold}`
  throw unsupported(place, 'relu, relu6 or a relu with a slope', received)
}

export function activationLayer({ className, config }: Described, place: Place): Activation {
  const { rules, make } = activationLayers[className]!
  return make(translate(config, rules, place), place)
}

/** By name, as a function, or as one of the layers above. */
export function activationOf(value: unknown, place: Place, library: Library): Activation {
  const given = described(value, place)
  if (isObject(value) && ACTIVATION_LAYERS.includes(given.className)) return activationLayer(given, place)
  const name = ourName(given.className, ACTIVATIONS, { swish: 'silu' })
  if (name === 'hardSigmoid' && library === 'TensorFlow.js') {
    const hint = "which is 0.2x + 0.5 between 0 and 1; ours is Keras 3's, relu6(x + 3) / 6"
    throw unsupported(place, 'an activation that we have', `the hardSigmoid of TensorFlow.js, ${hint}`)
  }
  if (name) return name
  throw unsupported(place, `one of the activations ${ACTIVATIONS.join(', ')}`, `'${given.className}'`)
}

/** Draws of a seed are not the same elsewhere, so seeds are left behind. */
const initializerRules: Rules = {
  take: ['value', 'minval', 'maxval', 'mean', 'stddev', 'gain'],
  ignore: ['seed'],
}

/** What TensorFlow.js calls its Glorot, He and LeCun initializers: scale, mode and distribution. */
const scaledVariances: Readonly<Record<string, Initializer>> = {
  '1 fanavg uniform': 'glorotUniform',
  '1 fanavg normal': 'glorotNormal',
  '2 fanin uniform': 'heUniform',
  '2 fanin normal': 'heNormal',
  '1 fanin uniform': 'lecunUniform',
  '1 fanin normal': 'lecunNormal',
}

export function initializerOf(value: unknown, place: Place): Initializer {
  const { className, config } = described(value, place)
  if (className === 'VarianceScaling') {
    const { scale, mode, distribution } = config
    const words = `${scale} ${mode} ${distribution}`
      .toLowerCase()
      .replaceAll('_', '')
      .replace('truncatednormal', 'normal')
    if (Object.hasOwn(scaledVariances, words)) return scaledVariances[words]!
    throw unsupported(place, 'an initializer that we have', `VarianceScaling of ${scale}, ${mode}, ${distribution}`)
  }
  const kind = ourName(className, INITIALIZERS, { orthogonalinitializer: 'orthogonal' })
  if (kind) return { kind, ...translate(config, initializerRules, place) }
  throw unsupported(place, `one of the initializers ${INITIALIZERS.join(', ')}`, `'${className}'`)
}

const REGULARIZERS = ['l1', 'l2', 'l1l2'] as const

export function regularizerOf(value: unknown, place: Place): Regularizer {
  if (value === null || value === undefined) return null
  const { className, config } = described(value, place)
  const kind = ourName(className, REGULARIZERS)
  if (kind) return { kind, ...translate(config, { take: ['l1', 'l2'] }, place) } as Regularizer
  throw unsupported(place, `one of the regularizers ${REGULARIZERS.join(', ')}`, `'${className}'`)
}

const constraintRules: Rules = { take: ['maxValue', 'minValue', 'rate'], only: { axis: [0, [0]] } }

export function constraintOf(value: unknown, place: Place): Constraint {
  if (value === null || value === undefined) return null
  const { className, config } = described(value, place)
  const kind = ourName(className, CONSTRAINTS)
  if (kind) return { kind, ...translate(config, constraintRules, place) } as Constraint
  throw unsupported(place, `one of the constraints ${CONSTRAINTS.join(', ')}`, `'${className}'`)
}
