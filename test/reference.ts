/**
 * The oracle: dense nets trained with plain loops over float64 numbers, written to be read and not to be fast.
 * Owns its own formulas on purpose, so that an error in the engine cannot hide in code they share. Definitions are
 * Keras 3's. No dropout, no normalization, no optimizer beyond SGD with momentum: golden.test.ts has those.
 */

export interface ReferenceLayer {
  readonly units: number
  readonly activation: string
  /** [inputs][units] */
  readonly kernel: number[][]
  /** [units], or null for a layer without */
  readonly bias: number[] | null
  /** Penalty on the kernel: l1 Σ|w| + l2 Σw² + lambda / (2 samples) Σw². */
  readonly l1?: number
  readonly l2?: number
  readonly lambda?: number
  /** The highest norm of a unit's incoming weights. */
  readonly maxNorm?: number
}

export interface ReferenceLoss {
  readonly kind: string
  readonly labelSmoothing?: number
  readonly delta?: number
  readonly reduction?: string
}

export interface ReferenceOptions {
  readonly loss: ReferenceLoss
  readonly learningRate: number
  readonly momentum?: number
  readonly nesterov?: boolean
  /** Number of training samples, for `lambda`. */
  readonly samples: number
}

const EPSILON = 1e-7

const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z))
const softplus = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)))

/** erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1 · 3 · … · (2n+1)): no term has another sign, so nothing cancels. */
export function erf(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < 400 && Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return Math.abs(x) > 6 ? Math.sign(x) : (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/** f(z) and f'(z) of the activations that take one number. */
const ACTIVATIONS: Record<string, { f: (z: number) => number; slope: (z: number) => number }> = {
  linear: { f: (z) => z, slope: () => 1 },
  sigmoid: { f: sigmoid, slope: (z) => sigmoid(z) * sigmoid(-z) },
  hardSigmoid: { f: (z) => Math.min(Math.max(z + 3, 0), 6) / 6, slope: (z) => (z > -3 && z < 3 ? 1 / 6 : 0) },
  tanh: { f: Math.tanh, slope: (z) => 1 - Math.tanh(z) ** 2 },
  relu: { f: (z) => Math.max(z, 0), slope: (z) => (z > 0 ? 1 : 0) },
  relu6: { f: (z) => Math.min(Math.max(z, 0), 6), slope: (z) => (z > 0 && z < 6 ? 1 : 0) },
  leakyRelu: { f: (z) => (z > 0 ? z : 0.2 * z), slope: (z) => (z > 0 ? 1 : 0.2) },
  elu: { f: (z) => (z > 0 ? z : Math.expm1(z)), slope: (z) => (z > 0 ? 1 : Math.exp(z)) },
  selu: {
    f: (z) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
    slope: (z) => SELU_SCALE * (z > 0 ? 1 : SELU_ALPHA * Math.exp(z)),
  },
  gelu: {
    f: (z) => (z / 2) * (1 + erf(z / Math.SQRT2)),
    slope: (z) => (1 + erf(z / Math.SQRT2)) / 2 + (z * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI),
  },
  softplus: { f: softplus, slope: sigmoid },
  softsign: { f: (z) => z / (1 + Math.abs(z)), slope: (z) => 1 / (1 + Math.abs(z)) ** 2 },
  silu: { f: (z) => z * sigmoid(z), slope: (z) => sigmoid(z) * (1 + z * sigmoid(-z)) },
  mish: {
    f: (z) => z * Math.tanh(softplus(z)),
    slope: (z) => Math.tanh(softplus(z)) + z * sigmoid(z) * (1 - Math.tanh(softplus(z)) ** 2),
  },
}

/** The outputs of one row. */
export function activate(name: string, z: readonly number[]): number[] {
  if (name !== 'softmax') return z.map(ACTIVATIONS[name]!.f)
  const highest = Math.max(...z)
  const powers = z.map((value) => Math.exp(value - highest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map((power) => power / total)
}

/** ∂loss/∂z of one row from ∂loss/∂output. */
export function activateBackward(name: string, z: readonly number[], dOutput: readonly number[]): number[] {
  if (name !== 'softmax') return z.map((value, j) => ACTIVATIONS[name]!.slope(value) * dOutput[j]!)
  const p = activate(name, z)
  const mean = p.reduce((sum, value, j) => sum + value * dOutput[j]!, 0)
  return p.map((value, j) => value * (dOutput[j]! - mean))
}

/** loss(target, output) of one output and its derivative by the output. */
const TERMS: Record<string, (t: number, o: number, delta: number) => [loss: number, gradient: number]> = {
  meanSquaredError: (t, o) => [(t - o) ** 2, 2 * (o - t)],
  sumSquaredError: (t, o) => [(t - o) ** 2 / 2, o - t],
  meanAbsoluteError: (t, o) => [Math.abs(t - o), Math.sign(o - t)],
  huber: (t, o, delta) => {
    const e = Math.abs(o - t)
    return e <= delta ? [(e * e) / 2, o - t] : [delta * e - (delta * delta) / 2, delta * Math.sign(o - t)]
  },
  logCosh: (t, o) => [o - t + softplus(-2 * (o - t)) - Math.LN2, Math.tanh(o - t)],
  binaryCrossentropy: (t, o) => [-t * Math.log(o) - (1 - t) * Math.log(1 - o), (1 - t) / (1 - o) - t / o],
  hinge: (t, o) => {
    const sign = t === 0 ? -1 : t
    return sign * o < 1 ? [1 - sign * o, -sign] : [0, 0]
  },
  kullbackLeiblerDivergence: (t, o) => [t * Math.log(t / o), -t / o],
  poisson: (t, o) => [o - t * Math.log(o + EPSILON), 1 - t / (o + EPSILON)],
}
const SUMMED = ['sumSquaredError', 'kullbackLeiblerDivergence']

/** The loss of one row and ∂loss/∂output. Class indices must have been made one-hot. */
export function lossOf(loss: ReferenceLoss, target: readonly number[], output: readonly number[]): [number, number[]] {
  const { kind, labelSmoothing = 0, delta = 1 } = loss
  const n = output.length
  if (kind === 'categoricalHinge') {
    const other = output.map((o, j) => (1 - target[j]!) * o)
    const at = other.indexOf(Math.max(...other))
    const margin = other[at]! - output.reduce((sum, o, j) => sum + target[j]! * o, 0) + 1
    if (margin <= 0) return [0, output.map(() => 0)]
    return [margin, output.map((_, j) => -target[j]! + (j === at ? 1 - target[j]! : 0))]
  }
  if (kind === 'categoricalCrossentropy' || kind === 'sparseCategoricalCrossentropy') {
    const t = target.map((value) => value * (1 - labelSmoothing) + labelSmoothing / n)
    const total = output.reduce((sum, o) => sum + o, 0)
    const targets = t.reduce((sum, value) => sum + value, 0)
    const value = t.reduce((sum, tj, j) => sum - tj * Math.log(output[j]! / total), 0)
    return [value, output.map((o, j) => targets / total - t[j]! / o)]
  }
  const smooth = (t: number): number =>
    kind === 'binaryCrossentropy' ? t * (1 - labelSmoothing) + labelSmoothing / 2 : t
  const terms = output.map((o, j) => TERMS[kind]!(smooth(target[j]!), o, delta))
  const share = SUMMED.includes(kind) ? 1 : 1 / n
  return [share * terms.reduce((sum, [value]) => sum + value, 0), terms.map(([, gradient]) => share * gradient)]
}

interface Gradients {
  readonly kernel: number[][]
  readonly bias: number[] | null
}

const zerosLike = ({ kernel, bias }: Gradients | ReferenceLayer): Gradients => ({
  kernel: kernel.map((row) => row.map(() => 0)),
  bias: bias?.map(() => 0) ?? null,
})

export class ReferenceNet {
  readonly layers: readonly ReferenceLayer[]
  readonly options: ReferenceOptions
  readonly #velocities: Gradients[]

  /** Kernels and biases are copied, then trained in place. */
  constructor(layers: readonly ReferenceLayer[], options: ReferenceOptions) {
    this.layers = layers.map((layer) => ({
      ...layer,
      kernel: layer.kernel.map((row) => [...row]),
      bias: layer.bias && [...layer.bias],
    }))
    this.options = options
    this.#velocities = this.layers.map(zerosLike)
  }

  /** Input and pre-activation of each layer, and the last output, of one row. */
  #forward(row: readonly number[]): { inputs: number[][]; z: number[][]; output: number[] } {
    const inputs: number[][] = []
    const z: number[][] = []
    let output = [...row]
    for (const { units, activation, kernel, bias } of this.layers) {
      inputs.push(output)
      const sums = Array.from({ length: units }, (_, j) => {
        let sum = bias ? bias[j]! : 0
        for (let i = 0; i < kernel.length; i++) sum += output[i]! * kernel[i]![j]!
        return sum
      })
      z.push(sums)
      output = activate(activation, sums)
    }
    return { inputs, z, output }
  }

  predict(x: readonly (readonly number[])[]): number[][] {
    return x.map((row) => this.#forward(row).output)
  }

  /** Kernel and bias of each layer, one flat list after the other. */
  weights(): number[][] {
    return this.layers.flatMap(({ kernel, bias }) => (bias ? [kernel.flat(), [...bias]] : [kernel.flat()]))
  }

  /** The loss of a batch with the penalties of the weights, and the gradients of both. */
  gradients(
    x: readonly (readonly number[])[],
    y: readonly (readonly number[])[],
    sampleWeight?: readonly number[],
  ): { loss: number; gradients: Gradients[] } {
    const { loss } = this.options
    const gradients = this.layers.map(zerosLike)
    const scale = loss.reduction === 'sum' ? 1 : 1 / x.length
    let total = 0
    for (const [r, row] of x.entries()) {
      const { inputs, z, output } = this.#forward(row)
      const [value, dLoss] = lossOf(loss, y[r]!, output)
      const weight = scale * (sampleWeight ? sampleWeight[r]! : 1)
      total += weight * value
      let dOutput = dLoss.map((gradient) => weight * gradient)
      for (let l = this.layers.length - 1; l >= 0; l--) {
        const { activation, kernel } = this.layers[l]!
        const { kernel: dKernel, bias: dBias } = gradients[l]!
        const dz = activateBackward(activation, z[l]!, dOutput)
        for (const [j, value] of dz.entries()) {
          for (let i = 0; i < kernel.length; i++) dKernel[i]![j]! += inputs[l]![i]! * value
          if (dBias) dBias[j]! += value
        }
        dOutput = kernel.map((weights) => weights.reduce((sum, w, j) => sum + w * dz[j]!, 0))
      }
    }
    for (const [l, { kernel, l1 = 0, l2 = 0, lambda = 0 }] of this.layers.entries()) {
      const square = l2 + lambda / (2 * this.options.samples)
      for (const [i, row] of kernel.entries()) {
        for (const [j, w] of row.entries()) {
          total += l1 * Math.abs(w) + square * w * w
          gradients[l]!.kernel[i]![j]! += l1 * Math.sign(w) + 2 * square * w
        }
      }
    }
    return { loss: total, gradients }
  }

  /** One step; the loss before it. */
  step(x: readonly (readonly number[])[], y: readonly (readonly number[])[], sampleWeight?: readonly number[]): number {
    const { loss, gradients } = this.gradients(x, y, sampleWeight)
    const { learningRate, momentum = 0, nesterov = false } = this.options
    const update = (weights: number[], velocity: number[], gradient: readonly number[]): void => {
      for (const [j, g] of gradient.entries()) {
        velocity[j] = momentum * velocity[j]! - learningRate * g
        weights[j]! += nesterov ? momentum * velocity[j]! - learningRate * g : velocity[j]!
      }
    }
    for (const [l, layer] of this.layers.entries()) {
      const velocity = this.#velocities[l]!
      const gradient = gradients[l]!
      for (const [i, row] of layer.kernel.entries()) update(row, velocity.kernel[i]!, gradient.kernel[i]!)
      if (layer.bias) update(layer.bias, velocity.bias!, gradient.bias!)
      if (layer.maxNorm !== undefined) limitNorms(layer.kernel, layer.maxNorm)
    }
    return loss
  }

  /** Whole epochs in the given order; the mean loss of each, a batch counting by its rows. */
  fit(
    x: readonly (readonly number[])[],
    y: readonly (readonly number[])[],
    { epochs, batchSize, sampleWeight }: { epochs: number; batchSize: number; sampleWeight?: readonly number[] },
  ): number[] {
    return Array.from({ length: epochs }, () => {
      let sum = 0
      for (let from = 0; from < x.length; from += batchSize) {
        const to = Math.min(from + batchSize, x.length)
        sum += (to - from) * this.step(x.slice(from, to), y.slice(from, to), sampleWeight?.slice(from, to))
      }
      return sum / x.length
    })
  }
}

/** Each unit's incoming weights (a column) are scaled down to the norm `highest` when theirs is above it. */
function limitNorms(kernel: number[][], highest: number): void {
  for (let j = 0; j < kernel[0]!.length; j++) {
    const norm = Math.sqrt(kernel.reduce((sum, row) => sum + row[j]! ** 2, 0))
    for (const row of kernel) row[j]! *= Math.min(norm, highest) / (EPSILON + norm)
  }
}

/**
 * How far `actual` is from `wanted`: relative to each number, or to `floor` times the largest where that is more,
 * because sums are only known to some bits of their largest term.
 */
export function relativeError(actual: ArrayLike<number>, wanted: ArrayLike<number>, floor = 1e-3): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY
  const largest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  let worst = 0
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(actual[i]! - wanted[i]!)
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    if (difference > 0) worst = Math.max(worst, difference / Math.max(Math.abs(wanted[i]!), floor * largest))
  }
  return worst
}
