// Looks for defects in kernels and engine with clang-tidy (its checks: .clang-tidy), two files at a time.
// Versions disagree about what is one, so only the one named here is asked: others exit with 3, nothing done.
import { spawn, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const version = 14 // Debian 12's
const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const command = [`clang-tidy-${version}`, 'clang-tidy'].find((name) => {
  const { stdout } = spawnSync(name, ['--version'], { encoding: 'utf8' })
  return stdout?.match(/version (\d+)/)?.[1] === String(version)
})
if (!command) {
  console.error(`clang-tidy ${version} is not there: the C++ is not looked at`)
  process.exit(3)
}
if (process.argv.includes('--available')) process.exit(0)

const folder = 'build-tidy'
const options = ['-S', '.', '-B', folder, '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON']
const configured = spawnSync('cmake', options, { cwd, encoding: 'utf8' })
if (configured.status !== 0) {
  console.error(configured.stderr)
  process.exit(1)
}
// The instruction sets' own files are left out: the analyzer takes minutes for each and knows no intrinsics.
const files = ['native/kernels', 'native/engine'].flatMap((part) =>
  readdirSync(join(cwd, part))
    .filter((name) => name.endsWith('.cpp'))
    .map((name) => `${part}/${name}`),
)

async function work() {
  for (let file = files.shift(); file; file = files.shift()) {
    const child = spawn(command, ['-p', folder, '--quiet', file], { cwd, stdio: ['ignore', 'inherit', 'ignore'] })
    const status = await new Promise((done) => child.on('close', done))
    if (status !== 0) process.exitCode = 1
  }
}
await Promise.all([work(), work()])
