/** The bench: what it takes for a time to count, and the arithmetic of its table. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Result } from '../bench/job.ts'
import { median, ownFault, spreadOf, strangeLoss } from '../bench/judge.ts'
import { best, type Measurement } from '../bench/measure.ts'
import { inUnits, shareOfPeak, times } from '../bench/table.ts'
import { flopPerSample, type Workload, workloads } from '../bench/workloads.ts'

const bench = suite('bench')
const named = (wanted: string): Workload => workloads.find(({ name }) => name === wanted)!
const round = (firstLoss: number, lastLoss: number, more: Partial<Result> = {}): Result => {
  return { seconds: 1, cpuSeconds: 1, samples: 1, firstLoss, lastLoss, version: '1', threads: 1, ...more }
}

bench('a time counts when the loss begins as a guess and falls', () => {
  const small = named('small')
  assert.is(ownFault(small, [round(2.4, 0.1), round(2.2, 0.2)]), null)
  assert.match(ownFault(small, [round(2.4, 0.1), round(4, 0.2)])!, 'begins at 4.000, not near 2.303')
  assert.match(ownFault(small, [round(1.2, 0.1)])!, 'begins at 1.200')
  assert.match(ownFault(small, [round(2.3, 2.2)])!, 'does not fall')
  assert.match(ownFault(small, [round(2.3, Number.NaN)])!, 'loss is 2.3, then NaN')
  assert.is(ownFault(named('tiny'), [round(2.6, 0.02)]), null)
  assert.is(ownFault(named('predict'), [round(0.2, 0.2)]), null)
  assert.match(ownFault(named('race'), [round(2.3, 0.05)])!, 'no accuracy')
})

bench('a loss far from ours does not count, but a peer on fewer rows may be better', () => {
  const small = named('small')
  assert.is(strangeLoss(small, 0.13, 0.12, false), null)
  assert.match(strangeLoss(small, 0.2, 0.12, false)!, 'ends at 0.2000, ours at 0.1200')
  assert.match(strangeLoss(small, 0.05, 0.12, false)!, 'ours')
  assert.is(strangeLoss(small, 0.05, 0.12, true), null)
  assert.match(strangeLoss(small, 0.2, 0.12, true)!, 'ends at 0.2000')
  assert.match(strangeLoss(named('predict'), 0.201, 0.2, false)!, 'ends')
})

bench('the work of a sample is what one counts by hand', () => {
  // forward and weight gradient of both layers, the input gradient of the second
  assert.is(flopPerSample(named('small')), 2 * (2 * 784 * 128 + 3 * 128 * 10))
  assert.is(flopPerSample(named('tiny')), 2 * (2 * 4 * 32 + 3 * 32 * 16 + 3 * 16 * 4))
})

bench('figures are in the unit of their workload', () => {
  assert.is(inUnits({ kind: 'train' }, 540_106.4), '540,106')
  assert.is(inUnits({ kind: 'predict' }, 250_000), '4.00')
  assert.is(inUnits({ kind: 'race' }, 0.8), '1.25')
  assert.equal([2.345, 12.34, 345.6].map(times), ['2.35×', '12.3×', '346×'])
  assert.is(shareOfPeak(named('small'), 1e6, 2e6 * flopPerSample(named('small'))), 0.5)
  assert.is(shareOfPeak(named('predict'), 1e6, 1e12), null)
})

bench('medians, spreads and the best that counts', () => {
  assert.is(median([3, 1, 2]), 2)
  assert.is(median([4, 1, 2, 3]), 2.5)
  assert.is(spreadOf([90, 100, 120]), 0.3)
  const one = (threads: number, rate: number, fault: string | null): Measurement => {
    return { workload: 'small', driver: 'peer', threads, version: '', rows: 1, rate, spread: 0, rounds: [], fault }
  }
  const all = [one(1, 100, null), one(2, 150, null), one(4, 900, 'loss does not fall')]
  assert.is(best(all, 'small', 'peer')?.threads, 2)
  assert.is(best(all, 'small', 'other'), undefined)
  assert.is(best([one(1, 9, 'wrong')], 'small', 'peer'), undefined)
})

bench.run()
