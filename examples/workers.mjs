// The same service with predictions in worker threads: each loads the model for itself, and the main thread only reads
// and writes. For large rows, large models or much work around each prediction; small ones are faster without.
//
//   node workers.mjs iris.safetensors --port 3000 --workers 2
//   curl localhost:3000/predict -d '[[5.1, 3.5, 1.4, 0.2]]'
import { createServer } from 'node:http'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { loadModel } from 'myelin'

/** In a worker: rows in, outputs or an error out. */
async function work() {
  const model = await loadModel(workerData)
  parentPort.on('message', ({ id, rows }) => {
    try {
      parentPort.postMessage({ id, outputs: model.predictSync(rows).toArray() })
    } catch (error) {
      parentPort.postMessage({ id, error: error.message })
    }
  })
  parentPort.postMessage({ ready: true })
}

/** Workers that take turns. */
class Pool {
  #workers = []
  #waiting = new Map()
  #count = 0

  async start(file, size) {
    const starts = Array.from({ length: size }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: file })
      worker.on('message', (message) => this.#settle(message))
      worker.on('error', (error) => {
        console.error(error)
        process.exit(1) // a service manager starts it afresh
      })
      this.#workers.push(worker)
      return new Promise((resolve) => worker.once('message', resolve))
    })
    await Promise.all(starts)
  }

  predict(rows) {
    const id = this.#count++
    this.#workers[id % this.#workers.length].postMessage({ id, rows })
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #settle({ id, outputs, error }) {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) waiting?.reject(new Error(error))
    else waiting?.resolve(outputs)
  }

  close() {
    return Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}

async function main() {
  const options = {
    port: { type: 'string', default: '3000' },
    workers: { type: 'string', default: String(availableParallelism()) },
  }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const pool = new Pool()
  await pool.start(positionals[0], Number(values.workers))
  const server = createServer(async (request, response) => {
    try {
      const outputs = await pool.predict(JSON.parse(await text(request)))
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outputs))
    } catch (error) {
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: error.message }))
    }
  })
  server.listen(Number(values.port), () => console.log(`listening on port ${server.address().port}`))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close(() => pool.close()))
}

if (isMainThread) await main()
else await work()
