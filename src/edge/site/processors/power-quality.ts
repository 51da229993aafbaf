import { z } from 'zod'

const percent = z.number().min(0)

/** `processors.power-quality` of the site file. */
export const powerQualitySettings = z.strictObject({
  profile: z
    .enum(['site', 'en50160', 'gbt'])
    .default('site')
    .describe('Limits that a week is judged by; those of site.limits unless another is named.'),
  channels: z
    .enum(['automatic', 'phase', 'line'])
    .default('automatic')
    .describe('Voltages that events are about: phase to neutral where there are any, else lines.'),
  dipPercent: percent
    .max(99)
    .default(90)
    .describe('Of nominal; a dip begins below it on any channel.'),
  swellPercent: percent
    .min(101)
    .max(200)
    .default(110)
    .describe('Of nominal; a swell begins above it on any channel.'),
  interruptionPercent: percent
    .max(50)
    .optional()
    .describe('Of nominal; below it on every channel. Default: 5 for EN 50160, 10 for GB/T.'),
  hysteresisPercent: percent
    .max(20)
    .default(2)
    .describe('Of nominal; on the good side of the threshold by so much, an event ends.'),
  lateMs: z
    .int()
    .min(60_000)
    .max(600_000)
    .default(60_000)
    .describe('After the end of ten minutes, how long late readings are still waited for.'),
  weekOffsetHours: z
    .number()
    .min(-168)
    .max(168)
    .default(0)
    .describe('A week begins on Monday at 00:00 UTC and so much later; -8 is 00:00 in Beijing.'),
  validPercent: percent
    .max(100)
    .default(50)
    .describe('Of the values of a week; with fewer valid ones it is not judged.'),
  voltageSharePercent: percent
    .max(100)
    .default(95)
    .describe('GB/T 12325: share of the values that has to be within the limits.'),
  unbalanceLimitPercent: percent
    .max(10)
    .default(2)
    .describe('For 95 % of the week; 3 in some areas of EN 50160, 1.3 for one user of GB/T 15543.'),
  smallSystem: z
    .boolean()
    .default(false)
    .describe('GB/T 15945: the frequency may be 0.5 Hz from nominal instead of 0.2 Hz.'),
  pstTime: z
    .enum(['end', 'start'])
    .default('end')
    .describe('What the time of a flicker value says: when its interval ended, or began.'),
  thdTolerancePercent: percent
    .max(100)
    .default(10)
    .describe('Of a delivered THD; by more it may not differ from that of the harmonics.'),
  tenMinutes: z
    .boolean()
    .default(true)
    .describe('Whether results of ten minutes are told, or only events and weeks.'),
})
