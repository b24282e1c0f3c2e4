/**
 * How long it takes to read mnist_train.csv (110 MB), and how much memory, beside csv-parse, which puts the same bytes
 * into the same array; each read in a process of its own, interleaved.
 *
 *   node --import tsx bench/csv.ts [--rounds 5]
 */
import { spawnSync } from 'node:child_process'
import { createReadStream, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parse } from 'csv-parse'
import { mnistCsv } from '../scripts/mnist-csv.ts'
import { Dataset, info } from '../src/index.ts'

interface Reading {
  readonly seconds: number
  /** Most memory that was resident, less what was before the read. */
  readonly peakMB: number
  /** Of all features and labels: that both read the same. */
  readonly sum: number
}

const ROWS = 60_000
const FEATURES = 784
const readers = ['myelin', 'csv-parse'] as const
type Reader = (typeof readers)[number]

async function readWithMyelin(path: string): Promise<() => number> {
  const data = await Dataset.fromCsv(path, { label: 'label', classes: 10 })
  return () => {
    const { x, y } = data.toArrays()
    return x.flat().reduce((sum, value) => sum + value) + (y as number[]).reduce((sum, value) => sum + value)
  }
}

async function readWithCsvParse(path: string): Promise<() => number> {
  const x = new Uint8Array(ROWS * FEATURES)
  const y = new Uint8Array(ROWS)
  let row = 0
  for await (const fields of createReadStream(path).pipe(parse({ from_line: 2 })) as AsyncIterable<string[]>) {
    y[row] = Number(fields[0])
    for (let i = 0; i < FEATURES; i++) x[row * FEATURES + i] = Number(fields[i + 1])
    row++
  }
  return () => x.reduce((sum, value) => sum + value, 0) + y.reduce((sum, value) => sum + value, 0)
}

const megabytes = (bytes: number): number => bytes / 2 ** 20

async function read(reader: Reader, path: string): Promise<Reading> {
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  const highest = watchMemory()
  const began = performance.now()
  const sum = await (reader === 'myelin' ? readWithMyelin(path) : readWithCsvParse(path))
  const seconds = (performance.now() - began) / 1000
  return { seconds, peakMB: megabytes(highest() - before), sum: sum() }
}

/** Looks every 2 ms, since the highest mark of the system cannot be set back. */
function watchMemory(): () => number {
  let highest = 0
  const look = (): void => {
    highest = Math.max(highest, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 2)
  return () => {
    clearInterval(timer)
    look()
    return highest
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
}

function measure(path: string, rounds: number): void {
  const script = fileURLToPath(import.meta.url)
  const readings: Record<Reader, Reading[]> = { myelin: [], 'csv-parse': [] }
  readFileSync(path) // from now on the system holds it in memory, and the disk has no part in it
  for (let round = 0; round < rounds; round++) {
    for (const reader of readers) {
      const args = ['--expose-gc', '--import', 'tsx', script, '--child', reader, '--file', path]
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      if (status !== 0) throw new Error(stderr)
      readings[reader].push(JSON.parse(stdout) as Reading)
    }
  }
  if (new Set([...readings.myelin, ...readings['csv-parse']].map(({ sum }) => sum)).size > 1) {
    throw new Error('the two read different numbers')
  }
  const of = (reader: Reader) => ({
    seconds: median(readings[reader].map(({ seconds }) => seconds)),
    fastest: Math.min(...readings[reader].map(({ seconds }) => seconds)),
    peakMB: Math.max(...readings[reader].map(({ peakMB }) => peakMB)),
  })
  const result = {
    threads: info().threads,
    rounds,
    fileMB: megabytes(statSync(path).size),
    dataMB: megabytes(ROWS * FEATURES),
    myelin: of('myelin'),
    csvParse: of('csv-parse'),
    times: median(readings.myelin.map(({ seconds }, i) => readings['csv-parse'][i]!.seconds / seconds)),
  }
  const line = (name: string, { seconds, fastest, peakMB }: typeof result.myelin): string =>
    `${name.padEnd(10)}${seconds.toFixed(3).padStart(9)} s${fastest.toFixed(3).padStart(9)} s${peakMB.toFixed(0).padStart(7)} MB`
  console.log(
    `${path}: ${result.fileMB.toFixed(0)} MB, as bytes ${result.dataMB.toFixed(0)} MB; ${result.threads} threads\n`,
  )
  console.log(`${''.padEnd(10)}${'median'.padStart(11)}${'fastest'.padStart(11)}${'memory'.padStart(10)}`)
  console.log(line('myelin', result.myelin))
  console.log(line('csv-parse', result.csvParse))
  console.log(`\n${result.times.toFixed(0)} times as fast`)
  mkdirSync(new URL('results/', import.meta.url), { recursive: true })
  writeFileSync(new URL('results/csv.json', import.meta.url), `${JSON.stringify(result, null, 2)}\n`)
}

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, child: { type: 'string' }, file: { type: 'string' } },
})
if (options.child) console.log(JSON.stringify(await read(options.child as Reader, options.file!)))
else measure((await mnistCsv()).train, Number(options.rounds))
