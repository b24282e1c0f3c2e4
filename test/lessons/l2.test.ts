/** The numbers of the lesson `l2`: the penalty is the formula, and it helps a net that overfits. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/l2.ts'

const test = suite('lesson: l2')
const { penalty, decayError, without, withL2 } = await run({ draw: false, print: false })

test('C − C0 is λ/(2n) Σ w²', () => {
  assert.ok(penalty.formula > 0.1)
  assert.ok(Math.abs(penalty.measured - penalty.formula) < 1e-12, `${penalty.measured}, ${penalty.formula}`)
})

test('one step is weight decay', () => {
  assert.ok(decayError < 1e-15, String(decayError))
})

test('both nets learn the small sample by heart', () => {
  assert.ok(without.trainError.at(-1)! <= 0.001)
  assert.ok(withL2.trainError.at(-1)! <= 0.01)
  assert.ok(without.testError.at(-1)! > 0.08)
})

test('with the penalty the weights stay smaller', () => {
  assert.ok(withL2.sumOfSquares < 0.5 * without.sumOfSquares)
  assert.ok(withL2.largest < without.largest)
})

test('with the penalty fewer unseen digits are mistaken, and at a lower cost', () => {
  // the mean of the last ten epochs: the error of one of them is a matter of a few digits
  const last = (errors: readonly number[]): number => errors.slice(-10).reduce((a, b) => a + b, 0) / 10
  assert.ok(last(withL2.testError) < last(without.testError) - 0.003)
  assert.ok(withL2.testCost.at(-1)! < 0.8 * without.testCost.at(-1)!)
})

test.run()
