// Packs the package as npm would and looks at it: what is in it, how large it is, whether it would run anything when it
// is installed, whether its types and entry points are what every kind of caller needs (publint, arethetypeswrong).
// One line per fault; exit status 1 when there are any.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const windows = process.platform === 'win32'
const resolve = createRequire(import.meta.url).resolve
const mostBytes = 5e6
const mostDependencies = 4
const allowed =
  /^(dist\/.+\.(js|d\.ts)|prebuilds\/.+\.node|native\/(?!test\/).+\.(cpp|h|cjs|d\.cts|map|md)|examples\/[\w-]+\.(mjs|csv)|CMakeLists\.txt|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/
const faults = []

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', ...options })
  return { status: error ? 1 : status, stdout: stdout ?? '', text: `${stdout ?? ''}${stderr ?? error?.message ?? ''}` }
}

const compiled = run(process.execPath, [join('scripts', 'compile.mjs')])
if (compiled.status !== 0) faults.push(compiled.text)

const folder = mkdtempSync(join(tmpdir(), 'myelin-package-'))
try {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const packed = run('npm', args, { shell: windows })
  if (packed.status !== 0) faults.push(packed.text)
  else await look(JSON.parse(packed.stdout)[0])
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function look({ filename, size, files }) {
  for (const { path } of files) {
    if (!allowed.test(path)) faults.push(`${path}: nobody who installs the package needs it`)
  }
  if (size > mostBytes) faults.push(`${size} bytes packed, at most ${mostBytes} are allowed`)
  const pkg = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  for (const name of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (pkg.scripts[name]) faults.push(`package.json: a script '${name}' would run when the package is installed`)
  }
  const dependencies = Object.keys(pkg.dependencies)
  if (dependencies.length > mostDependencies)
    faults.push(`${dependencies.length} dependencies: ${dependencies.join(', ')}`)
  const readme = readFileSync(join(cwd, 'README.md'), 'utf8')
  for (const name of dependencies) {
    if (!new RegExp(`^- \`${name}\` `, 'm').test(readme)) faults.push(`README.md: no line says what ${name} is for`)
  }
  for (const bin of Object.values(pkg.bin ?? {})) {
    if (!readFileSync(join(cwd, bin), 'utf8').startsWith('#!/usr/bin/env node\n')) faults.push(`${bin}: no #! line`)
  }
  const { messages } = await publint({ pkgDir: cwd, strict: true, pack: 'npm' })
  for (const message of messages) faults.push(`publint: ${formatMessage(message, pkg)}`)
  const attw = join(dirname(resolve('@arethetypeswrong/cli/package.json')), 'dist', 'index.js')
  // ESM alone, which `require` loads on every Node that the package is for
  const types = run(process.execPath, [
    attw,
    join(folder, filename),
    '--profile',
    'esm-only',
    '--no-color',
    '--no-emoji',
  ])
  if (types.status !== 0) faults.push(types.text)
}

if (faults.length > 0) {
  console.error(faults.join('\n'))
  process.exitCode = 1
}
