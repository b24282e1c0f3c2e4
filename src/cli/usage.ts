/**
 * What the command line understands: options of each command as tables, arguments read by them with hints for what is
 * wrong, and help made of the same tables.
 */
import { parseArgs } from 'node:util'
import { suggestion } from '../validate.ts'

export interface OptionUsage {
  /** What stands for the value in the help; left out: the option is a switch. */
  readonly value?: string
  /** One letter. */
  readonly short?: string
  readonly says: string
}

export interface CommandUsage {
  readonly name: string
  /** What stands between the name and the options. */
  readonly positionals: readonly string[]
  /** How many of them there must be. */
  readonly required: number
  readonly says: string
  /** By heading. */
  readonly options: Readonly<Record<string, Readonly<Record<string, OptionUsage>>>>
  readonly examples: readonly string[]
}

export interface Given {
  readonly positionals: readonly string[]
  /** Texts as they were given, by name; switches are true. */
  readonly options: Readonly<Record<string, string | true | undefined>>
}

/** Wrong use: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const HELP: OptionUsage = { short: 'h', says: 'this help' }

function optionsOf({ options }: CommandUsage): Record<string, OptionUsage> {
  return Object.assign({}, ...Object.values(options), { help: HELP })
}

/** @throws UsageError */
export function readArguments(command: CommandUsage, args: readonly string[]): Given {
  const known = optionsOf(command)
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { value, short }]) => {
      return [name, { type: value ? ('string' as const) : ('boolean' as const), ...(short ? { short } : {}) }]
    }),
  )
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true })
  const found: Record<string, string | true> = {}
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind === 'option') found[token.name] = readOption(known, token)
  }
  if (found['help'] !== true) checkPositionals(command, positionals)
  return { positionals, options: found }
}

interface OptionToken {
  readonly name: string
  readonly rawName: string
  readonly value?: string | undefined
}

function readOption(known: Record<string, OptionUsage>, { name, rawName, value }: OptionToken): string | true {
  const usage = known[name]
  if (!usage) throw new UsageError(withHint(`there is no option ${rawName}`, name, Object.keys(known)))
  if (!usage.value) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value, and was given '${value}'`)
    return true
  }
  if (value === undefined || value.startsWith('--'))
    throw new UsageError(`${rawName} needs a value: ${rawName} ${usage.value}`)
  return value
}

function checkPositionals({ name, positionals, required }: CommandUsage, given: readonly string[]): void {
  if (given.length < required) throw new UsageError(`${name} needs ${positionals[given.length]}`)
  if (given.length > positionals.length) {
    throw new UsageError(
      `${name} takes ${positionals.join(' and ')}, and was also given '${given[positionals.length]}'`,
    )
  }
}

/** "…; did you mean --epochs?" */
export function withHint(says: string, name: string, names: readonly string[], dashes = '--'): string {
  const hint = suggestion(name, names).replace(/`(.*)`/, `${dashes}$1`)
  return hint ? `${says}; ${hint}` : says
}

export function helpOf(command: CommandUsage): string {
  const { name, positionals, required, says, examples } = command
  const shown = positionals.map((text, i) => (i < required ? text : `[${text}]`))
  const { '': others = {}, ...headed } = command.options
  const groups = Object.entries({ ...headed, '': { ...others, help: HELP } })
  const lefts = groups.flatMap(([, options]) => Object.entries(options).map(([key, usage]) => left(key, usage)))
  const width = Math.max(...lefts.map(({ length }) => length)) + 2
  const sections = groups.map(([heading, options]) => {
    const lines = Object.entries(options).map(([key, usage]) => `  ${left(key, usage).padEnd(width)}${usage.says}`)
    return [...(heading ? [heading] : []), ...lines].join('\n')
  })
  const usage = ['Usage: myelin', name, ...shown, '[options]'].join(' ')
  const last = examples.length > 0 ? ['', 'Examples', ...examples.map((example) => `  ${example}`)] : []
  return [usage, '', says, '', sections.join('\n\n'), ...last, ''].join('\n')
}

function left(name: string, { short, value }: OptionUsage): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
}
