/**
 * Runs a part of the lesson on neural networks: `npm run lesson -- xor`. Without a name it lists them all.
 * Owns the list and the command line; what the parts are is lessons/.
 */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Lesson } from './lessons/lesson.ts'

/** In the order of the lesson. A file that is not named here comes last. */
const ORDER = [
  'perceptron',
  'xor',
  'perceptron-mnist',
  'neuron',
  'backprop',
  'activations',
  'tanh-network',
  'learning-rate',
  'l2',
  'dropout',
  'dropout-experiment',
  'mnist-dropout',
]
const USAGE = 'npm run lesson -- <name> [--quick] [--no-draw]'

function wrongUse(message: string): never {
  console.error(message)
  process.exit(2)
}

function readArguments(): { name: string | undefined; quick: boolean; draw: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { quick: { type: 'boolean' }, 'no-draw': { type: 'boolean' }, help: { type: 'boolean' } },
    })
    if (positionals.length > 1) wrongUse(`expected one name, received ${positionals.join(' ')}\n${USAGE}`)
    const name = values.help ? undefined : positionals[0]
    return { name, quick: values.quick ?? false, draw: !values['no-draw'] }
  } catch (error) {
    return wrongUse(`${(error as Error).message}\n${USAGE}`)
  }
}

function findLessons(): string[] {
  const place = (name: string): number => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length)
  return readdirSync(join(dirname(fileURLToPath(import.meta.url)), 'lessons'))
    .filter((file) => file.endsWith('.ts') && file !== 'lesson.ts')
    .map((file) => file.slice(0, -'.ts'.length))
    .sort((a, b) => place(a) - place(b))
}

const load = async (name: string): Promise<Lesson> => (await import(`./lessons/${name}.ts`)) as Lesson

/** Names that begin like the one given, or are one or two letters away from it. */
function similar(given: string, names: readonly string[]): string[] {
  const word = given.toLowerCase()
  return names.filter((name) => {
    if (word.length > 1 && (name.startsWith(word) || word.startsWith(name))) return true
    return editDistance(word, name) <= Math.max(2, Math.floor(name.length / 4))
  })
}

/** Levenshtein's. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (const [i, letter] of [...a].entries()) {
    const row = [i + 1]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(above[j - 1]! + (letter === b[j - 1] ? 0 : 1), row[j - 1]! + 1, above[j]! + 1))
    }
    above = row
  }
  return above[b.length]!
}

const { name, quick, draw } = readArguments()
const names = findLessons()
if (name === undefined) {
  const width = Math.max(...names.map(({ length }) => length))
  for (const known of names) console.log(`${known.padEnd(width)}  ${(await load(known)).summary}`)
  console.log(`\n${USAGE}`)
} else if (!names.includes(name)) {
  const near = similar(name, names)
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `expected one of ${names.join(', ')}`
  wrongUse(`there is no lesson '${name}'; ${hint}`)
} else {
  await (await load(name)).run({ quick, draw })
}
