import { z } from 'zod'

/** Of whatever stands in the network: it may become a level of a topic or a name in a report. */
export const networkId = z.string().regex(/^[A-Za-z0-9._:-]{1,64}$/, {
  error: 'an id has 1 to 64 characters of A-Z a-z 0-9 . _ : -',
})

/** Whom an outage interrupts; a country has fewer. */
export const customers = z.int().min(0).max(10_000_000)

export const voltageLevel = z.strictObject({
  id: networkId,
  nominalV: z.number().positive().max(1_200_000).describe('Between two phases.'),
})

/** Constants of IEC 60076-7:2018, 8.2; what is absent is that of the cooling class (table 4 of the standard). */
const thermal = z.strictObject({
  topOilRiseK: z.number().positive().max(100).optional().describe('At rated load, over ambient.'),
  hotSpotRiseK: z.number().positive().max(100).optional().describe('At rated load, over top oil.'),
  lossRatio: z.number().positive().max(10_000).optional().describe('R: load loss to no-load loss.'),
  oilExponent: z.number().positive().max(3).optional().describe('x'),
  windingExponent: z.number().positive().max(3).optional().describe('y'),
  oilTimeConstantMinutes: z.number().positive().max(2000).optional(),
  windingTimeConstantMinutes: z.number().positive().max(200).optional(),
  k11: z.number().positive().max(10).optional(),
  k21: z.number().positive().max(10).optional(),
  k22: z.number().positive().max(10).optional(),
  paper: z
    .enum(['normal', 'upgraded'])
    .optional()
    .describe('Of the winding: thermally upgraded or not. Default: normal.'),
  ambientC: z
    .number()
    .min(-60)
    .max(60)
    .optional()
    .describe('Air that is taken where nobody measures it. Default: 20.'),
})

export const transformer = z.strictObject({
  id: networkId,
  from: z.string().describe('Voltage level of the supply.'),
  to: z.string().describe('Voltage level that is supplied.'),
  ratedVa: z.number().positive().max(2_000_000_000),
  cooling: z.enum(['ONAN', 'ONAF', 'OF', 'OD']).describe('Cooling class, IEC 60076-2.'),
  currentSide: z
    .enum(['from', 'to'])
    .optional()
    .describe('Where its devices measure currents. Default: from.'),
  noLoadLossW: z.number().positive().max(10_000_000).optional().describe('P0, at rated voltage.'),
  loadLossW: z.number().positive().max(100_000_000).optional().describe('Pk, at rated current.'),
  thermal: thermal.optional(),
})

/** Distribution transformers between the head of a feeder and its meters, added up. */
const stations = z.strictObject({
  ratedVa: z.number().positive().max(2_000_000_000),
  noLoadLossW: z.number().nonnegative().max(10_000_000).describe('P0.'),
  loadLossW: z.number().nonnegative().max(100_000_000).describe('Pk, at rated current.'),
})

export const feeder = z.strictObject({
  id: networkId,
  voltageLevel: z.string(),
  transformer: z.string().optional().describe('The transformer that supplies it.'),
  head: z
    .string()
    .optional()
    .describe('The device that measures what goes into it. Default: its first rtu.'),
  resistanceOhm: z
    .number()
    .positive()
    .max(10_000)
    .optional()
    .describe('Equivalent resistance of one phase, for the losses of the head current.'),
  stations: stations
    .optional()
    .describe('Distribution transformers between its head and its meters, added up.'),
  customers: customers.optional().describe('That it supplies; default: those of its devices.'),
})
