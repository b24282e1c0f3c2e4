/**
 * The promise "reproducible to the bit": the bytes of the weights after training on MNIST do not depend on threads,
 * slices, the instruction set, how data is stored, or whether zeros are skipped; and they do depend on the seed.
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { datasets, info } from '../src/index.ts'
import { build, digestOf, type Job, type NetName, train } from './determinism/digest.ts'

const ROWS = 10_000
const NETS: readonly NetName[] = ['dropout', 'deep', 'normalized']
const jobs = NETS.map((net): Job => ({ net, data: { mnist: ROWS } }))

/** Trained once, with one thread; everything else is compared with these. */
const digests = new Map<NetName, string>()

const promise = suite('reproducible to the bit')

promise.before(async () => {
  for (const job of jobs) digests.set(job.net, await train({ ...job, fit: { threads: 1 } }))
})

promise('training does something, and every net something else', async () => {
  const all = [...digests.values(), ...NETS.map((net) => digestOf(build(net)))]
  assert.is(new Set(all).size, 2 * NETS.length)
})

promise('another seed gives other weights, the same seed the same', async () => {
  const job: Job = { net: 'dropout', data: { drawn: 'bytes' }, epochs: [1] }
  const first = await train({ ...job, seed: 1 })
  assert.is(await train({ ...job, seed: 1 }), first)
  assert.is.not(await train({ ...job, seed: 2 }), first)
})

promise('no shuffle gives other weights', async () => {
  const job: Job = { net: 'deep', data: { drawn: 'bytes' }, epochs: [1] }
  assert.is.not(await train({ ...job, fit: { shuffle: false } }), await train(job))
})

for (const threads of [2, 3, 8]) {
  promise(`${threads} threads`, async () => {
    for (const job of jobs) assert.is(await train({ ...job, fit: { threads } }), digests.get(job.net), job.net)
  })
}

// Larger than what learns in one round: a task then takes several blocks of weights, how many depends on the threads.
promise('large batches, any number of threads, zeros skipped or multiplied', async () => {
  const large = NETS.map((net): Job => ({ net, data: { mnist: 4000 }, epochs: [2], fit: { batchSize: 1700 } }))
  const wanted: string[] = []
  for (const job of large) wanted.push(await train({ ...job, fit: { ...job.fit, threads: 1 } }))
  for (const threads of [2, 3, 8]) {
    for (const [i, job] of large.entries()) {
      assert.is(await train({ ...job, fit: { ...job.fit, threads } }), wanted[i], `${job.net}, ${threads} threads`)
    }
  }
  assert.equal(elsewhere({ MYELIN_SPARSE: 'never' }, large).digests, wanted)
})

for (const sliceMs of [0, 1, 50, 1e9]) {
  promise(`slices of ${sliceMs} ms`, async () => {
    for (const job of jobs) {
      assert.is(await train({ ...job, fit: { sliceMs, threads: 2 } }), digests.get(job.net), job.net)
    }
  })
}

promise('callbacks, which end a slice with each epoch', async () => {
  let epochs = 0
  const callbacks = [{ onEpochEnd: () => void epochs++ }]
  for (const job of jobs) assert.is(await train({ ...job, fit: { callbacks } }), digests.get(job.net), job.net)
  assert.is(epochs, 3 * jobs.length)
})

promise('validation data, which changes no weights', async () => {
  const validationData = (await datasets.mnist()).test.take(500)
  for (const job of jobs) assert.is(await train({ ...job, fit: { validationData } }), digests.get(job.net), job.net)
})

promise('fit for 1 epoch and then for 2 equals fit for 3', async () => {
  for (const job of jobs) assert.is(await train({ ...job, epochs: [1, 2] }), digests.get(job.net), job.net)
})

promise('fit for 2 epochs and then for 3 equals fit for 5', async () => {
  for (const net of NETS) {
    const job: Job = { net, data: { mnist: 2000 } }
    assert.is(await train({ ...job, epochs: [2, 3] }), await train({ ...job, epochs: [5] }), net)
  }
})

promise('bytes and the same numbers as floats', async () => {
  for (const net of NETS) {
    for (const dtype of ['float32', 'float64'] as const) {
      const ofBytes = await train({ net, dtype, data: { drawn: 'bytes' } })
      assert.is(await train({ net, dtype, data: { drawn: 'floats' } }), ofBytes, `${net} in ${dtype}`)
    }
  }
})

promise('predictions do not depend on threads and batches', async () => {
  const model = build('deep')
  const { test } = await datasets.mnist()
  const rows = test.take(1000)
  const wanted = await model.predict(rows, { threads: 1, batchSize: 1000 })
  for (const options of [{ threads: 2 }, { threads: 8, batchSize: 7 }, { threads: 1, batchSize: 1 }]) {
    assert.equal((await model.predict(rows, options)).data, wanted.data)
  }
})

// -------------------------------------------------------------------------------------- other environments

const program = fileURLToPath(new URL('./determinism/digest.ts', import.meta.url))

/** What the jobs give in a process of its own. */
function elsewhere(env: Record<string, string>, list: readonly Job[]): { isa: string; digests: string[] } {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', program, JSON.stringify(list)],
    {
      env: { ...process.env, ...env },
      encoding: 'utf8',
    },
  )
  assert.is(signal, null)
  assert.is(status, 0, stderr)
  return JSON.parse(stdout) as { isa: string; digests: string[] }
}

// 'baseline' multiplies and adds with two roundings, on CPUs without fused multiply-add: it is outside the promise.
const promised = [...new Set([...info().isas, 'scalar'])].filter((isa) => isa !== 'baseline')

for (const isa of promised) {
  promise(`instruction set ${isa}`, () => {
    const found = elsewhere({ MYELIN_ISA: isa }, jobs)
    assert.is(found.isa, isa)
    assert.equal(
      found.digests,
      jobs.map(({ net }) => digests.get(net)),
    )
  })
}

promise('every instruction set in float64', async () => {
  const list = NETS.map((net): Job => ({ net, dtype: 'float64', data: { drawn: 'bytes' } }))
  const wanted: string[] = []
  for (const job of list) wanted.push(await train(job))
  for (const isa of promised) assert.equal(elsewhere({ MYELIN_ISA: isa }, list).digests, wanted, isa)
})

// It stays where it is from epoch to epoch, but for compressed rows, which dropout thins out in place.
promise('one batch of all rows, dense or compressed', async () => {
  const job: Job = { net: 'dropout', data: { drawn: 'bytes' }, fit: { batchSize: 1000, shuffle: false } }
  assert.equal(elsewhere({ MYELIN_SPARSE: 'never' }, [job]).digests, [await train(job)])
})

// Small enough for the transposed delta to be multiplied by W, where it is not sparse; otherwise W is transposed.
promise('small batches of a wide net: threads, instruction sets, zeros skipped or multiplied', async () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const job: Job = { net: 'wide', dtype, data: { mnist: 600 }, epochs: [2], fit: { batchSize: 40 } }
    const wanted = await train({ ...job, fit: { ...job.fit, threads: 1 } })
    for (const threads of [2, 3, 8]) {
      assert.is(await train({ ...job, fit: { ...job.fit, threads } }), wanted, `${dtype}, ${threads} threads`)
    }
    for (const isa of promised) {
      for (const sparse of ['never', 'always']) {
        const found = elsewhere({ MYELIN_ISA: isa, MYELIN_SPARSE: sparse }, [job])
        assert.equal(found.digests, [wanted], `${dtype}, ${isa}, zeros skipped: ${sparse}`)
      }
    }
  }
})

for (const sparse of ['never', 'always']) {
  promise(`zeros skipped: ${sparse}`, async () => {
    const found = elsewhere({ MYELIN_SPARSE: sparse }, jobs)
    assert.equal(
      found.digests,
      jobs.map(({ net }) => digests.get(net)),
    )
  })
}

promise.run()
