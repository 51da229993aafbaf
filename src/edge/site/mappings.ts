import { z } from 'zod'
import { limits } from '../../core/limits.ts'
import { quantityOf } from '../../core/quantities.ts'
import { unitScale } from '../../core/units.ts'
import { type ShapeName, shapeTopics } from '../../payload/mapping/shapes.ts'
import { parseTopicPattern } from '../../payload/mapping/topic-pattern.ts'
import { isZone } from '../../payload/mapping/zone.ts'

const pointer = z.string().min(1).max(256)

const value = z.strictObject({
  at: pointer.describe('/ENERGY/Power, or the name where names come with the values.'),
  quantity: z.string().min(1).max(limits.quantityBytes),
  unit: z.string().max(16).default('').describe('As the device sends it; absent: its own.'),
  scale: z.number().positive().default(1).describe('0.1 for a device that sends tenths.'),
})

/** Foreign payloads on topics of their own. What a named shape knows need not be said. */
const mapping = z.strictObject({
  topic: z.string().min(1).max(limits.topicBytes).optional().describe('tele/+/SENSOR'),
  deviceLevel: z.int().min(1).max(limits.topicLevels).optional().describe('Which + is the device.'),
  shape: z.enum(Object.keys(shapeTopics) as [ShapeName, ...ShapeName[]]).optional(),
  zone: z
    .string()
    .refine(isZone, { error: 'no time zone has this name' })
    .optional()
    .describe('Of times without one: Europe/Berlin.'),
  time: z
    .strictObject({
      at: pointer.describe('Where the time stands.'),
      unit: z.enum(['s', 'ms']).default('ms').describe('Of a number, since 1970.'),
    })
    .optional(),
  list: z
    .strictObject({
      at: pointer.describe('A list of objects, each with a name and a value.'),
      name: pointer,
      value: pointer,
      error: pointer.optional().describe('There in place of a value that could not be read.'),
    })
    .optional(),
  values: z.array(value).max(limits.mappingValues).default([]),
})

type Mapping = z.output<typeof mapping>

export const mappings = z.array(mapping.superRefine(checkMapping)).max(limits.mappings)

export const sparkplug = z.strictObject({
  hostId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, {
      error: 'a host id has 1 to 64 characters of A-Z a-z 0-9 . _ -',
    })
    .describe('The edge is this host application, with a state at spBv1.0/STATE/<hostId>.'),
})

function checkMapping(entry: Mapping, context: z.core.$RefinementCtx<Mapping>): void {
  const add = (path: PropertyKey[], message: string): void => {
    context.addIssue({ code: 'custom', path, message, input: entry })
  }
  const { shape, topic = shape && shapeTopics[shape], deviceLevel, values, list } = entry
  if (topic === undefined) add([], 'a mapping needs a topic with a + that names the device')
  else {
    const pattern = parseTopicPattern(topic, deviceLevel)
    if (typeof pattern === 'string')
      add([deviceLevel === undefined ? 'topic' : 'deviceLevel'], pattern)
  }
  if (shape === undefined && values.length === 0 && list === undefined)
    add([], 'a mapping without a shape needs values, or a list')
  if (shape === 'tasmota' && entry.zone === undefined)
    add([], 'tasmota sends local time: a zone is needed')
  if (shape !== undefined) {
    const own =
      shape === 'neuron' ? (['time', 'list'] as const) : (['time', 'list', 'values'] as const)
    for (const key of own) {
      if (key === 'values' ? values.length > 0 : entry[key] !== undefined)
        add([key], `${shape} knows this by itself`)
    }
  }
  for (const [index, { quantity, unit }] of values.entries()) {
    const model = quantityOf(quantity)
    if (unit === '' || model === undefined || unitScale(unit, model.unit) !== undefined) continue
    add(['values', index, 'unit'], `"${unit}" is no unit of ${quantity}, which is in ${model.unit}`)
  }
}
