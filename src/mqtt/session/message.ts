import type { Properties } from '../packet/properties.ts'
import { propertiesBytes } from '../packet/property-encoding.ts'

/** An application message on its way from one client to others. It owns its payload. */
export interface Message {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly properties: Properties
  /** When it loses its meaning (Message Expiry Interval), in ms of the broker's clock; Infinity: never. */
  readonly expiresMs: number
  /** Client id of whoever published it; the server itself has none. */
  readonly publisher: string
}

export function messageBytes({ topic, payload, properties }: Message): number {
  return topic.length + payload.length + propertiesBytes(properties) + OVERHEAD_BYTES
}

/** What a message costs beside its topic and payload: the objects around them. */
const OVERHEAD_BYTES = 128
