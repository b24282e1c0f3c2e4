/**
 * `myelin info`: this machine, or a saved model.
 */
import { loadModel } from '../files/load-model.ts'
import { info as machine } from '../info.ts'
import { count, type Output } from './output.ts'
import type { Given } from './usage.ts'

export async function info({ positionals: [file] }: Given, output: Output): Promise<number> {
  if (file === undefined) sayMachine(output)
  else await sayModel(file, output)
  return 0
}

function sayMachine(output: Output): void {
  const found = machine({ measure: true })
  const { version, isa, isas, threads, physicalCores, fmaPeak } = found
  output.say(`myelin ${version}, Node ${process.version}, ${process.platform} ${process.arch}`)
  output.say(`instruction set  ${isa} (of ${isas.join(' ')}; MYELIN_ISA forces another)`)
  output.say(`threads          ${threads}, on ${physicalCores} physical cores`)
  output.say(`peak             ${count(Math.round(fmaPeak! / 1e9))} GFLOP/s of fused multiply-adds in float32`)
  output.result({ ...found, node: process.version, platform: process.platform, arch: process.arch })
}

async function sayModel(file: string, output: Output): Promise<void> {
  const model = await loadModel(file)
  const { recipe } = model
  model.summary({ print: (line) => output.say(line) })
  output.say(`Trained: ${count(model.epochs)} epochs, seed ${model.seed}`)
  if (recipe?.label != null) output.say(`Label: ${recipe.label}`)
  if (recipe?.classNames) output.say(`Classes: ${recipe.classNames.join(', ')}`)
  const columns = recipe?.columns?.map(({ name }, i) => name ?? String(i))
  if (columns && columns.length <= 40) output.say(`Features: ${columns.join(', ')}`)
  output.result({ definition: model.toJSON(), epochs: model.epochs, recipe })
}
