/**
 * Trains one workload with this package, through its public API, and prints one JSON line.
 * Reads the job as JSON from its argument.
 */
import { readFile } from 'node:fs/promises'
import {
  constraints,
  Dataset,
  datasets,
  info,
  type LayerDefinition,
  layers,
  type Model,
  optimizers,
  sequential,
} from '../../src/index.ts'
import type { Job, Part, Result } from '../job.ts'
import type { Workload } from '../workloads.ts'

function build(workload: Workload, seed: number): Model {
  const { units, activation, keepInput, keepHidden, maxNorm } = workload
  const list: LayerDefinition[] = [layers.input({ shape: [units[0]!] })]
  for (const [i, width] of units.slice(1).entries()) {
    const keep = i === 0 ? keepInput : keepHidden
    if (keep < 1) list.push(layers.dropout({ keep }))
    const last = i + 2 === units.length
    list.push(
      layers.dense({
        units: width,
        activation: last ? workload.output : activation,
        ...(maxNorm > 0 ? { kernelConstraint: constraints.maxNorm({ maxValue: maxNorm }) } : {}),
      }),
    )
  }
  return sequential({ seed, layers: list })
}

async function floats({ path, offset, shape }: Part): Promise<{ data: Float32Array; shape: [number, number] }> {
  const bytes = await readFile(path)
  const data = new Float32Array(bytes.buffer, bytes.byteOffset + offset, shape[0]! * shape[1]!)
  return { data, shape: [shape[0]!, shape[1]!] }
}

async function load({ workload, x, y }: Job): Promise<Dataset> {
  if (workload.data === 'mnist') return (await datasets.mnist()).train.take(workload.rows)
  return Dataset.from(await floats(x), await floats(y))
}

const job = JSON.parse(process.argv[2]!) as Job
const { workload, threads, seed } = job
const { batchSize, optimizer } = workload
const { learningRate, momentum } = optimizer
const data = await load(job)
const model = build(workload, seed)
model.compile({
  optimizer: optimizer.kind === 'adam' ? optimizers.adam({ learningRate }) : optimizers.sgd({ learningRate, momentum }),
  loss: workload.output === 'softmax' ? 'categoricalCrossentropy' : 'meanSquaredError',
})

const shuffle = batchSize < data.rows
const warm = await model.fit(data, { epochs: workload.warmup, batchSize, threads, shuffle })
const started = performance.now()
const timed = await model.fit(data, { epochs: workload.timed, batchSize, threads, shuffle })
const seconds = (performance.now() - started) / 1000

const { version, isa } = info()
const result: Result = {
  seconds,
  firstLoss: warm.history.loss![0]!,
  lastLoss: timed.history.loss!.at(-1)!,
  version: `${version} (${isa})`,
  threads,
}
console.log(JSON.stringify(result))
