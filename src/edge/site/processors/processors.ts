import { z } from 'zod'
import { limits } from '../../../core/limits.ts'
import { builtInProcessors } from '../../../kernel/built-in.ts'
import { aggregationSettings } from './aggregation.ts'
import { feederSettings } from './feeder.ts'
import { filterSettings } from './filter.ts'
import { frequencySettings } from './frequency.ts'
import { outageSettings } from './outage.ts'
import { powerQualitySettings } from './power-quality.ts'
import { transformerSettings } from './transformer.ts'
import { validationSettings } from './validation.ts'

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
  validation: validationSettings.prefault({}).describe('docs/processors/validation.md'),
  'power-quality': powerQualitySettings.prefault({}).describe('docs/processors/power-quality.md'),
  frequency: frequencySettings.prefault({}).describe('docs/processors/frequency.md'),
  outage: outageSettings.prefault({}).describe('docs/processors/outage.md'),
  aggregation: aggregationSettings.prefault({}).describe('docs/processors/aggregation.md'),
  transformer: transformerSettings.prefault({}).describe('docs/processors/transformer.md'),
  feeder: feederSettings.prefault({}).describe('docs/processors/feeder.md'),
  filter: filterSettings.prefault({}).describe('docs/processors/filter.md'),
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
