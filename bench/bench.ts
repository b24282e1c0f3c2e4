/**
 * The command line of the bench.
 *
 *   npm run bench -- [workload or driver …] [--rounds 3] [--threads 1,2] [--name latest] [--peers]
 *   npm run bench -- scaling [series …] [--rounds 3] [--driver pytorch] [--name scaling]
 *   npm run bench -- neighbour [--rounds 3] [--driver pytorch] [--name neighbour]
 *   npm run bench -- products [--name products]
 */
import { parseArgs } from 'node:util'
import { info } from '../src/index.ts'
import { compare } from './comparison.ts'
import { drivers } from './drivers.ts'
import { neighbour } from './neighbour.ts'
import { installPeers } from './peers.ts'
import { products } from './products.ts'
import { SERIES, scaling } from './scaling.ts'
import { drawScaling } from './scaling-picture.ts'
import { workloads } from './workloads.ts'

function wrongUse(message: string): never {
  console.error(message)
  process.exit(2)
}

function checkNames(given: readonly string[], known: readonly string[]): void {
  const unknown = given.filter((name) => !known.includes(name))
  if (unknown.length > 0) wrongUse(`expected any of ${known.join(', ')}, received ${unknown.join(', ')}`)
}

function checkCount(text: string, name: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    wrongUse(`expected a whole number from 1 on for --${name}, received ${text}`)
  return count
}

const namesOf = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name)

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        peers: { type: 'boolean' },
        rounds: { type: 'string', default: '3' },
        threads: { type: 'string' },
        name: { type: 'string' },
        driver: { type: 'string', default: 'myelin' },
      },
    })
  } catch (error) {
    return wrongUse((error as Error).message)
  }
}

const { values: options, positionals } = readArguments()
const rounds = checkCount(options.rounds, 'rounds')
const [mode, ...rest] = positionals
// What another driver did is not written over our own results.
const resultName = (mode: string): string =>
  options.name ?? (options.driver === 'myelin' ? mode : `${mode}-${options.driver}`)
checkNames([options.driver], namesOf(drivers))
if (options.peers) installPeers()
if (mode === 'scaling') {
  checkNames(rest, SERIES)
  const name = resultName('scaling')
  await drawScaling(await scaling({ series: rest, rounds, driver: options.driver, name }), 'bench/results', name)
} else if (mode === 'neighbour') {
  checkNames(rest, [])
  await neighbour({ rounds, driver: options.driver, name: resultName('neighbour') })
} else if (mode === 'products') {
  checkNames(rest, [])
  products(options.name ?? 'products')
} else {
  checkNames(positionals, [...namesOf(workloads), ...namesOf(drivers)])
  // those that are named, or all when none of the kind is
  const chosen = <Named extends { readonly name: string }>(all: readonly Named[]): readonly Named[] => {
    const named = all.filter(({ name }) => positionals.includes(name))
    return named.length > 0 ? named : all
  }
  const threadCounts = options.threads?.split(',').map((count) => checkCount(count, 'threads'))
  await compare({
    workloads: chosen(workloads),
    drivers: chosen(drivers),
    threadCounts: threadCounts ?? [...new Set([1, info().threads])],
    rounds,
    name: options.name ?? 'latest',
  })
}
