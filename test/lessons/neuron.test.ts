/** The lesson `neuron`: the figures of the Python listing, all the digits that it prints. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/neuron.ts'

const test = suite('lesson neuron')
const { weights, newSituation, outputs } = await run({ draw: false, print: false })

test('the trained weights', () => {
  assert.equal(
    weights.map((weight) => weight.toFixed(8)),
    ['9.67282529', '-0.20892653', '-4.62890667'],
  )
})

test('the answer to [1, 0, 0]', () => {
  assert.is(newSituation.toFixed(8), '0.99993703')
})

test('the samples are learned', () => {
  assert.equal(outputs.map(Math.round), [0, 1, 1, 0])
})

test.run()
