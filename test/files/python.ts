/**
 * A Python with the packages that tests want, in a folder that git ignores; made when it is first asked for.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url))
const LONGEST_MS = 180_000

const run = (command: string, args: readonly string[]): { status: number | null; stderr: string } =>
  spawnSync(command, args, { encoding: 'utf8', timeout: LONGEST_MS })

const binary = (folder: string): string =>
  process.platform === 'win32' ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')

/**
 * The path of a Python that has these packages (`name==version`), or why there is none.
 *
 * @param name of the folder in .cache, one a list of packages
 */
export function pythonWith(name: string, packages: readonly string[]): { python: string } | { missing: string } {
  const folder = join(CACHE, name)
  const python = binary(folder)
  const imports = packages.map((one) => `import ${one.split('==')[0]}`).join('; ')
  if (existsSync(python) && run(python, ['-c', imports]).status === 0) return { python }
  const system = ['python3', 'python'].find((command) => run(command, ['-c', 'import venv, ensurepip']).status === 0)
  if (system === undefined) return { missing: 'no python3 with venv' }
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(CACHE, { recursive: true })
  const made = run(system, ['-m', 'venv', folder])
  if (made.status !== 0) return { missing: `no virtual environment: ${lastLine(made.stderr)}` }
  const options = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:', '--retries', '1']
  const installed = run(python, ['-m', 'pip', 'install', ...options, ...packages])
  if (installed.status !== 0) return { missing: `${packages.join(', ')} not installed: ${lastLine(installed.stderr)}` }
  return { python }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
