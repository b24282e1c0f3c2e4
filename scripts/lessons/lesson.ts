/**
 * What every lesson is: a file with `summary`, one line, and `run`, which prints, draws and returns its numbers.
 * Also how lessons print: lines that can be silenced, and tables with aligned columns. Draws nothing: that is charts/.
 */

export interface LessonOptions {
  /** Write the pictures into docs/lessons. Default true. */
  readonly draw?: boolean
  /** Write to standard output. Default true. */
  readonly print?: boolean
  /** A smaller job where the whole one takes minutes. Default false. */
  readonly quick?: boolean
}

export interface Lesson<Result = unknown> {
  readonly summary: string
  readonly run: (options?: LessonOptions) => Promise<Result>
}

/** Prints lines, or nothing when the lesson is silent. */
export function printer({ print = true }: LessonOptions): (text?: string) => void {
  return (text = '') => {
    if (print) console.log(text)
  }
}

/** A cell that is a number stands at the right of its column, a text at the left. */
export type Cell = string | number

/** Columns as wide as their widest cell, two spaces apart, under their names and a rule; every line set in by two. */
export function table(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = (cell: Cell): boolean => typeof cell === 'number' || /^[+−-]?[\d.,]+(e[−+-]?\d+)?( %)?$/.test(cell)
  const right = names.map((_, j) => rows.length > 0 && rows.every((row) => row[j] === '' || isNumber(row[j]!)))
  const texts = [names, ...rows].map((row) => row.map(String))
  const widths = names.map((_, j) => Math.max(...texts.map((row) => [...row[j]!].length)))
  const lines = texts.map((row) =>
    row
      .map((cell, j) => {
        const room = ' '.repeat(widths[j]! - [...cell].length)
        return right[j] ? room + cell : cell + room
      })
      .join('  ')
      .trimEnd(),
  )
  const rule = widths.map((width) => '─'.repeat(width)).join('──')
  return [lines[0]!, rule, ...lines.slice(1)].map((line) => `  ${line}`).join('\n')
}
