import { z } from 'zod'

const holdMs = z.int().min(0).max(3_600_000)

const threshold = z.strictObject({
  deviationHz: z
    .number()
    .min(-10)
    .max(10)
    .refine((hertz) => hertz !== 0, { error: 'a threshold lies above or below nominal, not at it' })
    .describe('From nominal: an event below it if negative, above it if positive.'),
  severity: z.enum(['information', 'warning', 'minor', 'major', 'critical']).default('warning'),
  holdMs: holdMs.optional().describe('Of this threshold; otherwise that of all.'),
})

const rocof = z.strictObject({
  windowMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(1000)
    .describe('Readings that the slope is drawn through are not older.'),
  readings: z
    .int()
    .min(3)
    .max(100)
    .default(5)
    .describe('At least so many; a device that sends few is given a longer window.'),
  spanMs: z.int().min(100).max(600_000).default(10_000).describe('Nor older than this, even so.'),
  everyMs: z
    .int()
    .min(0)
    .max(3_600_000)
    .default(1000)
    .describe('Between two readings of rocof, or the length of its window if that is longer.'),
  limitHzPerSecond: z
    .number()
    .min(0)
    .max(100)
    .default(1)
    .describe('An event beyond it, up or down; 0: none.'),
  hysteresisPercent: z.number().min(0).max(90).default(20).describe('Of the limit.'),
  holdMs: holdMs.default(500).describe('How long the slope has to stay beyond the limit.'),
})

/** `processors.frequency` of the site file. */
export const frequencySettings = z.strictObject({
  thresholds: z
    .array(threshold)
    .max(16)
    .default([
      { deviationHz: -0.2, severity: 'warning' },
      { deviationHz: -0.5, severity: 'minor' },
      { deviationHz: -1, severity: 'critical' },
      { deviationHz: 0.2, severity: 'warning' },
      { deviationHz: 0.5, severity: 'minor' },
      { deviationHz: 1, severity: 'critical' },
    ])
    .describe('Frequencies that are an event.'),
  holdMs: holdMs.default(500).describe('How long it has to stay beyond a threshold.'),
  hysteresisHz: z
    .number()
    .min(0)
    .max(1)
    .default(0.02)
    .describe('An event ends this much on the good side of its threshold.'),
  rangePercent: z
    .number()
    .min(1)
    .max(50)
    .default(10)
    .describe('A frequency this far from nominal, or farther, is none: analysers have a clamp.'),
  lostVoltagePercent: z
    .number()
    .min(0)
    .max(90)
    .default(10)
    .describe(
      'Of nominal; below it on every phase, the voltage is gone and its frequency with it.',
    ),
  settleMs: z
    .int()
    .min(0)
    .max(600_000)
    .default(3000)
    .describe('After the voltage is back, until a frequency counts again.'),
  rocof: rocof.prefault({}).describe('Rate of change of frequency.'),
})
