/**
 * Trains one of a few fixed nets and returns a digest of the bytes of its weights: what determinism.test.ts compares.
 * As a program it prints { isa, digests } for the names of nets and options in its argument, so that another process
 * can train under another environment.
 */
import { createHash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import {
  Dataset,
  type DType,
  datasets,
  type FitOptions,
  info,
  layers,
  type Model,
  optimizers,
  sequential,
} from '../../src/index.ts'

export type NetName = 'dropout' | 'deep' | 'normalized' | 'wide'

export interface Job {
  readonly net: NetName
  /** MNIST's first rows, or rows of drawn bytes kept as bytes or as floats. */
  readonly data: { readonly mnist: number } | { readonly drawn: 'bytes' | 'floats' }
  readonly dtype?: DType
  readonly seed?: number
  /** Epochs of one fit after the other. */
  readonly epochs?: readonly number[]
  /** `sliceMs` is internal: the time after which a slice of work ends; 0 is after each batch. */
  readonly fit?: FitOptions & { readonly sliceMs?: number }
}

export function build(net: NetName, seed = 42, dtype: DType = 'float32'): Model {
  const inputShape = [784]
  const output = layers.dense({ units: 10, activation: 'softmax' })
  const loss = 'categoricalCrossentropy'
  if (net === 'dropout') {
    const hidden = layers.dense({ units: 64, activation: 'relu', kernelInitializer: 'heNormal' })
    const dropped = [layers.dropout({ keep: 0.8, inputShape }), hidden, layers.dropout({ keep: 0.6 }), output]
    const model = sequential({ seed, dtype, layers: dropped })
    model.compile({ optimizer: optimizers.adam({ learningRate: 2e-3 }), loss })
    return model
  }
  if (net === 'wide') {
    // The second kernel is large enough to be shared out by its columns, the last of which fill no panel.
    const [first, second] = [208, 200].map((units) => layers.dense({ units, activation: 'relu' }))
    const model = sequential({ seed, dtype, layers: [layers.input({ shape: inputShape }), first!, second!, output] })
    model.compile({ optimizer: optimizers.adam({ learningRate: 1e-3 }), loss })
    return model
  }
  const first = layers.dense({ units: 96, activation: net === 'deep' ? 'relu' : 'linear', inputShape })
  const normalized = [first, layers.batchNormalization(), layers.activation({ activation: 'gelu' }), output]
  const deep = [first, layers.dense({ units: 48, activation: 'tanh' }), output]
  const model = sequential({ seed, dtype, layers: net === 'deep' ? deep : normalized })
  model.compile({ optimizer: optimizers.sgd({ learningRate: 0.05, momentum: 0.9 }), loss })
  return model
}

const DRAWN_ROWS = 600

/** 784 bytes a row, four of five of them 0, from a linear congruential generator. */
function drawn(kind: 'bytes' | 'floats'): Dataset {
  let state = 1
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state >>> 16
  }
  const bytes = Uint8Array.from({ length: DRAWN_ROWS * 784 }, () => (next() % 5 === 0 ? next() % 256 : 0))
  const classes = Uint8Array.from({ length: DRAWN_ROWS }, () => next() % 10)
  const data = kind === 'bytes' ? bytes : Float32Array.from(bytes)
  return Dataset.from({ data, shape: [DRAWN_ROWS, 784] }, classes, { scale: 1 / 255, classes: 10 })
}

let mnist: Promise<{ train: Dataset }> | undefined

async function dataOf(source: Job['data']): Promise<Dataset> {
  if ('drawn' in source) return drawn(source.drawn)
  mnist ??= datasets.mnist()
  return (await mnist).train.take(source.mnist)
}

export function digestOf(model: Model): string {
  const hash = createHash('sha256')
  for (const { data } of model.getWeights()) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}

export async function train({ net, data, dtype, seed, epochs = [3], fit = {} }: Job): Promise<string> {
  const model = build(net, seed, dtype)
  const rows = await dataOf(data)
  for (const count of epochs) await model.fit(rows, { batchSize: 128, epochs: count, ...fit })
  return digestOf(model)
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const digests: string[] = []
  for (const job of JSON.parse(process.argv[2]!) as Job[]) digests.push(await train(job))
  console.log(JSON.stringify({ isa: info().isa, digests }))
}
