import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { type Retention, defaultBudgetBytes } from '../../store/history/retention.ts'

const MB = 1_000_000
const UNITS: Readonly<Record<string, number>> = { MB, GB: 1000 * MB, TB: 1_000_000 * MB }
const DAY_MS = 86_400_000
const PERIODS: Readonly<Record<string, number>> = { d: DAY_MS, w: 7 * DAY_MS, y: 366 * DAY_MS }

const period = z.string().regex(/^[1-9][0-9]{0,4}[dwy]$/, {
  error: 'a period is a whole number with d, w or y behind it',
})

/** `retention` of the site file: how much is kept, and for how long. */
export const retention = z.strictObject({
  diskBudget: z
    .string()
    .regex(/^[1-9][0-9]{0,5}(MB|GB|TB)$/, {
      error: 'a size is a whole number with MB, GB or TB behind it',
    })
    .refine((text) => bytesOf(text) >= limits.diskBudgetBytesMin, {
      error: `at least ${Math.ceil(limits.diskBudgetBytesMin / MB)}MB`,
    })
    .optional()
    .describe('What the data folder may take. Default: four fifths of its file system.'),
  raw: period
    .optional()
    .describe('How long readings are kept. Default: as long as the budget allows.'),
  rollups: period
    .optional()
    .describe(
      'How long windows of readings that went are kept. Default: as long as the budget allows.',
    ),
})

/** What the site file says, and what it leaves to the file system of the data folder. */
export function retentionOf(
  { diskBudget, raw, rollups }: z.output<typeof retention>,
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

function bytesOf(text: string): number {
  return parseInt(text, 10) * (UNITS[text.slice(-2)] as number)
}
