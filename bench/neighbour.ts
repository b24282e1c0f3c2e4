/**
 * What other processes cost a training on all cores: one that computes without end, and one that sleeps.
 *
 *   npm run bench -- neighbour [--rounds 3] [--driver pytorch] [--name neighbour]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { info } from '../src/index.ts'
import { dataOf } from './data.ts'
import { type Driver, drivers, run } from './drivers.ts'
import { median } from './judge.ts'
import { machine, writeResult } from './results-file.ts'
import { workloads } from './workloads.ts'

const NEIGHBOURS = {
  alone: null,
  'beside one that sleeps': 'setInterval(() => {}, 1e6)',
  'beside one that computes': 'for (;;);',
} as const
type Neighbour = keyof typeof NEIGHBOURS
const NAMES = Object.keys(NEIGHBOURS) as Neighbour[]

async function secondsBeside(neighbour: Neighbour, driver: Driver, seed: number): Promise<number> {
  const code = NEIGHBOURS[neighbour]
  const other: ChildProcess | null = code === null ? null : spawn(process.execPath, ['-e', code], { stdio: 'ignore' })
  try {
    const workload = workloads.find(({ name }) => name === 'main')!
    const job = { workload, rows: workload.rows, threads: info().threads, seed, weights: null, ...dataOf(workload, '') }
    return (await run(driver, job)).seconds
  } finally {
    other?.kill('SIGKILL')
  }
}

export interface NeighbourOptions {
  readonly rounds: number
  readonly driver: string
  readonly name: string
}

/** Prints how many times as long the main job takes beside each neighbour, and writes bench/results/<name>.json. */
export async function neighbour({ rounds, driver: name, name: file }: NeighbourOptions): Promise<void> {
  const driver = drivers.find((one) => one.name === name)
  if (!driver) throw new Error(`expected a driver, received ${name}`)
  const seconds = Object.fromEntries(NAMES.map((one) => [one, [] as number[]])) as Record<Neighbour, number[]>
  for (let round = 0; round < rounds; round++) {
    for (const one of NAMES) seconds[one].push(await secondsBeside(one, driver, round + 1))
  }
  const alone = median(seconds.alone)
  const times = Object.fromEntries(NAMES.map((one) => [one, median(seconds[one]) / alone]))
  console.log(`${driver.title}, 784-512-512-10 on ${info().threads} threads, median of ${rounds} rounds`)
  for (const one of NAMES) {
    console.log(
      `  ${one.padEnd(26)}${median(seconds[one]).toFixed(2).padStart(7)} s${times[one]!.toFixed(2).padStart(7)}×`,
    )
  }
  writeResult(file, { ...machine(), rounds, seconds, times })
}
