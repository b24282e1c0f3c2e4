/** The lesson `xor`: the perceptron says that it does not converge, the 2-4-1 net learns it from nearly every seed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/xor.ts'

const test = suite('lesson xor')
const { perceptron, net } = await run({ draw: false, print: false })

test('the perceptron never converges, and never has more than 3 of 4 right', () => {
  assert.equal([perceptron.converged, perceptron.epochs, perceptron.wrong.length], [false, 1000, 1000])
  assert.ok(perceptron.mostRight <= 3)
  assert.ok(perceptron.wrong.every((wrong) => wrong > 0))
})

test('a 2-4-1 net with tanh gets all four from at least 95 of 100 seeds', () => {
  assert.is(net.of, 100)
  assert.ok(net.solved >= 95, `${net.solved}`)
  assert.equal(net.outputs.map(Math.sign), [-1, 1, 1, -1])
})

test.run()
