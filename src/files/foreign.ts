/**
 * Models that other libraries saved. What reads them is loaded with the first.
 */
import type { Model } from '../model.ts'
import type { LoadOptions } from './stored-model.ts'

/**
 * A model that Keras 3 saved: Sequential, or Functional where it is one chain of layers. Its weights are Keras's bit for bit;
 * it is compiled as it was, with a fresh optimizer. Needs the packages fflate and h5wasm.
 *
 * @throws (rejects) ERR_FILE for a file that is missing, damaged, or has what this package does not, or without those packages;
 *   ERR_OPTION
 */
export async function loadKeras(path: string | URL, options?: LoadOptions): Promise<Model> {
  const { readKeras } = await import('./keras.ts')
  return readKeras(path, options)
}

/**
 * A layers model that TensorFlow.js saved or its converter made: Sequential, or Functional where it is one chain of layers. Its
 * weights are those of the file bit for bit; it is compiled as it was, with a fresh optimizer.
 *
 * @param path of model.json; the other files are where it says, in its folder or below
 * @throws (rejects) ERR_FILE for files that are missing, damaged, or have what this package does not; ERR_OPTION
 */
export async function loadTfjs(path: string | URL, options?: LoadOptions): Promise<Model> {
  const { readTfjs } = await import('./tfjs.ts')
  return readTfjs(path, options)
}
