/** Installs what the bench measures beside the package, into bench/node_modules and bench/.venv, which git ignores. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const windows = process.platform === 'win32'
const bin = join(here, '.venv', windows ? 'Scripts' : 'bin')

function tried(command: string, args: readonly string[]): boolean {
  console.error(`> ${[command, ...args].join(' ')}`)
  return spawnSync(command, args, { cwd: here, stdio: 'inherit', shell: windows }).status === 0
}

/**
 * No script of a package runs. brain.js wants gpu.js beside it, whose native part would have to be compiled; its
 * browser build, which is measured, does without.
 */
function installFromNpm(): boolean {
  return tried('npm', [
    'install',
    '--ignore-scripts',
    '--legacy-peer-deps',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
  ])
}

/** One module after the other, so that one without a build for this machine does not keep out the rest. */
function installFromPyPi(): string[] {
  const pythons = windows ? ['python'] : ['python3', 'python']
  const made = existsSync(bin) || pythons.some((python) => tried(python, ['-m', 'venv', '.venv']))
  if (!made) return ['Python']
  const wanted = readFileSync(join(here, 'requirements.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^\w/.test(line))
  return wanted.filter((one) => !tried(join(bin, 'python'), ['-m', 'pip', 'install', '--quiet', one]))
}

/** Says what could not be installed. The bench goes on without it, and says so too. */
export function installPeers(): void {
  const missing = [...(installFromNpm() ? [] : ['the packages from npm']), ...installFromPyPi()]
  console.error(missing.length === 0 ? 'all peers are installed' : `not installed: ${missing.join(', ')}`)
}
