/** A worker thread that trains a few epochs and reports the digest of its weights. */
import { parentPort } from 'node:worker_threads'
import { dataset, digestOf, net } from './net.ts'

const model = net()
await model.fit(dataset(), { epochs: 20, threads: 2 })
parentPort!.postMessage(digestOf(model))
