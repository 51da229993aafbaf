import type { Will } from '../packet/connect.ts'
import { packetType, remainingLength, varintBytes } from '../packet/fixed-header.ts'
import { decodePublish, encodePublish } from '../packet/publish.ts'
import { malformed } from '../reasons.ts'

/** What a message says, whoever it goes to. */
export type Content = Will

/** Words beside the message: JSON, because an operator may want to read it. */
export type Head = Readonly<Record<string, unknown>>

/**
 * A message that outlives the process: `bytes of the head u32 | head (JSON) | PUBLISH packet of MQTT 5.0`. The packet id in it is
 * always 1, for the id belongs to a delivery.
 */
export function encodeRecord(head: Head, content: Content): Uint8Array {
  const text = Buffer.from(JSON.stringify(head))
  const packetId = content.qos === 0 ? 0 : 1
  const packet = encodePublish({ ...content, dup: false, packetId }, 5)
  const bytes = Buffer.alloc(4 + text.length + packet.length)
  bytes.writeUInt32LE(text.length)
  bytes.set(text, 4)
  bytes.set(packet, 4 + text.length)
  return bytes
}

/** Throws where the bytes are no record. The content is a view of them. */
export function decodeRecord(record: Uint8Array): { head: Head; content: Content } {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.byteLength)
  const packetAt = 4 + bytes.readUInt32LE()
  const packet = bytes.subarray(packetAt)
  const [first = 0] = packet
  if (first >> 4 !== packetType.publish) throw malformed('no PUBLISH in a record')
  const body = packet.subarray(1 + varintBytes(remainingLength(packet, 1, packet.length)))
  const { topic, payload, qos, retain, properties } = decodePublish({ first, body, version: 5 })
  const head = parseHead(bytes.subarray(4, packetAt))
  return { head, content: { topic, payload, qos, retain, properties } }
}

export function encodeHead(head: Head): Uint8Array {
  return Buffer.from(JSON.stringify(head))
}

/** Of what this program wrote, so its depth is known. */
export function parseHead(bytes: Uint8Array): Head {
  const head: unknown = JSON.parse(Buffer.from(bytes).toString())
  if (typeof head !== 'object' || head === null) throw malformed('a record without a head')
  return head as Head
}

export function textOf(value: unknown): string {
  if (typeof value !== 'string') throw malformed('a text is missing in a record')
  return value
}

export function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw malformed('a number is missing in a record')
  return value
}

export function qosOf(value: unknown): 0 | 1 | 2 {
  if (value !== 0 && value !== 1 && value !== 2) throw malformed('a QoS is missing in a record')
  return value
}
