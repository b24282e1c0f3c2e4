/**
 * From a file or bytes to a model. Everything is refused that is not exactly what save-model.ts writes, before any
 * memory is taken for it: a network is built only when the file holds as many numbers as it needs.
 */
import { Core } from '../core.ts'
import { countFeatures, type Recipe, recipeFromJSON } from '../data/recipe.ts'
import { planNetwork } from '../define/network.ts'
import { MyelinError } from '../errors.ts'
import { info } from '../info.ts'
import { Model } from '../model.ts'
import { type Counters, type DType, type FloatArray, native } from '../native.ts'
import { checkNumber, checkOptions, checkWhole, describe, expected, isObject, unitInterval } from '../validate.ts'
import { fileError } from './file-error.ts'
import { FORMAT, FORMAT_VERSION, type Metadata, parameterName, stateName } from './model-file.ts'
import { type Header, readHeader, type TensorPlace } from './safetensors.ts'
import { bytesSource, type Source, withFile } from './source.ts'

const WHAT = 'a model file'

/**
 * The model that `model.save` wrote to a file, or `model.toBuffer` to bytes. Fitting it goes on to the same bits as if
 * it had never stopped, whatever the machine and the number of threads.
 *
 * @param from a path, a file URL, or the bytes themselves
 * @throws (rejects) ERR_FILE when the file is missing, cut short, changed, of a newer format or no model file at all
 */
export async function loadModel(from: string | URL | Uint8Array): Promise<Model> {
  if (from instanceof Uint8Array) return read(bytesSource(from, 'from'))
  if ((typeof from === 'string' && from !== '') || from instanceof URL) return withFile(from, WHAT, read)
  throw expected('ERR_OPTION', 'the path of a model file, or its bytes,', 'from', from)
}

async function read(source: Source): Promise<Model> {
  return new Model(await new Reader(source, await readHeader(source)).core())
}

class Reader {
  readonly #source: Source
  readonly #tensors: Header['tensors']
  readonly #metadata: Readonly<Partial<Metadata>>
  /** Tensors that belong to something. */
  readonly #used = new Set<string>()
  #scratch: FloatArray = new Float32Array(0)

  constructor(source: Source, { tensors, metadata }: Header) {
    this.#source = source
    this.#tensors = tensors
    this.#metadata = Object.fromEntries(metadata)
    this.#checkFormat()
  }

  async core(): Promise<Core> {
    const core = this.#checked('definition', (definition) => {
      this.#checkParameters(definition)
      return new Core(definition, false)
    })
    const names = core.parameters.map((parameter) => parameterName(parameter, core.plan.layers))
    for (const [index, name] of names.entries()) {
      const values = await this.#numbers(name, core, index)
      core.network.setParameter(index, values)
    }
    if (this.#metadata.training !== undefined) {
      this.#checked('training', (training) => core.compile(training))
      await this.#readStates(core, names)
    }
    this.#checked('counters', (counters) => core.network.setCounters(checkCounters(counters, core.isCompiled)))
    if (this.#metadata.recipe !== undefined) {
      core.recipe = this.#checked('recipe', (recipe) => checkRecipe(recipe, core.plan.spec.inputs))
    }
    for (const name of this.#tensors.keys()) {
      if (!this.#used.has(name)) throw this.#wrong('no other tensors than those of its model', describe(name))
    }
    return core
  }

  async #readStates(core: Core, names: readonly string[]): Promise<void> {
    const { kind } = core.training('loadModel').optimizer
    for (const slot of core.network.states()) {
      for (const [index, name] of names.entries()) {
        if (!core.parameters[index]!.trainable) continue
        core.network.setState(slot, index, await this.#numbers(stateName(kind, slot, name), core, index))
      }
    }
  }

  #checkFormat(): void {
    const { format, formatVersion, myelinVersion = 'unknown' } = this.#metadata
    if (format !== FORMAT) {
      const hint = 'make the model with sequential and give it the weights with model.setWeights'
      throw this.#wrong('a model that myelin saved', 'a safetensors file of something else', hint)
    }
    if (formatVersion === String(FORMAT_VERSION)) return
    const received = `${describe(formatVersion)}, written by myelin ${describe(myelinVersion)}`
    throw this.#wrong(`format version ${FORMAT_VERSION}`, received, 'a newer myelin may read it')
  }

  /** A network whose numbers are not all in the file is not even begun. */
  #checkParameters(definition: unknown): void {
    if (!isObject(definition) || definition.seed === undefined || definition.dtype === undefined) {
      throw expected('ERR_OPTION', 'dtype, seed and layers', 'definition', definition)
    }
    const { spec, layers } = planNetwork(definition)
    for (const parameter of native.Network.layOut(spec)) {
      this.#find(parameterName(parameter, layers), spec.dtype, parameter.shape)
    }
  }

  #find(name: string, dtype: DType, shape: readonly number[]): TensorPlace {
    const type = dtype === 'float64' ? 'F64' : 'F32'
    const place = this.#tensors.get(name)
    const what = `tensor '${name}' of ${type} and shape [${shape.join(', ')}]`
    if (!place) throw this.#wrong(what, 'a file without it')
    if (place.dtype === type && place.shape.join() === shape.join()) return place
    throw this.#wrong(what, `${describe(place.dtype)} and [${place.shape.join(', ')}]`)
  }

  /** The numbers of a tensor that belongs to parameter `index`; good until the next call. */
  async #numbers(name: string, { plan, parameters }: Core, index: number): Promise<FloatArray> {
    const { dtype } = plan.spec
    const place = this.#find(name, dtype, parameters[index]!.shape)
    this.#used.add(name)
    const values = this.#room(dtype, place)
    await this.#source.read(new Uint8Array(values.buffer, 0, values.byteLength), place.begin)
    return values
  }

  /** The same memory again and again: a fresh array a tensor would cost more than reading it. */
  #room(dtype: DType, { begin, end }: TensorPlace): FloatArray {
    const Numbers = dtype === 'float64' ? Float64Array : Float32Array
    const length = (end - begin) / Numbers.BYTES_PER_ELEMENT
    if (this.#scratch.length < length) this.#scratch = new Numbers(length)
    return this.#scratch.subarray(0, length)
  }

  /** Reads one JSON text of the metadata; what is wrong in it is the file's fault. */
  #checked<T>(key: keyof Metadata, work: (value: unknown) => T): T {
    const text = this.#metadata[key]
    if (text === undefined) throw this.#wrong(`\`${key}\` in its metadata`, 'none')
    try {
      return work(JSON.parse(text))
    } catch (error) {
      if (error instanceof MyelinError && error.code === 'ERR_FILE') throw error
      const { myelinVersion } = this.#metadata
      const writer = myelinVersion === info().version ? '' : `, in a file of myelin ${describe(myelinVersion)}`
      throw this.#wrong(`a right \`${key}\` in its metadata`, `one that is not${writer}`, describe(error), error)
    }
  }

  #wrong(what: string, received: string, hint = '', cause?: unknown): MyelinError {
    return fileError(this.#source.name, what, received, hint, cause)
  }
}

function checkCounters(value: unknown, isCompiled: boolean): Counters {
  const always = ['epochs', 'steps', 'samples']
  const given = checkOptions(value, 'counters', isCompiled ? [...always, 'iterations', 'nadamProduct'] : always)
  const whole = (name: string): number => checkWhole(given[name], `counters.${name}`, 0)
  return {
    epochs: whole('epochs'),
    steps: whole('steps'),
    samples: whole('samples'),
    iterations: isCompiled ? whole('iterations') : 0,
    nadamProduct: isCompiled ? checkNumber(given.nadamProduct, 'counters.nadamProduct', unitInterval) : 1,
  }
}

/** Of as many features as the network takes. */
function checkRecipe(value: unknown, inputs: number): Recipe {
  const recipe = recipeFromJSON(value)
  const { columns, standardization } = recipe
  const counts = [columns ? countFeatures(columns) : inputs, standardization?.means.length ?? inputs]
  const odd = counts.find((features) => features !== inputs)
  if (odd !== undefined) throw expected('ERR_OPTION', `${inputs} features`, 'recipe', odd)
  return recipe
}
