/**
 * What is not us and heavy: onnxruntime-node from npm, onnx from PyPI. Installs them at their first use, into folders that
 * git ignores, and says why where they cannot be.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FloatArray } from '../../src/index.ts'
import { pythonWith } from '../files/python.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const windows = process.platform === 'win32'
const TIMEOUT_MS = 4 * 60_000

/** As far as the tests use it. */
export interface OnnxRuntime {
  InferenceSession: {
    create(
      model: Uint8Array,
      options: { logSeverityLevel: number; intraOpNumThreads: number },
    ): Promise<{
      inputNames: readonly string[]
      outputNames: readonly string[]
      run(inputs: object): Promise<Record<string, { data: FloatArray; dims: readonly number[] }>>
    }>
  }
  Tensor: new (type: string, data: FloatArray, dims: readonly number[]) => object
}

/** Either the thing, or in words why it is not there. */
export type Installed<T> = { readonly it: T; readonly why: '' } | { readonly it: null; readonly why: string }

function missing(name: string, why: string): { it: null; why: string } {
  const [line] = why.trim().split('\n')
  console.log(`left out: what needs ${name}, which cannot be installed here: ${line}`)
  return { it: null, why }
}

/** Standard output, or an error that says what went wrong. */
function run(command: string, args: readonly string[], shell = false): string {
  const options = { cwd: folder, encoding: 'utf8', timeout: TIMEOUT_MS, shell, maxBuffer: 2 ** 28 } as const
  const { status, stdout, stderr, error } = spawnSync(command, args, options)
  if (status !== 0) throw new Error(error?.message ?? (stderr.trim() || `${command} ended with ${status}`))
  return stdout
}

export function onnxRuntime(): Installed<OnnxRuntime> {
  const require = createRequire(import.meta.url)
  const note = join(folder, 'node_modules', '.package-lock.json')
  const read = (file: string): { packages: Record<string, { version: string }> } =>
    JSON.parse(readFileSync(file, 'utf8'))
  const version = (file: string): string => read(file).packages['node_modules/onnxruntime-node']!.version
  try {
    if (!existsSync(note) || version(note) !== version(join(folder, 'package-lock.json'))) {
      const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund']
      const npm = process.env.npm_execpath
      if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args])
      else run('npm', args, windows)
    }
    return { it: require('onnxruntime-node') as OnnxRuntime, why: '' }
  } catch (error) {
    return missing('onnxruntime-node', (error as Error).message)
  }
}

/** Runs a program of this folder in Python and returns its standard output. */
export type Python = (program: string, args: readonly string[]) => string

/** A Python with what check.py imports. */
export function python(): Installed<Python> {
  const found = pythonWith('exchange', ['numpy==2.4.6', 'onnx==1.23.2'])
  if ('missing' in found) return missing('onnx for Python', found.missing)
  return { it: (program, args) => run(found.python, [join(folder, program), ...args]), why: '' }
}
