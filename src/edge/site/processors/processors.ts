import { z } from 'zod'

/** Settings of the processors; one that is not named runs with its defaults, `false` turns it off. */
export const processors = z.strictObject({})
