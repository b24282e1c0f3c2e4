// The service of examples/http.mjs in a process that trains another model all the while; for service.ts. Prints its port.
import { createServer } from 'node:http'
import { info, layers, loadModel, sequential } from '../dist/index.js'
import { handler } from '../examples/handler.mjs'

const serve = handler(await loadModel(process.argv[2]))
const training = sequential({
  seed: 2,
  layers: [
    layers.dense({ units: 128, activation: 'relu', inputShape: [50] }),
    layers.dense({ units: 3, activation: 'softmax' }),
  ],
})
training.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' })
const x = Array.from({ length: 20_000 }, (_, i) => Float32Array.from({ length: 50 }, (_, j) => Math.sin(i + j * j)))
let epochs = 0
training.fit(
  x,
  Array.from(x, (_, i) => i % 3),
  {
    epochs: 2 ** 31 - 1,
    batchSize: 128,
    threads: Math.max(1, info().threads - 1), // a core for the service
    callbacks: [{ onEpochEnd: () => void epochs++ }],
  },
)

const server = createServer((request, response) => {
  if (request.url !== '/stats') return serve(request, response)
  response.end(JSON.stringify({ rss: process.memoryUsage.rss(), epochs }))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
