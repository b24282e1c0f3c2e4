/**
 * Kills processes while they save, and looks at what they leave: for replace.test.ts, and as a program
 *
 *   node --import tsx test/files/kills.ts [--kills 200]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import * as assert from 'uvu/assert'
import { loadModel } from '../../src/index.ts'

export interface Kills {
  kills: number
  /** Which of the two models the file held. */
  even: number
  odd: number
  /** The killed were in the middle of a file. */
  leftovers: number
  /** The most of such files at one time: they must not pile up. */
  mostLeftovers: number
}

const LONGEST_DELAY_MS = 50
const AT_ONCE = 2

async function killOne(folder: string, found: Kills): Promise<void> {
  const program = fileURLToPath(new URL('./saver.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', program, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await Promise.race([once(child.stdout, 'data'), ended])
  await new Promise((done) => setTimeout(done, Math.random() * LONGEST_DELAY_MS))
  child.kill('SIGKILL')
  assert.is((await ended)[1], 'SIGKILL')
  const saved = readFileSync(join(folder, 'saved'))
  const isEven = saved.equals(readFileSync(join(folder, 'even')))
  assert.ok(isEven || saved.equals(readFileSync(join(folder, 'odd'))), `a file of ${saved.length} bytes is neither`)
  await loadModel(saved)
  found.kills++
  found[isEven ? 'even' : 'odd']++
  const leftovers = readdirSync(folder).filter((name) => !['even', 'odd', 'saved'].includes(name))
  found.leftovers += leftovers.length > 0 ? 1 : 0
  found.mostLeftovers = Math.max(found.mostLeftovers, leftovers.length)
}

/** Several at once, each in a folder of its own, which it uses again and again. */
export async function killSavers(kills: number): Promise<Kills> {
  const found = { kills: 0, even: 0, odd: 0, leftovers: 0, mostLeftovers: 0 }
  let left = kills
  const work = async (): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), 'myelin-kills-'))
    try {
      while (left-- > 0) await killOne(folder, found)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return found
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const { values } = parseArgs({ options: { kills: { type: 'string', default: '200' } } })
  console.log(await killSavers(Number(values.kills)))
}
