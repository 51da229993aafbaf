import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { MB, bytesOf } from './retention-amounts.ts'

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
