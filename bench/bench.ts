/**
 * Measures every workload with every driver: one child process each, interleaved, several rounds, medians.
 * A time counts only when its loss does. Draws a table and writes bench/results/<name>.json.
 *
 *   npm run bench -- [workload …] [--rounds 3] [--name latest] [--threads 1,2]
 */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { info } from '../src/index.ts'
import { dataOf } from './data.ts'
import type { Job, Result } from './job.ts'
import { drawTable, type Line } from './table.ts'
import { flopPerSample, type Workload, workloads } from './workloads.ts'

const execute = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))

interface Driver {
  readonly name: string
  run(job: Job): Promise<Result>
}

/** What one driver did on one workload with one number of threads. */
interface Measurement {
  readonly workload: string
  readonly driver: string
  readonly threads: number
  readonly version: string
  readonly samplesPerSecond: number
  /** Of the rounds: (highest - lowest) / median. */
  readonly spread: number
  readonly rounds: readonly Result[]
  /** Why the time does not count, or null. */
  readonly fault: string | null
}

async function runChild(command: string, args: readonly string[]): Promise<Result> {
  const { stdout } = await execute(command, [...args], { maxBuffer: 1 << 26 })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Result
}

const myelin: Driver = {
  name: 'myelin',
  run: (job) =>
    runChild(process.execPath, ['--import', 'tsx', join(here, 'drivers', 'myelin.ts'), JSON.stringify(job)]),
}

/** The Python that imports torch, or null. */
async function findPyTorch(): Promise<Driver | null> {
  const script = join(here, 'drivers', 'pytorch.py')
  for (const python of process.env.MYELIN_BENCH_PYTHON ? [process.env.MYELIN_BENCH_PYTHON] : ['python3', 'python']) {
    try {
      await execute(python, [script, '{}'])
      return { name: 'pytorch', run: (job) => runChild(python, [script, JSON.stringify(job)]) }
    } catch {
      // no such Python, or one without torch
    }
  }
  return null
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function faultOf({ firstLoss, lastLoss }: Result): string | null {
  if (!Number.isFinite(lastLoss)) return `loss is ${lastLoss}`
  return lastLoss < 0.9 * firstLoss ? null : `loss does not fall: ${firstLoss.toFixed(4)} → ${lastLoss.toFixed(4)}`
}

function summarize(workload: Workload, driver: string, threads: number, rounds: readonly Result[]): Measurement {
  const rates = rounds.map(({ seconds }) => (workload.rows * workload.timed) / seconds)
  const middle = median(rates)
  return {
    workload: workload.name,
    driver,
    threads,
    version: rounds[0]!.version,
    samplesPerSecond: middle,
    spread: (Math.max(...rates) - Math.min(...rates)) / middle,
    rounds,
    fault: rounds.map(faultOf).find((fault) => fault !== null) ?? null,
  }
}

/** Drivers draw other random numbers, so their losses are near each other and not equal. */
function compareLosses({ lossFactor }: Workload, measurements: readonly Measurement[]): Measurement[] {
  const lossOf = ({ rounds }: Measurement): number => median(rounds.map(({ lastLoss }) => lastLoss))
  const ours = measurements.find(({ driver }) => driver === myelin.name)
  return measurements.map((measurement) => {
    if (!ours || measurement.fault || measurement.driver === myelin.name) return measurement
    const [mine, theirs] = [lossOf(ours), lossOf(measurement)]
    const near = Math.max(mine, theirs) <= lossFactor * Math.min(mine, theirs)
    return near ? measurement : { ...measurement, fault: `loss ${theirs.toFixed(4)}, ours ${mine.toFixed(4)}` }
  })
}

function best(measurements: readonly Measurement[], driver: string): Measurement | undefined {
  return measurements
    .filter((one) => one.driver === driver && one.fault === null)
    .sort((a, b) => b.samplesPerSecond - a.samplesPerSecond)[0]
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string', default: '3' },
    name: { type: 'string', default: 'latest' },
    threads: { type: 'string' },
  },
})
const chosen = workloads.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
if (chosen.length === 0) throw new Error(`expected any of ${workloads.map(({ name }) => name).join(', ')}`)
const rounds = Number(options.rounds)
const machine = info()
const threadCounts = options.threads?.split(',').map(Number) ?? [...new Set([1, machine.threads])]

const pytorch = await findPyTorch()
const drivers = pytorch ? [myelin, pytorch] : [myelin]
const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
const note = (text: string): void => void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)

/** FLOP/s of fused multiply-adds in registers on all threads, taken again beside each workload: clocks change. */
const peaks: number[] = []

async function measure(workload: Workload): Promise<Measurement[]> {
  const parts = dataOf(workload, folder)
  const cases = drivers.flatMap((driver) => threadCounts.map((threads) => ({ driver, threads })))
  const results = cases.map((): Result[] => [])
  const failures = new Map<number, string>()
  for (let round = 0; round < rounds; round++) {
    peaks.push(info({ measure: true }).fmaPeak!)
    for (const [i, { driver, threads }] of cases.entries()) {
      if (failures.has(i)) continue
      note(
        `${workload.title}, ${driver.name}, ${threads} thread${threads > 1 ? 's' : ''}, round ${round + 1} of ${rounds}`,
      )
      try {
        results[i]!.push(await driver.run({ workload, threads, seed: round + 1, ...parts }))
      } catch (error) {
        failures.set(i, (error as Error).message.trim().split('\n').at(-1)!)
      }
    }
  }
  const measured = cases.flatMap(({ driver, threads }, i) => {
    const failure = failures.get(i)
    if (failure === undefined) return [summarize(workload, driver.name, threads, results[i]!)]
    console.error(`\n${workload.name}, ${driver.name}, ${threads} threads: ${failure}`)
    return []
  })
  return compareLosses(workload, measured)
}

const measurements: Measurement[] = []
try {
  for (const workload of chosen) measurements.push(...(await measure(workload)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
if (process.stderr.isTTY) note('')

const peak = median(peaks)
const lines = chosen.map((workload): Line => {
  const own = measurements.filter((one) => one.workload === workload.name)
  const ours = best(own, 'myelin')
  const theirs = best(own, 'pytorch')
  return {
    title: workload.title,
    ours,
    theirs,
    share: ours ? (ours.samplesPerSecond * flopPerSample(workload)) / peak : undefined,
    ratio: ours && theirs ? ours.samplesPerSecond / theirs.samplesPerSecond : undefined,
    faults: own.filter(({ fault }) => fault).map((one) => `${one.driver}, ${one.threads} threads: ${one.fault}`),
  }
})

const about = {
  date: new Date().toISOString().slice(0, 10),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  threads: machine.threads,
  physicalCores: machine.physicalCores,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${platform()} ${arch()}`,
  isa: machine.isa,
  fmaPeakGflops: Math.round(peak / 1e9),
  node: process.versions.node,
  rounds,
  versions: Object.fromEntries(measurements.map(({ driver, version }) => [driver, version])),
}
console.log(`\n${about.cpu}, ${about.threads} threads, ${about.isa}, FMA peak ${about.fmaPeakGflops} GFLOP/s`)
console.log(
  `node ${about.node}, ${Object.entries(about.versions)
    .map((pair) => pair.join(' '))
    .join(', ')}`,
)
console.log(`median of ${rounds} rounds, best of ${threadCounts.join(' and ')} threads, ± half the spread\n`)
console.log(drawTable(lines, pytorch !== null))

const results = join(here, 'results')
mkdirSync(results, { recursive: true })
const file = join(results, `${options.name}.json`)
const rows = chosen.map(({ name, title }, i) => ({
  name,
  title,
  shareOfPeak: lines[i]!.share ?? null,
  timesPyTorch: lines[i]!.ratio ?? null,
}))
writeFileSync(file, `${JSON.stringify({ ...about, workloads: rows, measurements }, null, 2)}\n`)
console.log(`\nwritten to bench/results/${options.name}.json`)
if (lines.some(({ ours }) => ours === undefined)) process.exitCode = 1
