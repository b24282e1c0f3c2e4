// Runs all there is to test and counts it: checks (types, lint, format, boundaries), the C++ tests, the TypeScript tests.
// `npm test -- name …` runs what has one of the names in its own. Ends with the plain line 'N passed, N failed'.
//
// Every TypeScript test file gets a process of its own, because a native crash kills the process, and uvu 0.5.6
// ends with 0 after a test that throws a non-Error, after a failed hook and when `run()` was forgotten
// (lukeed/uvu#229): so its counts are read and compared, and its exit status alone is not believed.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..')
const atOnce = 2
const timeoutMs = 10 * 60_000
const wanted = process.argv.slice(2)
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part))
const resolve = createRequire(import.meta.url).resolve
const windows = process.platform === 'win32'
const running = new Set()

function kill(child) {
  if (windows) spawnSync('taskkill', ['/pid', child.pid, '/t', '/f'])
  else process.kill(-child.pid, 'SIGKILL') // the whole group: tests start processes of their own
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    for (const child of running) kill(child)
    process.exit(1)
  })
}

/** Runs a command to its end or the timeout; `why` says what went wrong with the process itself, if anything did. */
function execute(command, args, variables = {}) {
  return new Promise((done) => {
    const env = { ...process.env, ...variables, NO_COLOR: '1' }
    delete env.FORCE_COLOR
    const child = spawn(command, args, { cwd, env, detached: !windows, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let stdout = ''
    let why = ''
    running.add(child)
    const timer = setTimeout(() => {
      why = `took longer than ${timeoutMs / 60_000} minutes`
      kill(child)
    }, timeoutMs)
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    const end = (status, reason) => {
      clearTimeout(timer)
      running.delete(child)
      done({ status, stdout, output, why: why || reason })
    }
    child.on('error', (error) => end(1, error.message))
    child.on('close', (status, signal) => end(status, signal ?? (status === 0 ? '' : `exit status ${status}`)))
  })
}

/** One check: passed when the command ends with 0. */
async function check(command, args) {
  const { status, output, why } = await execute(command, args)
  return { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, why, output }
}

/** What uvu does not notice, seen in the text of the file. */
function faultOf(source) {
  const forgotten = [...source.matchAll(/^(?:export )?const (\w+) = suite\(/gm)].find(
    ([, name]) => !source.includes(`${name}.run(`),
  )
  if (forgotten) return `the suite ${forgotten[1]} is never run`
  if (/^\w+\.only\(/m.test(source)) return 'only() leaves the other tests out'
  return ''
}

async function typescriptTest(file, variables) {
  const { status, stdout, output, why } = await execute(process.execPath, ['--import', 'tsx', file], variables)
  const sum = (label) =>
    [...stdout.matchAll(new RegExp(`^  ${label}: +(\\d+)`, 'gm'))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    )
  const [total, passed, skipped] = [sum('Total'), sum('Passed'), sum('Skipped')]
  const fault = why || faultOf(readFileSync(join(cwd, file), 'utf8')) || (total + skipped === 0 ? 'no test ran' : '')
  const good = status === 0 && !fault && passed === total
  // A test that leaves something out, because the machine does not have it, prints such a line.
  const reasons = [...stdout.matchAll(/^ *left out: (.*)/gm)].map(([line]) => line.trim())
  const notes = [fault, ...reasons].filter(Boolean).join('; ')
  return { passed, failed: good ? 0 : Math.max(1, total - passed), skipped, why: notes, output }
}

async function nativeTest(command) {
  const { status, stdout, output, why } = await execute(command[0], command.slice(1))
  const counts = stdout
    .trimEnd()
    .split('\n')
    .at(-1)
    .match(/^(\d+) passed, (\d+) failed$/)
  const [passed, failed] = counts ? [Number(counts[1]), Number(counts[2])] : [0, 0]
  const fault =
    why || (counts ? '' : "does not end with 'N passed, N failed'") || (passed + failed === 0 ? 'no test ran' : '')
  return { passed, failed: status === 0 && !fault ? failed : Math.max(1, failed), why: fault, output }
}

/**
 * Builds the C++ tests, without Node, with some sanitizers or none, and adds them to `found`: CTest knows their names
 * and commands.
 */
async function buildNativeTests(sanitizers, buildType, found) {
  const folder = sanitizers ? `build-native-${sanitizers.replace(',', '-')}` : 'build-native'
  const generator = spawnSync('ninja', ['--version']).status === 0 ? ['-G', 'Ninja'] : []
  const options = [
    '-DMYELIN_BUILD_TESTS=ON',
    `-DCMAKE_BUILD_TYPE=${buildType}`,
    ...(sanitizers ? [`-DMYELIN_SANITIZE=${sanitizers}`] : []),
  ]
  const cache = join(cwd, folder, 'CMakeCache.txt')
  const again = existsSync(cache) && readFileSync(cache, 'utf8').includes(`=${cwd.replaceAll('\\', '/')}\n`)
  if (!again) rmSync(join(cwd, folder), { recursive: true, force: true }) // it came with a copied checkout
  const steps = [
    ['cmake', ['-S', '.', '-B', folder, ...(again ? [] : generator), ...options]],
    ['cmake', ['--build', folder, '--config', buildType, '--parallel', String(atOnce)]],
    ['ctest', ['--test-dir', folder, '-C', buildType, '--show-only=json-v1']],
  ]
  let tests = []
  for (const [command, args] of steps) {
    const { status, stdout, output, why } = await execute(command, args)
    if (status !== 0) return { passed: 0, failed: 1, why, output }
    if (command === 'ctest') tests = JSON.parse(stdout).tests
  }
  const suffix = sanitizers && `, ${sanitizers}`
  // The thread sanitizer of older compilers does not start where addresses are drawn from a wide range.
  const still = sanitizers === 'thread' && spawnSync('setarch', ['-R', 'true']).status === 0 ? ['setarch', '-R'] : []
  found.push(
    ...tests.map(({ name, command }) => [`native: ${name}${suffix}`, () => nativeTest([...still, ...command])]),
  )
  const good = tests.length > 0
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, why: good ? '' : 'no C++ tests', output: '' }
}

const totals = { passed: 0, failed: 0 }

async function report(name, job) {
  const started = performance.now()
  const { passed, failed, skipped = 0, why, output } = await job()
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  totals.passed += passed
  totals.failed += failed
  const notes = [failed > 0 && `${failed} failed`, skipped > 0 && `${skipped} skipped`, why].filter(Boolean).join(', ')
  const counts = `${passed}`.padStart(5)
  console.log(
    `${failed > 0 ? 'FAIL' : 'ok  '}  ${name.padEnd(40)} ${counts}  ${seconds.padStart(6)} s${notes && `  ${notes}`}`,
  )
  if (failed > 0 && output) console.log(output.trimEnd().replace(/^/gm, '      '))
}

async function reportAll(jobs) {
  const waiting = jobs.filter(([name]) => isWanted(name))
  const count = waiting.length
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await report(...job)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return count
}

const node = (script, ...args) => [process.execPath, [script, ...args]]
const bin = (name, entry) => join(dirname(resolve(`${name}/package.json`)), entry)

function checks() {
  const all = [
    ['check: types', () => check(...node(bin('typescript', 'bin/tsc'), '-p', 'tsconfig.check.json'))],
    [
      'check: types of the package',
      () => check(...node(bin('typescript', 'bin/tsc'), '-p', 'tsconfig.json', '--noEmit')),
    ],
    [
      'check: lint and format',
      () =>
        check(
          ...node(
            bin('@biomejs/biome', 'bin/biome'),
            'ci',
            '--colors=off',
            '--diagnostic-level=warn',
            '--error-on-warnings',
            '.',
          ),
        ),
    ],
    ['check: boundaries', () => check(...node('scripts/boundaries.mjs'))],
    ['check: package', () => check(...node('scripts/check-package.mjs'))],
    ['check: figures of the README', () => check(process.execPath, ['--import', 'tsx', 'bench/readme.ts', '--check'])],
    ['check: C++ format', () => check(...node('scripts/format-native.mjs', '--check'))],
  ]
  const there = (...args) => spawnSync(process.execPath, args, { cwd }).status !== 3
  if (!there('scripts/format-native.mjs', '--check')) all.pop()
  // A minute or two: in CI, and when asked for by name.
  const slow = process.env.CI || wanted.some((name) => 'check: C++ lint'.includes(name))
  if (slow && there('scripts/lint-native.mjs', '--available')) {
    all.push(['check: C++ lint', () => check(...node('scripts/lint-native.mjs'))])
  }
  return all
}

const typescriptTests = (existsSync(join(cwd, 'test')) ? readdirSync(join(cwd, 'test'), { recursive: true }) : [])
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
  .map((file) => `test/${file.replaceAll('\\', '/')}`)
  .sort()
  .map((file) => [file, () => typescriptTest(file)])

/** What compares values with Keras, with the naive trainer and with differences runs on every instruction set there is. */
function testsOfInstructionSets() {
  const print = "console.log(require('./native/index.cjs').info().isas.slice(1).join(' '))"
  const { stdout } = spawnSync(process.execPath, ['-e', print], { cwd, encoding: 'utf8' })
  const isas = stdout.trim().split(' ').filter(Boolean)
  return ['golden', 'reference', 'gradients'].flatMap((name) =>
    isas.map((isa) => [
      `test/${name}.test.ts, ${isa}`,
      () => typescriptTest(`test/${name}.test.ts`, { MYELIN_ISA: isa }),
    ]),
  )
}

const started = performance.now()
const nativeTests = []
let found = await reportAll(checks())
// The names of the C++ tests are known once they are built; a name found elsewhere need not wait for that.
const asksForNative = wanted.length === 0 || wanted.some((name) => name.startsWith('native'))
if (asksForNative || (found === 0 && !typescriptTests.some(([name]) => isWanted(name)))) {
  await report('native: build', () => buildNativeTests('', 'Release', nativeTests))
  if (process.env.CI && !windows) {
    // Optimized, the first takes five minutes to compile.
    await report('native: build, address,undefined', () => buildNativeTests('address,undefined', 'Debug', nativeTests))
    await report('native: build, thread', () => buildNativeTests('thread', 'Release', nativeTests))
  }
}
found += await reportAll(nativeTests)
found += await reportAll([...typescriptTests, ...testsOfInstructionSets()])

if (found === 0) {
  console.log(`FAIL  nothing is called ${wanted.join(' or ')}`)
  totals.failed++
}
process.exitCode = totals.failed > 0 ? 1 : 0
console.log(`\n${((performance.now() - started) / 1000).toFixed(1)} s`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
