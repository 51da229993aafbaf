import type { Publish } from '../packet/publish.ts'
import { limits } from '../../core/limits.ts'

/** A topic as it goes out: alias 0 is none, an empty name is for the client to look up. */
export interface AliasedTopic {
  readonly topic: string
  readonly alias: number
}

/**
 * Topic aliases towards one client, for one connection [MQTT-3.3.2-7]. A topic gets one when it is sent for the second time, as
 * long as there are any: a client that hears a thousand topics once each is told no alias that is never used. Messages with QoS 2
 * go without: clients are known (MQTT.js 5) that keep the packet until PUBREL and have no topic then.
 */
export class OutgoingAliases {
  readonly #most: number
  readonly #aliases = new Map<string, number>()
  readonly #seen = new Set<string>()

  /** `maximum`: Topic Alias Maximum of the client; 0 means that it wants none [MQTT-3.1.2-26] [MQTT-3.1.2-27]. */
  constructor(maximum: number) {
    this.#most = Math.min(maximum, limits.topicAliases)
  }

  /** What to send for a topic; an alias that is new counts as told only once `told` says so. */
  of(topic: string): AliasedTopic {
    if (this.#most === 0 || topic.length <= PROPERTY_BYTES) return { topic, alias: 0 }
    const known = this.#aliases.get(topic)
    if (known !== undefined) return { topic: '', alias: known }
    if (this.#aliases.size === this.#most) return { topic, alias: 0 }
    if (this.#seen.has(topic)) return { topic, alias: this.#aliases.size + 1 }
    if (this.#seen.size === limits.topicsSeen) this.#seen.clear()
    this.#seen.add(topic)
    return { topic, alias: 0 }
  }

  told({ topic, alias }: AliasedTopic): void {
    if (topic === '' || alias === 0) return
    this.#aliases.set(topic, alias)
    this.#seen.delete(topic)
  }
}

/** What an alias costs in a packet: a shorter topic is cheaper as it is. */
const PROPERTY_BYTES = 3

export function withAlias(packet: Publish, { topic, alias }: AliasedTopic): Publish {
  if (alias === 0) return packet
  return { ...packet, topic, properties: { ...packet.properties, topicAlias: alias } }
}
