import { z } from 'zod'

/** `processors.outage` of the site file; docs/processors/outage.md. */
export const outageSettings = z.strictObject({
  lossPercent: z
    .number()
    .positive()
    .max(90)
    .default(10)
    .describe('Of the nominal voltage: a phase below it is without supply.'),
  hysteresisPercent: z
    .number()
    .min(0)
    .max(10)
    .default(2)
    .describe('Of the nominal voltage, above lossPercent: from there on it has supply again.'),
  momentarySeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(300)
    .describe('What lasts longer is sustained: 300 in IEEE 1366, 180 in EN 50160 and DL/T 836.'),
  correlationSeconds: z
    .number()
    .min(0)
    .max(3600)
    .default(5)
    .describe('Losses on a feeder that lie no further apart belong together; so long one waits.'),
  membersMin: z
    .int()
    .min(1)
    .max(1000)
    .default(2)
    .describe('So many devices make an outage of their feeder; fewer have one each.'),
  feederPercent: z
    .number()
    .positive()
    .max(100)
    .default(90)
    .describe('Of the devices of a feeder: if so many are without supply, all of it is.'),
  threePhase: z
    .enum(['any', 'all'])
    .default('any')
    .describe('A three-phase customer is interrupted when any phase is (IEEE 1366), or all.'),
})
