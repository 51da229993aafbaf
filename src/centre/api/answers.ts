import { z } from 'zod'

/** What the answers of the centre look like; times are RFC 3339 in UTC. */
const time = z.string()
const count = z.number()
const range = z.tuple([z.number(), z.number()]).readonly()
const next = z.string().nullable().describe('`after` of the next page; null: this was the last.')

const stream = z.strictObject({
  stream: z.string(),
  epoch: z.number(),
  watermark: count.describe('Up to this number everything is here.'),
  last: count,
  missing: count.describe('Numbers that the site has given and that are not here.'),
  gaps: z.array(range).readonly(),
  records: count,
  duplicates: count,
  withheld: count,
  pending: count.describe('Records that wait at the site, as it said last.'),
  lost: count.describe(
    'Records that had to make room there, or that a replaced machine took with it.',
  ),
  lostWithMachine: count.describe('Of those, the ones that waited on machines that were replaced.'),
  oldest: time.nullable(),
})

const inventoryCounts = z.strictObject({
  devices: count,
  silent: count,
  quarantined: count,
  withheld: count.describe('Devices that the policy keeps at the site.'),
  heard: time,
})

export const site = z.strictObject({
  site: z.string(),
  firstHeard: time,
  lastHeard: time,
  silentSeconds: count,
  isSilent: z.boolean(),
  clockOffsetSeconds: z
    .number()
    .nullable()
    .describe("By how much the clock of the site is ahead of the centre's; null: it has not said."),
  isClockWrong: z.boolean(),
  missing: count,
  pending: count,
  lost: count,
  report: z
    .record(z.string(), z.unknown())
    .readonly()
    .nullable()
    .describe('What it runs and how it is, as docs/fleet.md says; null: it has not said.'),
  inventory: inventoryCounts.nullable().describe('Null: it has sent none.'),
  streams: z.array(stream).readonly(),
})

export const sites = z.strictObject({
  sites: z.array(site).readonly(),
  total: count.describe('Sites that fit the question, on all pages.'),
  next,
})

const device = z.strictObject({
  site: z.string(),
  id: z.string(),
  kind: z.string(),
  feeder: z.string().nullable(),
  transformer: z.string().nullable(),
  voltageLevel: z.string().nullable(),
  state: z.enum(['known', 'silent', 'quarantined']),
  lastHeard: time.nullable(),
})

export const devices = z.strictObject({ devices: z.array(device).readonly(), next })

const record = z.strictObject({
  site: z.string(),
  stream: z.string(),
  processor: z.string(),
  name: z.string(),
  subject: z.strictObject({ kind: z.string(), id: z.string() }),
  key: z.number(),
  time,
  end: time.nullable(),
  revision: count,
  fields: z.record(z.string(), z.unknown()).readonly(),
})

export const events = z.strictObject({ events: z.array(record).readonly(), next })

export const aggregates = z.strictObject({ aggregates: z.array(record).readonly(), next })

const indices = z.strictObject({
  saidiMinutes: z.number().nullable(),
  saifi: z.number().nullable(),
  caidiMinutes: z.number().nullable(),
  asai: z.number().nullable(),
  maifi: z.number().nullable(),
  customersServed: z.number(),
  customersInterrupted: z.number(),
  customerMinutes: z.number(),
  momentaryInterruptions: z.number(),
  days: count,
})

const system = { all: indices, withoutMajorDays: indices }

export const reliability = z.strictObject({
  from: time,
  to: time,
  system: z.strictObject(system),
  majorEventDays: z.strictObject({
    threshold: z.strictObject({
      minutes: z.number().nullable().describe('T_MED; null: too few days with outages to say.'),
      alpha: z.number().nullable(),
      beta: z.number().nullable(),
      days: count,
      daysWithOutages: count,
    }),
    days: z
      .array(
        z.strictObject({
          day: time,
          saidiMinutes: z.number(),
          customersInterrupted: z.number(),
          customerMinutes: z.number(),
        }),
      )
      .readonly(),
  }),
  sites: z.array(z.strictObject({ site: z.string(), ...system })).readonly(),
})

export const retention = z.strictObject({
  tables: z
    .array(
      z.strictObject({
        table: z.enum(['events', 'aggregates']),
        keptDays: count,
        months: z.array(z.string()).readonly(),
        unplaced: z
          .array(z.strictObject({ site: z.string(), records: count, first: time, last: time }))
          .readonly()
          .describe('Records whose times are in no month that is kept: a clock was wrong.'),
      }),
    )
    .readonly(),
  outageDaysKept: count,
  dropped: z
    .array(
      z.strictObject({
        table: z.string(),
        from: time,
        to: time,
        records: count,
        dropped: time,
      }),
    )
    .readonly(),
})

export const reconciliation = z.strictObject({
  reconciliation: z
    .array(
      z.strictObject({
        site: z.string(),
        stream: z.string(),
        asked: time.nullable(),
        answered: time.nullable(),
        hours: count.describe('That were compared, in all answers so far.'),
        open: count.describe('Of the last answer: left for another time.'),
        differing: count,
        resent: count.describe('Records.'),
      }),
    )
    .readonly(),
})

export const asked = z.strictObject({ site: z.string(), streams: z.array(z.string()).readonly() })
