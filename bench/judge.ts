/** Whether a time counts: what the loss began at, whether it fell, and whether it ended where others ended. */
import type { Result } from './job.ts'
import type { Workload } from './workloads.ts'

/** How far from ln(classes), which is a guess, the loss of an untrained net may be. */
const GUESS = 0.7

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Of the values: (highest - lowest) / median. */
export function spreadOf(values: readonly number[]): number {
  return (Math.max(...values) - Math.min(...values)) / median(values)
}

export const endLoss = (rounds: readonly Result[]): number => median(rounds.map(({ lastLoss }) => lastLoss))

/** What is wrong with the losses by themselves, or null. */
export function ownFault(workload: Workload, rounds: readonly Result[]): string | null {
  for (const { firstLoss, lastLoss, accuracy } of rounds) {
    if (!Number.isFinite(firstLoss) || !Number.isFinite(lastLoss)) return `loss is ${firstLoss}, then ${lastLoss}`
    if (workload.kind === 'predict') continue
    const guess = Math.log(workload.units.at(-1)!)
    if (workload.output === 'softmax' && Math.abs(firstLoss - guess) > GUESS) {
      return `loss begins at ${firstLoss.toFixed(3)}, not near ${guess.toFixed(3)}`
    }
    if (lastLoss >= 0.9 * firstLoss) return `loss does not fall: ${firstLoss.toFixed(3)} → ${lastLoss.toFixed(3)}`
    if (workload.kind === 'race' && accuracy === undefined) return 'no accuracy'
  }
  return null
}

/**
 * Whether the loss of a peer ended near ours, or null. A peer that trains on fewer rows is held against ours on the same
 * rows, and may be better: those that know no batches update their weights 128 times as often.
 */
export function strangeLoss(
  { kind, lossFactor }: Workload,
  theirs: number,
  ours: number,
  onFewerRows: boolean,
): string | null {
  if (kind === 'race') return null // its accuracy was the goal
  const near = theirs <= lossFactor * ours && (onFewerRows || ours <= lossFactor * theirs)
  return near ? null : `loss ends at ${theirs.toFixed(4)}, ours at ${ours.toFixed(4)}`
}
