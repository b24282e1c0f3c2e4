/**
 * The learning rates that a slice of training needs in advance, as no function enters the addon.
 */
import type { Core } from './core.ts'
import { rateAt } from './define/schedules.ts'

/** How many rates a schedule is asked for first; doubled whenever a slice uses them all up. */
const FIRST_COUNT = 1024

export class Rates {
  readonly #core: Core
  #count = FIRST_COUNT
  #begun = 0

  constructor(core: Core) {
    this.#core = core
  }

  /** For at most `steps` coming steps. A slice ends with the last rate, unless the rate is constant and one stands for all. */
  next(steps: number): Float64Array {
    this.#begun = this.#core.network.iterations
    const { learningRate } = this.#core
    if (typeof learningRate === 'number') return Float64Array.of(learningRate)
    const count = Math.min(steps, this.#count)
    return Float64Array.from({ length: count }, (_, i) => rateAt(learningRate, this.#begun + i))
  }

  /** One for each of exactly `steps` steps, so that the slice ends there at the latest. */
  exactly(steps: number): Float64Array {
    this.#begun = this.#core.network.iterations
    const { learningRate } = this.#core
    return Float64Array.from({ length: steps }, (_, i) => rateAt(learningRate, this.#begun + i))
  }

  /** After a slice. */
  sliceEnded(): void {
    if (this.#core.network.iterations - this.#begun >= this.#count) this.#count *= 2
  }
}
