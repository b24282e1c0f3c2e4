/**
 * Training ends where it should: XOR is learned, and MNIST's test digits are recognised.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { datasets, layers, optimizers, sequential } from '../src/index.ts'

const accuracy = suite('accuracy')

accuracy('XOR with four tanh units', async () => {
  const model = sequential({
    seed: 7,
    layers: [
      layers.dense({ units: 4, activation: 'tanh', inputShape: [2] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  })
  model.compile({
    optimizer: optimizers.adam({ learningRate: 0.1 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  })
  const x = [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]
  const y = [0, 1, 1, 0]
  const { history } = await model.fit(x, y, { epochs: 500, batchSize: 4 })
  assert.is(history.accuracy!.at(-1), 1)
  assert.ok(history.loss!.at(-1)! < 0.05, `loss ${history.loss!.at(-1)}`)
  const { data } = await model.predict(x)
  assert.equal(Array.from(data, Math.round), y)
})

accuracy('MNIST 784-128-10 in three epochs: at least 96.5 % of the test digits', async () => {
  const { train, test } = await datasets.mnist()
  assert.equal([train.rows, train.features, train.classes, test.rows], [60_000, 784, 10, 10_000])
  const model = sequential({
    seed: 42,
    layers: [
      layers.dense({ units: 128, activation: 'relu', inputShape: [784] }),
      layers.dense({ units: 10, activation: 'softmax' }),
    ],
  })
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })
  const { epoch, history } = await model.fit(train, { epochs: 3, batchSize: 128, validationData: test })
  assert.equal(epoch, [0, 1, 2])
  const found = await model.evaluate(test)
  assert.ok(found.accuracy! >= 0.965, `accuracy ${found.accuracy}`)
  assert.is(history.val_accuracy!.at(-1), found.accuracy)
  assert.is(history.val_loss!.at(-1), found.loss)
  assert.ok(history.loss![0]! > history.loss![1]! && history.loss![1]! > history.loss![2]!, `${history.loss}`)
  const { y } = test.toArrays()
  const guesses = (await model.predict(test)).argMax()
  const right = guesses.filter((guess, i) => guess === (y as number[])[i]).length
  assert.is(right / test.rows, found.accuracy)
})

accuracy.run()
