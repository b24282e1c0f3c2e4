/** The claims of the lesson `mnist-dropout`, on its first 3,000 digits: the gap shrinks and test accuracy rises. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { atEnd, run } from '../../scripts/lessons/mnist-dropout.ts'
import { datasets } from '../../src/index.ts'

const test = suite('lesson: mnist-dropout')
const { shape, first, without, withDropout } = await run({ draw: false, print: false, quick: true })

test('the CSV files hold all of MNIST', async () => {
  assert.equal(shape, [60_000, 10_000, 784, 10])
  const { train } = await datasets.mnist()
  assert.equal(train.take(1).toArrays().y, [first.label])
})

test('a label is a row with a single 1', () => {
  assert.equal(first, { label: 5, row: [0, 0, 0, 0, 0, 1, 0, 0, 0, 0] })
})

test('without dropout the net learns its digits by heart', () => {
  assert.ok(atEnd(without.training) > 0.999)
  assert.ok(atEnd(without.training) - atEnd(without.test) > 0.03)
})

test('with p = 0.70 test accuracy rises', () => {
  const gain = atEnd(withDropout.test) - atEnd(without.test)
  assert.ok(gain > 0.008, `${gain}`)
})

test('and the gap between training and test accuracy shrinks', () => {
  const gap = ({ training, test }: typeof without): number => atEnd(training) - atEnd(test)
  assert.ok(gap(withDropout) < gap(without) - 0.008, `${gap(withDropout)} ${gap(without)}`)
})

test.run()
