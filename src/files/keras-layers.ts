/**
 * Layers of Keras 3 and TensorFlow.js as ours, one by one: which classes there are and what their options mean.
 */
import { type LayerDefinition, layers } from '../define/layers.ts'
import { describe, isObject, type Options } from '../validate.ts'
import { camelKeys, described, inFile, type Place, type Rules, translate, unsupported } from './keras-config.ts'
import {
  ACTIVATION_LAYERS,
  activationLayer,
  activationOf,
  constraintOf,
  initializerOf,
  LAST_AXIS,
  type Library,
  regularizerOf,
} from './keras-parts.ts'

/** A layer of a file as ours. */
export interface StoredLayer {
  readonly name: string
  readonly className: string
  readonly definition: LayerDefinition
  /** The shape of one sample, if it says so. */
  readonly inputShape: readonly number[] | null
  /** It works on the features of a row, so a sample must be a row. */
  readonly needsRows: boolean
  readonly dtype: 'float32' | 'float64' | null
  readonly place: Place
}

interface LayerClass {
  readonly rules: Rules
  readonly make: (options: Options, place: Place, library: Library) => LayerDefinition
  readonly needsRows?: boolean
}

/** Read elsewhere, or of no consequence: seeds draw other numbers here. */
const NO_MATTER = ['dtype', 'batchInputShape', 'batchShape', 'shape', 'seed']
const NO_WEIGHTS = [...NO_MATTER, 'trainable']

const PARTS = {
  Initializer: initializerOf,
  Regularizer: regularizerOf,
  Constraint: constraintOf,
}

function dense(options: Options, place: Place, library: Library): LayerDefinition {
  const parts = Object.entries(options).map(([key, value]) => {
    if (key === 'activation') return [key, activationOf(value ?? 'linear', place, library)]
    const ending = Object.keys(PARTS).find((part) => key.endsWith(part)) as keyof typeof PARTS | undefined
    return [key, ending ? PARTS[ending](value, place) : value]
  })
  return layers.dense(Object.fromEntries(parts))
}

const denseParts = ['kernel', 'bias'].flatMap((weight) => Object.keys(PARTS).map((part) => weight + part))

const normalization: Rules = {
  take: ['name', 'epsilon', 'center', 'scale', 'trainable'],
  // What initializers drew is replaced by the weights of the file.
  ignore: [...NO_MATTER, 'betaInitializer', 'gammaInitializer'],
  only: { axis: LAST_AXIS },
}

const classes: Readonly<Record<string, LayerClass>> = {
  InputLayer: {
    rules: { take: ['name'], ignore: NO_WEIGHTS },
    make: ({ name }) => layers.input({ name: name as string, shape: [1] }),
  },
  Dense: {
    rules: { take: ['name', 'units', 'activation', 'useBias', 'trainable', ...denseParts], ignore: NO_MATTER },
    make: dense,
    needsRows: true,
  },
  Dropout: {
    rules: { take: ['name', 'rate'], ignore: NO_WEIGHTS },
    make: (options) => layers.dropout(options as never),
  },
  AlphaDropout: {
    rules: { take: ['name', 'rate'], ignore: NO_WEIGHTS },
    make: (options) => layers.alphaDropout(options as never),
  },
  GaussianNoise: {
    rules: { take: ['name', 'stddev'], ignore: NO_WEIGHTS },
    make: (options) => layers.gaussianNoise(options as never),
  },
  Flatten: {
    rules: { take: ['name'], ignore: NO_WEIGHTS, only: { dataFormat: ['channels_last', 'channelsLast'] } },
    make: (options) => layers.flatten(options),
  },
  Activation: {
    rules: { take: ['name', 'activation'], ignore: NO_WEIGHTS },
    make: ({ name, activation }, place, library) =>
      layers.activation({ name: name as string, activation: activationOf(activation, place, library) }),
  },
  BatchNormalization: {
    rules: {
      ...normalization,
      take: [...normalization.take!, 'momentum'],
      // Renormalization itself, and statistics over several machines, are refused or change nothing here.
      ignore: [
        ...normalization.ignore!,
        'movingMeanInitializer',
        'movingVarianceInitializer',
        'renormMomentum',
        'synchronized',
      ],
    },
    make: (options) => layers.batchNormalization(options),
    needsRows: true,
  },
  LayerNormalization: { rules: normalization, make: (options) => layers.layerNormalization(options), needsRows: true },
}

const KNOWN = [...Object.keys(classes), ...ACTIVATION_LAYERS]

/** A layer described as `{ class_name, config }`. @throws ERR_FILE for classes and options that we do not have */
export function readLayer(value: unknown, network: Place, library: Library): StoredLayer {
  const given = described(value, network)
  const { className, config } = given
  const name = config.name
  if (typeof name !== 'string' || name === '') {
    throw unsupported(network, 'layers with names', `one of class ${className} named ${describe(name)}`)
  }
  const place = { file: network.file, where: `layer '${name}' of class ${className}` }
  if (!KNOWN.includes(className)) throw unsupported(network, `layers of the classes ${KNOWN.join(', ')}`, place.where)
  const definition = inFile(place, () => {
    if (ACTIVATION_LAYERS.includes(className)) {
      return layers.activation({ name, activation: activationLayer(given, place) })
    }
    const { rules, make } = classes[className]!
    return make(translate(config, rules, place), place, library)
  })
  return {
    name,
    className,
    definition,
    inputShape: inputShapeOf(config, className, place),
    needsRows: className === 'Softmax' || classes[className]?.needsRows === true,
    dtype: dtypeOf(config.dtype, place),
    place,
  }
}

function inputShapeOf(config: Options, className: string, place: Place): readonly number[] | null {
  const batch = config.batchShape ?? config.batchInputShape ?? null
  if (batch === null) {
    if (className === 'InputLayer') throw unsupported(place, 'the shape of a batch', 'none')
    return null
  }
  const shape = Array.isArray(batch) ? batch.slice(1) : []
  if (shape.length > 0 && shape.every((size) => Number.isSafeInteger(size) && size > 0)) return shape
  throw unsupported(place, 'a shape of which only the batch is open', describe(batch))
}

/** By name, or as Keras's policy; mixed precision keeps its weights in float32. */
function dtypeOf(value: unknown, place: Place): StoredLayer['dtype'] {
  if (value === undefined || value === null) return null
  const { config } = isObject(value) ? described(value, place) : { config: { name: value } }
  const { name } = camelKeys(config, place)
  if (name === 'float32' || name === 'mixed_float16' || name === 'mixed_bfloat16') return 'float32'
  if (name === 'float64') return name
  throw unsupported(place, 'float32 or float64', describe(name))
}
