import { z } from 'zod'
import { limits } from '../../core/limits.ts'

const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const
const DAY_SECONDS = 86_400

/** A name, or how it begins with a star behind it. */
const pattern = z.string().regex(/^[A-Za-z0-9._:-]{0,127}\*?$/, {
  error: 'a name is needed, or how it begins with * behind it: voltage.*',
})

function seconds(most: number): z.ZodNumber {
  return z.number().min(0).max(most)
}

const rule = z.strictObject({
  event: pattern.describe('Kind of event that it is about: voltage.dip, voltage.*, or *.'),
  subject: pattern.optional().describe('Of these devices, feeders, … only: f1-*.'),
  priority: z.enum(PRIORITIES).optional().describe('Instead of the one of the severity.'),
  onDelaySeconds: seconds(DAY_SECONDS).optional().describe('It lasts so long before it is raised.'),
  offDelaySeconds: seconds(DAY_SECONDS)
    .optional()
    .describe('It is gone for so long before it has returned. Default: 10.'),
  absorbs: z
    .array(pattern)
    .max(limits.alarmAbsorbs)
    .optional()
    .describe(
      'Kinds of events below a feeder, transformer or voltage level that this one explains.',
    ),
  outOfService: z
    .string()
    .min(1)
    .max(limits.alarmTextCharacters)
    .optional()
    .describe('Why nobody is to be told of it.'),
})

/** `alarms` of the site file: what of the events is an alarm, and how many are one. */
export const alarms = z.strictObject({
  severityFrom: z
    .int()
    .min(0)
    .max(4)
    .default(1)
    .describe('Events of less are none: 0 information, 1 warning, 2 minor, 3 major, 4 critical.'),
  flood: z
    .strictObject({
      members: z.int().min(2).max(1000).default(5),
      withinSeconds: z.int().min(1).max(3600).default(60),
    })
    .prefault({})
    .describe('So many alarms of one kind below one feeder, … within that time are one.'),
  chatter: z
    .strictObject({
      rises: z.int().min(2).max(100).default(5),
      withinSeconds: z.int().min(1).max(3600).default(60),
    })
    .prefault({})
    .describe('An alarm that rises so often within that time is suppressed until it is quiet.'),
  shelveHoursMax: z
    .number()
    .positive()
    .max(limits.alarmShelveHoursMax)
    .default(24)
    .describe('The longest that an alarm can be shelved for.'),
  rules: z.array(rule).max(limits.alarmRules).default([]),
})
