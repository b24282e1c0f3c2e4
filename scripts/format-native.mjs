// Formats the C++ with clang-format; with --check only says which files differ, exit status 1.
// Versions of clang-format disagree in details, so only the one named here is asked: others exit with 3, nothing done.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = 14 // Debian 12's
const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const command = [`clang-format-${version}`, 'clang-format'].find((name) => {
  const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' })
  return stdout?.match(/version (\d+)/)?.[1] === String(version)
})
if (!command) {
  console.error(`clang-format ${version} is not there: C++ neither formatted nor checked`)
  process.exit(3)
}
const files = readdirSync(join(cwd, 'native'), { recursive: true })
  .filter((path) => /\.(cpp|h)$/.test(path))
  .sort()
  .map((path) => join('native', path))
if (process.argv.includes('--check')) {
  const { stderr } = spawnSync(command, ['--dry-run', ...files], { cwd, encoding: 'utf8', maxBuffer: 1 << 28 })
  const different = new Set([...stderr.matchAll(/^(\S+?):\d+:\d+: (?:warning|error)/gm)].map(([, file]) => file))
  for (const file of different) console.error(`${file}: not as clang-format lays it out; npm run format does`)
  process.exit(different.size > 0 || stderr !== '' ? 1 : 0)
}
process.exit(spawnSync(command, ['-i', ...files], { cwd, stdio: 'inherit' }).status ?? 1)
