/** The command line used wrongly: exit status 2 and a hint, nothing on standard output; and failures: exit status 1. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Built } from '../built.ts'

const test = suite('cli/wrong-use')
let folder = ''
let built: Built

test.before(async () => {
  built = new Built()
  folder = await mkdtemp(join(tmpdir(), 'myelin-cli-'))
  const rows = Array.from({ length: 30 }, (_, i) => `${i},${i * i},${['a', 'b', 'c'][i % 3]},${i + 0.5}`)
  await writeFile(join(folder, 'abc.csv'), ['first,second,kind,size', ...rows].join('\n'))
  await writeFile(join(folder, 'broken.csv'), 'first,second,kind\n1,2,a\n1,2\n')
  await writeFile(join(folder, 'plain.csv'), rows.map((row) => row.replace(/[abc]/, '1')).join('\n'))
  await writeFile(join(folder, 'no-model.safetensors'), 'this is text')
})
test.after(async () => {
  built.remove()
  await rm(folder, { recursive: true })
})

const abc = ['train', 'abc.csv', '--label', 'kind']

const wrongUse: readonly [args: readonly string[], says: RegExp][] = [
  [['tran'], /no command 'tran'; did you mean train\?/],
  [['--wrong'], /no command '--wrong'/],
  [['train'], /train needs <mnist \| file\.csv>/],
  [['predict', 'm.safetensors'], /predict needs <mnist/],
  [['evaluate'], /evaluate needs <model\.safetensors>/],
  [[...abc, 'more.csv'], /also given 'more\.csv'/],
  [[...abc, '--epoch', '3'], /no option --epoch; did you mean --epochs\?/],
  [[...abc, '-x'], /no option -x/],
  [[...abc, '--epochs'], /--epochs needs a value: --epochs <n>/],
  [[...abc, '--epochs', '--json'], /--epochs needs a value/],
  [[...abc, '--epochs', 'ten'], /--epochs takes a whole number of at least 1, not 'ten'/],
  [[...abc, '--epochs', '0'], /--epochs.*not '0'/],
  [[...abc, '--batch-size', '1.5'], /--batch-size.*not '1\.5'/],
  [[...abc, '--layers', '3,x'], /--layers takes sizes such as 512,512, or none, not '3,x'/],
  [[...abc, '--layers', '3,0'], /--layers.*'3,0'/],
  [[...abc, '--activation', 'rellu'], /--activation is one of .*not 'rellu'; did you mean relu\?/],
  [[...abc, '--optimizer', 'adm'], /did you mean adam\?/],
  [[...abc, '--keep', '0'], /--keep takes a number above 0 and at most 1, not '0'/],
  [[...abc, '--keep-input', '1.5'], /--keep-input.*'1\.5'/],
  [[...abc, '--l2', '-1'], /--l2 takes a number of at least 0, not '-1'/],
  [[...abc, '--max-norm', '0'], /--max-norm takes a number above 0, not '0'/],
  [[...abc, '--learning-rate', ''], /--learning-rate.*not ''/],
  [[...abc, '--learning-rate', 'NaN'], /--learning-rate.*not 'NaN'/],
  [[...abc, '--seed', '-1'], /--seed.*'-1'/],
  [[...abc, '--threads', '0'], /--threads.*'0'/],
  [[...abc, '--threads', '1e9'], /--threads takes a whole number from 1 to 256/],
  [[...abc, '--scale', '0'], /--scale takes a number other than 0/],
  [[...abc, '--task', 'class'], /--task is one of classes, values, not 'class'; did you mean classes\?/],
  [[...abc, '--task', 'values'], /--task values needs a label of numbers/],
  [['train', 'abc.csv', '--label', 'size', '--task', 'classes'], /--task classes needs/],
  [[...abc, '--json=yes'], /--json takes no value/],
  [[...abc, '--delimiter', '::'], /`delimiter`/],
  [[...abc, '--save', 'no/folder/m.safetensors'], /--save no\/folder\/m\.safetensors: there is no folder no\/folder/],
  [[...abc, '--report', 'no/folder/r.html'], /--report no\/folder\/r\.html/],
  [['train', 'abc.csv'], /--label says which column to learn: one of first, second, kind, size/],
  [['train', 'plain.csv'], /--label says which column to learn: a number from 0 to 3/],
  [['train', 'abc.csv', '--label', 'knd'], /first, second, kind, size.*'knd'/],
  [['train', 'mnist', '--test', 'abc.csv'], /leave out --test/],
]

test('wrong use ends with 2, a message with a hint, and the help that there is', async () => {
  const results = await built.runAll(
    wrongUse.map(([args]) => args),
    folder,
  )
  for (const [i, { status, stdout, stderr }] of results.entries()) {
    const [args, says] = wrongUse[i]!
    const what = `${args.join(' ')}: ${stderr}`
    assert.is(status, 2, what)
    assert.is(stdout, '', what)
    assert.ok(says.test(stderr), what)
    assert.match(stderr, /^myelin: .*\n {2}myelin (\w+ )?--help says what there is\n$/s)
    assert.not.match(stderr, /\n {4}at /)
  }
})

const failures: readonly [args: readonly string[], says: RegExp][] = [
  [['train', 'missing.csv', '--label', 'kind'], /missing\.csv/],
  [['train', 'broken.csv', '--label', 'kind'], /broken\.csv/],
  [[...abc, '--test', 'missing.csv'], /missing\.csv/],
  [
    ['train', 'abc.csv', '--label', 'size', '--optimizer', 'sgd', '--learning-rate', '1e30'],
    /try a smaller --learning-rate/,
  ],
  [['predict', 'missing.safetensors', 'abc.csv'], /missing\.safetensors/],
  [['evaluate', 'no-model.safetensors', 'abc.csv'], /no-model\.safetensors/],
  [['info', 'no-model.safetensors'], /no-model\.safetensors/],
]

test('what fails ends with 1 and says why', async () => {
  const results = await built.runAll(
    failures.map(([args]) => args),
    folder,
  )
  for (const [i, { status, stderr }] of results.entries()) {
    const [args, says] = failures[i]!
    assert.is(status, 1, `${args.join(' ')}: ${stderr}`)
    assert.ok(says.test(stderr), `${args.join(' ')}: ${stderr}`)
    assert.not.match(stderr, /\n {4}at /)
  }
})

test.run()
