/**
 * Predictions over HTTP while the same process trains: are all of them right, how long do they take, does memory grow?
 * The service is examples/handler.mjs on the built package, in a process of its own; this one asks.
 *
 *     npm run build && node --import tsx bench/service.ts [--requests 10000 | --seconds 300] [--at-once 64]
 *
 * Prints one line and writes results/service.json, or service-soak.json with --seconds.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, request } from 'node:http'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { layers, loadModel, sequential } from '../src/index.ts'

const FEATURES = 20
const DIFFERENT_ROWS = 500
/** Of resident memory: often enough to see it grow. */
const SAMPLE_MS = 5000

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    seconds: { type: 'string' },
    'at-once': { type: 'string', default: '64' },
  },
})
const atOnce = Number(values['at-once'])
const soakSeconds = values.seconds === undefined ? null : Number(values.seconds)

interface Answer {
  readonly status: number
  readonly body: unknown
}

const agent = new Agent({ keepAlive: true, maxSockets: atOnce + 1 })

function ask(port: number, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const asked = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
      })
      response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }))
    })
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

async function startServer(file: string): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const script = fileURLToPath(new URL('service-server.mjs', import.meta.url))
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout!.setEncoding('utf8'), 'data')) as [string]
  return { child, port: Number(line) }
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(Math.floor(sorted.length * part), sorted.length - 1)]!
}

const round = (value: number, digits = 1): number => Number(value.toFixed(digits))

interface Stats {
  readonly rss: number
  readonly epochs: number
}

const folder = await mkdtemp(join(tmpdir(), 'myelin-service-'))
const file = join(folder, 'model.safetensors')
const made = sequential({
  seed: 1,
  layers: [
    layers.dense({ units: 64, activation: 'relu', inputShape: [FEATURES] }),
    layers.dense({ units: 5, activation: 'softmax' }),
  ],
})
await made.save(file)
const model = await loadModel(file)
const rows = Array.from({ length: DIFFERENT_ROWS }, (_, i) =>
  Array.from({ length: FEATURES }, (_, j) => Math.sin(1 + i * 7 + j * 13)),
)
const wanted = rows.map((row) => ({ outputs: Array.from(model.predictSync([row]).row(0)) }))

const { child, port } = await startServer(file)
try {
  const stats = async (): Promise<Stats> => (await ask(port, '/stats')).body as Stats
  const before = await stats()
  const memory: number[] = []
  const times: number[] = []
  let wrong = 0
  let sent = 0
  const begun = performance.now()
  const more = (): boolean =>
    soakSeconds === null ? sent < Number(values.requests) : performance.now() - begun < soakSeconds * 1000
  const client = async (): Promise<void> => {
    while (more()) {
      const i = sent++ % DIFFERENT_ROWS
      const started = performance.now()
      const { status, body } = await ask(port, '/predict', rows[i])
      times.push(performance.now() - started)
      if (status !== 200 || !isDeepStrictEqual(body, wanted[i])) wrong++
    }
  }
  const sampler = setInterval(async () => memory.push((await stats()).rss), SAMPLE_MS)
  await Promise.all(Array.from({ length: atOnce }, client))
  clearInterval(sampler)
  const seconds = (performance.now() - begun) / 1000
  const after = await stats()
  times.sort((a, b) => a - b)
  // Node's own heap grows and shrinks; what matters is that later values are no higher
  const each = memory.map((bytes) => round(bytes / 1e6))
  const later = each.slice(Math.floor(each.length / 5))
  const result = {
    node: process.version,
    cpu: cpus()[0]!.model.trim(),
    cores: cpus().length,
    requests: sent,
    atOnce,
    wrong,
    seconds: round(seconds),
    requestsPerSecond: Math.round(sent / seconds),
    milliseconds: { p50: round(quantile(times, 0.5)), p99: round(quantile(times, 0.99)), most: round(times.at(-1)!) },
    megabytes: {
      before: round(before.rss / 1e6),
      after: round(after.rss / 1e6),
      ...(soakSeconds === null ? {} : { from: Math.min(...later), to: Math.max(...later), each }),
    },
    epochsTrainedMeanwhile: after.epochs - before.epochs,
  }
  const name = soakSeconds === null ? 'service' : 'service-soak'
  await writeFile(new URL(`results/${name}.json`, import.meta.url), `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(result))
  if (wrong > 0) process.exitCode = 1
} finally {
  child.kill()
  agent.destroy()
  await rm(folder, { recursive: true })
}
