/** Several threads of one process load the addon and train at once; all must come to the same weights. */
import { once } from 'node:events'
import { dataset, digestOf, net, startWorker } from './net.ts'

const workers = Array.from({ length: 4 }, () => startWorker('train-once'))
const messages = workers.map(async (worker) => (await once(worker, 'message'))[0] as string)
const model = net()
await model.fit(dataset(), { epochs: 20 })
const digests = new Set([digestOf(model), ...(await Promise.all(messages))])
console.log(`${digests.size} result of ${workers.length + 1} trainings`)
