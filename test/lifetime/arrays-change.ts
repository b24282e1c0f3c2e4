/** Overwrites, transfers and detaches arrays after Dataset.from, and during a fit on plain arrays; nothing may notice. */
import { Dataset } from '../../src/index.ts'
import { arrays, dataset, digestOf, FEATURES, net, ROWS } from './net.ts'

type Change = (x: Float32Array<ArrayBuffer>, y: Uint8Array<ArrayBuffer>) => void

const changes: Record<string, Change> = {
  overwritten: (x, y) => {
    x.fill(Number.NaN)
    y.fill(255)
  },
  transferred: (x, y) => {
    structuredClone([x, y], { transfer: [x.buffer, y.buffer] })
  },
  detached: (x, y) => {
    const { port1, port2 } = new MessageChannel()
    port1.postMessage(0, [x.buffer, y.buffer])
    port1.close()
    port2.close()
  },
}

const wanted = net()
await wanted.fit(dataset(), { epochs: 3 })
const digests = new Set([digestOf(wanted)])

for (const change of Object.values(changes)) {
  const { x, y } = arrays()
  const data = Dataset.from({ data: x, shape: [ROWS, FEATURES] }, y, { classes: 10 })
  change(x, y)
  const model = net()
  await model.fit(data, { epochs: 3 })
  digests.add(digestOf(model))

  const again = arrays()
  const other = net()
  const fit = other.fit({ data: again.x, shape: [ROWS, FEATURES] }, again.y, { epochs: 3 })
  change(again.x, again.y)
  await fit
  digests.add(digestOf(other))
}
console.log(`${digests.size} result of ${1 + 2 * Object.keys(changes).length} trainings`)
