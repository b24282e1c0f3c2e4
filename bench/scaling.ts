/**
 * How cost grows with batch size, width, depth, threads and the density of the input, one line of points each, and
 * whether there is a cliff: a step that loses more than a tenth.
 *
 *   npm run bench -- scaling [batch width depth threads density] [--rounds 3] [--driver pytorch] [--name scaling]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { info } from '../src/index.ts'
import { dataOf } from './data.ts'
import { type Driver, drivers, run } from './drivers.ts'
import { median } from './judge.ts'
import { machine, writeResult } from './results-file.ts'
import { flopPerSample, type Workload } from './workloads.ts'

/** A step may lose so much: less is the noise of a machine. */
const LOSS = 0.1
/**
 * Dense-equivalent FLOP of an epoch and, for each thread, under the clock, about: some tenths of a second, beside which
 * building a session with its memory and its threads is little.
 */
const WORK = 30e9
/** FLOP that the update of one parameter counts for. */
const UPDATE = 24

export const SERIES = ['batch', 'width', 'depth', 'threads', 'density'] as const
export type Series = (typeof SERIES)[number]

export interface Point {
  /** Batch size, width, layers, threads or density. */
  readonly at: number
  readonly samplesPerSecond: number
  /** Dense-equivalent FLOP/s. */
  readonly flops: number
}

export interface Line {
  /** What it is a line of. */
  readonly series: Series
  /** The rest of what was trained. */
  readonly net: string
  readonly points: readonly Point[]
  /** Steps that lose more than a tenth. */
  readonly cliffs: readonly string[]
}

/** What makes a workload other than `base`. */
type Wanted = Partial<Workload> & Pick<Workload, 'units'>

interface Trial {
  readonly at: number
  readonly workload: Workload
  readonly threads: number
}

interface Sweep {
  readonly series: Series
  readonly net: string
  readonly trials: readonly Trial[]
  /** What must not fall from a point to the next: samples/s, or FLOP/s where a step makes the net larger. */
  readonly held: 'samplesPerSecond' | 'flops'
}

const powers = (from: number, to: number): number[] =>
  Array.from({ length: Math.log2(to / from) + 1 }, (_, i) => from * 2 ** i)

const base = {
  name: 'scaling',
  title: '',
  kind: 'train',
  activation: 'relu',
  output: 'softmax',
  keepInput: 1,
  keepHidden: 1,
  maxNorm: 0,
  data: 'mnist',
  batchSize: 128,
  warmup: 1,
  timed: 1,
  lossFactor: 1,
  accuracy: 0,
} as const
const sgd = { kind: 'sgd', learningRate: 0.01, momentum: 0 } as const
const adam = { kind: 'adam', learningRate: 1e-3, momentum: 0 } as const

/**
 * A workload with as many rows as make a short epoch of whole batches, three at the least, MNIST's rows at the most, and
 * as many epochs as make work for all threads.
 */
function sized(partial: Wanted, threads: number): Workload {
  const workload = { ...base, optimizer: sgd, rows: 0, ...partial }
  const parameters = workload.units.slice(1).reduce((sum, units, i) => sum + units * (workload.units[i]! + 1), 0)
  const step = workload.batchSize * flopPerSample(workload) + UPDATE * parameters
  const batches = Math.min(Math.floor(60_000 / workload.batchSize), Math.max(3, Math.round(WORK / step)))
  const timed = Math.max(1, Math.round((threads * WORK) / (batches * step)))
  return { ...workload, rows: batches * workload.batchSize, timed }
}

/** @param threads of all sweeps but the one over them */
function sweepsOf(threads: number): readonly Sweep[] {
  const each = (values: readonly number[], workload: (value: number) => Wanted): Trial[] =>
    values.map((at) => ({ at, workload: sized(workload(at), threads), threads }))
  const deep = (depth: number): number[] => [784, ...new Array<number>(depth).fill(256), 10]
  const main = { units: [784, 512, 512, 10], optimizer: adam, keepInput: 0.7, keepHidden: 0.7 }
  const counts = Array.from({ length: threads }, (_, i) => i + 1)
  const over = (workload: Wanted): Trial[] => counts.map((at) => ({ at, workload: sized(workload, at), threads: at }))
  return [
    {
      series: 'batch',
      net: '784-128-10, sgd',
      held: 'samplesPerSecond',
      trials: each(powers(1, 4096), (batchSize) => ({ units: [784, 128, 10], batchSize })),
    },
    {
      series: 'batch',
      net: '784-512-512-10, adam, keep .7',
      held: 'samplesPerSecond',
      trials: each(powers(1, 4096), (batchSize) => ({ ...main, batchSize })),
    },
    {
      series: 'width',
      net: '784-w-w-10, sgd',
      held: 'flops',
      trials: each(powers(16, 4096), (width) => ({ units: [784, width, width, 10] })),
    },
    {
      series: 'depth',
      net: '784-256…-10, sgd',
      held: 'flops',
      trials: each([1, 2, 3, 4, 6, 8, 12, 16], (depth) => ({ units: deep(depth) })),
    },
    {
      series: 'threads',
      net: '784-128-10, sgd',
      held: 'samplesPerSecond',
      trials: over({ units: [784, 128, 10] }),
    },
    { series: 'threads', net: '784-512-512-10, adam, keep .7', held: 'samplesPerSecond', trials: over(main) },
    {
      series: 'density',
      net: '784-512-10, sgd',
      held: 'samplesPerSecond',
      // from a full input to an empty one: what has fewer factors must not be slower
      trials: each([1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05, 0], (density) => ({
        units: [784, 512, 10],
        data: 'sparse',
        density,
      })),
    },
  ]
}

/**
 * Other processes only ever slow a point down, so a point is the best of its rounds. A step that seems to lose more than
 * a tenth is measured again, its two ends in turn, and is called a cliff when it loses as much in the median of these
 * pairs and still between the best: what slows a machine for minutes slows both ends.
 */
async function measureSweep(sweep: Sweep, driver: Driver, rounds: number, folder: string): Promise<Line> {
  const { trials, series, net, held } = sweep
  const best = trials.map(() => 0)
  const measure = async (place: number, seed: number): Promise<number> => {
    const { workload, threads } = trials[place]!
    const job = { workload, rows: workload.rows, threads, seed, weights: null, ...dataOf(workload, folder) }
    const { samples, seconds } = await run(driver, job)
    best[place] = Math.max(best[place]!, samples / seconds)
    return samples / seconds
  }
  const weight = ({ workload }: Trial): number => (held === 'flops' ? flopPerSample(workload) : 1)
  /** What is left, of what must not fall, by the step to a place: a factor. */
  const kept = (place: number, before: number, after: number): number =>
    (after * weight(trials[place]!)) / (before * weight(trials[place - 1]!))

  for (let round = 1; round <= rounds; round++) {
    for (const place of trials.keys()) await measure(place, round)
  }
  const cliffs: string[] = []
  for (let place = 1; place < trials.length; place++) {
    if (kept(place, best[place - 1]!, best[place]!) >= 1 - LOSS) continue
    const again: number[] = []
    for (let round = 1; round <= 2 * rounds; round++) {
      const rates = new Map<number, number>()
      for (const end of round % 2 === 0 ? [place - 1, place] : [place, place - 1]) {
        rates.set(end, await measure(end, rounds + round))
      }
      again.push(kept(place, rates.get(place - 1)!, rates.get(place)!))
    }
    const factor = median(again)
    if (Math.max(factor, kept(place, best[place - 1]!, best[place]!)) < 1 - LOSS)
      cliffs.push(`${trials[place - 1]!.at} → ${trials[place]!.at}: ${factor.toFixed(2)}×`)
  }
  const points = trials.map(({ at, workload }, i) => {
    return { at, samplesPerSecond: best[i]!, flops: best[i]! * flopPerSample(workload) }
  })
  return { series, net, points, cliffs }
}

function print({ series, net, points, cliffs }: Line): void {
  console.log(`\n${series}: ${net}`)
  for (const { at, samplesPerSecond, flops } of points) {
    const rate = Math.round(samplesPerSecond).toLocaleString('en-US')
    console.log(
      `${String(at).padStart(8)}${rate.padStart(14)} samples/s${(flops / 1e9).toFixed(1).padStart(8)} GFLOP/s`,
    )
  }
  for (const cliff of cliffs) console.log(`  cliff ${cliff}`)
}

export interface ScalingOptions {
  /** Names of series, none for all. */
  readonly series: readonly string[]
  readonly rounds: number
  readonly driver: string
  readonly name: string
}

/** Measures the series with one driver, prints them, writes bench/results/<name>.json. A cliff makes the exit status 1. */
export async function scaling({ series, rounds, driver: name, name: file }: ScalingOptions): Promise<readonly Line[]> {
  const driver = drivers.find((one) => one.name === name)
  if (!driver) throw new Error(`expected a driver, received ${name}`)
  const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
  const lines: Line[] = []
  try {
    for (const sweep of sweepsOf(info().threads)) {
      if (series.length > 0 && !series.includes(sweep.series)) continue
      const line = await measureSweep(sweep, driver, rounds, folder)
      print(line)
      lines.push(line)
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const cliffs = lines.flatMap((line) => line.cliffs.map((cliff) => `${line.series}, ${line.net}: ${cliff}`))
  console.log(cliffs.length === 0 ? '\nno cliff' : `\n${cliffs.length} cliffs:\n  ${cliffs.join('\n  ')}`)
  writeResult(file, { ...machine(), rounds, driver: name, lines })
  if (cliffs.length > 0) process.exitCode = 1
  return lines
}
