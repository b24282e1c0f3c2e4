// Does what the README's "Five minutes" says, command by command, as somebody without a compiler would: in an empty
// folder, with the packed package, without install scripts, with a PATH that has node, npm and little else.
//
//     npm run build:prebuilt && node scripts/five-minutes.mjs
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const folder = mkdtempSync(join(tmpdir(), 'myelin-five-minutes-'))
const tools = ['node', 'npm', 'npx', 'sh', 'env', 'cp', 'curl', 'sed', 'dirname', 'uname', 'basename']

function fail(line) {
  console.error(`five-minutes: ${line}`)
  process.exit(1)
}

function locate(tool) {
  const places = process.env.PATH.split(delimiter).map((place) => join(place, tool))
  return places.find((place) => existsSync(place))
}

/** The commands between the README's marks. */
function commandsOfReadme() {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, block] =
    /<!-- five-minutes -->\n```sh\n([\s\S]*?)```/.exec(readme) ?? fail('the README has no such commands')
  return block
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''))
}

function pack() {
  const { status, stdout, stderr } = spawnSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  )
  if (status !== 0) fail(stderr)
  const [{ filename, files, size }] = JSON.parse(stdout)
  for (const part of ['.node', 'dist/cli.js']) {
    if (!files.some(({ path }) => path.endsWith(part))) fail(`${part} is not in the package: npm run build:prebuilt`)
  }
  console.log(`${filename}: ${(size / 1e6).toFixed(2)} MB, ${files.length} files`)
  return join(folder, filename)
}

async function answers(port) {
  for (let i = 0; i < 100; i++) {
    const there = await fetch(`http://localhost:${port}/health`).then(
      () => true,
      () => false,
    )
    if (there) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  fail(`nothing answers on port ${port}`)
}

const tarball = pack()
const bin = join(folder, 'bin')
const work = join(folder, 'work')
mkdirSync(bin)
mkdirSync(work)
for (const tool of tools) {
  const place = locate(tool)
  if (place) symlinkSync(place, join(bin, tool))
}
const env = { ...process.env, PATH: bin }
for (const tool of ['c++', 'g++', 'cc', 'make', 'cmake', 'ninja', 'python3']) {
  if (spawnSync('sh', ['-c', `command -v ${tool}`], { env }).status === 0) fail(`${tool} is on the PATH`)
}
spawnSync('npm', ['init', '-y'], { cwd: work, env })

const started = performance.now()
const services = []
for (const command of commandsOfReadme()) {
  console.log(`$ ${command}`)
  const real = command.replace(/^npm install myelin$/, `npm install --ignore-scripts --no-audit --no-fund ${tarball}`)
  if (real.endsWith(' &')) {
    services.push(spawn('sh', ['-c', `exec ${real.slice(0, -2)}`], { cwd: work, env, stdio: 'inherit' }))
    await answers(3000)
  } else {
    const { status } = spawnSync('sh', ['-c', real], { cwd: work, env, stdio: 'inherit' })
    if (status !== 0) fail(`${command} ended with ${status}`)
    if (command.startsWith('curl')) console.log()
  }
}
for (const service of services) service.kill()
for (const file of ['iris.safetensors', 'iris.html']) console.log(`${file}: ${statSync(join(work, file)).size} bytes`)
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s`)
rmSync(folder, { recursive: true, force: true })
