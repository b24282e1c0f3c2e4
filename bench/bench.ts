/**
 * Measures every workload with every driver that is installed, draws tables and pictures, writes
 * bench/results/<name>.json.
 *
 *   npm run bench -- [workload or driver …] [--rounds 3] [--threads 1,2] [--name latest] [--draw]
 *   npm run bench -- --peers        # installs the peers first
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { info } from '../src/index.ts'
import { drivers, isInstalled } from './drivers.ts'
import { median } from './judge.ts'
import { best, type Measurement, measure } from './measure.ts'
import { installPeers } from './peers.ts'
import { drawWorkload, shareOfPeak } from './table.ts'
import { workloads } from './workloads.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string' },
    name: { type: 'string', default: 'latest' },
  },
})

/** Those that are named, or all when none is. */
function chosen<Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] {
  const named = all.filter(({ name }) => positionals.includes(name))
  return named.length > 0 ? named : all
}

const names = [...workloads, ...drivers].map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`expected any of ${names.join(', ')}, received ${unknown.join(', ')}`)
  process.exit(2)
}
if (options.peers) installPeers()

const machine = info()
const note = (text: string): void => void process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
const wanted = chosen(drivers)
const installed = new Set<string>()
for (const driver of wanted) if (await isInstalled(driver)) installed.add(driver.name)
const plan = {
  drivers: wanted.filter(({ name }) => installed.has(name)),
  threadCounts: options.threads?.split(',').map(Number) ?? [...new Set([1, machine.threads])],
  rounds: Number(options.rounds),
  folder: mkdtempSync(join(tmpdir(), 'myelin-bench-')),
  note,
}

const started = performance.now()
const peaks: number[] = []
const measurements: Measurement[] = []
try {
  for (const workload of chosen(workloads)) measurements.push(...(await measure(workload, plan, peaks)))
} finally {
  rmSync(plan.folder, { recursive: true, force: true })
}
if (process.stderr.isTTY) note('')

const peak = median(peaks)
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
  rounds: plan.rounds,
  minutes: Math.round((performance.now() - started) / 6000) / 10,
  versions: Object.fromEntries(measurements.filter(({ version }) => version).map((one) => [one.driver, one.version])),
}
const rows = chosen(workloads).map((workload) => {
  const ours = best(measurements, workload.name, 'myelin')
  const ratios = plan.drivers.flatMap(({ name }) => {
    const theirs = best(measurements, workload.name, name)
    return ours && theirs && theirs !== ours ? [[name, ours.rate / theirs.rate] as const] : []
  })
  const { name, title, kind } = workload
  const share = ours ? shareOfPeak(workload, ours.rate, peak) : null
  return { name, title, kind, shareOfPeak: share, times: Object.fromEntries(ratios) }
})

console.log(`\n${about.cpu}, ${about.threads} threads, ${about.isa}, FMA peak ${about.fmaPeakGflops} GFLOP/s`)
console.log([`node ${about.node}`, ...Object.entries(about.versions).map((pair) => pair.join(' '))].join(', '))
console.log(
  `median of ${about.rounds} rounds, ± half the spread, the better of ${plan.threadCounts.join(' and ')} threads`,
)
console.log(`${about.minutes} minutes\n`)
for (const workload of chosen(workloads))
  console.log(`${drawWorkload(workload, wanted, measurements, installed, peak)}\n`)

const results = join(dirname(fileURLToPath(import.meta.url)), 'results')
mkdirSync(results, { recursive: true })
const file = join(results, `${options.name}.json`)
writeFileSync(file, `${JSON.stringify({ ...about, workloads: rows, measurements }, null, 2)}\n`)
console.log(`written to bench/results/${options.name}.json`)
if (rows.some(({ name }) => !best(measurements, name, 'myelin')) && installed.has('myelin')) process.exitCode = 1
