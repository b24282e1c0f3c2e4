/**
 * What is measured: nets, data and training as plain data that any driver can read, in JSON.
 * How a driver builds it is the driver's business; what it must come to (the loss) is said here.
 */

export interface Workload {
  readonly name: string
  readonly title: string
  /**
   * `train` counts samples trained per second, `predict` calls of one row each per second, and `race` the seconds from
   * the start of the process until `accuracy` of the test digits are right.
   */
  readonly kind: 'train' | 'predict' | 'race'
  /** Units, the input first and the output last. */
  readonly units: readonly number[]
  readonly activation: 'relu' | 'tanh'
  readonly output: 'softmax' | 'linear'
  /** Probability of keeping a unit, 1 for no dropout. */
  readonly keepInput: number
  readonly keepHidden: number
  /** Largest norm of a unit's incoming weights, 0 for none. */
  readonly maxNorm: number
  /** In a race `learningRate` is the peak of PyTorch's OneCycleLR over all its epochs. */
  readonly optimizer: { readonly kind: 'sgd' | 'adam'; readonly learningRate: number; readonly momentum: number }
  readonly data: 'mnist' | 'matrixExponential' | 'sparse'
  /** Of `sparse` data: the part of the inputs that are not zero, which are random, as the labels are. */
  readonly density?: number
  /** Rows of the data used, from its start. Wide nets use fewer, so that a run stays in minutes. */
  readonly rows: number
  readonly batchSize: number
  /** Epochs before the clock runs. */
  readonly warmup: number
  /** Epochs under the clock; to predict, passes over the rows; in a race, epochs at the most. */
  readonly timed: number
  /** How far apart the last losses of two drivers may be, as a factor: each draws its own weights and order. */
  readonly lossFactor: number
  /** Of a race: the part of the test digits to be right. Of others 0. */
  readonly accuracy: number
  /** Rounds that are not for the command line to choose: a race is a matter of seeds. */
  readonly rounds?: number
}

const mnist = {
  kind: 'train',
  activation: 'relu',
  output: 'softmax',
  data: 'mnist',
  rows: 60_000,
  batchSize: 128,
  warmup: 1,
  timed: 1,
  lossFactor: 1.3,
  accuracy: 0,
} as const
const whole = { keepInput: 1, keepHidden: 1, maxNorm: 0 } as const
const wide = { units: [784, 2048, 2048, 2048, 10], rows: 12_800 } as const
const sgd = { kind: 'sgd', learningRate: 0.1, momentum: 0 } as const
const adam = { kind: 'adam', learningRate: 1e-3, momentum: 0 } as const

export const workloads: readonly Workload[] = [
  {
    ...mnist,
    ...whole,
    name: 'small',
    title: '784-128-10 relu, sgd',
    units: [784, 128, 10],
    optimizer: sgd,
    timed: 5,
  },
  {
    ...mnist,
    ...whole,
    name: 'small-adam',
    title: '784-128-10 relu, adam, keep .8, batch 32',
    units: [784, 128, 10],
    keepHidden: 0.8,
    optimizer: adam,
    batchSize: 32,
  },
  {
    ...mnist,
    ...whole,
    name: 'main',
    title: '784-512-512-10 relu, adam, keep .7/.7',
    units: [784, 512, 512, 10],
    keepInput: 0.7,
    keepHidden: 0.7,
    optimizer: adam,
  },
  {
    ...mnist,
    ...wide,
    name: 'wide',
    title: '784-2048³-10 relu, sgd+m, keep .8/.5, max-norm',
    keepInput: 0.8,
    keepHidden: 0.5,
    maxNorm: 3,
    optimizer: { kind: 'sgd', learningRate: 0.05, momentum: 0.9 },
  },
  {
    ...mnist,
    ...whole,
    ...wide,
    name: 'wide-dense',
    title: '784-2048³-10 tanh, sgd+m',
    activation: 'tanh',
    optimizer: { kind: 'sgd', learningRate: 0.01, momentum: 0.9 },
  },
  {
    ...mnist,
    ...whole,
    name: 'tiny',
    title: '4-32-16-4 tanh, adam, full batch of 10,000',
    units: [4, 32, 16, 4],
    activation: 'tanh',
    output: 'linear',
    optimizer: adam,
    data: 'matrixExponential',
    rows: 10_000,
    batchSize: 10_000,
    warmup: 50,
    timed: 1000,
    lossFactor: 4,
  },
  {
    ...mnist,
    ...whole,
    name: 'predict',
    title: '784-128-10 relu, one row predicted',
    kind: 'predict',
    units: [784, 128, 10],
    optimizer: sgd,
    rows: 1000,
    batchSize: 1,
    timed: 100,
    lossFactor: 1.001,
  },
  {
    ...mnist,
    ...whole,
    name: 'race',
    title: 'to 98.0 % of the test digits',
    kind: 'race',
    units: [784, 256, 10],
    optimizer: { ...adam, learningRate: 0.01 },
    warmup: 0,
    timed: 3,
    accuracy: 0.98,
    rounds: 10,
  },
]

/**
 * Dense-equivalent work of one training sample: 2 × the multiply-adds of the forward pass, the input gradient (which
 * the first layer does not need) and the weight gradient, as if nothing were skipped.
 */
export function flopPerSample({ units }: Workload): number {
  return units.slice(1).reduce((total, out, i) => total + 2 * units[i]! * out * (i === 0 ? 2 : 3), 0)
}
