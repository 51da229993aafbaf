import { ProtobufReader } from '../../core/protobuf-reader.ts'

/** What a metric's value is on the wire; `other`: bytes, a data set, a template, something newer. */
export type WireValue =
  | { readonly kind: 'integer'; readonly low: number; readonly high: number }
  | { readonly kind: 'real'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'other' }

export interface Metric {
  readonly name: string | undefined
  /** Stands for the name once a birth has said so. 64 bits, as text. */
  readonly alias: string | undefined
  readonly timestampMs: number | undefined
  readonly datatype: number | undefined
  readonly isNull: boolean
  /** The property `Quality`: 0 bad, 192 good, 500 stale. */
  readonly quality: number | undefined
  /** The property `engUnit`, which Ignition and its like send. */
  readonly unit: string | undefined
  readonly value: WireValue | undefined
}

/** `Metric` of sparkplug_b.proto; undefined: it cannot be read. `is_historical` (5) changes nothing about where it is stored. */
export function decodeMetric(bytes: Uint8Array): Metric | undefined {
  const reader = new ProtobufReader(bytes)
  const metric: Mutable<Metric> = { ...BLANK }
  while (reader.next()) if (!readField(reader, metric)) return undefined
  return reader.isBroken ? undefined : metric
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

function readField(reader: ProtobufReader, metric: Mutable<Metric>): boolean {
  switch (reader.field) {
    case 1:
      metric.name = reader.text()
      return true
    case 2:
      reader.integer()
      metric.alias = `${reader.high}:${reader.low}`
      return true
    case 3:
      metric.timestampMs = reader.integer()
      return true
    case 4:
      metric.datatype = reader.integer()
      return true
    case 7:
      metric.isNull = reader.integer() !== 0
      return true
    case 9:
      return readProperties(reader.bytes(), metric)
    case 10:
    case 11:
      reader.integer()
      metric.value = { kind: 'integer', low: reader.low, high: reader.high }
      return true
    case 12:
      metric.value = { kind: 'real', value: reader.float() }
      return true
    case 13:
      metric.value = { kind: 'real', value: reader.double() }
      return true
    case 14:
      metric.value = { kind: 'boolean', value: reader.integer() !== 0 }
      return true
    case 15:
      metric.value = { kind: 'text', value: reader.text() }
      return true
    case 16:
    case 17:
    case 18:
      reader.bytes()
      metric.value = { kind: 'other' }
      return true
    default:
      reader.skip()
      return true
  }
}

/** `PropertySet`: keys and values in two lists of one order. False: it cannot be read. */
function readProperties(bytes: Uint8Array, metric: Mutable<Metric>): boolean {
  const reader = new ProtobufReader(bytes)
  const keys: string[] = []
  const values: Uint8Array[] = []
  while (reader.next()) {
    if (reader.field === 1) keys.push(reader.text())
    else if (reader.field === 2) values.push(reader.bytes())
    else reader.skip()
  }
  if (reader.isBroken || keys.length !== values.length) return false
  for (const [at, key] of keys.entries()) {
    const value = readProperty(values[at] ?? EMPTY)
    if (value === undefined) return false
    if (key === 'Quality' && value.number !== undefined) metric.quality = value.number
    if (key === 'engUnit' && value.text !== undefined) metric.unit = value.text
  }
  return true
}

interface Property {
  number?: number
  text?: string
}

/** `PropertyValue`: its number or text where it has one. */
function readProperty(bytes: Uint8Array): Property | undefined {
  const reader = new ProtobufReader(bytes)
  const property: Property = {}
  while (reader.next()) {
    if (reader.field === 3 || reader.field === 4) property.number = reader.integer()
    else if (reader.field === 8) property.text = reader.text()
    else reader.skip()
  }
  return reader.isBroken ? undefined : property
}

const EMPTY = new Uint8Array(0)
const BLANK: Metric = {
  name: undefined,
  alias: undefined,
  timestampMs: undefined,
  datatype: undefined,
  isNull: false,
  quality: undefined,
  unit: undefined,
  value: undefined,
}
