/** The results that are committed: bench/results/<name>.json, and what they say of the machine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch, cpus, platform, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { info } from '../src/index.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), 'results')

export interface Machine {
  readonly date: string
  readonly cpu: string
  readonly threads: number
  readonly physicalCores: number
  readonly memoryGiB: number
  readonly system: string
  readonly isa: string
  readonly node: string
}

export function machine(): Machine {
  const { threads, physicalCores, isa } = info()
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    threads,
    physicalCores,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    isa,
    node: process.versions.node,
  }
}

export function writeResult(name: string, result: object): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
  console.log(`written to bench/results/${name}.json`)
}

export function readResult<Result>(name: string): Result {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Result
}
