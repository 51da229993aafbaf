import { z } from 'zod'

/** `processors.feeder` of the site file; docs/processors/feeder.md explains what is computed. */
export const feederSettings = z
  .strictObject({
    intervalMinutes: z
      .int()
      .refine((minutes) => minutes > 0 && 1440 % minutes === 0, {
        error: 'minutes that divide a day',
      })
      .default(15)
      .describe('Of one balance. Registers are interpolated at its ends.'),
    latenessMinutes: z
      .int()
      .min(0)
      .max(1440)
      .default(30)
      .describe('How long an interval waits for meters that have not reported.'),
    memberKinds: z
      .array(z.enum(['meter', 'concentrator', 'rtu', 'pq-meter']))
      .min(1)
      .default(['meter'])
      .describe('Devices of a feeder whose energy was sold.'),
    excessPercent: z
      .number()
      .min(0)
      .max(100)
      .default(3)
      .describe(
        'Of non-technical loss of a day, of what was supplied, that counts towards an alarm.',
      ),
    days: z.int().min(1).max(31).default(7).describe('Days that are looked at.'),
    daysOver: z.int().min(1).max(31).default(5).describe('Days of them over it, for an alarm.'),
    coveragePercent: z
      .number()
      .min(0)
      .max(100)
      .default(80)
      .describe('Complete intervals of a day, for it to count.'),
    suspects: z.int().min(0).max(50).default(5).describe('Meters that are named with an alarm.'),
    phaseMargin: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('By which the best phase has to correlate better than the second.'),
  })
  .refine(({ days, daysOver }) => daysOver <= days, {
    error: 'daysOver is at most days',
    path: ['daysOver'],
  })
