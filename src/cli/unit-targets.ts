/**
 * Targets of mean 0 and deviation 1: what a network learns well, whatever the label's own unit is. Scores are told in the
 * label's unit, and the last layer is scaled after training, so that the outputs are in it too.
 */
import { Dataset, insideOf } from '../data/dataset.ts'
import { coreOf, type Model } from '../model.ts'

export class UnitTargets {
  readonly #mean: number
  readonly #deviation: number

  /** @param train one column of targets */
  constructor(train: Dataset) {
    const targets = targetsOf(train)
    const mean = targets.reduce((sum, value) => sum + value, 0) / targets.length
    const variance = targets.reduce((sum, value) => sum + (value - mean) ** 2, 0) / targets.length
    this.#mean = mean
    this.#deviation = variance > 0 ? Math.sqrt(variance) : 1
  }

  /** The same features with targets to learn from. */
  of(data: Dataset): Dataset {
    const y = targetsOf(data).map((value) => (value - this.#mean) / this.#deviation)
    const x = { data: insideOf(data)!.handle.x(), shape: [data.rows, data.features] }
    return Dataset.from(x, { data: y, shape: [data.rows, 1] })
  }

  /** Logs or scores of such data, in the label's unit. */
  rescale(scores: Record<string, number>): void {
    for (const [name, value] of Object.entries(scores)) {
      if (/loss$/.test(name)) scores[name] = value * this.#deviation ** 2
      if (/meanAbsoluteError$/.test(name)) scores[name] = value * this.#deviation
    }
  }

  /** Makes the outputs of a trained model those of the label; it then reads data as `data` was read. */
  fold(model: Model, data: Dataset): void {
    const last = model.layers.at(-1)!
    const [kernel, bias] = last.getWeights()
    last.setWeights([
      kernel!.data.map((weight) => weight * this.#deviation),
      bias!.data.map((weight) => weight * this.#deviation + this.#mean),
    ])
    coreOf(model)!.recipe = data.recipe
  }
}

function targetsOf(data: Dataset): Float64Array {
  return Float64Array.from(insideOf(data)!.handle.y()!)
}
