/** The lesson `dropout-experiment`, its quick form: the error against p has the shape of the full one. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/dropout-experiment.ts'

const test = suite('lesson: dropout-experiment')
const { points } = await run({ draw: false, print: false, quick: true })
const at = (keep: number): (typeof points)[number] => points.find((point) => point.keep === keep)!

test('each p is measured', () => {
  assert.equal(
    points.map(({ keep }) => keep),
    [0.1, 0.4, 0.7, 1],
  )
  assert.ok(points.every(({ seconds }) => seconds > 0))
})

test('at p = 0.1 it underfits: it does not even learn the training digits', () => {
  assert.ok(at(0.1).trainError > 0.02)
  assert.ok(at(0.1).testError > at(0.7).testError + 0.02)
})

test('at p = 1 it overfits: no training error, and more test errors than with dropout', () => {
  assert.is(at(1).trainError, 0)
  assert.ok(at(1).testError > at(0.7).testError + 0.003)
})

test.run()
