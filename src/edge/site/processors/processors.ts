import { z } from 'zod'
import { limits } from '../../../core/limits.ts'
import { builtInProcessors } from '../../../kernel/built-in.ts'
import { filterSettings } from './filter.ts'
import { frequencySettings } from './frequency.ts'
import { outage } from './outage.ts'
import { transformerSettings } from './transformer.ts'

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, {
  error: 'a processor has a name of 1 to 64 characters of a-z 0-9 -',
})

/** Settings of the processors; one that is not named runs with its defaults. */
export const processors = z.strictObject({
  off: z
    .array(z.enum(builtInProcessors))
    .max(builtInProcessors.length)
    .default([])
    .describe('Processors that do not run here.'),
  filter: filterSettings.prefault({}).describe('docs/processors/filter.md'),
  frequency: frequencySettings.prefault({}).describe('docs/processors/frequency.md'),
  outage: outage.describe('docs/processors/outage.md'),
  transformer: transformerSettings.prefault({}).describe('docs/processors/transformer.md'),
  own: z
    .record(name, z.record(z.string(), z.unknown()))
    .default({})
    .refine((own) => Object.keys(own).length <= limits.ownProcessors, {
      error: `an edge runs ${limits.ownProcessors} modules of its own at most`,
    })
    .describe('Settings of modules of your own, by name.'),
  trustedKeys: z
    .array(z.string().max(200))
    .max(32)
    .default([])
    .describe('Public keys whose signature a module of your own needs: busbar processor key.'),
  allowUnsigned: z
    .boolean()
    .default(false)
    .describe('Modules without a signature may run, on a bench for instance.'),
})
