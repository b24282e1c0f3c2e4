/**
 * Writes the figures of the README from the committed results, so that none is typed by hand, and draws docs/bench.
 *
 *   node --import tsx bench/readme.ts            # writes
 *   node --import tsx bench/readme.ts --check    # ends with 1 when the README says something else
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Comparison, Outcome } from './comparison.ts'
import { drawComparison } from './comparison-picture.ts'
import { drivers } from './drivers.ts'
import { best } from './measure.ts'
import { type Machine, readResult } from './results-file.ts'
import type { Line } from './scaling.ts'
import { drawScaling } from './scaling-picture.ts'
import { inUnits, times } from './table.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const readme = join(root, 'README.md')
interface Scaling extends Machine {
  readonly lines: readonly Line[]
}
const isMeasured = (name: string): boolean => existsSync(join(root, 'bench', 'results', `${name}.json`))
const UNITS = { train: ' samples/s', predict: ' µs a call', race: ' s' } as const

interface Lateness {
  readonly median: number
  readonly p99: number
  readonly worst: number
}

interface EventLoop {
  readonly threads: number
  readonly allThreads: number
  readonly rest: Lateness
  readonly busy: Lateness
}

interface Service {
  readonly requests: number
  readonly atOnce: number
  readonly wrong: number
  readonly requestsPerSecond: number
  readonly milliseconds: { readonly p50: number; readonly p99: number }
  readonly megabytes: { readonly after: number; readonly from?: number; readonly to?: number }
}

interface Reading {
  readonly seconds: number
  readonly peakMB: number
}

interface Csv {
  readonly threads: number
  readonly fileMB: number
  readonly dataMB: number
  readonly myelin: Reading
  readonly csvParse: Reading
  readonly times: number
}

interface Stream {
  readonly stream: { readonly gigabytes: number; readonly peakMB: number }
}

const titleOf = (driver: string): string => drivers.find(({ name }) => name === driver)?.title ?? driver
const measuredIn = ({ measurements }: Comparison): string[] =>
  drivers.map(({ name }) => name).filter((name) => measurements.some(({ driver }) => driver === name))

/** Versions as people write them: without what they were built for. */
function versionsOf({ versions, node }: Comparison): string {
  const named = Object.entries(versions).filter(([driver]) => driver !== 'myelin')
  return [`Node ${node}`, ...named.map(([driver, version]) => `${titleOf(driver)} ${version}`)].join(', ')
}

/** What a peer reached on a workload, and how many times as fast we are. */
function figure(bench: Comparison, workload: Outcome, driver: string): string {
  const found = best(bench.measurements, workload.name, driver)
  const ratio = workload.times[driver]
  return found ? `${inUnits(workload, found.rate)}${ratio === undefined ? '' : ` (${times(ratio)})`}` : '–'
}

/** A line for each workload: our figure, the share of the peak, and the figure and the ratio of the peers in its columns. */
function mainTable(bench: Comparison): string[] {
  const columns = ['pytorch', 'tensorflow', 'jax', 'sklearn'].filter((name) => measuredIn(bench).includes(name))
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const rows = bench.workloads.map((workload) => {
    const ours = best(bench.measurements, workload.name, 'myelin')
    const own = ours ? `**${inUnits(workload, ours.rate)}**${UNITS[workload.kind]}` : '–'
    return line([
      workload.title,
      own,
      workload.shareOfPeak?.toFixed(2) ?? '',
      ...columns.map((name) => figure(bench, workload, name)),
    ])
  })
  return [
    line(['', 'myelin', 'of peak', ...columns.map(titleOf)]),
    `|---|${'--:|'.repeat(columns.length + 2)}`,
    ...rows,
  ]
}

/** What is not in the table: JavaScript peers on the small net, the runtime that predicts. */
function others(bench: Comparison): string[] {
  const small = bench.workloads.find(({ name }) => name === 'small')
  const script = drivers.filter(({ script }) => script.endsWith('.mjs')).map(({ name }) => name)
  const texts = script
    .filter((name) => small !== undefined && best(bench.measurements, 'small', name))
    .map((name) => `${titleOf(name)} ${figure(bench, small!, name)}`)
  const predict = bench.workloads.find(({ name }) => name === 'predict')
  const runtime = predict && figure(bench, predict, 'onnxruntime')
  return [
    ...(texts.length > 0 ? ['', `In JavaScript, ${small!.title}, samples/s: ${texts.join(', ')}.`] : []),
    ...(runtime && runtime !== '–' ? [`One row by onnxruntime-node: ${runtime.replace(' ', ' µs ')}.`] : []),
    ...(bench.missing.length > 0 ? [`Not installed: ${bench.missing.map(titleOf).join(', ')}.`] : []),
  ]
}

const machineOf = ({ cpu, threads, isa, fmaPeakGflops, date }: Comparison): string =>
  `${cpu}, ${threads} cores, ${isa}, FMA peak ${fmaPeakGflops} GFLOP/s, ${date}`

function benchText(bench: Comparison, withAvx2: Comparison): string {
  return [
    `${machineOf(bench)}; ${versionsOf(bench)}.`,
    `MNIST, batches of 128 unless the title says otherwise; median of ${bench.rounds} rounds, for each side the better of one and all threads.`,
    '"Of peak" counts every multiplication as if nothing were skipped; in brackets, how many times as fast this package is.',
    '',
    ...mainTable(bench),
    ...others(bench),
    '',
    '![The speed of this package beside others](docs/bench/comparison.svg)',
    '',
    `Without AVX-512, on a processor of the generation before: ${machineOf(withAvx2)}; the same versions, median of ${withAvx2.rounds} rounds.`,
    '',
    ...mainTable(withAvx2),
    ...others(withAvx2),
    ...scalingText(),
  ].join('\n')
}

function scalingText(): string[] {
  const picture = (name: string, what: string, alt: string): string[] => {
    if (!isMeasured(name)) return []
    const { cpu, threads, isa, date } = readResult<Scaling>(name)
    return ['', `${what}, on ${cpu}, ${threads} cores, ${isa}, ${date}:`, '', `![${alt}](docs/bench/${name}.svg)`]
  }
  const axes = 'batch size, width, depth, threads and density'
  return [
    ...picture('scaling', `How speed changes with ${axes}`, `Speed by ${axes}`),
    ...picture('scaling-16-cores', 'What more threads bring', 'Speed by threads'),
  ]
}

function eventLoopText({ threads, allThreads, rest, busy }: EventLoop): string {
  const text = (late: Lateness): string =>
    `${late.median.toFixed(2)} ms late in the median and ${late.worst.toFixed(1)} ms at the worst`
  return (
    `Measured (\`bench/event-loop.ts\`, a fit on ${threads} of ${allThreads} threads): a 10 ms timer on the main thread is ` +
    `${text(busy)}; with nothing else going on it is ${text(rest)}.`
  )
}

function serviceText(short: Service, long: Service): string {
  const count = (value: number): string => value.toLocaleString('en-US')
  return (
    `Measured (\`bench/service.ts\`, the service in a process that trains another model all the while): ${count(short.requests)} requests, ` +
    `${short.atOnce} at a time, ${short.wrong} wrong answers, ${short.milliseconds.p50} ms in the median, p99 ${short.milliseconds.p99} ms, ` +
    `${short.megabytes.after} MB resident. In five minutes of that (\`--seconds 300\`), ${count(long.requests)} requests, ${long.wrong} wrong, memory ` +
    `stays between ${long.megabytes.from} and ${long.megabytes.to} MB from the second minute on, where Node's own heap comes and goes.`
  )
}

function dataText({ threads, fileMB, dataMB, myelin, csvParse, times }: Csv, { stream }: Stream): string {
  return (
    `Measured on ${threads} cores (\`bench/csv.ts\`): the ${fileMB.toFixed(0)} MB of mnist_train.csv are read in ${myelin.seconds.toFixed(2)} s, ` +
    `${times.toFixed(0)} times as fast as csv-parse fills the same array (${csvParse.seconds.toFixed(1)} s), with at most ${myelin.peakMB.toFixed(0)} MB of memory ` +
    `for ${dataMB.toFixed(0)} MB of data. A stream of ${stream.gigabytes.toFixed(0)} GB (\`bench/stream.ts\`) trains in at most ${stream.peakMB.toFixed(0)} MB, all of Node's own included.`
  )
}

function filled(text: string, name: string, content: string): string {
  const pattern = new RegExp(`<!-- ${name} -->(?:[\\s\\S]*?<!-- end of ${name} -->)?`)
  if (!pattern.test(text)) throw new Error(`expected the mark <!-- ${name} --> in README.md`)
  return text.replace(pattern, () => `<!-- ${name} -->\n${content}\n<!-- end of ${name} -->`)
}

/** Draws anew what is drawn of the committed results; what is not measured yet has no picture. */
async function drawPictures(): Promise<void> {
  await drawComparison(readResult<Comparison>('2-cores'), 'docs/bench', 'comparison')
  for (const name of ['scaling', 'scaling-16-cores'])
    if (isMeasured(name)) await drawScaling(readResult<Scaling>(name).lines, 'docs/bench', name)
}

const before = readFileSync(readme, 'utf8')
const withBench = filled(
  before,
  'bench',
  benchText(readResult<Comparison>('2-cores'), readResult<Comparison>('2-cores-avx2')),
)
const withLoop = filled(withBench, 'event-loop', eventLoopText(readResult<EventLoop>('event-loop')))
const withData = filled(withLoop, 'data', dataText(readResult<Csv>('csv'), readResult<Stream>('stream')))
const after = filled(
  withData,
  'service',
  serviceText(readResult<Service>('service'), readResult<Service>('service-soak')),
)
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md differs from bench/results: run node --import tsx bench/readme.ts')
    process.exitCode = 1
  }
} else {
  await drawPictures()
  writeFileSync(readme, after)
}
