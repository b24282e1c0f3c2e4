#!/usr/bin/env node
/**
 * The command `myelin`: finds the command, reads its arguments, and turns what goes wrong into words and an exit status.
 */
import { MyelinError } from '../errors.ts'
import { commands, HELP } from './commands.ts'
import { Output, styled } from './output.ts'
import { type Given, helpOf, readArguments, UsageError, withHint } from './usage.ts'
import { flag } from './values.ts'

type Run = (given: Given, output: Output) => Promise<number>

const FAILED = 1
const WRONG_USE = 2

/** Loaded when they are called: help needs no addon. */
const runs: Readonly<Record<string, () => Promise<Run>>> = {
  train: async () => (await import('./train.ts')).train,
  evaluate: async () => (await import('./evaluate.ts')).evaluate,
  predict: async () => (await import('./predict.ts')).predict,
  info: async () => (await import('./info.ts')).info,
}

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version' || name === '-v') return version()
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const stream = name === undefined ? process.stderr : process.stdout
    stream.write(HELP)
    return name === undefined ? WRONG_USE : 0
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new UsageError(withHint(`there is no command '${name}'`, name, Object.keys(commands), ''))
  const given = readArguments(command, args)
  if (flag(given, 'help')) {
    process.stdout.write(helpOf(command))
    return 0
  }
  const run = await runs[name]!()
  return run(given, new Output(flag(given, 'json')))
}

async function version(): Promise<number> {
  const { info } = await import('../info.ts')
  process.stdout.write(`${info().version}\n`)
  return 0
}

function explain(error: unknown): number {
  const say = (text: string): void => {
    process.stderr.write(`${styled('red', 'myelin:', process.stderr)} ${text}\n`)
  }
  if (error instanceof UsageError || (error instanceof MyelinError && error.code === 'ERR_OPTION')) {
    const command = process.argv[2]
    const help =
      command !== undefined && Object.hasOwn(commands, command) ? `myelin ${command} --help` : 'myelin --help'
    say(`${error.message}\n  ${help} says what there is`)
    return WRONG_USE
  }
  if (error instanceof MyelinError) say(error.message)
  else say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return FAILED
}

// Whoever reads may close the pipe, as head does: then there is nothing left to do.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : FAILED)
})

process.exitCode = await main(process.argv.slice(2)).catch(explain)
