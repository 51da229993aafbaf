import { type Retention, defaultBudgetBytes } from '../../store/history/retention.ts'
import type { SiteFile } from './schema.ts'

export const MB = 1_000_000
const UNITS: Readonly<Record<string, number>> = { MB, GB: 1000 * MB, TB: 1_000_000 * MB }
const DAY_MS = 86_400_000
const PERIODS: Readonly<Record<string, number>> = { d: DAY_MS, w: 7 * DAY_MS, y: 366 * DAY_MS }

/** What the site file says, and what it leaves to the file system of the data folder. */
export function retentionOf(
  { diskBudget, raw, rollups }: SiteFile['retention'],
  directory: string,
): Retention {
  return {
    budgetBytes: diskBudget === undefined ? defaultBudgetBytes(directory) : bytesOf(diskBudget),
    rawMs: periodMs(raw),
    rollupsMs: periodMs(rollups),
  }
}

function periodMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return parseInt(text, 10) * (PERIODS[text.slice(-1)] as number)
}

export function bytesOf(text: string): number {
  return parseInt(text, 10) * (UNITS[text.slice(-2)] as number)
}
