/** The lesson `backprop`: every number that it prints of the worked example, to half a unit of its ninth decimal. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../scripts/lessons/backprop.ts'

const test = suite('lesson backprop')
const result = await run({ draw: false, print: false })
const steps = [...result.forward, ...result.backward, ...result.updated]

const LESSON: Readonly<Record<string, number>> = {
  net_h1: 0.3775,
  out_h1: 0.593269992,
  out_h2: 0.596884378,
  net_o1: 1.105905967,
  out_o1: 0.75136507,
  out_o2: 0.772928465,
  E_o1: 0.274811083,
  E_o2: 0.023560026,
  E: 0.298371109,
  'dE/dout_o1': 0.74136507,
  'dout_o1/dnet_o1': 0.186815602,
  'dE/dw5': 0.082167041,
  'w5+': 0.35891648,
  'w6+': 0.408666186,
  'w7+': 0.51130127,
  'w8+': 0.561370121,
  'dE/dnet_o1': 0.138498562,
  'dE/dw1': 0.000438568,
  'w1+': 0.149780716,
  'w2+': 0.19956143,
  'w3+': 0.24975114,
  'w4+': 0.29950229,
}

for (const [name, printed] of Object.entries(LESSON)) {
  test(`${name} ${printed}`, () => {
    const step = steps.find((one) => one.name === name)
    assert.ok(step, 'it is not there')
    assert.ok(Math.abs(step!.value - printed) <= 5e-9, `${step!.value}`)
    assert.is(step!.printed, printed)
  })
}

test('no digit is printed beside another number', () => {
  assert.is(steps.filter(({ printed }) => printed !== undefined).length, Object.keys(LESSON).length)
})

test('each gradient is what its formula says', () => {
  const value = (name: string): number => steps.find((one) => one.name === name)!.value
  for (const k of [1, 2]) {
    const delta = value(`dE/dout_o${k}`) * value(`dout_o${k}/dnet_o${k}`)
    assert.ok(Math.abs(delta - value(`dE/dnet_o${k}`)) < 1e-15)
    const hidden = value(`dE/dout_h${k}`) * value(`dout_h${k}/dnet_h${k}`)
    assert.ok(Math.abs(hidden - value(`dE/dnet_h${k}`)) < 1e-15)
  }
})

test('the error after one update, and where the figure of the lesson comes from', () => {
  assert.ok(Math.abs(result.errorAfterOne - 0.2910277737) <= 5e-11, `${result.errorAfterOne}`)
  assert.ok(Math.abs(result.errorWithNewWeights - 0.291027924) <= 5e-10, `${result.errorWithNewWeights}`)
})

test('after 10,000 updates', () => {
  assert.is(result.errorAtEnd.toExponential(4), '3.5102e-5')
  assert.equal(
    result.outputsAtEnd.map((output) => output.toFixed(7)),
    ['0.0159136', '0.9840643'],
  )
})

test.run()
