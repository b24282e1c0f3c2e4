/** The numbers of the lesson `tanh-network`. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/tanh-network.ts'

const test = suite('lesson: tanh-network')
const found = await run({ draw: false, print: false, quick: true })

test('an update is −rate · input · (output − target)(1 − output²), back through both layers', () => {
  assert.ok(found.updateError < 1e-15, String(found.updateError))
})

test('the gradients pass gradientCheck', () => {
  for (const [name, error] of Object.entries(found.gradientErrors)) assert.ok(error < 1e-6, `${name}: ${error}`)
})

test('it learns XOR', () => {
  for (const [i, target] of [-1, 1, 1, -1].entries()) assert.ok(Math.abs(found.xorOutputs[i]! - target) < 0.05)
})

test('it learns the four samples of the one-neuron listing', () => {
  for (const [i, target] of [0, 1, 1, 0].entries()) assert.ok(Math.abs(found.neuronOutputs[i]! - target) < 0.02)
})

test('it learns the digits: 3 epochs of 10,000 of them', () => {
  assert.is(found.mnist.trainRows, 10_000)
  assert.ok(found.mnist.accuracy > 0.93, String(found.mnist.accuracy))
})

test.run()
