/**
 * The confusion matrix as text for a terminal.
 */
import type { ClassResults } from '../report/results.ts'

const MOST_CLASSES = 12
const LONGEST_NAME = 12

/** Lines of text, or none where there are too many classes for them. */
export function confusionLines({ names, counts }: ClassResults): readonly string[] {
  if (names.length > MOST_CLASSES) return []
  const shown = names.map((name) => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name))
  const left = Math.max(...shown.map(({ length }) => length))
  const longest = Math.max(...shown.map(({ length }) => length), ...counts.flat().map((value) => String(value).length))
  const width = longest + 2
  const cells = (texts: readonly string[]): string => texts.map((text) => text.padStart(width)).join('')
  const rows = counts.map((row, truth) => {
    const total = row.reduce((sum, value) => sum + value, 0)
    const share = total === 0 ? '' : `${((100 * row[truth]!) / total).toFixed(1)} %`
    const texts = row.map((value) => (value === 0 ? '·' : String(value)))
    return `  ${shown[truth]!.padStart(left)} │${cells(texts)}  │${share.padStart(8)}`
  })
  return [
    `  ${' '.repeat(left)} │${cells(shown)}  │   right`,
    `  ${'─'.repeat(left)}─┼${'─'.repeat(width * names.length + 2)}┼────────`,
    ...rows,
    '  rows: what it is, columns: what the model says',
  ]
}
