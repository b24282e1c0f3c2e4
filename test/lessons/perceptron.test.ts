/** The lesson `perceptron`: AND, OR and NAND exactly, and the weights as whole multiples of the training points. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/perceptron.ts'

const test = suite('lesson perceptron')
const { gates, biases } = await run({ draw: false, print: false })

const TABLES = { AND: [0, 0, 0, 1], OR: [0, 1, 1, 1], NAND: [1, 1, 1, 0] }

test('AND, OR and NAND are learned exactly, and it stops', () => {
  assert.equal(Object.fromEntries(gates.map(({ name, outputs }) => [name, outputs])), TABLES)
  for (const { converged, epochs } of gates) {
    assert.ok(converged)
    assert.ok(epochs > 1 && epochs < 20, `${epochs} epochs`)
  }
})

test('weights = initial + n · Σ integer · x, exactly', () => {
  for (const { initial, weights, rebuilt, mistakes } of gates) {
    assert.equal(rebuilt, weights)
    assert.equal([mistakes.length, initial.length, weights.length], [4, 3, 3])
    assert.ok(mistakes.every(Number.isInteger))
    const [m00, m01, m10, m11] = mistakes as [number, number, number, number]
    const [w1, w2, bias] = initial as [number, number, number]
    const byHand = [w1 + 0.25 * (m10 + m11), w2 + 0.25 * (m01 + m11), bias + 0.25 * (m00 + m01 + m10 + m11)]
    assert.equal(byHand, weights)
    assert.not.equal(initial, weights)
  }
})

test('the bias shifts the line and nothing else', () => {
  assert.equal(biases, [
    { bias: -0.5, crossing: 0.25, outputs: TABLES.OR },
    { bias: -1.5, crossing: 0.75, outputs: TABLES.AND },
    { bias: -2.5, crossing: 1.25, outputs: [0, 0, 0, 0] },
  ])
})

test.run()
