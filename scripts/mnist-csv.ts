/**
 * Writes MNIST as the two CSV files that lessons on it are written for: mnist_train.csv and mnist_test.csv, a header
 * (label, 1x1, 1x2, … 28x28), then a digit a line, its label first and its 784 pixels from 0 to 255. Into .cache/mnist
 * unless another folder is named: `npx tsx scripts/mnist-csv.ts [folder]`. What is there already stays.
 */
import { once } from 'node:events'
import { createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Dataset, datasets } from '../src/index.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const SIDE = 28
/** Rows that are turned into text at a time. */
const PIECE = 1000

export interface MnistCsv {
  readonly train: string
  readonly test: string
}

/** The paths of the two files, written if they are not there. */
export async function mnistCsv(folder: string = join(root, '.cache', 'mnist')): Promise<MnistCsv> {
  const paths = { train: join(folder, 'mnist_train.csv'), test: join(folder, 'mnist_test.csv') }
  if (existsSync(paths.train) && existsSync(paths.test)) return paths
  mkdirSync(folder, { recursive: true })
  const { train, test } = await datasets.mnist()
  await write(train, paths.train)
  await write(test, paths.test)
  return paths
}

async function write(data: Dataset, path: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  const file = createWriteStream(unfinished)
  const names = Array.from({ length: SIDE * SIDE }, (_, i) => `${Math.floor(i / SIDE) + 1}x${(i % SIDE) + 1}`)
  file.write(`label,${names.join(',')}\n`)
  for (let first = 0; first < data.rows; first += PIECE) {
    const count = Math.min(PIECE, data.rows - first)
    const { x, y } = data.subset(Array.from({ length: count }, (_, i) => first + i)).toArrays()
    const lines = x.map((row, i) => `${(y as number[])[i]},${row.map((value) => Math.round(255 * value)).join(',')}\n`)
    if (!file.write(lines.join(''))) await once(file, 'drain')
  }
  file.end()
  await once(file, 'close')
  renameSync(unfinished, path)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { train, test } = await mnistCsv(process.argv[2])
  console.log(`${train}\n${test}`)
}
