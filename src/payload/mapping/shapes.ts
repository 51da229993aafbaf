import type { Json } from '../json.ts'
import type { Context } from '../reading.ts'
import { readTelegram } from './dsmr.ts'
import { readEntries } from './entries.ts'
import { type Meaning, readFields } from './fields.ts'
import { jsonReader, type PayloadReader } from './mapped.ts'
import { readNeuron } from './neuron.ts'
import { parsePointer } from './pointer.ts'
import { readShelly } from './shelly.ts'
import { readTasmota } from './tasmota.ts'
import type { TimeField } from './time-field.ts'
import { readZigbee2mqtt } from './zigbee2mqtt.ts'
import { Zone } from './zone.ts'

/** Shapes that need no description, and the topic that their devices have unless they are told another. */
export const shapeTopics = {
  neuron: undefined,
  'shelly-pro-em': '+/events/rpc',
  tasmota: 'tele/+/SENSOR',
  zigbee2mqtt: 'zigbee2mqtt/+',
  dsmr: undefined,
} as const

export type ShapeName = keyof typeof shapeTopics

/** A shape by its name, or one described by its values. */
export interface ShapeSettings {
  readonly shape?: ShapeName | undefined
  /** Of times that name none. */
  readonly zone?: string | undefined
  readonly time?: { readonly at: string; readonly unit: 's' | 'ms' } | undefined
  /** Where the values are entries of a list, each with its name. */
  readonly list?: ListSettings | undefined
  /** `at` is a pointer, or a name where names come with the values. */
  readonly values: readonly (Meaning & { readonly at: string })[]
}

export interface ListSettings {
  readonly at: string
  readonly name: string
  readonly value: string
  readonly error?: string | undefined
}

export function readerOf(settings: ShapeSettings): PayloadReader {
  const { shape, values, list } = settings
  const meanings = new Map(values.map((value) => [value.at, value]))
  const zone = settings.zone === undefined ? undefined : new Zone(settings.zone)
  switch (shape) {
    case 'dsmr':
      return readTelegram
    case 'neuron':
      return jsonReader((document, context) => readNeuron(document, meanings, context))
    case 'shelly-pro-em':
      return jsonReader(readShelly)
    case 'tasmota':
      return jsonReader((document, context) => readTasmota(document, zone, context))
    case 'zigbee2mqtt':
      return jsonReader(readZigbee2mqtt)
    case undefined:
      break
  }
  const time = timeField(settings, zone)
  if (list === undefined) {
    const fields = values.map((value) => ({ ...value, at: parsePointer(value.at) }))
    const table = { time, fields, ifNone: 'refuse' } as const
    return jsonReader((document: Json, context: Context) => readFields(document, table, context))
  }
  const table = {
    time,
    list: parsePointer(list.at),
    name: parsePointer(list.name),
    value: parsePointer(list.value),
    error: list.error === undefined ? undefined : parsePointer(list.error),
    meanings,
  }
  return jsonReader((document, context) => readEntries(document, table, context))
}

function timeField({ time }: ShapeSettings, zone: Zone | undefined): TimeField | undefined {
  return time === undefined ? undefined : { at: parsePointer(time.at), unit: time.unit, zone }
}
