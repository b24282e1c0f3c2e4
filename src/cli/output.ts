/**
 * Where a command's words go: results to standard output, progress and what went wrong to standard error; with --json
 * nothing but one object to standard output.
 */
export class Output {
  readonly #json: boolean

  constructor(json: boolean) {
    this.#json = json
  }

  get json(): boolean {
    return this.#json
  }

  /** A line for people. */
  say(line = ''): void {
    const stream = this.#json ? process.stderr : process.stdout
    stream.write(`${line}\n`)
  }

  /** The same, standing out on a terminal. */
  stress(line: string): void {
    this.say(styled('bold', line, this.#json ? process.stderr : process.stdout))
  }

  /** The one object of --json; nothing without it. */
  result(value: object): void {
    if (this.#json) process.stdout.write(`${JSON.stringify(value)}\n`)
  }

  /** A line that is the result itself, such as a line of CSV. Waits while whoever reads is slower. */
  async line(text: string): Promise<void> {
    if (!process.stdout.write(`${text}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
}

const CODES = { bold: [1, 22], red: [31, 39] } as const

/** Colour and weight on a terminal, unless NO_COLOR (no-color.org) is set. */
export function styled(format: keyof typeof CODES, text: string, stream: NodeJS.WriteStream): string {
  const [on, off] = CODES[format]
  return stream.isTTY && !process.env['NO_COLOR'] ? `\x1b[${on}m${text}\x1b[${off}m` : text
}

export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** `1 row`, `2 rows`. */
export function counted(value: number, one: string, several = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : several}`
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(2)} %`
}

/** Four digits. */
export function short(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value)
}
