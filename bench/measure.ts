/** Measures workloads with every driver that takes them: a process for each, rounds interleaved, medians. */
import { info } from '../src/index.ts'
import { dataOf, trainedWeights } from './data.ts'
import { type Driver, run } from './drivers.ts'
import type { Job, Result } from './job.ts'
import { endLoss, median, ownFault, spreadOf, strangeLoss } from './judge.ts'
import type { Workload } from './workloads.ts'

/** What one driver did on one workload with one number of threads. */
export interface Measurement {
  readonly workload: string
  readonly driver: string
  readonly threads: number
  readonly version: string
  /** Rows it trained on, which are fewer than the workload's for slow peers. */
  readonly rows: number
  /** Median of the rounds: samples or calls per second; of a race 1 / seconds, 0 when most rounds did not get there. */
  readonly rate: number
  /** Of the rounds: (highest - lowest) / median. */
  readonly spread: number
  readonly rounds: readonly Result[]
  /** Why the rate does not count, or null. */
  readonly fault: string | null
}

export interface Plan {
  readonly drivers: readonly Driver[]
  readonly threadCounts: readonly number[]
  readonly rounds: number
  /** A folder for files that the drivers read. */
  readonly folder: string
  readonly note: (text: string) => void
}

interface Case {
  readonly driver: Driver
  readonly threads: number
  readonly rows: number
  readonly results: Result[]
  failure: string | null
}

interface Prepared {
  readonly workload: Workload
  readonly cases: readonly Case[]
  readonly shared: Omit<Job, 'threads' | 'rows' | 'seed' | 'started'>
}

/**
 * A round takes each workload after the other: a bad minute of the machine then costs several of them a round each, and
 * none of them all.
 *
 * @param peaks takes FLOP/s of fused multiply-adds in registers on all threads, measured beside each round: clocks change
 */
export async function measure(workloads: readonly Workload[], plan: Plan, peaks: number[]): Promise<Measurement[]> {
  const prepared: Prepared[] = []
  for (const workload of workloads) {
    const weights = workload.kind === 'predict' ? await trainedWeights(workload, plan.folder) : null
    const shared = { workload, weights, ...dataOf(workload, plan.folder) }
    prepared.push({ workload, cases: casesOf(workload, plan), shared })
  }
  for (let round = 0; round < plan.rounds; round++) {
    for (const one of prepared) {
      const rounds = one.workload.rounds ?? plan.rounds
      const [first, end] = [round, round + 1].map((at) => Math.floor((rounds * at) / plan.rounds)) as [number, number]
      for (let seed = first + 1; seed <= end; seed++) await measureRound(one, seed, rounds, plan, peaks)
    }
  }
  const measurements: Measurement[] = []
  for (const { workload, cases, shared } of prepared) {
    const ours = cases.find(({ driver }) => driver.needs === undefined)
    const references = ours ? await referenceLosses(cases, ours, shared) : new Map<number, number>()
    measurements.push(...cases.map((one) => summarize(workload, one, references)))
  }
  return measurements
}

async function measureRound(
  { workload, cases, shared }: Prepared,
  seed: number,
  rounds: number,
  plan: Plan,
  peaks: number[],
) {
  peaks.push(info({ measure: true }).fmaPeak!)
  for (const one of cases) {
    if (one.failure !== null) continue
    const { driver, threads, rows } = one
    plan.note(`${workload.title}: ${driver.title}, ${threads} thread${threads > 1 ? 's' : ''}, ${seed} of ${rounds}`)
    await run(driver, { ...shared, threads, rows, seed }).then(
      (result) => one.results.push(result),
      (error: Error) => {
        one.failure = error.message
      },
    )
  }
}

function casesOf(workload: Workload, { drivers, threadCounts }: Plan): Case[] {
  const most = Math.max(...threadCounts)
  // a call for one row is never worth a second thread, and a race is run as its user would
  const counts = { 'one and all': threadCounts, all: [most], one: [1] }
  return drivers
    .filter(({ takes }) => takes.includes(workload.name))
    .flatMap((driver) => {
      const kinds = { train: counts[driver.threads], predict: [1], race: [most] }
      const rows = Math.min(workload.rows, driver.rows ?? workload.rows)
      return kinds[workload.kind].map((threads) => ({ driver, threads, rows, results: [], failure: null }))
    })
}

/** What our loss is on as many rows as each of the peers trained on, by rows. */
async function referenceLosses(cases: readonly Case[], ours: Case, shared: Prepared['shared']) {
  const losses = new Map([[ours.rows, ours.results.length > 0 ? endLoss(ours.results) : Number.NaN]])
  for (const { rows, results } of cases) {
    if (losses.has(rows) || results.length === 0) continue
    const { lastLoss } = await run(ours.driver, { ...shared, threads: 1, rows, seed: 1 })
    losses.set(rows, lastLoss)
  }
  return losses
}

function summarize(workload: Workload, one: Case, references: ReadonlyMap<number, number>): Measurement {
  const { driver, threads, rows, results, failure } = one
  const about = { workload: workload.name, driver: driver.name, threads, rows, rounds: results }
  if (results.length === 0) return { ...about, version: '', rate: 0, spread: 0, fault: failure ?? 'not run' }
  const rates = results.map(({ seconds, samples, accuracy = 1 }) => {
    if (workload.kind !== 'race') return samples / seconds
    return accuracy >= workload.accuracy ? 1 / seconds : 0
  })
  const ours = references.get(rows)
  const isPeer = driver.needs !== undefined && ours !== undefined
  const rate = median(rates)
  const fault =
    failure ??
    ownFault(workload, results) ??
    (rate === 0 ? `most rounds end below ${100 * workload.accuracy} %` : null) ??
    (isPeer ? strangeLoss(workload, endLoss(results), ours, rows < workload.rows) : null)
  return { ...about, version: results[0]!.version, rate, spread: spreadOf(rates), fault }
}

/** The quickest that counts, of those of one driver on one workload. */
export function best(measurements: readonly Measurement[], workload: string, driver: string): Measurement | undefined {
  return measurements
    .filter((one) => one.workload === workload && one.driver === driver && one.fault === null)
    .sort((a, b) => b.rate - a.rate)[0]
}
