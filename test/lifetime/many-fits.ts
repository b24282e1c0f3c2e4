/**
 * Fits in one process, each with a model of its own and on arrays: how much more memory 400 leave than the 400 before
 * them, after 300 to warm up. The allocator keeps freed memory back, a different amount at every look (10 MB and more):
 * the least of ten looks is what is really held. Now and then that too jumps by 20 MB, once: what leaks grows every time,
 * so the median growth of three counts.
 * Needs --expose-gc, to count what is held and not what is yet to be collected.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { arrays, FEATURES, net, ROWS } from './net.ts'

const LOOKS = 10

async function residentBytes(): Promise<number> {
  for (let i = 0; i < 5; i++) {
    globalThis.gc!()
    await turn()
  }
  return process.memoryUsage.rss()
}

const { x, y } = arrays()

/** The least memory seen during some fits. */
async function leastOf(fits: number): Promise<number> {
  let least = Infinity
  for (let fit = 1; fit <= fits; fit++) {
    const model = net(256)
    await model.fit({ data: x, shape: [ROWS, FEATURES] }, y, { epochs: 1, threads: 2, validationSplit: 0.1 })
    if (fit % (fits / LOOKS) === 0) least = Math.min(least, await residentBytes())
  }
  return least
}

await leastOf(300)
let before = await leastOf(400)
const growths: number[] = []
for (let i = 0; i < 3; i++) {
  const after = await leastOf(400)
  growths.push(after - before)
  before = after
}
const [, median = 0] = growths.sort((a, b) => a - b)
console.log(JSON.stringify({ grownMB: median / 2 ** 20 }))
