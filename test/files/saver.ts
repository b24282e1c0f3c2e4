/**
 * Saves two models in turn to one file, again and again, until it is killed: what replace.test.ts kills. Its argument is
 * a folder; what the file may hold is in `even` and `odd` of it when it says "saving".
 */
import { existsSync } from 'node:fs'
import { layers, type Model, sequential } from '../../src/index.ts'

/** Some 400 kB: a write of several pages, and quick. */
function model(seed: number): Model {
  const made = sequential({ seed, layers: [layers.dense({ units: 200, inputShape: [160] })] })
  made.compile({ optimizer: 'adam', loss: 'meanSquaredError' })
  return made
}

const folder = process.argv[2]!
const models = [model(1), model(2)]
if (!existsSync(`${folder}/saved`)) {
  await models[0]!.save(`${folder}/even`)
  await models[1]!.save(`${folder}/odd`)
  await models[0]!.save(`${folder}/saved`)
}
process.stdout.write('saving\n')
for (let i = 0; ; i++) await models[i % 2]!.save(`${folder}/saved`)
