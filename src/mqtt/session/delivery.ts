import type { Message } from './message.ts'

/** A message on its way to one subscriber. */
export interface Delivery {
  readonly message: Message
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly subscriptionIds: readonly number[]
}

/** What a subscription says of its deliveries. */
interface Terms {
  readonly qos: 0 | 1 | 2
  readonly retainAsPublished: boolean
  /** 0: none. */
  readonly subscriptionId: number
}

/** One copy for all of a session's subscriptions that match: the highest QoS, all identifiers [MQTT-3.3.4-2] [MQTT-3.3.4-4]. */
export function deliveryOf(
  message: Message,
  subscriptions: readonly Terms[],
  kind: 'live' | 'retained',
): Delivery {
  const granted = Math.max(...subscriptions.map(({ qos }) => qos))
  const asPublished = subscriptions.some(({ retainAsPublished }) => retainAsPublished)
  return {
    message,
    qos: Math.min(granted, message.qos) as 0 | 1 | 2, // [MQTT-3.8.4-8]
    retain: kind === 'retained' || (asPublished && message.retain), // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    subscriptionIds: subscriptions
      .map(({ subscriptionId }) => subscriptionId)
      .filter((id) => id > 0),
  }
}
