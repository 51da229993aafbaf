import { z } from 'zod'
import { limits } from '../../../core/limits.ts'

const name = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, {
  error: 'a processor has a name of 1 to 64 characters of a-z 0-9 -',
})

/** Settings of the processors; one that is not named runs with its defaults, `false` turns it off. */
export const processors = z.strictObject({
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
