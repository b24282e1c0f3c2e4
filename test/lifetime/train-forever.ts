/** A worker thread that says when its fit has begun; the fit never ends by itself. */
import { parentPort } from 'node:worker_threads'
import { dataset, FOREVER, net } from './net.ts'

const data = dataset()
const model = net()
const fit = model.fit(data, { epochs: FOREVER, threads: 2 })
parentPort!.postMessage('fitting')
await fit
