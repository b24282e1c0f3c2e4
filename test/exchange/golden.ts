/**
 * Models that other libraries saved, with inputs and those libraries' own outputs: test/golden/<library>.json and the folder
 * of the same name. Owns no numbers: scripts/golden-keras.py and scripts/golden-tfjs.mjs write them.
 */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type FloatArray, loadKeras, loadTfjs, type Model } from '../../src/index.ts'

export interface GoldenCase {
  readonly name: string
  readonly file: string
  readonly outputs: readonly number[]
}

export interface Golden<Extra = unknown> {
  readonly features: number
  readonly x: readonly number[]
  readonly cases: readonly GoldenCase[]
  readonly parts: Extra
}

const loaders = { keras: loadKeras, tfjs: loadTfjs }
export type Library = keyof typeof loaders
export const LIBRARIES = Object.keys(loaders) as Library[]

export function readGolden<Extra = unknown>(library: Library): Golden<Extra> {
  return JSON.parse(readFileSync(new URL(`../golden/${library}.json`, import.meta.url), 'utf8')) as Golden<Extra>
}

/** The path of a file of a library's folder. */
export function goldenPath(library: Library, file: string): string {
  return fileURLToPath(new URL(`../golden/${library}/${file}`, import.meta.url))
}

export function loadGolden(library: Library, file: string): Promise<Model> {
  return loaders[library](goldenPath(library, file), { seed: 1 })
}

/** The inputs in the dtype of the model. */
export function goldenInputs(
  model: Model,
  { x, features }: Golden<unknown>,
): { data: FloatArray; shape: [number, number] } {
  const data = model.dtype === 'float64' ? Float64Array.from(x) : Float32Array.from(x)
  return { data, shape: [x.length / features, features] }
}

/** @throws where two values are further apart than `tolerance` times the higher of 1 and the wanted value */
export function assertNear(found: ArrayLike<number>, wanted: ArrayLike<number>, tolerance: number): void {
  if (found.length !== wanted.length) throw new Error(`${found.length} values, wanted ${wanted.length}`)
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(found[i]! - wanted[i]!) / Math.max(1, Math.abs(wanted[i]!))
    if (!(error <= tolerance)) throw new Error(`value ${i}: ${found[i]}, wanted ${wanted[i]}, error ${error}`)
  }
}
