/** Standardized data: the numbers against their definition, and that models treat other data in the same way. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Dataset, layers, loadModel, type Model, optimizers, sequential } from '../src/index.ts'

const test = suite('standardize')

const x = [
  [1, 200, 0.1, 7],
  [2, 100, 0.1, 0],
  [4, 300, 0.1, 0],
  [9, 50, 0.1, 255],
]
const y = [0, 1, 1, 0]

/** By the definition. */
function byHand(rows: readonly (readonly number[])[], of: readonly (readonly number[])[] = rows): number[][] {
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v) / values.length
  const columns = of[0]!.map((_, j) => of.map((row) => row[j]!))
  const means = columns.map(mean)
  const deviations = columns.map((column, j) => Math.sqrt(mean(column.map((v) => (v - means[j]!) ** 2))))
  return rows.map((row) =>
    row.map((v, j) => (new Set(columns[j]).size === 1 ? v - of[0]![j]! : (v - means[j]!) / deviations[j]!)),
  )
}

function near(actual: readonly number[][], wanted: readonly number[][], tolerance: number): void {
  assert.is(actual.length, wanted.length)
  for (const [i, row] of wanted.entries()) {
    for (const [j, value] of row.entries())
      assert.ok(Math.abs(actual[i]![j]! - value) <= tolerance, `${actual[i]![j]} ${value}`)
  }
}

test('mean 0, deviation 1; what never changes becomes 0', () => {
  for (const scale of [1, 1 / 255, -2]) {
    const data = Dataset.from(x, y, { scale }).standardize()
    const scaled = x.map((row) => row.map((v) => v * scale))
    near(data.toArrays().x, byHand(scaled), 1e-14)
    assert.is(data.toArrays().x[0]![2], 0)
    assert.equal(data.toArrays().y, y)
    assert.is(data.recipe.standardization!.deviations[2], 1)
    assert.is(data.recipe.standardization!.means[2], 0.1 * scale)
    assert.is(data.recipe.scale, scale)
    assert.is(data.standardize(), data)
  }
})

test('of bytes and floats, of parts and of targets of every kind', () => {
  const bytes = x.map(([a, b, , d]) => [a!, b!, d!])
  near(Dataset.from(bytes).standardize().toArrays().x, byHand(bytes), 1e-7)
  const floats = bytes.map((row) => row.map((v) => v / 4))
  near(Dataset.from(floats).standardize().toArrays().x, byHand(floats), 1e-7)
  const part = Dataset.from(bytes, [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ])
    .subset([3, 1, 1])
    .standardize()
  near(part.toArrays().x, byHand([bytes[3]!, bytes[1]!, bytes[1]!]), 1e-7)
  assert.equal(part.toArrays().y, [
    [7, 8],
    [3, 4],
    [3, 4],
  ])
  near(part.take(1).toArrays().x, [byHand([bytes[3]!, bytes[1]!, bytes[1]!])[0]!], 1e-7)
})

test('numbers too large to square are refused', () => {
  assert.throws(() => Dataset.from([[1e200], [-1e200]]).standardize(), /squares are finite for `feature 0`/)
})

function compiled(dtype: 'float32' | 'float64' = 'float64'): Model {
  const model = sequential({
    seed: 3,
    dtype,
    layers: [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  })
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: 'categoricalCrossentropy',
    metrics: ['accuracy'],
  })
  return model
}

test('a model fitted on standardized data standardizes what it is given, once', async () => {
  const raw = Dataset.from(x, y)
  const model = compiled()
  await model.fit(raw.standardize(), { epochs: 20, batchSize: 2, validationData: raw })
  const twin = compiled()
  const history = await twin.fit(byHand(x), y, { epochs: 20, batchSize: 2, validationData: [byHand(x), y] })
  assert.is(twin.recipe!.standardization, null)
  const near1 = (a: number, b: number): void => assert.ok(Math.abs(a - b) < 1e-9, `${a} ${b}`)
  const given = [x, raw, raw.standardize(), Dataset.from(x)]
  const expected = await twin.predict(byHand(x))
  for (const one of given) {
    const { data } = await model.predict(one)
    for (const [i, value] of data.entries()) near1(value, expected.data[i]!)
    assert.equal(model.predictSync(one).data, data)
  }
  for (const one of [raw, raw.standardize()]) {
    near1((await model.evaluate(one)).loss!, (await twin.evaluate(byHand(x), y)).loss!)
    near1(model.trace(one).loss, twin.trace(byHand(x), y).loss)
  }
  near1((await model.evaluate(x, y)).loss!, (await twin.evaluate(byHand(x), y)).loss!)
  near1(history.history.val_loss!.at(-1)!, (await model.evaluate(raw)).loss!)
})

test('going on with data as it is goes on with the same means', async () => {
  const raw = Dataset.from(x, y)
  const [once, twice] = [compiled(), compiled()]
  await once.fit(raw.standardize(), { epochs: 6, batchSize: 2 })
  await twice.fit(raw.standardize(), { epochs: 2, batchSize: 2 })
  await twice.fit(raw, { epochs: 4, batchSize: 2, initialEpoch: 2 })
  await twice.fit(x, y, { epochs: 6, batchSize: 2, initialEpoch: 4 })
  assert.equal(twice.recipe, once.recipe)
  for (const [i, { data }] of once.getWeights().entries()) assert.equal(twice.getWeights()[i]!.data, data)
})

test('the recipe of a CSV file goes from the dataset to the model and on to the next file', async () => {
  const csv = (text: string): Buffer => Buffer.from(text)
  const train = (
    await Dataset.fromCsv(csv('a,b,c,d,y\n1,2,0,0,no\n5,3,2,1,yes\n2,9,1,7,no\n'), { label: 'y' })
  ).standardize()
  const model = compiled('float32')
  assert.equal([model.recipe, model.classNames], [null, null])
  await model.fit(train, { epochs: 2 })
  assert.equal(model.classNames, ['no', 'yes'])
  assert.equal(model.recipe, train.recipe)
  const next = await Dataset.fromCsv(csv('d,c,b,a\n0,0,2,1\n'), { like: model })
  assert.equal(next.toArrays().x[0], train.toArrays().x[0])
  assert.equal((await model.predict(next)).data, (await model.predict(train.take(1))).data)
  assert.equal((await model.predict([[1, 2, 0, 0]])).data, (await model.predict(train.take(1))).data)
  await model.fit([[1, 2, 3, 4]], [1])
  assert.equal(model.recipe, train.recipe, 'numbers without a word keep the recipe')
})

test('a saved model takes its recipe along', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'myelin-recipe-'))
  try {
    const people = join(folder, 'people.csv')
    const lines = Array.from(
      { length: 40 },
      (_, i) => `${20 + i},${['Köln', 'Bonn', 'Ulm'][i % 3]},${i < 20 ? 'no' : 'yes'}`,
    )
    await writeFile(people, `age,town,married\n${lines.join('\n')}\n,Ulm,yes\n`)
    const data = await Dataset.fromCsv(people, { label: 'married', fill: { age: 'mean' } })
    const [train, rest] = data.split({ fraction: 0.8, stratify: true })
    const model = compiled('float32')
    await model.fit(train.standardize(), { epochs: 40, validationData: rest })
    await model.save(join(folder, 'm.safetensors'))
    const again = await loadModel(join(folder, 'm.safetensors'))
    assert.equal([again.recipe, again.classNames], [model.recipe, ['no', 'yes']])
    await writeFile(join(folder, 'more.csv'), 'town,age\nBonn,21\nUlm,\nKöln,58\n')
    const more = await Dataset.fromCsv(join(folder, 'more.csv'), { like: again })
    const read = await again.predict(more)
    assert.equal(read.data, (await model.predict(more)).data)
    assert.equal([read.argMax()[0], read.argMax()[2]], [0, 1])
    assert.equal(again.predictSync([[21, 1, 0, 0]]).data, read.data.subarray(0, 2))
    assert.equal(await again.evaluate(data), await model.evaluate(data))
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a fit that is refused leaves the recipe', async () => {
  const model = compiled()
  await model.fit(Dataset.from(x, y, { classes: 2 }))
  const before = model.recipe
  await model.fit(Dataset.from(x, y).standardize(), { validationData: 5 as unknown as Dataset }).then(
    () => assert.unreachable(),
    () => assert.is(model.recipe, before),
  )
})

test.run()
