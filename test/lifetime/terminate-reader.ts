/** Terminates workers at different moments of reading a CSV file, then reads one. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { Dataset } from '../../src/index.ts'
import { startWorker } from './net.ts'

let ended = 0
for (const delayMs of [0, 3, 10, 25, 50, 90]) {
  const worker = startWorker('read-forever')
  await once(worker, 'message')
  await pause(delayMs)
  await worker.terminate()
  ended++
}
const { rows } = await Dataset.fromCsv(Buffer.from('1,2\n3,4\n'))
console.log(`ended ${ended} workers, then ${rows} rows`)
