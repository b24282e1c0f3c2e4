/**
 * Who may use a network now: any number of readers (predict, evaluate), or one writer (a slice of training).
 * First come, first served, so that a prediction asked for while a fit runs gets in at the next slice boundary.
 */

interface Waiting {
  readonly writes: boolean
  readonly start: () => void
}

export class Turns {
  #readers = 0
  #writing = false
  readonly #queue: Waiting[] = []

  /** A slice of training is running at this moment. */
  get writing(): boolean {
    return this.#writing
  }

  /** Something reads at this moment. */
  get reading(): boolean {
    return this.#readers > 0
  }

  /** Does `work` beside other readers. */
  async read<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(false)
    try {
      return await work()
    } finally {
      this.#readers--
      this.#admit()
    }
  }

  /** Does `work` alone. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter(true)
    try {
      return await work()
    } finally {
      this.#writing = false
      this.#admit()
    }
  }

  #enter(writes: boolean): Promise<void> {
    return new Promise((start) => {
      this.#queue.push({ writes, start })
      this.#admit()
    })
  }

  /** Lets in whoever stands first, and those behind it that may go along. */
  #admit(): void {
    for (let first = this.#queue[0]; first && !this.#writing; first = this.#queue[0]) {
      if (first.writes && this.#readers > 0) return
      this.#queue.shift()
      if (first.writes) this.#writing = true
      else this.#readers++
      first.start()
    }
  }
}
