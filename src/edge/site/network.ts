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
  lossRatio: z.number().positive().max(50).optional().describe('R: load loss to no-load loss.'),
  oilExponent: z.number().positive().max(3).optional().describe('x'),
  windingExponent: z.number().positive().max(3).optional().describe('y'),
  oilTimeConstantMinutes: z.number().positive().max(2000).optional(),
  windingTimeConstantMinutes: z.number().positive().max(200).optional(),
  k11: z.number().positive().max(10).optional(),
  k21: z.number().positive().max(10).optional(),
  k22: z.number().positive().max(10).optional(),
})

export const transformer = z.strictObject({
  id: networkId,
  from: z.string().describe('Voltage level of the supply.'),
  to: z.string().describe('Voltage level that is supplied.'),
  ratedVa: z.number().positive().max(2_000_000_000),
  cooling: z.enum(['ONAN', 'ONAF', 'OF', 'OD']).describe('Cooling class, IEC 60076-2.'),
  thermal: thermal.optional(),
})

export const feeder = z.strictObject({
  id: networkId,
  voltageLevel: z.string(),
  transformer: z.string().optional().describe('The transformer that supplies it.'),
  customers: customers.optional().describe('That it supplies; default: those of its devices.'),
})
