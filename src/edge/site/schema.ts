import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { access, client, role } from './access.ts'
import { alarms } from './alarms.ts'
import { deviceEntries } from './device.ts'
import type { Fault } from './fault.ts'
import { describeIssue, faultsOf } from './issue.ts'
import { listeners } from './listeners.ts'
import { mappings, sparkplug } from './mappings.ts'
import { feeder, transformer, voltageLevel } from './network.ts'
import { notify } from './notify.ts'
import { policy } from './policy.ts'
import { processors } from './processors/processors.ts'
import { retention } from './retention.ts'
import { uplink } from './uplink.ts'
import type { YamlText } from './yaml-text.ts'

const place = z.strictObject({
  latitude: z.number().min(-90).max(90).describe('Degrees north, WGS 84.'),
  longitude: z.number().min(-180).max(180).describe('Degrees east, WGS 84.'),
})

const site = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, { error: 'a site id has 1 to 64 characters of a-z 0-9 -' })
    .describe('Stands as a level in topics.'),
  name: z.string().min(1).max(200).describe('For people.'),
  place: place.optional(),
  frequencyHz: z.literal([50, 60]),
  limits: z.enum(['gbt', 'en50160']).describe('Limits of power quality: GB/T or EN 50160.'),
})

/** The file as written, before the ranges of its devices are written out. */
const siteFile = z
  .strictObject({
    site,
    voltageLevels: z.array(voltageLevel).max(100).default([]),
    transformers: z.array(transformer).max(100).default([]),
    feeders: z.array(feeder).max(1000).default([]),
    devices: deviceEntries.default([]),
    mappings: mappings.default([]),
    sparkplug: sparkplug.optional(),
    listeners: listeners.prefault({}),
    access: access.prefault({}),
    policy: policy.prefault({}),
    processors: processors.prefault({}),
    retention: retention.prefault({}),
    alarms: alarms.prefault({}),
    notify: notify.optional(),
    uplink: uplink.optional(),
    roles: z.array(role).max(limits.roles).default([]),
    clients: z.array(client).max(limits.clients).default([]),
    unknownDevices: z
      .enum(['quarantine', 'refuse'])
      .default('quarantine')
      .describe('A device that is not in this file: its readings are kept and marked, or refused.'),
  })
  .meta({ title: 'Busbar site file' })

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T

export type SiteFile = Frozen<z.output<typeof siteFile>>
export type Device = SiteFile['devices'][number]
export type Listeners = SiteFile['listeners']

/** The file, or undefined and what is wrong with it appended to `faults`. */
export function checkShape(yaml: YamlText, faults: Fault[]): SiteFile | undefined {
  const result = siteFile.safeParse(yaml.value, { error: describeIssue })
  if (result.success) return result.data
  const known = siteJsonSchema()
  for (const issue of result.error.issues) faults.push(...faultsOf(issue, { yaml, known }))
  return undefined
}

/** For editors; published as docs/site.schema.json. */
export function siteJsonSchema(): z.core.JSONSchema.BaseSchema {
  return z.toJSONSchema(siteFile, { io: 'input' })
}
