/** Draws the result of a bench for a terminal: a block for each workload, a line for each driver. */
import type { Driver } from './drivers.ts'
import { median } from './judge.ts'
import { best, type Measurement } from './measure.ts'
import { flopPerSample, type Workload } from './workloads.ts'

const HEADS = { train: 'samples/s', predict: 'µs a call', race: 'seconds' } as const

/** Dense-equivalent FLOP/s as a part of the machine's FMA peak; of training alone. */
export function shareOfPeak(workload: Workload, rate: number, peak: number): number | null {
  return workload.kind === 'train' ? (rate * flopPerSample(workload)) / peak : null
}

/** A rate in the unit of its workload. */
export function inUnits({ kind }: Pick<Workload, 'kind'>, rate: number): string {
  if (kind === 'train') return Math.round(rate).toLocaleString('en-US')
  return kind === 'predict' ? (1e6 / rate).toFixed(2) : (1 / rate).toFixed(2)
}

/** The lines of one workload: ours first, then the peers from the quickest on. */
export function drawWorkload(
  workload: Workload,
  drivers: readonly Driver[],
  measurements: readonly Measurement[],
  installed: ReadonlySet<string>,
  peak: number,
): string {
  const ours = best(measurements, workload.name, 'myelin')
  const lines = drivers
    .filter(({ takes }) => takes.includes(workload.name))
    .map((driver) => ({ driver, found: best(measurements, workload.name, driver.name) }))
    .sort((a, b) => rank(b) - rank(a))
    .map(({ driver, found }) => {
      if (!found) return [driver.title, whyNot(driver, workload, measurements, installed), '', '', '', '', '']
      const share = shareOfPeak(workload, found.rate, peak)
      return [
        driver.title,
        inUnits(workload, found.rate),
        `± ${Math.round(50 * found.spread)} %`,
        String(found.threads),
        share === null ? '' : share.toFixed(2),
        ours && found !== ours ? `${times(ours.rate / found.rate)}` : '',
        remark(workload, found),
      ]
    })
  const heads = ['', HEADS[workload.kind], 'spread', 'threads', 'of peak', 'ours is', '']
  return `${workload.title}\n${align([heads, ...lines])}`
}

const rank = ({ driver, found }: { driver: Driver; found: Measurement | undefined }): number =>
  driver.needs === undefined ? Number.POSITIVE_INFINITY : (found?.rate ?? -1)

export const times = (ratio: number): string =>
  `${ratio >= 100 ? Math.round(ratio) : ratio.toFixed(ratio >= 10 ? 1 : 2)}×`

function whyNot(
  { name }: Driver,
  workload: Workload,
  measurements: readonly Measurement[],
  installed: ReadonlySet<string>,
): string {
  if (!installed.has(name)) return 'not installed'
  const faults = measurements.filter((one) => one.workload === workload.name && one.driver === name)
  return `not counted: ${faults.map(({ fault }) => fault).find((fault) => fault !== null) ?? 'not run'}`
}

/** Less of a core than this says that others were at work. */
const ALONE = 0.9

/** The part of a core that the median round had, of those on one thread; of more threads the time says nothing. */
function coreOf({ threads, rounds }: Measurement): number {
  return threads === 1 ? median(rounds.map(({ cpuSeconds, seconds }) => cpuSeconds / seconds)) : 1
}

function remark(workload: Workload, measurement: Measurement): string {
  const core = coreOf(measurement)
  const disturbed = core < ALONE ? [`had ${Math.round(100 * core)} % of a core`] : []
  return [...disturbed, ...detailsOf(workload, measurement)].join(', ')
}

function detailsOf(workload: Workload, { rows, rounds }: Measurement): string[] {
  if (rows < workload.rows) return [`on ${rows.toLocaleString('en-US')} rows`]
  if (workload.kind !== 'race') return []
  const there = rounds.filter(({ accuracy = 0 }) => accuracy >= workload.accuracy)
  const training = median(there.map(({ trainingSeconds = 0 }) => trainingSeconds))
  const epochs = [...new Set(there.map((round) => round.epochs ?? 0))].sort((a, b) => a - b)
  return [
    `${there.length} of ${rounds.length} seeds`,
    `${epochs.join(' or ')} epochs`,
    `${training.toFixed(2)} s without start and loading`,
  ]
}

/** Columns as wide as their widest cell, the first and the last on the left; a long remark in place of numbers runs on. */
function align(rows: readonly (readonly string[])[]): string {
  const full = rows.filter((row) => row.slice(2).some((cell) => cell !== ''))
  const widths = rows[0]!.map((_, i) => Math.max(...(i === 0 ? rows : full).map((row) => row[i]!.length)))
  const line = (row: readonly string[]): string => {
    if (!full.includes(row)) return `  ${row[0]!.padEnd(widths[0]!)}  ${row[1]}`
    const cells = row.map((cell, i) =>
      i === 0 || i === row.length - 1 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
    )
    return `  ${cells.join('  ')}`.trimEnd()
  }
  return rows.map(line).join('\n')
}
