/**
 * csvLogger: a line of numbers an epoch in a CSV file.
 */
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Callback, Logs } from '../callbacks.ts'
import { checkFlag, checkOptions, expected } from '../validate.ts'
import { checkPath, writing } from '../paths.ts'

export interface CsvLoggerOptions {
  /** The file; folders on its way are made. */
  readonly filename: string | URL
  /** Between the columns: one character, no quote, line break, letter, digit, point or sign. Default ','. */
  readonly separator?: string
  /** Go on in a file that is there, for a run that goes on, instead of beginning it anew. Default false. */
  readonly append?: boolean
}

/** What stands where an epoch has no value for a column. */
const MISSING = 'NA'

/**
 * Writes a line an epoch: `epoch`, counted from 0, and the logs in the order of their names. The first epoch, or the
 * first line of the file it appends to, says which columns there are; what later epochs lack is `NA`.
 *
 * @throws ERR_OPTION; in `fit` ERR_FILE when the file cannot be written
 */
export function csvLogger(options: CsvLoggerOptions): Callback {
  return new Logger(options)
}

class Logger implements Callback {
  readonly #path: string
  readonly #separator: string
  readonly #append: boolean
  #columns: readonly string[] | null = null

  constructor(options: unknown) {
    const given = checkOptions(options, 'csvLogger', ['filename', 'separator', 'append'])
    const { separator = ',' } = given
    if (typeof separator !== 'string' || !/^[^"\r\n\w.+-]$/u.test(separator)) {
      throw expected('ERR_OPTION', 'one character that is in no number and no name', 'separator', separator)
    }
    this.#path = checkPath(given.filename, 'filename')
    this.#separator = separator
    this.#append = checkFlag(given.append ?? false, 'append')
  }

  async onTrainBegin(): Promise<void> {
    this.#columns = null
    await writing(this.#path, async () => {
      await mkdir(dirname(this.#path), { recursive: true })
      if (!this.#append) return writeFile(this.#path, '')
      const [head] = (await readFile(this.#path, { encoding: 'utf8', flag: 'a+' })).split(/\r?\n/, 1)
      if (head) this.#columns = head.split(this.#separator).slice(1)
    })
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const lines: string[] = []
    if (this.#columns === null) {
      this.#columns = Object.keys(logs).sort()
      lines.push(this.#line(['epoch', ...this.#columns]))
    }
    lines.push(this.#line([epoch, ...this.#columns.map((name) => logs[name] ?? MISSING)]))
    await writing(this.#path, () => appendFile(this.#path, lines.join('')))
  }

  #line(cells: readonly (string | number)[]): string {
    return `${cells.join(this.#separator)}\n`
  }
}
