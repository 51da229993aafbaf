import { z } from 'zod'

/** At most so many: a rule is looked for once a point. */
const RULES = 256
const PATTERNS = 64

const quantities = z
  .array(
    z.string().regex(/^[A-Za-z0-9._:-]{0,63}\*?$/, {
      error: 'a quantity is needed, or the beginning of its name with * behind it',
    }),
  )
  .min(1)
  .max(PATTERNS)
  .describe('For which quantities: voltage.a, voltage.*, or *.')

const maximumSilenceMs = z
  .int()
  .min(1000)
  .max(86_400_000)
  .default(900_000)
  .describe('A reading is passed when the one passed last is as old as this.')

const error = z
  .number()
  .min(0)
  .default(0)
  .describe('Largest error, in the unit of the quantity. The greater of this and percent counts.')

const percent = z
  .number()
  .min(0)
  .max(100)
  .default(0)
  .describe('Largest error, in % of the reading passed last.')

const deadband = z.strictObject({
  quantities,
  method: z.literal('deadband').describe('Passes what differs from the reading passed last.'),
  error,
  percent,
  maximumSilenceMs,
})

const swingingDoor = z.strictObject({
  quantities,
  method: z.literal('swinging-door').describe('Passes the corners of straight lines.'),
  error,
  percent,
  maximumSilenceMs,
})

const decimation = z
  .strictObject({
    quantities,
    method: z.literal('decimation').describe('Passes one of so many, whatever it says.'),
    every: z.int().min(2).max(1_000_000).optional().describe('Of so many readings one.'),
    intervalMs: z
      .int()
      .min(10)
      .max(86_400_000)
      .optional()
      .describe('The first of each interval, counted from midnight UTC on.'),
    maximumSilenceMs,
  })
  .refine(({ every, intervalMs }) => (every === undefined) !== (intervalMs === undefined), {
    error: 'either every or intervalMs is needed',
  })

const exception = z.strictObject({
  quantities,
  method: z.literal('exception').describe('Passes what is not the same as the reading before.'),
  maximumSilenceMs,
})

/** What local consumers and the uplink need less of. The first rule that fits a quantity counts; what no rule fits is not filtered. */
export const filterSettings = z.strictObject({
  rules: z
    .array(z.discriminatedUnion('method', [deadband, swingingDoor, decimation, exception]))
    .max(RULES)
    .default([])
    .describe('The first that fits a quantity counts; without any nothing is put out.'),
})
