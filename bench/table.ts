/** Draws the result of a bench for a terminal. */

export interface Rate {
  readonly samplesPerSecond: number
  readonly spread: number
  readonly threads: number
}

export interface Line {
  readonly title: string
  readonly ours: Rate | undefined
  readonly theirs: Rate | undefined
  /** Dense-equivalent FLOP/s as a part of the machine's FMA peak. */
  readonly share: number | undefined
  readonly ratio: number | undefined
  /** Why times were not counted. */
  readonly faults: readonly string[]
}

function rate(value: Rate | undefined): string {
  if (value === undefined) return '–'
  const { samplesPerSecond, spread, threads } = value
  return `${Math.round(samplesPerSecond).toLocaleString('en-US')} ±${Math.round(50 * spread)} % (${threads}t)`
}

export function drawTable(lines: readonly Line[], hasPyTorch: boolean): string {
  const heads = ['workload', 'myelin samples/s', 'of peak', 'PyTorch samples/s', 'ratio']
  const cells = lines.map(({ title, ours, theirs, share, ratio }) => [
    title,
    rate(ours),
    share === undefined ? '–' : share.toFixed(2),
    hasPyTorch ? rate(theirs) : 'not installed',
    ratio === undefined ? '–' : `${ratio.toFixed(2)}×`,
  ])
  const widths = heads.map((head, i) => Math.max(head.length, ...cells.map((row) => row[i]!.length)))
  const line = (row: readonly string[]): string =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  │  ')
  const rule = widths.map((width) => '─'.repeat(width)).join('──┼──')
  const faults = lines.flatMap(({ title, faults }) => faults.map((fault) => `not counted: ${title}, ${fault}`))
  return [line(heads), rule, ...cells.map(line), ...faults].join('\n')
}
