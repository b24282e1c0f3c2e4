/**
 * Seeded shuffles and splits of row numbers. Only for dividing data sets and for Perceptron: the order of batches
 * in training and all other draws are native.
 */

/** A generator of numbers in [0, 1): splitmix32 (a Weyl sequence and MurmurHash3's finalizer), two draws to 53 bits. */
export function generator(seed: number): () => number {
  let state = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1)) >>> 0
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53
}

/** Fisher and Yates, from the end; in place. */
export function shuffle(rows: Uint32Array, random: () => number): Uint32Array {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = rows[i]!
    rows[i] = rows[j]!
    rows[j] = held
  }
  return rows
}

export interface SplitRows {
  readonly first: Uint32Array
  readonly second: Uint32Array
}

/** `count` of `rows` row numbers, drawn at random, and the others; both in random order. */
export function splitRows(rows: number, count: number, seed: number): SplitRows {
  const order = shuffle(
    Uint32Array.from({ length: rows }, (_, i) => i),
    generator(seed),
  )
  return { first: order.subarray(0, count), second: order.subarray(count) }
}

/**
 * The same with the share of each class kept as near as whole rows allow: each class gives the whole part of
 * its share, and those with the largest remainders give one more until there are `count`.
 */
export function splitStratified(labels: ArrayLike<number>, count: number, seed: number): SplitRows {
  const groups = new Map<number, number[]>()
  for (let i = 0; i < labels.length; i++) {
    const group = groups.get(labels[i]!)
    if (group) group.push(i)
    else groups.set(labels[i]!, [i])
  }
  const shares = [...groups]
    .sort(([a], [b]) => a - b)
    .map(([, rows]) => {
      const exact = (rows.length * count) / labels.length
      return { rows, exact, taken: Math.floor(exact) }
    })
  let missing = count - shares.reduce((sum, { taken }) => sum + taken, 0)
  for (const share of [...shares].sort((a, b) => b.exact - b.taken - (a.exact - a.taken))) {
    if (missing-- <= 0) break
    share.taken++
  }
  const random = generator(seed)
  const first: number[] = []
  const second: number[] = []
  for (const { rows, taken } of shares) {
    const order = shuffle(Uint32Array.from(rows), random)
    for (const [i, row] of order.entries()) (i < taken ? first : second).push(row)
  }
  return { first: shuffle(Uint32Array.from(first), random), second: shuffle(Uint32Array.from(second), random) }
}
