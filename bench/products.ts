/**
 * How near the native products come to what one thread's FMA units could do: native/bench/products.cpp, built and run.
 *
 *   npm run bench -- products
 */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dataOf } from './data.ts'
import { machine, writeResult } from './results-file.ts'
import { workloads } from './workloads.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = 'build-bench'

interface Share {
  readonly name: string
  /** Of peak: with nobody else on the core, and in the median of the rounds. */
  readonly best: number
  readonly median: number
}

function output(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`expected \`${command}\` to succeed: ${error?.message ?? stderr + stdout}`)
  return stdout
}

/** Prints a table and writes bench/results/<name>.json. */
export function products(name: string): void {
  console.error('building native/bench/products.cpp, which takes minutes the first time')
  output('cmake', '-S', '.', '-B', folder, '-DMYELIN_BUILD_BENCH=ON', '-DCMAKE_BUILD_TYPE=Release')
  output('cmake', '--build', folder, '--config', 'Release', '--target', 'products', '--parallel')
  const mnist = workloads.find(({ data }) => data === 'mnist')!
  const lines = output(join(root, folder, 'products'), dataOf(mnist, '').x.path)
    .trim()
    .split('\n')
  const [head, ...shares] = lines.map((line) => JSON.parse(line)) as [{ isa: string; peakGflops: number }, ...Share[]]
  console.log(`one thread, ${head.isa}, FMA peak ${head.peakGflops} GFLOP/s`)
  console.log(`${'share of peak'.padEnd(40)}  best  median`)
  for (const { name, best, median } of shares) {
    console.log(`${name.padEnd(40)}${best.toFixed(2).padStart(6)}${median.toFixed(2).padStart(8)}`)
  }
  writeResult(name, { ...machine(), ...head, shares })
}
