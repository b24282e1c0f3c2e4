/**
 * Drops models while their fit runs and collects garbage all the while: the fits end well, and the models are
 * freed after it. Needs --expose-gc.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { Dataset } from '../../src/index.ts'
import { arrays, digestOf, FEATURES, net, ROWS } from './net.ts'

const collect = globalThis.gc!

/** Nothing but the promise holds on to model and data. */
function start(): { ref: WeakRef<object>; done: Promise<number> } {
  const model = net()
  const { x, y } = arrays()
  const data = Dataset.from({ data: x, shape: [ROWS, FEATURES] }, y)
  return { ref: new WeakRef(model), done: model.fit(data, { epochs: 40 }).then(({ history }) => history.loss!.at(-1)!) }
}

const refs: WeakRef<object>[] = []
const losses: number[] = []
for (let round = 0; round < 5; round++) {
  const { ref, done } = start()
  refs.push(ref)
  let pending = true
  done.finally(() => {
    pending = false
  })
  while (pending) {
    collect()
    await pause(1)
  }
  losses.push(await done)
}
const idle = net()
const digest = digestOf(idle)
for (let i = 0; i < 20; i++) {
  collect()
  await pause(5)
}
const facts = {
  losses: new Set(losses).size,
  finite: losses.every(Number.isFinite),
  freed: refs.filter((ref) => ref.deref() === undefined).length,
  kept: digestOf(idle) === digest,
}
console.log(JSON.stringify(facts))
