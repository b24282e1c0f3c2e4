/**
 * TensorFlow.js's layers models: a model.json and the weights beside it, in one or more files of raw numbers ("shards").
 */
import { readFile, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Model } from '../model.ts'
import { describe } from '../validate.ts'
import { fileError, systemError } from './file-error.ts'
import { camelKeys, type Place, unsupported } from './keras-config.ts'
import { readNetwork } from './keras-network.ts'
import { readTraining } from './keras-training.ts'
import { buildModel, checkLoading, type FindWeight, type LoadOptions, parseJson, readBytes } from './stored-model.ts'

/** Bytes of one number; of all that TensorFlow.js writes, though ours are float32. */
const SIZES: Readonly<Record<string, number>> = { float32: 4, int32: 4, bool: 1, uint8: 1 }

interface Entry {
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: string
  readonly bytes: number
}

/** A weight by its key, and its bytes. */
type Weights = Map<string, { readonly entry: Entry; readonly bytes: Uint8Array }>

/** Weights one after the other, in shards that are cut anywhere. */
interface Group {
  readonly paths: readonly string[]
  readonly entries: readonly Entry[]
}

/** See `loadTfjs`. */
export async function readTfjs(path: string | URL, options?: LoadOptions): Promise<Model> {
  const { compile, seed } = checkLoading(path, options, 'loadTfjs', 'a model.json')
  const file = String(path)
  const place = { file, where: 'the file' }
  const json = camelKeys(parseJson(await readBytes(path, file), file, 'JSON'), place)
  if (json.format !== undefined && json.format !== 'layers-model') {
    throw unsupported(place, "the format 'layers-model'", describe(json.format))
  }
  const topology = camelKeys(json.modelTopology, { file, where: 'modelTopology' })
  const network = readNetwork(topology.modelConfig ?? topology, file, 'TensorFlow.js')
  const training = compile ? readTraining(json.trainingConfig ?? topology.trainingConfig, file) : null
  const folder = dirname(path instanceof URL ? fileURLToPath(path) : path)
  const weights: Weights = new Map()
  for (const group of readManifest(json.weightsManifest, { file, where: 'weightsManifest' })) {
    await readGroup(group, folder, file, weights)
  }
  return buildModel(file, network, training, seed, findIn(weights, file))
}

function readManifest(value: unknown, place: Place): readonly Group[] {
  if (!Array.isArray(value)) throw unsupported(place, 'a list of groups of weights', describe(value))
  const seen = new Set<string>()
  return value.map((item) => {
    const { paths, weights } = camelKeys(item, place)
    if (!Array.isArray(paths) || !Array.isArray(weights)) throw unsupported(place, 'paths and weights', describe(item))
    for (const path of paths) {
      checkPath(path, place)
      if (seen.has(path)) throw unsupported(place, 'every path once', describe(path))
      seen.add(path)
    }
    return { paths, entries: weights.map((weight) => readEntry(weight, place)) }
  })
}

/** @throws ERR_FILE unless it stays in the folder */
function checkPath(path: unknown, place: Place): void {
  const text = typeof path === 'string' ? path : ''
  const inside = !isAbsolute(text) && !/^\.\.?$|^\.\.[/\\]/.test(normalize(text)) && !/[\\\0:]/.test(text)
  if (text === '' || !inside) throw unsupported(place, 'paths in the folder of the file', describe(path))
}

function readEntry(value: unknown, place: Place): Entry {
  const { name, shape, dtype, quantization } = camelKeys(value, place)
  if (typeof name !== 'string') throw unsupported(place, 'weights with names', describe(name))
  const where = { ...place, where: `weight '${name}' of weightsManifest` }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw unsupported(where, 'a shape', describe(shape))
  }
  if (typeof dtype !== 'string' || !Object.hasOwn(SIZES, dtype)) {
    throw unsupported(where, `one of the dtypes ${Object.keys(SIZES).join(', ')}`, describe(dtype))
  }
  if (quantization !== undefined && quantization !== null) {
    throw unsupported(where, 'weights that are not quantized', describe(quantization))
  }
  return { name, shape, dtype, bytes: shape.reduce((product, size) => product * size, SIZES[dtype]!) }
}

/** The sizes of the files are compared with the manifest before a byte of them is read. */
async function readGroup({ paths, entries }: Group, folder: string, file: string, weights: Weights): Promise<void> {
  const shards = paths.map((path) => join(folder, path))
  const wanted = entries.reduce((sum, { bytes }) => sum + bytes, 0)
  let bytes: Uint8Array
  try {
    const sizes = await Promise.all(shards.map(async (shard) => (await stat(shard)).size))
    const found = sizes.reduce((sum, size) => sum + size, 0)
    if (found !== wanted) throw fileError(file, `${wanted} bytes in ${paths.join(' and ')}`, `${found} bytes`)
    bytes = Buffer.concat(await Promise.all(shards.map((shard) => readFile(shard))))
  } catch (cause) {
    throw systemError(file, `weights in ${paths.join(' and ')}`, cause)
  }
  let at = 0
  for (const entry of entries) {
    const key = keyOf(entry.name)
    if (weights.has(key)) throw fileError(file, 'weights of different names', `'${entry.name}' twice`)
    weights.set(key, { entry, bytes: bytes.subarray(at, at + entry.bytes) })
    at += entry.bytes
  }
}

/** Layer and weight: the last two parts of a name such as 'model/dense/kernel:0'. */
function keyOf(name: string): string {
  return name.replace(/:0$/, '').split('/').slice(-2).join('/')
}

function findIn(weights: Weights, file: string): FindWeight {
  return (layer, parameter) => {
    const found = weights.get(keyOf(`${layer.name}/${snakeOf(parameter)}`))
    if (!found) return null
    const { entry, bytes } = found
    if (entry.dtype !== 'float32') throw fileError(file, `float32 for '${entry.name}'`, entry.dtype)
    return { shape: entry.shape, read: () => new Float32Array(new Uint8Array(bytes).buffer) }
  }
}

/** 'movingMean' becomes 'moving_mean'. */
function snakeOf(parameter: string): string {
  return parameter.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
