/** The numbers of the lesson `dropout`: kept shares, both forms of scaling, and the average of thinned nets. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Measured, run } from '../../scripts/lessons/dropout.ts'

const test = suite('lesson: dropout')
const found = await run({ draw: false, print: false, quick: true })

function within(measured: readonly Measured[], count: number): void {
  assert.is(measured.length, count)
  for (const { name, standardErrors } of measured) assert.ok(standardErrors <= 4, `${name}: ${standardErrors}`)
}

test('units are kept with probability p, within 4 standard errors, in each layer', () => {
  assert.is(found.masks, 20_000)
  within(found.kept, 2)
  assert.equal(
    found.kept.map(({ expected }) => expected),
    [0.8, 0.5],
  )
})

test('independently: pairs are kept together with p²', () => within(found.together, 2))

test('both forms have the same expected outputs, which are those at test time', () => {
  within(found.testScaled, 4)
  within(found.inverted, 4)
  within(found.between, 4)
  assert.ok(found.outputDifference < 1e-6)
})

test('the average of 1,000 thinned nets approaches the scaled net', () => {
  const { counts, shallow, deep } = found.average
  assert.is(counts.at(-1), 1000)
  // the distance of a mean of independent nets falls as 1/√k; a factor of 31.6 at 1,000
  assert.ok(shallow.distance.at(-1)! < shallow.distance[0]! / 20, String(shallow.distance))
  assert.ok(deep.distance.at(-1)! < 0.6 * deep.distance[0]!, String(deep.distance))
  for (const { distance } of [shallow, deep]) {
    for (let i = 1; i < 7; i++) assert.ok(distance[i]! < distance[i - 1]!)
  }
})

test('bagging: the average mistakes fewer digits than a thinned net, and about as many as the scaled net', () => {
  const { digits, shallow, deep } = found.average
  for (const { error, scaledError } of [shallow, deep]) {
    assert.ok(error.at(-1)! < error[0]!)
    assert.ok(Math.abs(error.at(-1)! - scaledError) <= 1.5 / digits)
  }
})

test.run()
