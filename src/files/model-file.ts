/**
 * What a model file says and under which names: a safetensors file whose tensors are the parameters and the arrays of
 * the optimizer, and whose metadata are texts, JSON all but the first three. save-model.ts writes it, load-model.ts
 * reads it.
 */
import type { PlacedLayer } from '../define/network.ts'
import type { OptimizerName } from '../define/names.ts'
import type { ParameterInfo } from '../native.ts'

/** What `format` in the metadata says. */
export const FORMAT = 'myelin'
/** Raised whenever an older reader would misread the file. */
export const FORMAT_VERSION = 1

/** Keys of the metadata. */
export interface Metadata {
  readonly format: string
  readonly formatVersion: string
  /** Of the package that wrote it. */
  readonly myelinVersion: string
  /** What `model.toJSON()` returns. */
  readonly definition: string
  /** Epochs, steps and the like: all that random draws and the optimizer's formulas depend on. */
  readonly counters: string
  /** Loss, metrics and optimizer; left out without the optimizer. */
  readonly training?: string
  /** How the data was made; left out where that is not known. */
  readonly recipe?: string
}

/** What optimizers keep, in the order of the engine's state arrays. */
const STATES: Readonly<Record<OptimizerName, readonly string[]>> = {
  sgd: ['momentum'],
  rmsprop: ['velocity', 'momentum', 'averageGradient'],
  adagrad: ['accumulator'],
  adadelta: ['accumulatedGradient', 'accumulatedDelta'],
  adam: ['momentum', 'velocity', 'velocityMax'],
  adamw: ['momentum', 'velocity', 'velocityMax'],
  adamax: ['momentum', 'velocity'],
  nadam: ['momentum', 'velocity'],
  lion: ['momentum'],
}

/** `layers.0.kernel`: the place of the layer in `model.layers`, and the parameter. */
export function parameterName({ layer, name }: ParameterInfo, layers: readonly PlacedLayer[]): string {
  return `layers.${layers.findIndex((placed) => placed.native === layer)}.${name}`
}

/** `optimizer.momentum.layers.0.kernel`. */
export function stateName(optimizer: OptimizerName, slot: number, parameter: string): string {
  return `optimizer.${STATES[optimizer][slot]}.${parameter}`
}
