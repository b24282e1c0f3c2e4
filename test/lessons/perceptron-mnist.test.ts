/** The lesson `perceptron-mnist`: at least 85 % of the 10,000 test digits, and the matrix that says so. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/perceptron-mnist.ts'

const test = suite('lesson perceptron-mnist')
const result = await run({ draw: false, print: false })

test('at least 85 % of the test digits', () => {
  assert.ok(result.accuracy >= 0.85, `${result.accuracy}`)
  assert.ok(result.trainAccuracy >= 0.85, `${result.trainAccuracy}`)
})

test('the confusion matrix has every test digit, and the accuracy on its diagonal', () => {
  const { confusionMatrix, accuracy } = result
  assert.equal([confusionMatrix.length, ...confusionMatrix.map((row) => row.length)], new Array(11).fill(10))
  // MNIST's own counts of the test digits 0 … 9
  const written = confusionMatrix.map((row) => row.reduce((sum, count) => sum + count))
  assert.equal(written, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  const right = confusionMatrix.reduce((sum, row, digit) => sum + row[digit]!, 0)
  assert.is(right / 10_000, accuracy)
})

test('it does not converge and says so', () => {
  assert.equal([result.converged, result.epochs, result.wrong.length], [false, 10, 10])
  assert.ok(result.wrong.every((wrong) => wrong > 0 && wrong < 60_000))
})

test('classify and predict agree where a single unit is on', () => {
  assert.equal(
    result.examples.map(({ written }) => written),
    [7, 2, 1, 0, 4],
  )
  for (const { read, on } of result.examples) assert.ok(on.length !== 1 || on[0] === read)
})

test.run()
