import { statfsSync } from 'node:fs'
import { limits } from '../../core/limits.ts'

/** How much is kept. */
export interface Retention {
  /** What the data folder may take. */
  readonly budgetBytes: number
  /** Readings older than this go; undefined: none does for its age. */
  readonly rawMs: number | undefined
  /** What stays of readings that went goes when it is older than this; undefined: it does not for its age. */
  readonly rollupsMs: number | undefined
}

/** Where nobody says what a folder may take: a part of the file system that it is on, however full that is. */
export function defaultBudgetBytes(directory: string): number {
  const { blocks, bsize } = statfsSync(directory)
  return Math.floor(blocks * bsize * limits.diskBudgetShare)
}

/** Above this, something goes: what is left is for what is written before the next look, and while it goes. */
export function highWaterBytes({ budgetBytes }: Retention): number {
  return budgetBytes - Math.min(limits.budgetReserveBytes, budgetBytes * RESERVE)
}

/** Down to this: a look at the disk is not worth a few spans. */
export function lowWaterBytes(retention: Retention): number {
  return highWaterBytes(retention) * LOW_WATER
}

const RESERVE = 0.25
const LOW_WATER = 0.95
