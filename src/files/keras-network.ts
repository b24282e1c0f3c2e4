/**
 * Networks of Keras 3 and TensorFlow.js: Sequential, and Functional where it is one chain of layers. Fits shapes together as
 * those libraries do, where a sample need not be a row.
 */
import { type LayerDefinition, layers } from '../define/layers.ts'
import type { DType } from '../native.ts'
import { describe, isObject, type Options } from '../validate.ts'
import { camelKeys, described, inFile, type Place, unsupported } from './keras-config.ts'
import { readLayer, type StoredLayer } from './keras-layers.ts'
import type { Library } from './keras-parts.ts'

export interface StoredNetwork {
  /** In the order of the computation. */
  readonly layers: readonly StoredLayer[]
  /** In the order in which the file lists them. */
  readonly listed: readonly StoredLayer[]
  readonly dtype: DType
}

/** @param value the description of a model, `{ class_name, config }` */
export function readNetwork(value: unknown, file: string, library: Library): StoredNetwork {
  const place = { file, where: 'the file' }
  const { className, config } = described(value, place)
  const functional = className === 'Functional' || className === 'Model'
  if (className !== 'Sequential' && !functional) {
    throw unsupported(place, 'a Sequential or Functional model', `one of class ${className}`)
  }
  const list = config.layers
  if (!Array.isArray(list) || list.length === 0) throw unsupported(place, 'an array of layers', describe(list))
  const listed = list.map((layer) => readLayer(layer, place, library))
  const chain = functional ? followChain(list, listed, config, place) : listed
  return { layers: withShapes(chain, place), listed, dtype: commonDtype(listed, place) }
}

function commonDtype(list: readonly StoredLayer[], place: Place): DType {
  const dtypes = new Set(list.filter(({ definition }) => definition.kind !== 'input').map(({ dtype }) => dtype))
  dtypes.delete(null)
  if (dtypes.size <= 1) return [...dtypes][0] ?? 'float32'
  throw unsupported(place, 'layers of one dtype', [...dtypes].join(' and '))
}

/** Puts the layers of a Functional model into their order. @throws ERR_FILE when they branch, join or share */
function followChain(
  list: readonly unknown[],
  listed: readonly StoredLayer[],
  config: Options,
  place: Place,
): readonly StoredLayer[] {
  const after = new Map<string, StoredLayer>()
  let first: StoredLayer | null = null
  for (const [i, layer] of listed.entries()) {
    const source = sourceOf(camelKeys(list[i], layer.place).inboundNodes, layer.place)
    if (source === null && first === null) first = layer
    else if (source === null || after.has(source)) throw branches(place, layer)
    else after.set(source, layer)
  }
  const chain: StoredLayer[] = []
  for (let layer = first ?? undefined; layer && chain.length < listed.length; layer = after.get(layer.name)) {
    chain.push(layer)
  }
  const last = chain.at(-1)
  if (chain.length !== listed.length || !last) throw branches(place, listed.at(-1)!)
  const outputs = [config.outputLayers].flat(2)
  if (outputs[0] !== last.name || outputs.length !== 3) throw unsupported(place, 'one output', describe(outputs))
  return chain
}

function branches(place: Place, { place: { where } }: StoredLayer): Error {
  return unsupported(place, 'one chain of layers', `a branch at ${where}`)
}

/** The layer whose output this one takes, or null for none. Keras 3 says it in `args`, older files in nested arrays. */
function sourceOf(nodes: unknown, place: Place): string | null {
  if (!Array.isArray(nodes) || nodes.length === 0) return null
  const [node] = nodes
  const histories = Array.isArray(node) ? node : argumentsOf(node, place)
  const source = Array.isArray(histories[0]) ? histories[0][0] : null
  if (nodes.length === 1 && histories.length === 1 && typeof source === 'string') return source
  throw unsupported(place, 'one input, used once,', nodes.length > 1 ? `${nodes.length} uses` : 'another kind')
}

function argumentsOf(node: unknown, place: Place): readonly unknown[] {
  const { args, kwargs } = camelKeys(node, place)
  const named = Object.entries(isObject(kwargs) ? kwargs : {}).find(([, item]) => item !== null && item !== false)
  if (named) throw unsupported(place, 'no arguments of its own', `\`${named[0]}\``)
  if (!Array.isArray(args)) throw unsupported(place, 'one input', describe(args))
  return args.map((argument) => camelKeys(described(argument, place).config, place).kerasHistory)
}

/** Says the first shape, and refuses layers that would work on the last of several dimensions: ours know rows alone. */
function withShapes(chain: readonly StoredLayer[], place: Place): readonly StoredLayer[] {
  const shape = chain[0]!.inputShape
  if (shape === null)
    throw unsupported(place, 'a model that was built', 'one that does not know the shape of its input')
  let dimensions = shape.length
  for (const layer of chain) {
    if (layer.className === 'Flatten') dimensions = 1
    if (layer.needsRows && dimensions > 1) {
      throw unsupported(layer.place, 'rows of features (flatten samples first)', `samples of ${dimensions} dimensions`)
    }
  }
  if (dimensions > 1) throw unsupported(place, 'rows as outputs', `outputs of ${dimensions} dimensions`)
  const [first, ...rest] = chain
  const definition = inFile(first!.place, () => withShape(first!.definition, shape))
  return [{ ...first!, definition }, ...rest]
}

function withShape(definition: LayerDefinition, shape: readonly number[]): LayerDefinition {
  if (definition.kind === 'input') return layers.input({ name: definition.name, shape })
  return { ...definition, inputShape: shape }
}
