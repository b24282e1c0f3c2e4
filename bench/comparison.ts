/** Measures workloads × drivers, prints a block for each workload, writes bench/results/<name>.json, draws it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drawComparison } from './comparison-picture.ts'
import { type Driver, isInstalled } from './drivers.ts'
import { median } from './judge.ts'
import { best, type Measurement, measure } from './measure.ts'
import { type Machine, machine, writeResult } from './results-file.ts'
import { drawWorkload, shareOfPeak } from './table.ts'
import type { Workload } from './workloads.ts'

export interface ComparisonOptions {
  readonly workloads: readonly Workload[]
  readonly drivers: readonly Driver[]
  readonly threadCounts: readonly number[]
  readonly rounds: number
  readonly name: string
}

/** What is written of a workload beside its measurements. */
export interface Outcome {
  readonly name: string
  readonly title: string
  readonly kind: Workload['kind']
  /** Dense-equivalent; of training. */
  readonly shareOfPeak: number | null
  /** By driver: how many times as fast we are, of those whose time counts. */
  readonly times: Readonly<Record<string, number>>
}

export interface Comparison extends Machine {
  readonly fmaPeakGflops: number
  readonly rounds: number
  readonly minutes: number
  readonly versions: Readonly<Record<string, string>>
  /** Names of peers that were not there. */
  readonly missing: readonly string[]
  readonly workloads: readonly Outcome[]
  readonly measurements: readonly Measurement[]
}

export async function compare(options: ComparisonOptions): Promise<void> {
  const { workloads, drivers, threadCounts, rounds, name } = options
  const installed = new Set<string>()
  for (const driver of drivers) if (await isInstalled(driver)) installed.add(driver.name)
  const folder = mkdtempSync(join(tmpdir(), 'myelin-bench-'))
  const there = drivers.filter((driver) => installed.has(driver.name))
  const plan = { drivers: there, threadCounts, rounds, folder, note }
  const started = performance.now()
  const peaks: number[] = []
  let measurements: readonly Measurement[]
  try {
    measurements = await measure(workloads, plan, peaks)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (process.stderr.isTTY) note('')

  const peak = median(peaks)
  const result: Comparison = {
    ...machine(),
    fmaPeakGflops: Math.round(peak / 1e9),
    rounds,
    minutes: Math.round((performance.now() - started) / 6000) / 10,
    versions: Object.fromEntries(measurements.filter(({ version }) => version).map((one) => [one.driver, one.version])),
    missing: drivers.filter((driver) => !installed.has(driver.name)).map((driver) => driver.name),
    workloads: workloads.map((workload) => outcome(workload, there, measurements, peak)),
    measurements,
  }
  const { cpu, threads, isa, fmaPeakGflops, node, versions, minutes } = result
  console.log(`\n${cpu}, ${threads} threads, ${isa}, FMA peak ${fmaPeakGflops} GFLOP/s`)
  console.log([`node ${node}`, ...Object.entries(versions).map((pair) => pair.join(' '))].join(', '))
  console.log(`median of ${rounds} rounds, ± half the spread, the better of ${threadCounts.join(' and ')} threads`)
  console.log(`${minutes} minutes\n`)
  for (const workload of workloads) console.log(`${drawWorkload(workload, drivers, measurements, installed, peak)}\n`)
  writeResult(name, result)
  await drawComparison(result, 'bench/results', name)
  const lacking = workloads.filter((workload) => !best(measurements, workload.name, 'myelin'))
  if (installed.has('myelin') && lacking.length > 0) process.exitCode = 1
}

function note(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}

function outcome(
  workload: Workload,
  drivers: readonly Driver[],
  measurements: readonly Measurement[],
  peak: number,
): Outcome {
  const { name, title, kind } = workload
  const ours = best(measurements, name, 'myelin')
  const ratios = drivers.flatMap((driver) => {
    const theirs = best(measurements, name, driver.name)
    return ours && theirs && theirs !== ours ? [[driver.name, ours.rate / theirs.rate] as const] : []
  })
  const share = ours ? shareOfPeak(workload, ours.rate, peak) : null
  return { name, title, kind, shareOfPeak: share, times: Object.fromEntries(ratios) }
}
