import { z } from 'zod'

/** Rules by name, as they stand in `off` and in the page of the processor. */
export const validationRules = [
  'schema',
  'range',
  'register',
  'spike',
  'stuck',
  'gap',
  'conflict',
  'clock',
  'cross',
  'energised',
  'register-sum',
] as const

const PATTERNS = 64
const INTERVALS = 64

const quantities = z
  .array(
    z.string().regex(/^[A-Za-z0-9._:-]{0,63}\*?$/, {
      error: 'a quantity is needed, or the beginning of its name with * behind it',
    }),
  )
  .max(PATTERNS)

const spike = z.strictObject({
  percent: z
    .number()
    .positive()
    .max(10_000)
    .default(180)
    .describe('The highest interval of a day may be so much above the third highest, in %.'),
  sigmas: z
    .number()
    .min(1)
    .max(100)
    .default(3)
    .describe('Scaled median deviations that the middle one of seven readings may be off.'),
  quantities: quantities
    .default(['voltage.*', 'frequency', 'temperature.*', 'level.oil'])
    .describe('Of which quantities seven readings are compared: those that do not jump.'),
})

const stuck = z.strictObject({
  readings: z
    .int()
    .min(2)
    .max(1_000_000)
    .default(30)
    .describe('The same value so often in a row is stuck, unless it is 0.'),
  durationMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(300_000)
    .describe('And for so long: by the second, what is rounded stays the same for a while.'),
  quantities: quantities
    .default(['voltage.*', 'current.*', 'power.active*', 'power.reactive*', 'power.apparent*'])
    .describe('Quantities that never stay exactly the same.'),
})

const cross = z.strictObject({
  percent: z
    .number()
    .positive()
    .max(100)
    .default(5)
    .describe('How far sums of phases, U I and voltages between phases may be off, in %.'),
  minimumVa: z
    .number()
    .min(0)
    .default(20)
    .describe('Power may be so far off whatever the percentage: what is rounded.'),
  powerFactor: z
    .number()
    .min(0.03)
    .max(1)
    .default(0.03)
    .describe('How far a power factor may be from P/S. Meters round it, so not below 0.03.'),
})

const registerSum = z.strictObject({
  percent: z
    .number()
    .positive()
    .max(100)
    .default(10)
    .describe('How far a register may be from the integral of power in a day, in %.'),
  minimumWh: z
    .number()
    .min(0)
    .default(2000)
    .describe('It may be so far off whatever the percentage: registers that show whole kWh.'),
})

const estimation = z.strictObject({
  quantities: quantities.default([]).describe('Whose gaps are filled; without any none is.'),
  linearMs: z
    .int()
    .min(0)
    .max(86_400_000)
    .default(7_200_000)
    .describe('Gaps up to this long are filled by a line, longer ones as like days were.'),
})

const interval = z.strictObject({
  quantities: quantities.min(1),
  intervalMs: z.int().min(10).max(86_400_000).describe('Between two of its readings.'),
})

export const validationSettings = z.strictObject({
  off: z
    .array(z.enum(validationRules))
    .max(validationRules.length)
    .default([])
    .describe('Rules that are not looked at.'),
  clockMs: z
    .int()
    .min(1000)
    .max(86_400_000)
    .default(180_000)
    .describe('So far ahead of the clock of the edge a reading may be dated.'),
  spike: spike.prefault({}).describe('What sticks out.'),
  stuck: stuck.prefault({}).describe('What does not move.'),
  cross: cross.prefault({}).describe('What quantities of one device say of each other.'),
  registerSum: registerSum.prefault({}).describe('Registers against power.'),
  energisedPercent: z
    .number()
    .positive()
    .max(50)
    .default(10)
    .describe('Below so much of its nominal voltage a network is taken for dead.'),
  estimation: estimation.prefault({}).describe('What is put in the place of missing readings.'),
  intervals: z
    .array(interval)
    .max(INTERVALS)
    .default([])
    .describe('Quantities that do not come with every message of a device.'),
  reportMs: z
    .int()
    .min(10_000)
    .max(86_400_000)
    .default(900_000)
    .describe('How often the counts of the day that goes on are told of.'),
})
