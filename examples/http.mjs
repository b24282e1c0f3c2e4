// A service that answers predictions over HTTP with nothing but Node:
//
//   node http.mjs iris.safetensors --port 3000
//   curl localhost:3000/predict -d '[5.1, 3.5, 1.4, 0.2]'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'
import { loadModel } from 'myelin'
import { handler } from './handler.mjs'

const { values, positionals } = parseArgs({
  options: { port: { type: 'string', default: '3000' } },
  allowPositionals: true,
})
const server = createServer(handler(await loadModel(positionals[0])))
server.listen(Number(values.port), () => console.log(`listening on port ${server.address().port}`))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
