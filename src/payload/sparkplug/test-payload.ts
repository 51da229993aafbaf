import { type Bytes, bytesField, integerField, textField } from './protobuf-writer.ts'

/** What an edge node sends, for tests. The fields of a metric are named as in sparkplug_b.proto. */
export interface MetricGiven {
  readonly name?: string
  readonly alias?: number
  readonly timestamp?: number
  readonly datatype?: number
  readonly isHistorical?: boolean
  readonly isNull?: boolean
  readonly properties?: Readonly<Record<string, number | string>>
  readonly int?: number
  readonly long?: number | bigint
  readonly float?: number
  readonly double?: number
  readonly bool?: boolean
  readonly text?: string
  readonly dataset?: Bytes
  readonly template?: Bytes
}

export interface PayloadGiven {
  readonly timestamp?: number
  readonly seq?: number
  readonly metrics?: readonly MetricGiven[]
}

export function encodePayload({ timestamp, seq, metrics = [] }: PayloadGiven): Buffer {
  return Buffer.from([
    ...optional(timestamp, (value) => integerField(1, value)),
    ...metrics.flatMap((metric) => bytesField(2, encodeMetric(metric))),
    ...optional(seq, (value) => integerField(3, value)),
  ])
}

function encodeMetric(metric: MetricGiven): Bytes {
  return [
    ...optional(metric.name, (value) => textField(1, value)),
    ...optional(metric.alias, (value) => integerField(2, value)),
    ...optional(metric.timestamp, (value) => integerField(3, value)),
    ...optional(metric.datatype, (value) => integerField(4, value)),
    ...optional(metric.isHistorical, (value) => integerField(5, Number(value))),
    ...optional(metric.isNull, (value) => integerField(7, Number(value))),
    ...optional(metric.properties, (value) => bytesField(9, encodeProperties(value))),
    ...optional(metric.int, (value) => integerField(10, value >>> 0)),
    ...optional(metric.long, (value) => integerField(11, value)),
    ...optional(metric.float, (value) => [(12 << 3) | 5, ...bytesOf(new Float32Array([value]))]),
    ...optional(metric.double, (value) => [(13 << 3) | 1, ...bytesOf(new Float64Array([value]))]),
    ...optional(metric.bool, (value) => integerField(14, Number(value))),
    ...optional(metric.text, (value) => textField(15, value)),
    ...optional(metric.dataset, (value) => bytesField(17, value)),
    ...optional(metric.template, (value) => bytesField(18, value)),
  ]
}

function encodeProperties(properties: Readonly<Record<string, number | string>>): Bytes {
  const keys = Object.keys(properties).flatMap((key) => textField(1, key))
  const values = Object.values(properties).flatMap((value) =>
    bytesField(2, typeof value === 'string' ? textField(8, value) : integerField(3, value)),
  )
  return [...keys, ...values]
}

function optional<T>(value: T | undefined, encode: (value: T) => Bytes): Bytes {
  return value === undefined ? [] : encode(value)
}

function bytesOf(array: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(array.buffer)
}
