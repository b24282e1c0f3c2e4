/** What the drivers of JavaScript peers share: the job, its arrays, the loss of outputs, and how a result is printed. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** Of the data, from its start: what the loss is taken over before and after training. */
export const CHECKED_ROWS = 1000

export const job = JSON.parse(process.argv[2])

/** A part of the job, scaled, its first rows: `rows` × the part's width. */
export function floats({ path, offset, type, shape, scale }, rows) {
  const bytes = readFileSync(path)
  const count = Math.min(rows, shape[0]) * shape.slice(1).reduce((product, size) => product * size, 1)
  if (type === 'uint8') return Float32Array.from(bytes.subarray(offset, offset + count), (byte) => byte * scale)
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + 4 * count))
}

/** The rows of an array as arrays of their own. */
export function rowsOf(values, width) {
  return Array.from({ length: values.length / width }, (_, row) => values.subarray(row * width, (row + 1) * width))
}

/** The places 0 … length - 1 in random order. */
export function shuffled(length) {
  const order = Int32Array.from({ length }, (_, i) => i)
  for (let i = length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    const kept = order[i]
    order[i] = order[j]
    order[j] = kept
  }
  return order
}

/** Mean cross-entropy of outputs, each row of which is divided by its sum first: not every peer has a softmax. */
export function crossEntropy(rows, labels, outputsOf) {
  const count = Math.min(CHECKED_ROWS, rows.length)
  let total = 0
  for (let i = 0; i < count; i++) {
    const outputs = outputsOf(rows[i])
    const sum = outputs.reduce((a, b) => a + b, 0)
    total -= Math.log(Math.max(outputs[labels[i]] / sum, 1e-12))
  }
  return total / count
}

/** Seconds since, and of the process on all cores. */
export function startClock() {
  const [started, cpu] = [performance.now(), process.cpuUsage()]
  return () => {
    const { user, system } = process.cpuUsage(cpu)
    return { seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 }
  }
}

/** Warms up, runs the timed epochs under the clock, prints the result. `epoch` and `loss` may be async. */
export async function train({ version, epoch, loss }) {
  const { workload, rows, threads } = job
  const firstLoss = await loss()
  for (let i = 0; i < workload.warmup; i++) await epoch()
  const stop = startClock()
  for (let i = 0; i < workload.timed; i++) await epoch()
  const result = { ...stop(), samples: rows * workload.timed, firstLoss, lastLoss: await loss(), version, threads }
  console.log(JSON.stringify(result))
}

/** The version of a package of bench/node_modules. */
export function versionOf(name) {
  const folder = new URL(`../node_modules/${name}/package.json`, import.meta.url)
  return JSON.parse(readFileSync(folder, 'utf8')).version
}

export const require = createRequire(import.meta.url)
