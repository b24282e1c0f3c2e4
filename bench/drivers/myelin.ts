/**
 * This package through its public API: trains, or predicts one row after the other, and prints one JSON line.
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

/** Of the data, from its start: what the loss is taken over before and after training. */
const CHECKED_ROWS = 1000

function build(workload: Workload, seed: number): Model {
  const { units, activation, keepInput, keepHidden, maxNorm, optimizer, output } = workload
  const list: LayerDefinition[] = [layers.input({ shape: [units[0]!] })]
  for (const [i, width] of units.slice(1).entries()) {
    const keep = i === 0 ? keepInput : keepHidden
    if (keep < 1) list.push(layers.dropout({ keep }))
    const last = i + 2 === units.length
    list.push(
      layers.dense({
        units: width,
        activation: last ? output : activation,
        ...(maxNorm > 0 ? { kernelConstraint: constraints.maxNorm({ maxValue: maxNorm }) } : {}),
      }),
    )
  }
  const model = sequential({ seed, layers: list })
  const { learningRate, momentum } = optimizer
  model.compile({
    optimizer:
      optimizer.kind === 'adam' ? optimizers.adam({ learningRate }) : optimizers.sgd({ learningRate, momentum }),
    loss: output === 'softmax' ? 'categoricalCrossentropy' : 'meanSquaredError',
  })
  return model
}

async function floats({ path, offset, shape }: Part): Promise<{ data: Float32Array; shape: [number, number] }> {
  const bytes = await readFile(path)
  const data = new Float32Array(bytes.buffer, bytes.byteOffset + offset, shape[0]! * (shape[1] ?? 1))
  return { data, shape: [shape[0]!, shape[1] ?? 1] }
}

async function load({ workload, rows, x, y }: Job): Promise<Dataset> {
  if (workload.data === 'mnist') return (await datasets.mnist()).train.take(rows)
  if (workload.data === 'sparse') {
    const [images, labels] = await Promise.all([readFile(x.path), readFile(y.path)])
    const classes = workload.units.at(-1)!
    return Dataset.from({ data: images, shape: [x.shape[0]!, x.shape[1]!] }, labels, { scale: x.scale, classes })
  }
  return Dataset.from(await floats(x), await floats(y))
}

/** Seconds since, and of the process on all cores. */
function startClock(): () => Pick<Result, 'seconds' | 'cpuSeconds'> {
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 }
  }
}

type Measured = Pick<Result, 'seconds' | 'cpuSeconds' | 'samples' | 'firstLoss' | 'lastLoss'>

async function train(job: Job): Promise<Measured> {
  const { workload, threads, seed, rows } = job
  const { batchSize, warmup, timed } = workload
  const data = await load(job)
  const checked = data.take(Math.min(CHECKED_ROWS, rows))
  const model = build(workload, seed)
  const shuffle = batchSize < rows
  const firstLoss = (await model.evaluate(checked))['loss']!
  await model.fit(data, { epochs: warmup, batchSize, threads, shuffle })
  const stop = startClock()
  await model.fit(data, { epochs: timed, batchSize, threads, shuffle })
  return { ...stop(), samples: rows * timed, firstLoss, lastLoss: (await model.evaluate(checked))['loss']! }
}

async function predict(job: Job): Promise<Measured> {
  const { workload, seed, rows } = job
  const [width = 0] = workload.units
  const test = (await datasets.mnist()).test.take(rows)
  const model = build(workload, seed)
  const weights = (await floats(job.weights!)).data
  let at = 0
  const next = (...shape: readonly number[]) => {
    const length = shape.reduce((product, size) => product * size, 1)
    at += length
    return { data: weights.subarray(at - length, at), shape }
  }
  model.setWeights(workload.units.slice(1).flatMap((units, i) => [next(workload.units[i]!, units), next(units)]))
  const { loss } = (await model.evaluate(test)) as { loss: number }

  const bytes = await readFile(job.testX.path)
  const single = Array.from({ length: rows }, (_, i) => ({
    data: Float32Array.from(
      bytes.subarray(job.testX.offset + i * width, job.testX.offset + (i + 1) * width),
      (byte) => byte / 255,
    ),
    shape: [1, width] as const,
  }))
  for (const row of single) model.predictSync(row)
  const stop = startClock()
  for (let pass = 0; pass < workload.timed; pass++) for (const row of single) model.predictSync(row)
  return { ...stop(), samples: rows * workload.timed, firstLoss: loss, lastLoss: loss }
}

const job = JSON.parse(process.argv[2]!) as Job
const measured = await (job.workload.kind === 'train' ? train(job) : predict(job))
const { version, isa } = info()
const result: Result = { ...measured, version: `${version} (${isa})`, threads: job.threads }
console.log(JSON.stringify(result))
