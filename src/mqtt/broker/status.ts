import manifest from '../../../package.json' with { type: 'json' }
import type { Message } from '../session/message.ts'

/** What the server knows of itself. */
export interface StatusFigures {
  readonly startedMs: number
  readonly clients: number
  readonly sessions: number
  readonly subscriptions: number
  readonly retained: number
  readonly queuedBytes: number
  readonly received: number
  readonly sent: number
  readonly dropped: number
}

/** `$SYS`: a message for each figure, as the server publishes them to those who subscribed. */
export function statusMessages(figures: StatusFigures, nowMs: number): Message[] {
  return Object.entries(TOPICS).map(([topic, value]) => ({
    topic,
    payload: Buffer.from(value(figures, nowMs)),
    qos: 0,
    retain: true,
    properties: { payloadFormat: 1 },
    expiresMs: Infinity,
    publisher: '',
  }))
}

type Value = (figures: StatusFigures, nowMs: number) => string

const TOPICS: Readonly<Record<string, Value>> = {
  '$SYS/broker/version': () => `busbar ${manifest.version}`,
  '$SYS/broker/uptime': ({ startedMs }, nowMs) =>
    `${Math.floor((nowMs - startedMs) / 1000)} seconds`,
  '$SYS/broker/clients/connected': ({ clients }) => String(clients),
  '$SYS/broker/clients/total': ({ sessions }) => String(sessions),
  '$SYS/broker/subscriptions/count': ({ subscriptions }) => String(subscriptions),
  '$SYS/broker/messages/received': ({ received }) => String(received),
  '$SYS/broker/messages/sent': ({ sent }) => String(sent),
  '$SYS/broker/messages/dropped': ({ dropped }) => String(dropped),
  '$SYS/broker/messages/retained': ({ retained }) => String(retained),
  '$SYS/broker/messages/queued/bytes': ({ queuedBytes }) => String(queuedBytes),
}

export const statusTopics: readonly string[] = Object.keys(TOPICS)
