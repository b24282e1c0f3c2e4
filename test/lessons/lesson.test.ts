/** `npm run lesson`: the list, what a wrong name gets, and that a lesson prints. */
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { table } from '../../scripts/lessons/lesson.ts'

const cwd = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const lesson = (...args: readonly string[]) =>
  spawnSync(process.execPath, ['--import', 'tsx', 'scripts/lesson.ts', ...args], { cwd, encoding: 'utf8' })

const test = suite('lesson')

test('without a name it lists every lesson, one line each', () => {
  const { status, stdout } = lesson()
  assert.is(status, 0)
  const lines = stdout.split('\n\n')[0]!.split('\n')
  const names = lines.map((line) => line.split(' ')[0])
  assert.equal(names.slice(0, 3), ['perceptron', 'xor', 'perceptron-mnist'])
  for (const name of ['neuron', 'backprop', 'activations']) assert.ok(names.includes(name), name)
  for (const line of lines) assert.match(line, /^[a-z0-9-]+ {2,}\S.{20,100}$/)
})

test('a name gives its lesson', () => {
  const { status, stdout, stderr } = lesson('backprop', '--no-draw')
  assert.equal([status, stderr], [0, ''])
  assert.match(stdout, /dE\/dw5 .* 0\.082167041 {2}0\.082167041\n/)
})

test('a wrong name or option ends with 2 and says what was meant', () => {
  for (const [args, says] of [
    [['backprob'], /there is no lesson 'backprob'; did you mean backprop\?/],
    [['percep'], /did you mean perceptron or perceptron-mnist\?/],
    [['qqqqqqqqqqqq'], /expected one of perceptron, xor, /],
    [['xor', 'neuron'], /expected one name, received xor neuron/],
    [['xor', '--fast'], /Unknown option '--fast'/],
  ] as const) {
    const { status, stdout, stderr } = lesson(...args)
    assert.equal([status, stdout], [2, ''])
    assert.match(stderr, says)
  }
})

test('a table has numbers at the right and texts at the left', () => {
  const rows = [
    ['a', '−1.5', 7],
    ['long', '10', 12],
  ]
  assert.is(
    table(['name', 'x', 'count'], rows),
    ['  name     x  count', '  ─────────────────', '  a     −1.5      7', '  long    10     12'].join('\n'),
  )
})

test.run()
