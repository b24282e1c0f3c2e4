/**
 * The table that `model.summary()` prints.
 */
import type { Layer } from './layer.ts'

export function summaryLines(layers: readonly Layer[], dtype: 'float32' | 'float64'): readonly string[] {
  const head = ['Layer (type)', 'Output shape', 'Parameters']
  const body = layers.map(({ name, kind, outputs, parameterCount }) => [
    `${name} (${kind})`,
    `[rows, ${outputs}]`,
    grouped(parameterCount),
  ])
  const widths = head.map((title, i) => Math.max(title.length, ...body.map((row) => row[i]!.length)))
  const line = (row: readonly string[]): string =>
    `${row[0]!.padEnd(widths[0]!)}   ${row[1]!.padEnd(widths[1]!)}   ${row[2]!.padStart(widths[2]!)}`
  const rule = '─'.repeat(widths.reduce((sum, width) => sum + width, 6))
  const all = layers.reduce((sum, { parameterCount }) => sum + parameterCount, 0)
  const trainable = layers.reduce((sum, { trainableParameterCount }) => sum + trainableParameterCount, 0)
  const bytes = all * (dtype === 'float64' ? 8 : 4)
  return [
    line(head),
    rule,
    ...body.map(line),
    rule,
    `Parameters: ${grouped(all)} (${memory(bytes)}, ${dtype})`,
    `Trainable: ${grouped(trainable)}, not trainable: ${grouped(all - trainable)}`,
  ]
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

function memory(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const
  const power = Math.min(bytes < 1 ? 0 : Math.floor(Math.log10(bytes) / 3), units.length - 1)
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
