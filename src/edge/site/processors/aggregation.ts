import { z } from 'zod'

const patterns = z
  .array(
    z
      .string()
      .regex(/^[A-Za-z0-9._:-]{0,127}\*?$/, { error: 'a quantity, or its beginning and *' }),
  )
  .max(64)
  .describe('Quantities by name, or by how they begin: voltage.*')

const windows = z.strictObject({
  quantities: patterns,
  seconds: z
    .int()
    .min(1)
    .max(86_400)
    .refine((seconds) => 86_400 % seconds === 0, {
      error: 'a number of seconds that divides a day',
    })
    .describe('Width. Windows begin at midnight UTC and every so many seconds after it.'),
  from: z
    .int()
    .min(1)
    .max(86_400)
    .optional()
    .describe('Made of the windows of this width instead of readings, each counting the same.'),
  law: z
    .enum(['mean', 'rms', 'max', 'last', 'difference'])
    .optional()
    .describe("Default: each quantity's own."),
})

const QUALITY = ['voltage.*', 'unbalance.*', 'thd.*', 'harmonic.*']

const flags = z.strictObject({
  dipPercent: z.number().min(1).max(99).default(90).describe('Of the nominal voltage.'),
  swellPercent: z.number().min(101).max(200).default(110).describe('Of the nominal voltage.'),
  hysteresisPercent: z.number().min(0).max(4).default(2).describe('Of the nominal voltage.'),
})

const groups = z.strictObject({
  quantities: patterns.default(['power.active', 'power.reactive', 'energy.*']),
  seconds: z.int().min(1).max(86_400).default(900).describe('Width; one of windows has it, too.'),
})

const demand = z.strictObject({
  enabled: z.boolean().default(true),
  seconds: z
    .literal([900, 1200, 1800, 3600])
    .default(900)
    .describe('The period; the sliding one moves by a minute.'),
  every: z
    .enum(['day', 'step'])
    .default('day')
    .describe('What is told: the greatest of the day, or every period as well.'),
  peak: z.enum(['block', 'sliding']).default('block').describe('Which the load factor refers to.'),
  completePercent: z
    .number()
    .positive()
    .max(100)
    .default(80)
    .describe('Of its minutes a period has to have to count, of its members a sum.'),
})

/** `processors.aggregation` of the site file; docs/processors/aggregation.md. */
export const aggregationSettings = z.strictObject({
  windows: z
    .array(windows)
    .max(8)
    .default([
      {
        quantities: ['power.*', 'energy.*', 'current.*', 'temperature.*', 'level.*', 'demand.*'],
        seconds: 900,
      },
      { quantities: ['frequency', 'rocof'], seconds: 900 },
      { quantities: QUALITY, seconds: 600 },
      { quantities: QUALITY, seconds: 7200, from: 600 },
    ]),
  allowedLatenessMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(10_000)
    .describe('A window waits so long after its end for what is late.'),
  keptWindows: z
    .int()
    .min(1)
    .max(96)
    .default(1)
    .describe('Windows before the newest that what is late may still change.'),
  flags: flags.prefault({}),
  groups: groups.prefault({}),
  demand: demand.prefault({}),
})
