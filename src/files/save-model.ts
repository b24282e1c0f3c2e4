/**
 * From a model to a file or bytes: everything that training depends on, as it is at one instant.
 */
import type { Core } from '../core.ts'
import { scheduleToJSON } from '../define/schedules.ts'
import { MyelinError } from '../errors.ts'
import { info } from '../info.ts'
import { checkFlag, checkOptions, expected } from '../validate.ts'
import { FORMAT, FORMAT_VERSION, type Metadata, parameterName, stateName } from './model-file.ts'
import { replaceFile } from './replace.ts'
import { encode, type Tensor } from './safetensors.ts'

export interface SaveOptions {
  /**
   * Keep what the model was compiled with and the state of the optimizer, so that training goes on as if it had never
   * stopped. Without, the loaded model predicts, and must be compiled before it trains or evaluates. Default true.
   */
  readonly includeOptimizer?: boolean
}

export async function saveModel(core: Core, path: unknown, options: unknown): Promise<void> {
  if (!(typeof path === 'string' && path !== '') && !(path instanceof URL)) {
    throw expected('ERR_OPTION', 'the path of a file', 'path', path)
  }
  await replaceFile(path, await modelFile(core, 'save', options))
}

/** The file, piece by piece. During a fit it waits for the end of a slice. */
export async function modelFile(core: Core, caller: string, options: unknown): Promise<readonly Uint8Array[]> {
  const { includeOptimizer = true } = checkOptions(options, caller, ['includeOptimizer'])
  const withOptimizer = checkFlag(includeOptimizer, 'includeOptimizer') && core.isCompiled
  // at once where that is possible: what the caller does next must not get into the file
  if (!core.turns.writing) return snapshot(core, withOptimizer)
  return core.turns.read(async () => snapshot(core, withOptimizer))
}

function snapshot(core: Core, withOptimizer: boolean): readonly Uint8Array[] {
  const { epochs, steps, samples, iterations, nadamProduct } = core.network.counters()
  const counters = withOptimizer ? { epochs, steps, samples, iterations, nadamProduct } : { epochs, steps, samples }
  const metadata: Metadata = {
    format: FORMAT,
    formatVersion: String(FORMAT_VERSION),
    myelinVersion: info().version,
    definition: JSON.stringify(core.plan.definition),
    counters: JSON.stringify(counters),
    ...(withOptimizer && { training: JSON.stringify(trainingOf(core)) }),
    ...(core.recipe && { recipe: JSON.stringify(core.recipe) }),
  }
  return encode(tensorsOf(core, withOptimizer), { ...metadata })
}

/** What `compile` takes, in JSON: with the learning rate as it is now. */
function trainingOf(core: Core): object {
  const { loss, metrics, optimizer } = core.training('save')
  const { learningRate } = core
  return { loss, metrics, optimizer: { ...optimizer, learningRate: rateOf(learningRate) } }
}

function rateOf(learningRate: Core['learningRate']): unknown {
  if (typeof learningRate === 'number') return learningRate
  const settings = scheduleToJSON(learningRate)
  if (settings) return settings
  throw new MyelinError(
    'ERR_OPTION',
    'expected a learning rate that is a number or made by schedules for `save`, received a function, which no file can hold; ' +
      'compile with one of schedules, or save with includeOptimizer: false',
  )
}

function tensorsOf(core: Core, withOptimizer: boolean): readonly Tensor[] {
  const { network, parameters, plan } = core
  const places = parameters.map((parameter, index) => {
    return { ...parameter, index, tensor: parameterName(parameter, plan.layers) }
  })
  const weights = places.map(({ index, shape, tensor }) => ({ name: tensor, shape, data: core.getParameter(index) }))
  if (!withOptimizer) return weights
  const { kind } = core.training('save').optimizer
  const trained = places.filter(({ trainable }) => trainable)
  const states = network.states().flatMap((slot) =>
    trained.map(({ index, shape, tensor }) => {
      return { name: stateName(kind, slot, tensor), shape, data: network.getState(slot, index) }
    }),
  )
  return [...weights, ...states]
}
