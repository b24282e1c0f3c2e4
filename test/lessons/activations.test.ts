/** The lesson `activations`: curves and slopes against their formulas, vanishing gradients, linear collapse. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/activations.ts'

const test = suite('lesson activations')
const { curves, vanishing, collapse, noCollapse } = await run({ draw: false, print: false })
const [sigmoid, tanh, relu] = curves as [(typeof curves)[0], (typeof curves)[0], (typeof curves)[0]]
const near = (actual: number, wanted: number, tolerance = 1e-14): void =>
  assert.ok(Math.abs(actual - wanted) <= tolerance, `${actual} is not ${wanted}`)

test('values and derivatives are those of the formulas', () => {
  assert.equal(
    curves.map(({ name }) => name),
    ['sigmoid', 'tanh', 'relu'],
  )
  for (const [i, x] of sigmoid.x.entries()) {
    const s = 1 / (1 + Math.exp(-x))
    near(sigmoid.value[i]!, s)
    near(sigmoid.derivative[i]!, s * (1 - s))
    near(tanh.value[i]!, Math.tanh(x))
    near(tanh.derivative[i]!, 1 - Math.tanh(x) ** 2)
    near(relu.value[i]!, Math.max(0, x))
    near(relu.derivative[i]!, x > 0 ? 1 : 0)
  }
})

test('squashing and saturation', () => {
  assert.ok(sigmoid.value.every((value) => value > 0 && value < 1))
  assert.ok(tanh.value.every((value) => value > -1 && value < 1))
  assert.is(Math.max(...relu.value), 6)
  for (const { derivative } of [sigmoid, tanh]) assert.ok(derivative[0]! < 0.003 && derivative.at(-1)! < 0.003)
  near(Math.max(...sigmoid.derivative), 0.25)
  near(Math.max(...tanh.derivative), 1)
  assert.is(relu.derivative.at(-1), 1)
})

test('tanh is centred on zero, sigmoid on a half', () => {
  near(tanh.mean, 0)
  near(sigmoid.mean, 0.5)
  assert.ok(relu.mean > 1)
})

test("a deep sigmoid net's first gradient vanishes, ReLU's does not", () => {
  const of = (name: string): (typeof vanishing)[0] => vanishing.find(({ activation }) => activation === name)!
  assert.is(of('sigmoid').norms.length, 10)
  assert.ok(of('sigmoid').ratio < 1e-4, `${of('sigmoid').ratio}`)
  assert.ok(of('relu').ratio > 0.1, `${of('relu').ratio}`)
  assert.ok(of('relu').norms[0]! > 1e4 * of('sigmoid').norms[0]!)
})

test('two linear layers equal one to 1e-12, and no longer with tanh between', () => {
  assert.ok(collapse <= 1e-12, `${collapse}`)
  assert.ok(noCollapse > 0.01, `${noCollapse}`)
})

test.run()
