/** Reads a CSV text of a few pieces again and again; as a program it ends itself after so many milliseconds. */
import { parentPort } from 'node:worker_threads'
import { Dataset } from '../../src/index.ts'

const text = Buffer.from('1,2,3,4,5,6,7,0.25\n'.repeat(600_000))
parentPort?.postMessage('reading')
if (parentPort === null) {
  console.log('reading')
  setTimeout(() => process.exit(0), Number(process.argv[2]))
}
for (;;) await Dataset.fromCsv(text, { label: 0 })
