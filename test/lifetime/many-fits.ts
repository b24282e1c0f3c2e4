/**
 * 200 fits in one process, each with a model of its own and on arrays, and the memory it has after 50 and after 200.
 * Needs --expose-gc, to count what is held and not what is yet to be collected.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { arrays, FEATURES, net, ROWS } from './net.ts'

async function residentBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc!()
    await turn()
  }
  return process.memoryUsage.rss()
}

const { x, y } = arrays()
let after50 = 0
for (let fit = 1; fit <= 200; fit++) {
  const model = net(256)
  await model.fit({ data: x, shape: [ROWS, FEATURES] }, y, { epochs: 1, threads: 2, validationSplit: 0.1 })
  if (fit === 50) after50 = await residentBytes()
}
console.log(JSON.stringify({ grownMB: ((await residentBytes()) - after50) / 2 ** 20 }))
