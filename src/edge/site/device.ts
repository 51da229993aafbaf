import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { deviceKinds } from './device-kinds.ts'
import { customers } from './network.ts'

/** An entry of the file: one device, or many where the id has a range (`f1-meter-{001..125}`). */
export const deviceEntry = z.strictObject({
  id: z
    .string()
    .regex(/^(?:[A-Za-z0-9._:-]|\{\d{1,9}\.\.\d{1,9}\})+$/, {
      error: 'an id has characters of A-Z a-z 0-9 . _ : - and ranges such as {001..125}',
    })
    .describe('The MQTT client, and a level of its topics. {001..125} stands for 125 devices.'),
  kind: z.enum(deviceKinds),
  feeder: z.string().optional().describe('Where it hangs; a range of the id may be repeated.'),
  transformer: z.string().optional().describe('Where it hangs, instead of a feeder.'),
  voltageLevel: z.string().optional().describe('Where it hangs, instead of a feeder.'),
  phase: z.enum(['a', 'b', 'c']).optional().describe('Of a single-phase device.'),
  nominal: z
    .strictObject({
      voltageV: z.number().positive().max(1_200_000).optional().describe('Phase to neutral.'),
      currentA: z.number().positive().max(100_000).optional(),
    })
    .optional(),
  customers: customers
    .optional()
    .describe('That are without supply when it is. Default: 1 for a meter, 0 for others.'),
  intervalMs: z.int().min(10).max(86_400_000).optional().describe('Between two messages.'),
})

/** Devices of the file that a range may stand for, and those written out, together. */
export const deviceEntries = z.array(deviceEntry).max(limits.devices)
