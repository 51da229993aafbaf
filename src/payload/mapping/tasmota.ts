import type { Outcome } from '../decoder.ts'
import type { Json } from '../json.ts'
import type { Context } from '../reading.ts'
import { type Field, readFields } from './fields.ts'
import { valueAt } from './pointer.ts'
import type { Zone } from './zone.ts'

/**
 * Tasmota's `tele/<device>/SENSOR`. `Time` is the wall clock without a zone, energies are kWh; meters of three phases send
 * lists.
 *
 *     {"Time":"2026-01-15T08:30:00","ENERGY":{"Total":123.456,"Power":87,"Voltage":231,"Current":0.437,…}}
 */
export function readTasmota(document: Json, zone: Zone | undefined, context: Context): Outcome {
  const hasPhases = Array.isArray(valueAt(document, ['ENERGY', 'Power']))
  const time = { at: ['Time'], unit: 's', zone } as const
  const fields = hasPhases ? THREE_PHASES : ONE_PHASE
  return readFields(document, { time, fields, ifNone: 'take' }, context)
}

function field(path: string, quantity: string, unit: string): Field {
  return { at: ['ENERGY', ...path.split('.')], quantity, unit, scale: 1 }
}

const COUNTERS = [
  field('Total', 'energy.active.import', 'kWh'),
  field('ExportActive', 'energy.active.export', 'kWh'),
  field('Frequency', 'frequency', 'Hz'),
]

const ONE_PHASE: readonly Field[] = [
  ...COUNTERS,
  field('Power', 'power.active', 'W'),
  field('ApparentPower', 'power.apparent', 'VA'),
  field('ReactivePower', 'power.reactive', 'var'),
  field('Factor', 'power.factor', '1'),
  field('Voltage', 'voltage.a', 'V'),
  field('Current', 'current.a', 'A'),
]

const THREE_PHASES: readonly Field[] = [
  ...COUNTERS,
  ...['a', 'b', 'c'].flatMap((phase, index) => [
    field(`Power.${index}`, `power.active.${phase}`, 'W'),
    field(`ApparentPower.${index}`, `power.apparent.${phase}`, 'VA'),
    field(`ReactivePower.${index}`, `power.reactive.${phase}`, 'var'),
    field(`Factor.${index}`, `power.factor.${phase}`, '1'),
    field(`Voltage.${index}`, `voltage.${phase}`, 'V'),
    field(`Current.${index}`, `current.${phase}`, 'A'),
  ]),
]
