/**
 * Writes the figures of the README from the committed results, so that none is typed by hand.
 *
 *   node --import tsx bench/readme.ts            # writes
 *   node --import tsx bench/readme.ts --check    # ends with 1 when the README says something else
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const readme = join(root, 'README.md')

interface Measurement {
  readonly workload: string
  readonly driver: string
  readonly threads: number
  readonly samplesPerSecond: number
  readonly fault: string | null
}

interface Bench {
  readonly date: string
  readonly cpu: string
  readonly threads: number
  readonly isa: string
  readonly fmaPeakGflops: number
  readonly node: string
  readonly rounds: number
  readonly versions: Readonly<Record<string, string>>
  readonly workloads: readonly {
    readonly name: string
    readonly title: string
    readonly shareOfPeak: number | null
    readonly timesPyTorch: number | null
  }[]
  readonly measurements: readonly Measurement[]
}

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
  readonly megabytes: { readonly after: number; readonly secondFifth?: number; readonly lastFifth?: number }
}

function result<Result>(name: string): Result {
  return JSON.parse(readFileSync(join(root, 'bench', 'results', `${name}.json`), 'utf8')) as Result
}

function benchText(bench: Bench): string {
  const rate = (workload: string, driver: string): string => {
    const best = bench.measurements
      .filter((one) => one.workload === workload && one.driver === driver && one.fault === null)
      .sort((a, b) => b.samplesPerSecond - a.samplesPerSecond)[0]
    return best ? Math.round(best.samplesPerSecond).toLocaleString('en-US') : '–'
  }
  const rows = bench.workloads.map(({ name, title, shareOfPeak, timesPyTorch }) => {
    const cells = [title, rate(name, 'myelin'), shareOfPeak?.toFixed(2) ?? '–', rate(name, 'pytorch')]
    return `| ${[...cells, timesPyTorch === null ? '–' : `${timesPyTorch.toFixed(1)}×`].join(' | ')} |`
  })
  const pytorch = bench.versions.pytorch?.replace(/\+.*/, '')
  return [
    `${bench.cpu}, ${bench.threads} cores, ${bench.isa}, FMA peak ${bench.fmaPeakGflops} GFLOP/s; Node ${bench.node}, PyTorch ${pytorch};`,
    `MNIST, batches of 128 unless the title says otherwise; median of ${bench.rounds} rounds, for each side the better of one and all threads.`,
    '"Of peak" counts every multiplication as if nothing were skipped.',
    '',
    '| net | samples/s | of peak | PyTorch | ratio |',
    '|---|--:|--:|--:|--:|',
    ...rows,
  ].join('\n')
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
    `${short.megabytes.after} MB resident. In five minutes of that (\`--seconds 300\`), ${count(long.requests)} requests, ${long.wrong} wrong, memory stays ` +
    `where it is: ${long.megabytes.secondFifth} MB in the second minute, ${long.megabytes.lastFifth} MB in the fifth.`
  )
}

function filled(text: string, name: string, content: string): string {
  const pattern = new RegExp(`<!-- ${name} -->(?:[\\s\\S]*?<!-- end of ${name} -->)?`)
  if (!pattern.test(text)) throw new Error(`expected the mark <!-- ${name} --> in README.md`)
  return text.replace(pattern, () => `<!-- ${name} -->\n${content}\n<!-- end of ${name} -->`)
}

const before = readFileSync(readme, 'utf8')
const withBench = filled(before, 'bench', benchText(result<Bench>('2-cores')))
const withLoop = filled(withBench, 'event-loop', eventLoopText(result<EventLoop>('event-loop')))
const after = filled(withLoop, 'service', serviceText(result<Service>('service'), result<Service>('service-soak')))
if (process.argv.includes('--check')) {
  if (after !== before) {
    console.error('README.md differs from bench/results: run node --import tsx bench/readme.ts')
    process.exitCode = 1
  }
} else {
  writeFileSync(readme, after)
}
