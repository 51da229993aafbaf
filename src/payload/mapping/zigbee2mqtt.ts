import type { Outcome } from '../decoder.ts'
import type { Json } from '../json.ts'
import type { Context } from '../reading.ts'
import { type Field, readFields } from './fields.ts'

/**
 * A plug or meter behind zigbee2mqtt. Lamps and buttons share the topics and have nothing to read. Values are null until the
 * device has reported them once.
 *
 *     {"current":0.41,"energy":18.27,"power":93,"state":"ON","voltage":229,"last_seen":"2026-01-15T08:30:00+01:00"}
 */
export function readZigbee2mqtt(document: Json, context: Context): Outcome {
  return readFields(document, { time: TIME, fields: FIELDS, ifNone: 'take' }, context)
}

function field(key: string, quantity: string, unit: string): Field {
  return { at: [key], quantity, unit, scale: 1 }
}

/** Only where the gateway is told to add it. */
const TIME = { at: ['last_seen'], unit: 'ms', zone: undefined } as const

const FIELDS: readonly Field[] = [
  field('power', 'power.active', 'W'),
  field('voltage', 'voltage.a', 'V'),
  field('current', 'current.a', 'A'),
  field('energy', 'energy.active.import', 'kWh'),
  field('produced_energy', 'energy.active.export', 'kWh'),
  field('power_factor', 'power.factor', '1'),
  field('ac_frequency', 'frequency', 'Hz'),
]
