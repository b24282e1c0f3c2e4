/**
 * What is measured: nets, data and training as plain data that any driver can read, in JSON.
 * How a driver builds it is the driver's business; what it must come to (the loss) is said here.
 */

export interface Workload {
  readonly name: string
  readonly title: string
  /** Units, the input first and the output last. */
  readonly units: readonly number[]
  readonly activation: 'relu' | 'tanh'
  readonly output: 'softmax' | 'linear'
  /** Probability of keeping a unit, 1 for no dropout. */
  readonly keepInput: number
  readonly keepHidden: number
  /** Largest norm of a unit's incoming weights, 0 for none. */
  readonly maxNorm: number
  readonly optimizer: { readonly kind: 'sgd' | 'adam'; readonly learningRate: number; readonly momentum: number }
  readonly data: 'mnist' | 'matrixExponential'
  /** Rows of the data used, from its start. Wide nets use fewer, so that a run stays in minutes. */
  readonly rows: number
  readonly batchSize: number
  /** Epochs before the clock runs, and under it. The loss of the first of the former is what must fall. */
  readonly warmup: number
  readonly timed: number
  /** How far apart the last losses of two drivers may be, as a factor: each draws its own weights and order. */
  readonly lossFactor: number
}

const mnist = {
  activation: 'relu',
  output: 'softmax',
  data: 'mnist',
  batchSize: 128,
  warmup: 1,
  lossFactor: 1.3,
} as const
const whole = { keepInput: 1, keepHidden: 1, maxNorm: 0 } as const
const wide = [784, 2048, 2048, 2048, 10] as const

export const workloads: readonly Workload[] = [
  {
    ...mnist,
    ...whole,
    name: 'small',
    title: '784-128-10 relu, sgd',
    units: [784, 128, 10],
    optimizer: { kind: 'sgd', learningRate: 0.1, momentum: 0 },
    rows: 60_000,
    timed: 5,
  },
  {
    ...mnist,
    name: 'main',
    title: '784-512-512-10 relu, adam, keep .7/.7',
    units: [784, 512, 512, 10],
    keepInput: 0.7,
    keepHidden: 0.7,
    maxNorm: 0,
    optimizer: { kind: 'adam', learningRate: 1e-3, momentum: 0 },
    rows: 60_000,
    timed: 1,
  },
  {
    ...mnist,
    name: 'wide',
    title: '784-2048³-10 relu, sgd+m, keep .8/.5, max-norm',
    units: wide,
    keepInput: 0.8,
    keepHidden: 0.5,
    maxNorm: 3,
    optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
    rows: 12_800,
    timed: 1,
  },
  {
    ...mnist,
    ...whole,
    name: 'wide-dense',
    title: '784-2048³-10 tanh, sgd+m',
    units: wide,
    activation: 'tanh',
    optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
    rows: 12_800,
    timed: 1,
  },
  {
    ...whole,
    name: 'tiny',
    title: '4-32-16-4 tanh, adam, full batch of 10,000',
    units: [4, 32, 16, 4],
    activation: 'tanh',
    output: 'linear',
    optimizer: { kind: 'adam', learningRate: 1e-3, momentum: 0 },
    data: 'matrixExponential',
    rows: 10_000,
    batchSize: 10_000,
    warmup: 50,
    timed: 1000,
    lossFactor: 4,
  },
]

/**
 * Dense-equivalent work of one training sample: 2 × the multiply-adds of the forward pass, the input gradient (which
 * the first layer does not need) and the weight gradient, as if nothing were skipped.
 */
export function flopPerSample({ units }: Workload): number {
  return units.slice(1).reduce((total, out, i) => total + 2 * units[i]! * out * (i === 0 ? 2 : 3), 0)
}
