import { limits } from '../../core/limits.ts'
import { decodeMetric, type Metric } from './metric.ts'
import { ProtobufReader } from '../../core/protobuf-reader.ts'

export const messageTypes = ['NBIRTH', 'NDEATH', 'NDATA', 'DBIRTH', 'DDEATH', 'DDATA'] as const
export type MessageType = (typeof messageTypes)[number]

/** `spBv1.0/<group>/<type>/<edge node>[/<device>]` */
export interface SparkplugTopic {
  readonly group: string
  readonly type: MessageType
  readonly node: string
  /** Undefined: the edge node itself. */
  readonly device: string | undefined
}

/** Undefined: not what an edge node sends to a host. */
export function parseTopic(topic: string): SparkplugTopic | undefined {
  const [space, group = '', type = '', node = '', device, ...rest] = topic.split('/')
  const known = messageTypes.find((each) => each === type)
  if (space !== 'spBv1.0' || known === undefined || rest.length > 0) return undefined
  if (group === '' || node === '' || device === '') return undefined
  return known.startsWith('D') === (device !== undefined)
    ? { group, type: known, node, device }
    : undefined
}

export function formatTopic({ group, type, node, device }: SparkplugTopic): string {
  const topic = `spBv1.0/${group}/${type}/${node}`
  return device === undefined ? topic : `${topic}/${device}`
}

/** `Payload` of sparkplug_b.proto. */
export interface Payload {
  readonly timestampMs: number | undefined
  readonly seq: number | undefined
  readonly metrics: readonly Metric[]
}

/** The payload, or what is wrong with it. */
export function decodePayload(bytes: Uint8Array): Payload | string {
  const reader = new ProtobufReader(bytes)
  const metrics: Metric[] = []
  let timestampMs: number | undefined
  let seq: number | undefined
  while (reader.next()) {
    if (reader.field === 1) timestampMs = reader.integer()
    else if (reader.field === 3) seq = reader.integer()
    else if (reader.field !== 2) reader.skip()
    else {
      const metric = decodeMetric(reader.bytes())
      if (metric === undefined) return 'a metric that is not one of Sparkplug B'
      if (metrics.push(metric) > limits.sparkplugMetricsPerMessage)
        return `more than ${limits.sparkplugMetricsPerMessage} metrics in one message`
    }
  }
  return reader.isBroken ? 'not a payload of Sparkplug B' : { timestampMs, seq, metrics }
}

/** When the newest of its metrics was measured; -Infinity: it has none, or does not say. */
export function newestMs({ timestampMs = -Infinity, metrics }: Payload): number {
  let newest = -Infinity
  for (const metric of metrics) newest = Math.max(newest, metric.timestampMs ?? timestampMs)
  return newest
}
