/** Learning rate schedules against values worked out by hand, or printed by Keras 3 and PyTorch. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { schedules } from '../src/index.ts'

const test = suite('schedules')

function near(actual: number, wanted: number): void {
  assert.ok(Math.abs(actual - wanted) <= 1e-12 * Math.max(1, Math.abs(wanted)), `${actual} is not ${wanted}`)
}

test('exponentialDecay', () => {
  const rate = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 })
  near(rate(0), 0.1)
  near(rate(5), 0.07071067811865475)
  near(rate(10), 0.05)
  near(rate(30), 0.0125)
})

test('exponentialDecay in stairs', () => {
  const rate = schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5, staircase: true })
  near(rate(9), 0.1)
  near(rate(10), 0.05)
  near(rate(19), 0.05)
})

test('inverseTimeDecay', () => {
  const rate = schedules.inverseTimeDecay({ initialLearningRate: 0.3, decaySteps: 4, decayRate: 2 })
  near(rate(0), 0.3)
  near(rate(4), 0.1)
  near(rate(6), 0.075)
  const stairs = schedules.inverseTimeDecay({ initialLearningRate: 0.3, decaySteps: 4, decayRate: 2, staircase: true })
  near(stairs(6), 0.1)
})

test('piecewiseConstantDecay changes after the boundary', () => {
  const rate = schedules.piecewiseConstantDecay({ boundaries: [2, 5], values: [1, 0.5, 0.1] })
  assert.equal([0, 1, 2, 3, 4, 5, 6, 100].map(rate), [1, 1, 1, 0.5, 0.5, 0.5, 0.1, 0.1])
})

test('polynomialDecay', () => {
  const linear = schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0.2 })
  near(linear(0), 1)
  near(linear(1), 0.8)
  near(linear(4), 0.2)
  near(linear(9), 0.2)
  const square = schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0, power: 2 })
  near(square(2), 0.25)
  const cycle = schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4, endLearningRate: 0, cycle: true })
  near(cycle(4), 0)
  near(cycle(6), 0.25)
})

test('cosineDecay', () => {
  const rate = schedules.cosineDecay({ initialLearningRate: 0.2, decaySteps: 10, alpha: 0.1 })
  near(rate(0), 0.2)
  near(rate(5), 0.11)
  near(rate(10), 0.02)
  near(rate(50), 0.02)
})

test('cosineDecay with warmup', () => {
  const rate = schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10, warmupTarget: 0.5, warmupSteps: 4 })
  near(rate(0), 0.1)
  near(rate(2), 0.3)
  near(rate(4), 0.5)
  near(rate(9), 0.25)
  near(rate(14), 0)
  near(rate(99), 0)
})

test('oneCycle has the ends and the top of OneCycleLR', () => {
  const rate = schedules.oneCycle({
    maxLearningRate: 1,
    totalSteps: 10,
    pctStart: 0.3,
    divFactor: 25,
    finalDivFactor: 1e4,
  })
  near(rate(0), 0.04)
  near(rate(1), 0.52)
  near(rate(2), 1)
  near(rate(9), 4e-6)
  near(rate(10), 4e-6)
  near(rate(5), 4e-6 + ((1 - 4e-6) / 2) * (1 + Math.cos((Math.PI * 3) / 7)))
})

test('a schedule says what it is, and cannot be changed', () => {
  const rate = schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4 })
  assert.equal(rate.settings, {
    kind: 'polynomialDecay',
    initialLearningRate: 1,
    decaySteps: 4,
    endLearningRate: 0.0001,
    power: 1,
    cycle: false,
  })
  assert.ok(Object.isFrozen(rate) && Object.isFrozen(rate.settings))
})

test.run()
