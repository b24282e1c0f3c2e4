/** The package as it is emitted, in a folder of its own, for tests that run what users run: the command, the examples. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const TIMEOUT_MS = 180_000

export interface Ran {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ran>
  /** Settles once its output has such text. */
  said(text: RegExp): Promise<RegExpExecArray>
}

export class Built {
  readonly #folder = join(ROOT, `build-test-${process.pid}`)

  constructor() {
    execFileSync(process.execPath, [join(ROOT, 'scripts', 'compile.mjs'), basename(this.#folder)])
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Makes `import 'myelin'` find it from a folder. */
  installInto(folder: string): void {
    const place = join(folder, 'node_modules', 'myelin')
    mkdirSync(place, { recursive: true })
    symlinkSync(this.#folder, join(place, 'dist'), 'junction')
    const pkg = { name: 'myelin', type: 'module', exports: './dist/index.js' }
    writeFileSync(join(place, 'package.json'), JSON.stringify(pkg))
  }

  /** The command `myelin`. */
  start(args: readonly string[], cwd: string): Running {
    return startNode([join(this.#folder, 'cli.js'), ...args], cwd)
  }

  run(args: readonly string[], cwd: string): Promise<Ran> {
    return this.start(args, cwd).ended
  }

  /** All of them, a few at a time. */
  async runAll(list: readonly (readonly string[])[], cwd: string): Promise<Ran[]> {
    const results: Ran[] = []
    const waiting = [...list.entries()]
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await this.run(next[1], cwd)
    }
    await Promise.all([worker(), worker(), worker()])
    return results
  }
}

export function startNode(args: readonly string[], cwd: string): Running {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS })
  let [stdout, stderr] = ['', '']
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ status, stdout, stderr }))
  })
  const said = (text: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = text.exec(stdout + stderr)
        if (found) resolve(found)
      }
      child.stdout!.on('data', look)
      child.stderr!.on('data', look)
      child.on('close', () => reject(new Error(`it ended without ${text}: ${stdout}${stderr}`)))
      look()
    })
  return { child, ended, said }
}
