/** Ends worker threads in the middle of a fit, sooner and later; then the same process trains on. */
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { dataset, net, startWorker } from './net.ts'

for (const delayMs of [0, 5, 20, 60, 150, 300]) {
  const worker = startWorker('train-forever')
  const [message] = await once(worker, 'message')
  if (message !== 'fitting') throw new Error(String(message))
  await pause(delayMs)
  await worker.terminate()
}
const { history } = await net().fit(dataset(), { epochs: 2 })
console.log(`ended 6 workers, then ${history.loss!.length} epochs`)
