import { ALARM_ALIASES, classifyAlarm } from '../../api/egress/alarm-record.ts'
import type { Listed } from '../../api/egress/record-list.ts'
import { RESULT_ALIASES, classifyResult, readingsIn } from '../../api/egress/result-record.ts'
import type { Message } from '../../mqtt/session/message.ts'

/** What a message is. `whole`: it leaves as it is or not at all. */
export type Published =
  | { readonly kind: 'record'; readonly listed: Listed }
  | { readonly kind: 'health' }
  /** A reading, or from somebody else than the edge: whatever its topic says, it is not known what is in it. */
  | { readonly kind: 'raw' }

const RAW: Published = { kind: 'raw' }

/** The class of a message: by the topic on which the edge itself, and nobody else, publishes what processors found, alarms, and how it is. */
export function publishedOf({ topic, payload, publisher }: Message): Published {
  if (publisher !== '') return RAW
  if (topic.startsWith('$SYS/')) return { kind: 'health' }
  const isAlarm = /^grid\/alarms\/\d+$/.test(topic)
  const kind = kindOf(topic)
  if (kind === undefined && !isAlarm) return RAW
  // An alarm that is gone has an empty message, which says so.
  const object = payload.length === 0 && isAlarm ? {} : parsed(payload)
  if (object === undefined) return RAW
  if (kind === undefined) {
    const about = classifyAlarm(object)
    const isReading = readingsIn(about.subject?.kind, object)
    const classified = (): typeof about => about
    return { kind: 'record', listed: { object, aliases: ALARM_ALIASES, classified, isReading } }
  }
  return resultOf(object, kind)
}

function kindOf(topic: string): 'event' | 'aggregate' | undefined {
  if (/^grid\/[^/]+\/events$/.test(topic)) return 'event'
  return /^grid\/[^/]+\/aggregates\/[^/]+$/.test(topic) ? 'aggregate' : undefined
}

function resultOf(object: object, kind: 'event' | 'aggregate'): Published {
  const { name, subject, subjectKind, start, end, fields } = { ...NO_RESULT, ...object }
  const isResult =
    typeof name === 'string' && typeof subject === 'string' && typeof subjectKind === 'string'
  if (!isResult) return RAW
  const windowSeconds = (timeOf(end) - timeOf(start)) / 1000
  const about = { kind: subjectKind, id: subject }
  const result = { kind, name, subject: about, windowSeconds, fields: mapOf(fields) }
  const classified = (): ReturnType<typeof classifyResult> => classifyResult(result)
  const readings = kind === 'event' ? { isReading: readingsIn(subjectKind, object) } : {}
  return { kind: 'record', listed: { object, aliases: RESULT_ALIASES, classified, ...readings } }
}

const NO_RESULT: Readonly<Record<string, unknown>> = {}

/** NaN where there is none: a window of that is narrower than any. */
function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : NaN
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parsed(payload: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
