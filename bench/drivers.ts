/** Who is measured: one script each in drivers/, what it needs to run, and which workloads it can train. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Job, Result } from './job.ts'

const execute = promisify(execFile)
const here = dirname(fileURLToPath(import.meta.url))
const LONGEST_MS = 15 * 60_000

export interface Driver {
  readonly name: string
  readonly title: string
  /** In drivers/: .ts runs in Node through tsx, .mjs in Node as it is, .py in Python. */
  readonly script: string
  /** Of a race: a script that starts as a program of a user starts. */
  readonly raceScript?: string
  /** The package or module without which there is nothing to run. */
  readonly needs?: string
  /** Names of workloads. */
  readonly takes: readonly string[]
  /** Whether it is tried with one thread and with all, with all, or knows one only. */
  readonly threads: 'one and all' | 'all' | 'one'
  /** It trains on so many rows at the most, else a round would take minutes to hours. */
  readonly rows?: number
}

const TRAINED = ['small', 'small-adam', 'main', 'wide', 'wide-dense', 'tiny']
const pureJs = { takes: ['small'], threads: 'one' } as const

export const drivers: readonly Driver[] = [
  {
    name: 'myelin',
    title: 'myelin',
    script: 'myelin.ts',
    raceScript: 'myelin-race.mjs',
    takes: [...TRAINED, 'predict', 'race'],
    threads: 'one and all',
  },
  {
    name: 'pytorch',
    title: 'PyTorch',
    script: 'pytorch.py',
    needs: 'torch',
    takes: [...TRAINED, 'predict', 'race'],
    threads: 'one and all',
  },
  {
    name: 'tensorflow',
    title: 'TensorFlow',
    script: 'tensorflow_cpu.py',
    needs: 'tensorflow',
    takes: TRAINED,
    threads: 'all',
  },
  { name: 'jax', title: 'JAX', script: 'jax_cpu.py', needs: 'jax', takes: TRAINED, threads: 'all' },
  {
    name: 'sklearn',
    title: 'scikit-learn',
    script: 'scikit_learn.py',
    needs: 'sklearn',
    takes: ['small', 'wide-dense', 'tiny'], // it has no dropout
    threads: 'all',
  },
  {
    ...pureJs,
    name: 'tfjs-wasm',
    title: 'TensorFlow.js wasm',
    script: 'tfjs.mjs',
    needs: '@tensorflow/tfjs-backend-wasm',
    rows: 12_800,
  },
  { ...pureJs, name: 'tfjs-js', title: 'TensorFlow.js js', script: 'tfjs.mjs', needs: '@tensorflow/tfjs', rows: 5120 },
  { ...pureJs, name: 'convnetjs', title: 'ConvNetJS', script: 'convnetjs.mjs', needs: 'convnetjs', rows: 5120 },
  { ...pureJs, name: 'brainjs', title: 'brain.js', script: 'brain.mjs', needs: 'brain.js', rows: 2560 },
  { ...pureJs, name: 'synaptic', title: 'Synaptic', script: 'synaptic.mjs', needs: 'synaptic', rows: 256 },
  {
    name: 'onnxruntime',
    title: 'onnxruntime-node',
    script: 'onnxruntime.mjs',
    needs: 'onnxruntime-node',
    takes: ['predict'],
    threads: 'one',
  },
]

/** The Python of `npm run bench -- --peers`, or another that has the modules. */
export const python =
  process.env.MYELIN_BENCH_PYTHON ??
  [join(here, '.venv', 'bin', 'python'), join(here, '.venv', 'Scripts', 'python.exe')].find((path) =>
    existsSync(path),
  ) ??
  'python3'

/** Whether what the driver needs is there. */
export async function isInstalled({ script, needs }: Driver): Promise<boolean> {
  if (needs === undefined) return true
  if (!script.endsWith('.py')) return existsSync(join(here, 'node_modules', needs, 'package.json'))
  const look = `import importlib.util, sys; sys.exit(importlib.util.find_spec(${JSON.stringify(needs)}) is None)`
  return execute(python, ['-c', look]).then(
    () => true,
    () => false,
  )
}

/** Runs one job in a process of its own. Rejects with what the process said when it failed. */
export async function run(driver: Driver, job: Omit<Job, 'started'>): Promise<Result> {
  const name = job.workload.kind === 'race' && driver.raceScript ? driver.raceScript : driver.script
  const script = join(here, 'drivers', name)
  const argument = JSON.stringify({ ...job, started: Date.now() })
  const [command, args] = script.endsWith('.py')
    ? [python, [script, argument]]
    : [process.execPath, [...(script.endsWith('.ts') ? ['--import', 'tsx'] : []), script, argument, driver.name]]
  const threads = String(job.threads)
  const env = {
    ...process.env,
    OMP_NUM_THREADS: threads,
    OPENBLAS_NUM_THREADS: threads,
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_ENABLE_ONEDNN_OPTS: '1',
  }
  const child = execute(command, args, { env, maxBuffer: 1 << 26, timeout: LONGEST_MS })
  const { stdout } = await child.catch((error: { stderr?: string; message: string }) => {
    const lines = (error.stderr || error.message).trim().split('\n')
    throw new Error(lines.findLast((line) => /error|exception/i.test(line)) ?? lines.at(-1))
  })
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Result
}
