/**
 * How long it takes to save and to load the main job's net, 784-512-512-10 with the state of Adam, and how much of that
 * is work of a CPU.
 *
 *   node --import tsx bench/load-model.ts [--rounds 50]
 */
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { layers, loadModel, sequential } from '../src/index.ts'

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '50' } } })
const rounds = Number(options.rounds)

const model = sequential({
  seed: 1,
  layers: [
    layers.dense({ units: 512, activation: 'relu', inputShape: [784] }),
    layers.dense({ units: 512, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ],
})
model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
await model.fit([Float32Array.from({ length: 784 }, Math.random)], [1], {})

interface Times {
  readonly wallMs: number
  readonly cpuMs: number
}

async function measure(work: () => Promise<unknown>): Promise<Times> {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  await work()
  const wallMs = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs, cpuMs: (user + system) / 1000 }
}

const folder = mkdtempSync(join(tmpdir(), 'myelin-load-'))
const file = join(folder, 'm.safetensors')
const saves: Times[] = []
const loads: Times[] = []
try {
  for (let i = 0; i < rounds; i++) saves.push(await measure(() => model.save(file)))
  // not in turn with them: the disk is still busy after a save
  for (let i = 0; i < rounds; i++) loads.push(await measure(() => loadModel(file)))
  console.log(`a file of ${(statSync(file).size / 1e6).toFixed(1)} MB, ${rounds} rounds, in ms\n`)
} finally {
  rmSync(folder, { recursive: true })
}

function summary(times: readonly Times[]): Record<string, number> {
  const sorted = (key: keyof Times) => times.map((one) => one[key]).sort((a, b) => a - b)
  const [wall, cpu] = [sorted('wallMs'), sorted('cpuMs')]
  const middle = Math.floor(times.length / 2)
  const numbers = { least: wall[0]!, median: wall[middle]!, most: wall.at(-1)!, cpu: cpu[middle]! }
  return Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, Math.round(value * 100) / 100]))
}

// with more programs at work than CPUs, times on the clock say little, and those of the CPU stay
const machine = { cpus: cpus().length, loadAverage: loadavg()[0]! }
const results = { save: summary(saves), load: summary(loads) }
console.table(results)
console.log(`${machine.cpus} CPUs, load average ${machine.loadAverage.toFixed(1)}`)
mkdirSync(new URL('results/', import.meta.url), { recursive: true })
writeFileSync(
  new URL('results/load-model.json', import.meta.url),
  `${JSON.stringify({ ...results, machine }, null, 2)}\n`,
)
console.log('written to bench/results/load-model.json')
