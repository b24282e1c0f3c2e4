/**
 * A model from another library's file: its layers and weights are fitted together here, before anything is built, so that a
 * file can make nothing larger than itself.
 */
import { readFile } from 'node:fs/promises'
import { Core } from '../core.ts'
import { planNetwork } from '../define/network.ts'
import type { CompileOptions } from '../define/training.ts'
import { Model } from '../model.ts'
import { type FloatArray, native, type ParameterInfo } from '../native.ts'
import { checkFlag, checkOptions, checkSeed, describe, expected } from '../validate.ts'
import { parametersOf, writeWeights } from '../weights.ts'
import { fileError, systemError } from './file-error.ts'
import { inFile, type Place } from './keras-config.ts'
import type { StoredLayer } from './keras-layers.ts'
import type { StoredNetwork } from './keras-network.ts'
import { trainingPlace } from './keras-training.ts'

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
  const place = { file, where: 'the model' }
  const options = { layers: layers.map(({ definition }) => definition), dtype, ...(seed === undefined ? {} : { seed }) }
  const plan = inFile(place, () => planNetwork(options))
  const counts = new Map<number, number>()
  const found = native.Network.layOut(plan.spec).map((parameter) => {
    const layer = layers[plan.layers.findIndex((placed) => placed.native === parameter.layer)]!
    const index = counts.get(parameter.layer) ?? 0
    counts.set(parameter.layer, index + 1)
    return checkFits(find(layer, parameter.name, index), parameter, layer.place)
  })
  const core = new Core({ ...plan.definition }, false)
  inFile(place, () => {
    const weights = found.map(({ shape, read }) => ({ data: read(), shape }))
    writeWeights(core, parametersOf(core, null), weights, 'weights')
  })
  if (training) inFile(trainingPlace(file), () => core.compile(training))
  return new Model(core)
}

function checkFits(weight: StoredWeight | null, { name, shape }: ParameterInfo, { file, where }: Place): StoredWeight {
  const what = `a ${name} of shape [${shape.join(', ')}] for ${where}`
  if (weight === null) throw fileError(file, what, 'none')
  if (weight.shape.join() !== shape.join()) throw fileError(file, what, `one of shape [${weight.shape.join(', ')}]`)
  return weight
}
