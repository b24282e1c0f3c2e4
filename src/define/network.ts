/**
 * From a list of layer definitions to the addon's NetworkSpec: sizes are fitted together, names given, and
 * `input` and `flatten`, which compute nothing, left out. Owns the map from public to native layers.
 */
import { MyelinError } from '../errors.ts'
import type { DType, LayerSpec, NetworkSpec } from '../native.ts'
import { checkName, checkOptions, checkSeed, expected, expectedText, LARGEST_COUNT } from '../validate.ts'
import { nativeActivation } from './activations.ts'
import { nativeConstraint } from './constraints.ts'
import { nativeInitializer } from './initializers.ts'
import { type LayerDefinition, resolveLayer } from './layers.ts'
import { DTYPES } from './names.ts'
import { nativeRegularizer } from './regularizers.ts'

export interface SequentialOptions {
  readonly layers: readonly LayerDefinition[]
  /** Everything random derives from it. Whole number, 0 … 2^53 - 1. Default: drawn anew for each model. */
  readonly seed?: number
  /** Of weights and all computation. Default 'float32'. */
  readonly dtype?: DType
}

/** What `model.toJSON()` returns; `sequential` takes it back. Initial weights are not in it. */
export interface ModelDefinition {
  readonly dtype: DType
  readonly seed: number
  readonly layers: readonly LayerDefinition[]
}

/** One public layer in its place. */
export interface PlacedLayer {
  readonly definition: LayerDefinition
  readonly name: string
  /** Features in and out. */
  readonly inputs: number
  readonly outputs: number
  /** Its place among the native layers, or null for `input` and `flatten`. */
  readonly native: number | null
}

export interface Plan {
  readonly definition: ModelDefinition
  readonly layers: readonly PlacedLayer[]
  readonly spec: NetworkSpec
  /** Features of one row of the last layer. */
  readonly outputs: number
}

export function planNetwork(options: unknown): Plan {
  const given = checkOptions(options, 'sequential', ['layers', 'seed', 'dtype'])
  const list = given.layers
  if (!Array.isArray(list) || list.length === 0) {
    throw expected('ERR_OPTION', 'an array of at least one layer', 'layers', list)
  }
  const definitions = list.map((item, i) => resolveLayer(item, `layers[${i}]`))
  const dtype = checkName(given.dtype ?? 'float32', 'dtype', DTYPES)
  const seed = checkSeed(given.seed ?? Math.floor(Math.random() * 2 ** 32), 'seed')
  const layers = place(definitions)
  const specs = definitions.map(nativeLayer).filter((spec) => spec !== null)
  if (specs.length === 0) {
    throw expectedText('ERR_OPTION', 'at least one layer that computes something', 'layers', 'input and flatten only')
  }
  const bare = definitions.map((layer) => (layer.kind === 'dense' ? Object.freeze({ ...layer, weights: null }) : layer))
  return Object.freeze({
    definition: Object.freeze({ dtype, seed, layers: Object.freeze(bare) }),
    layers,
    spec: Object.freeze({ dtype, seed, inputs: layers[0]!.inputs, layers: Object.freeze(specs) }),
    outputs: layers.at(-1)!.outputs,
  })
}

/** The same network with kernels and biases that begin at 0. */
export function withoutDraws(spec: NetworkSpec): NetworkSpec {
  const zeros = nativeInitializer({ kind: 'zeros' })
  const layers = spec.layers.map((layer) =>
    layer.kind === 'dense' ? { ...layer, kernelInitializer: zeros, biasInitializer: zeros } : layer,
  )
  return { ...spec, layers }
}

function place(definitions: readonly LayerDefinition[]): readonly PlacedLayer[] {
  const names = nameAll(definitions)
  const placed: PlacedLayer[] = []
  let features = firstFeatures(definitions[0]!)
  let native = 0
  for (const [i, definition] of definitions.entries()) {
    if (definition.kind === 'input' && i > 0) {
      throw expectedText('ERR_OPTION', 'an input layer in the first place only', `layers[${i}]`, 'input')
    }
    checkFits(definition.inputShape, features, i)
    const outputs = definition.kind === 'dense' ? definition.units : features
    const computes = definition.kind !== 'input' && definition.kind !== 'flatten'
    placed.push(
      Object.freeze({ definition, name: names[i]!, inputs: features, outputs, native: computes ? native++ : null }),
    )
    features = outputs
  }
  return Object.freeze(placed)
}

function firstFeatures(first: LayerDefinition): number {
  const shape = first.kind === 'input' ? first.shape : first.inputShape
  if (shape === null) {
    throw expectedText(
      'ERR_SHAPE',
      'the shape of one sample, as in [784],',
      'inputShape',
      `none on the first layer (${first.kind})`,
    )
  }
  const features = product(shape)
  if (features > LARGEST_COUNT) {
    throw expected('ERR_SHAPE', `at most ${LARGEST_COUNT} features`, 'inputShape', features)
  }
  return features
}

function checkFits(shape: readonly number[] | null, features: number, index: number): void {
  if (shape === null || product(shape) === features) return
  throw expectedText(
    'ERR_SHAPE',
    `a shape of ${features} features`,
    `layers[${index}].inputShape`,
    `[${shape.join(', ')}]`,
  )
}

function product(shape: readonly number[]): number {
  return shape.reduce((sizes, size) => sizes * size, 1)
}

/** Given names stay and must differ; the others are their kind, then kind_1, kind_2, … as in Keras. */
function nameAll(definitions: readonly LayerDefinition[]): readonly string[] {
  const given = new Set<string>()
  for (const { name } of definitions) {
    if (name === null) continue
    if (given.has(name))
      throw new MyelinError('ERR_OPTION', `expected different names for \`layers\`, received '${name}' twice`)
    given.add(name)
  }
  const counts = new Map<string, number>()
  return definitions.map(({ name, kind }) => {
    if (name !== null) return name
    let next: string
    do {
      const count = counts.get(kind) ?? 0
      counts.set(kind, count + 1)
      next = count === 0 ? kind : `${kind}_${count}`
    } while (given.has(next))
    return next
  })
}

function nativeLayer(layer: LayerDefinition): LayerSpec | null {
  switch (layer.kind) {
    case 'input':
    case 'flatten':
      return null
    case 'dense':
      return Object.freeze({
        kind: 'dense',
        units: layer.units,
        ...nativeActivation(layer.activation),
        useBias: layer.useBias,
        trainKernel: layer.trainable.kernel,
        trainBias: layer.trainable.bias,
        kernelInitializer: nativeInitializer(layer.kernelInitializer),
        biasInitializer: nativeInitializer(layer.biasInitializer),
        kernelRegularizer: nativeRegularizer(layer.kernelRegularizer),
        biasRegularizer: nativeRegularizer(layer.biasRegularizer),
        kernelConstraint: nativeConstraint(layer.kernelConstraint),
        biasConstraint: nativeConstraint(layer.biasConstraint),
      })
    case 'dropout':
      return Object.freeze({ kind: 'dropout', keep: layer.keep, testScaling: layer.scaling === 'test' })
    case 'alphaDropout':
      return Object.freeze({ kind: 'alphaDropout', keep: layer.keep })
    case 'gaussianNoise':
      return Object.freeze({ kind: 'gaussianNoise', stddev: layer.stddev })
    case 'activation':
      return Object.freeze({ kind: 'activation', ...nativeActivation(layer.activation) })
    case 'batchNormalization': {
      const { momentum, epsilon, center, scale, trainable } = layer
      return Object.freeze({ kind: 'batchNormalization', momentum, epsilon, center, scale, trainable })
    }
    case 'layerNormalization': {
      const { epsilon, center, scale, trainable } = layer
      return Object.freeze({ kind: 'layerNormalization', epsilon, center, scale, trainable })
    }
  }
}
