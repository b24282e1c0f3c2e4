/**
 * A model from another library's file: its layers and weights are fitted together here, before anything is built, so that a
 * file can make nothing larger than itself.
 */
import { readFile } from 'node:fs/promises'
import { planNetwork, type PlacedLayer } from '../define/network.ts'
import type { CompileOptions } from '../define/training.ts'
import { Model } from '../model.ts'
import type { FloatArray, ParameterInfo } from '../native.ts'
import { checkFlag, checkOptions, checkSeed, describe, expected } from '../validate.ts'
import { fileError, systemError } from './file-error.ts'
import { inFile } from './keras-config.ts'
import type { StoredLayer } from './keras-layers.ts'
import type { StoredNetwork } from './keras-network.ts'

export interface LoadOptions {
  /** Compile it as it was, if it was, with a fresh optimizer. Default true. */
  readonly compile?: boolean
  /** Of the model; whole number, 0 … 2^53 - 1. Default: drawn anew. */
  readonly seed?: number
}

/** A parameter as a file has it. */
export interface StoredWeight {
  readonly shape: readonly number[]
  /** Called when the shape is right. */
  readonly read: () => FloatArray
}

/** The parameter of a layer by its name and place in the layer, or null where the file has none. */
export type FindWeight = (layer: StoredLayer, name: ParameterInfo['name'], index: number) => StoredWeight | null

/** @throws ERR_OPTION */
export function checkLoading(
  path: unknown,
  options: unknown,
  where: string,
  what: string,
): { readonly compile: boolean; readonly seed: number | undefined } {
  const given = checkOptions(options, where, ['compile', 'seed'])
  if (!(typeof path === 'string' && path !== '') && !(path instanceof URL && path.protocol === 'file:')) {
    throw expected('ERR_OPTION', `the path of ${what}`, 'path', path)
  }
  const seed = given.seed === undefined ? undefined : checkSeed(given.seed, 'seed')
  return { seed, compile: checkFlag(given.compile ?? true, 'compile') }
}

/** All of a file. @throws ERR_FILE */
export async function readBytes(path: string | URL, file: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    throw systemError(file, 'a readable file', cause)
  }
}

/** @throws ERR_FILE */
export function parseJson(bytes: Uint8Array, file: string, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw fileError(file, what === 'JSON' ? what : `JSON in ${what}`, describe(cause), '', cause)
  }
}

/** @throws ERR_FILE when the weights are not those of the layers */
export function buildModel(
  file: string,
  { layers, dtype }: StoredNetwork,
  training: CompileOptions | null,
  seed: number | undefined,
  find: FindWeight,
): Model {
  const options = { layers: layers.map(({ definition }) => definition), dtype, ...(seed === undefined ? {} : { seed }) }
  const plan = inFile({ file, where: 'the model' }, () => planNetwork(options))
  const found = plan.layers.flatMap((placed, i) =>
    parametersOf(placed).map(([name, shape], index) =>
      findChecked(file, layers[i]!, name, shape, find(layers[i]!, name, index)),
    ),
  )
  const model = new Model(options as never)
  inFile({ file, where: 'the model' }, () => {
    model.setWeights(found.map(({ shape, read }) => ({ data: read(), shape })))
    if (training) model.compile(training)
  })
  return model
}

/** In the order of `getWeights`. */
function parametersOf({
  definition,
  inputs,
}: PlacedLayer): readonly (readonly [ParameterInfo['name'], readonly number[]])[] {
  if (definition.kind === 'dense') {
    const { units, useBias } = definition
    return [['kernel', [inputs, units]], ...(useBias ? [['bias', [units]] as const] : [])]
  }
  if (definition.kind !== 'batchNormalization' && definition.kind !== 'layerNormalization') return []
  const names = [
    definition.scale ? ['gamma' as const] : [],
    definition.center ? ['beta' as const] : [],
    definition.kind === 'batchNormalization' ? (['movingMean', 'movingVariance'] as const) : [],
  ].flat()
  return names.map((name) => [name, [inputs]])
}

function findChecked(
  file: string,
  { place }: StoredLayer,
  name: string,
  shape: readonly number[],
  weight: StoredWeight | null,
): StoredWeight {
  const what = `a ${name} of shape [${shape.join(', ')}] for ${place.where}`
  if (weight === null) throw fileError(file, what, 'none')
  if (weight.shape.join() !== shape.join()) throw fileError(file, what, `one of shape [${weight.shape.join(', ')}]`)
  return weight
}
