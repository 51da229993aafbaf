import { z } from 'zod'

const DAY_MINUTES = 1440

/** So that windows begin at midnight UTC as well. */
const partOfDay = z.int().refine((minutes) => minutes > 0 && DAY_MINUTES % minutes === 0, {
  error: 'minutes that divide a day',
})

/** `processors.transformer` of the site file; docs/processors/transformer.md explains what is computed. */
export const transformerSettings = z.strictObject({
  method: z
    .enum(['iec', 'ieee'])
    .default('iec')
    .describe('IEC 60076-7:2018, difference equations, or IEEE C57.91, clause 7.'),
  outputSeconds: z
    .int()
    .min(60)
    .max(86_400)
    .multipleOf(60)
    .default(60)
    .describe('Between two values of hot spot and top oil, aligned to UTC.'),
  windowMinutes: partOfDay.default(60).describe('Of the mean ageing rate.'),
  permissibleMinutes: partOfDay.default(15).describe('Between two values of the permissible load.'),
  emergency: z
    .boolean()
    .default(false)
    .describe('Also the permissible load of long-time emergency loading.'),
  gapMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(90)
    .describe('Without a load for longer: what was before it is held, and the result is marked.'),
  latenessSeconds: z
    .int()
    .min(0)
    .max(60)
    .default(5)
    .describe('How long readings of one second wait for others that belong to them.'),
  hysteresisK: z
    .number()
    .min(0)
    .max(30)
    .default(3)
    .describe('Below a limit, until its alarm ends.'),
  hysteresisLoad: z.number().min(0).max(1).default(0.05).describe('The same for load factors.'),
  holdSeconds: z
    .int()
    .min(0)
    .max(3600)
    .default(60)
    .describe('Above a limit, until its alarm begins.'),
  deviationK: z
    .number()
    .positive()
    .max(100)
    .default(10)
    .describe('Of measured top oil above the computed one, until that is an alarm.'),
  deviationMinutes: z.int().min(0).max(1440).default(30).describe('For how long.'),
  regularTopOilC: z
    .number()
    .min(0)
    .max(150)
    .optional()
    .describe(
      'Top oil that is an alarm already in regular service. Default: 85 with limits gbt (DL/T 572), else none.',
    ),
})
