/**
 * One layer of a model, as `model.layers[i]`.
 */
import type { Core } from './core.ts'
import type { LayerDefinition } from './define/layers.ts'
import type { Matrix } from './matrix.ts'
import type { ParameterInfo } from './native.ts'
import { parametersOf, readWeights, type Weight, writeWeights } from './weights.ts'

export class Layer {
  readonly name: string
  readonly kind: LayerDefinition['kind']
  /** Its options, with every default filled in. */
  readonly definition: LayerDefinition
  /** Features in. */
  readonly inputs: number
  /** Features out. */
  readonly outputs: number
  /** What `getWeights` returns, by name. */
  readonly weightNames: readonly ParameterInfo['name'][]
  readonly #core: Core
  readonly #parameters: readonly number[]

  /** @internal */
  constructor(core: Core, index: number) {
    const { name, definition, inputs, outputs } = core.plan.layers[index]!
    this.name = name
    this.kind = definition.kind
    this.definition = core.plan.definition.layers[index]!
    this.inputs = inputs
    this.outputs = outputs
    this.#core = core
    this.#parameters = parametersOf(core, index)
    this.weightNames = Object.freeze(this.#parameters.map((parameter) => core.parameters[parameter]!.name))
  }

  /** All its parameters. */
  get parameterCount(): number {
    return this.#count(true) + this.#count(false)
  }

  get trainableParameterCount(): number {
    return this.#count(true)
  }

  /** Copies: kernel and bias, or gamma, beta, moving mean and moving variance; as far as it has them. */
  getWeights(): Matrix[] {
    return readWeights(this.#core, this.#parameters)
  }

  /** What `getWeights` returns, or arrays of the same shapes. @throws ERR_SHAPE, ERR_DATA, ERR_BUSY */
  setWeights(weights: readonly Weight[]): void {
    writeWeights(this.#core, this.#parameters, weights, `${this.name}.weights`)
  }

  #count(trainable: boolean): number {
    return this.#parameters
      .map((index) => this.#core.parameters[index]!)
      .filter((parameter) => parameter.trainable === trainable)
      .reduce((sum, { shape }) => sum + shape.reduce((size, length) => size * length, 1), 0)
  }
}
