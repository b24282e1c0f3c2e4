/** The numbers of the lesson `learning-rate`: the safe rate, the slow one, and a divergence that is reported. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/learning-rate.ts'

const test = suite('lesson: learning-rate')
const found = await run({ draw: false, print: false })
const near = (actual: number, wanted: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${actual} is not ${wanted}`)

/** The lesson's points, again. */
const X = Array.from({ length: 12 }, (_, i) => -0.5 + (3 * i) / 11)
const T = X.map((x, i) => 1.5 * x - 0.5 + 0.3 * Math.sin(7 * i))
const error = (w: number, b: number): number => X.reduce((sum, x, i) => sum + 0.5 * (T[i]! - w * x - b) ** 2, 0)

test('the surface is the sum of squared errors, in closed form', () => {
  const { xs, ys, loss, centre } = found.landscape
  for (const [j, b] of ys.entries()) {
    for (const [i, w] of xs.entries()) near(loss.row(j)[i]!, error(w, b), 1e-12 * Math.max(1, error(w, b)))
  }
  near(centre.loss, found.best.error, 1e-12)
  assert.ok([...loss.data].every((value) => value >= centre.loss))
})

test('0.01 is safe: after 1000 epochs the error is the least there is, and it never rose', () => {
  const { weight, bias, error: errors, ended } = found.good
  assert.is(found.epochs, 1000)
  assert.is(errors.length, 1001)
  assert.is(ended, null)
  near(weight.at(-1)!, found.best.weight, 1e-12)
  near(bias.at(-1)!, found.best.bias, 1e-12)
  for (let i = 1; i < errors.length; i++) assert.ok(errors[i]! <= errors[i - 1]! + 1e-14)
})

test('every step is −rate times the gradient', () => {
  const { weight, bias, rate } = found.good
  for (let i = 0; i < 100; i++) {
    const out = X.map((x) => weight[i]! * x + bias[i]!)
    const dw = X.reduce((sum, x, k) => sum + (out[k]! - T[k]!) * x, 0)
    const db = X.reduce((sum, _, k) => sum + (out[k]! - T[k]!), 0)
    near(weight[i + 1]!, weight[i]! - rate * dw, 1e-14)
    near(bias[i + 1]!, bias[i]! - rate * db, 1e-14)
  }
})

test('a small rate is on the way but has not arrived', () => {
  const { error: errors } = found.small
  assert.ok(errors.at(-1)! < 0.1 * errors[0]!)
  assert.ok(errors.at(-1)! > 2 * found.best.error)
})

test('a rate above 2 / curvature diverges, says so, and leaves finite weights', () => {
  const { rate, ended, left, error: errors } = found.diverging
  assert.ok(rate > found.largestRate && found.good.rate < found.largestRate)
  assert.is(ended?.code, 'ERR_DIVERGED')
  assert.ok(errors.length > 10 && errors.length < 1000)
  assert.ok(ended?.message.includes(`in epoch ${errors.length} of 1000, learning rate 0.07`))
  assert.ok(left.every(Number.isFinite))
})

test.run()
