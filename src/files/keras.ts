/**
 * Keras 3's `.keras` files: a zip of config.json, metadata.json and model.weights.h5. The zip and the HDF5 file in it are read
 * by libraries that only those need who have such files: optional peer dependencies, loaded here. h5wasm is the HDF Group's own
 * library as WebAssembly: it reads whatever Keras wrote, and a file made to do harm is shut up in a memory and a file system
 * of its own.
 */
import type { File } from 'h5wasm'
import { MyelinError } from '../errors.ts'
import type { Model } from '../model.ts'
import type { FloatArray } from '../native.ts'
import { describe, isObject } from '../validate.ts'
import { fileError, systemError } from './file-error.ts'
import { camelKeys } from './keras-config.ts'
import { readNetwork, type StoredNetwork } from './keras-network.ts'
import { readTraining } from './keras-training.ts'
import {
  buildModel,
  checkLoading,
  type FindWeight,
  type LoadOptions,
  parseJson,
  readBytes,
  type StoredWeight,
} from './stored-model.ts'

type Zip = typeof import('fflate')
type Hdf5 = typeof import('h5wasm')

const CONFIG = 'config.json'
const METADATA = 'metadata.json'
const WEIGHTS = 'model.weights.h5'
/** The most that deflate makes of a byte. */
const DEFLATE_RATIO = 1032
const FLOAT_CLASS = 1

/** See `loadKeras`. */
export async function readKeras(path: string | URL, options?: LoadOptions): Promise<Model> {
  const { compile, seed } = checkLoading(path, options, 'loadKeras', 'a .keras file')
  const file = String(path)
  const [zip, hdf5] = await loadLibraries(file)
  const members = unzip(zip, await readBytes(path, file), file)
  checkVersion(member(members, METADATA, file), file)
  const description = parseJson(member(members, CONFIG, file), file, CONFIG)
  const network = readNetwork(description, file, 'Keras')
  const training = compile ? readTraining(camelKeys(description, { file, where: CONFIG }).compileConfig, file) : null
  return withHdf5(hdf5, member(members, WEIGHTS, file), file, (weights) =>
    buildModel(file, network, training, seed, findIn(hdf5, weights, network, file)),
  )
}

async function loadLibraries(file: string): Promise<[Zip, Hdf5]> {
  try {
    return await Promise.all([import('fflate'), import('h5wasm')])
  } catch (cause) {
    const missing = (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND'
    if (!missing) throw cause
    throw fileError(file, 'the packages fflate and h5wasm', 'no such packages', 'npm install fflate h5wasm', cause)
  }
}

type Members = Readonly<Record<string, Uint8Array>>

/** The three files, and no more memory than the zip can justify. */
function unzip({ unzipSync }: Zip, bytes: Uint8Array, file: string): Members {
  const wanted = [CONFIG, METADATA, WEIGHTS]
  try {
    return unzipSync(bytes, {
      filter: ({ name, size, originalSize, compression }) => {
        if (!wanted.includes(name)) return false
        const most = compression === 0 ? size : size * DEFLATE_RATIO
        if (size <= bytes.length && originalSize <= most) return true
        throw fileError(file, `${name} of at most ${most} bytes`, `one of ${originalSize}`)
      },
    })
  } catch (cause) {
    throw systemError(file, 'a .keras file, a whole zip,', cause)
  }
}

function member(members: Members, name: string, file: string): Uint8Array {
  if (Object.hasOwn(members, name)) return members[name]!
  throw fileError(file, `a zip with ${name} in it, as Keras 3 saves it`, 'one without')
}

/** Keras 2 wrote such files too, and meant other things by some names. */
function checkVersion(bytes: Uint8Array, file: string): void {
  const metadata = parseJson(bytes, file, METADATA)
  const version = isObject(metadata) ? metadata.keras_version : undefined
  if (typeof version === 'string' && /^[3-9]\./.test(version)) return
  throw fileError(file, 'a file of Keras 3', `one of version ${describe(version)}`)
}

/** Files opened so far: libhdf5 may hold on to the name of a damaged one. */
let opened = 0

/** Opens the file in memory, where nothing it names can lead to the disk. */
async function withHdf5<T>(hdf5: Hdf5, bytes: Uint8Array, file: string, work: (weights: File) => T): Promise<T> {
  const library = await hdf5.ready
  const name = `/${opened++}.h5`
  library.activate_throwing_error_handler() // instead of printing
  let weights: File | undefined
  try {
    hdf5.FS!.writeFile(name, bytes)
    weights = asFileError(file, () => new hdf5.File(name, 'r'))
    return work(weights)
  } finally {
    weights?.close()
    hdf5.FS!.unlink(name)
    library.deactivate_throwing_error_handler()
  }
}

function asFileError<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof MyelinError) throw cause
    throw fileError(file, `${WEIGHTS} that is a whole HDF5 file`, 'one that is not', '', cause)
  }
}

/** Keras names groups after classes, `dense`, `dense_1`, in the order of the model's list, and numbers what is in them. */
function findIn(hdf5: Hdf5, weights: File, { listed }: StoredNetwork, file: string): FindWeight {
  const counts = new Map<string, number>()
  const groups = new Map<string, string>()
  for (const { name, className } of listed) {
    const plain = snake(className)
    const count = counts.get(plain) ?? 0
    counts.set(plain, count + 1)
    groups.set(name, count === 0 ? plain : `${plain}_${count}`)
  }
  return ({ name }, _, index) =>
    asFileError(file, () => {
      const found = weights.get(`layers/${groups.get(name)}/vars/${index}`)
      return found instanceof hdf5.Dataset ? storedWeight(found, file) : null
    })
}

function storedWeight(dataset: InstanceType<Hdf5['Dataset']>, file: string): StoredWeight {
  const { type, size, littleEndian, shape } = dataset.metadata
  if (type !== FLOAT_CLASS || !littleEndian || (size !== 4 && size !== 8)) {
    throw fileError(file, 'weights of 32 or 64 bits', `${dataset.path} of ${size * 8} bits, class ${type}`)
  }
  return { shape: shape ?? [], read: () => asFileError(file, () => dataset.value as FloatArray) }
}

/** 'BatchNormalization' becomes 'batch_normalization'. */
function snake(className: string): string {
  const words = className.replace(/(.)([A-Z][a-z]+)/g, '$1_$2').replace(/([a-z])([A-Z])/g, '$1_$2')
  return words.toLowerCase()
}
