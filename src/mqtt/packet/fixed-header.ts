import { malformed } from '../reasons.ts'

/**
 * Fixed header (section 2.1), in front of every control packet:
 *
 *     byte 1    packet type (4 bits) | flags (4 bits)
 *     byte 2..  remaining length, a Variable Byte Integer: the bytes that follow it
 */
export const packetType = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const

export { readVarint as remainingLength, varintBytes } from './variable-byte-integer.ts'

export const publishFlags = { retain: 0b0001, qosShift: 1, qosMask: 0b11, dup: 0b1000 } as const

/** Flags that the standard fixes for PUBREL, SUBSCRIBE and UNSUBSCRIBE [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1]. */
export const ACKNOWLEDGED_FLAGS = 0b0010

/** Proves byte 1: a type that exists, and its flags as table 2-2 has them [MQTT-2.1.3-1]. */
export function assertFlags(first: number): void {
  if (VALID[first & 0xff] === 1) return
  const type = first >> 4
  if (type === 0) throw malformed('packet type 0 is forbidden')
  if (type !== packetType.publish) throw malformed('reserved flags of the fixed header')
  if ((first & 0b0110) === 0b0110) throw malformed('PUBLISH with QoS 3') // [MQTT-3.3.1-4]
  throw malformed('PUBLISH with DUP and QoS 0') // [MQTT-3.3.1-2]
}

/** One byte for each value of byte 1: 1 where the standard allows it. */
const VALID = new Uint8Array(256)
for (let type = packetType.connect; type <= packetType.auth; type++) VALID[type << 4] = 1
for (const type of [packetType.pubrel, packetType.subscribe, packetType.unsubscribe]) {
  VALID[type << 4] = 0
  VALID[(type << 4) | ACKNOWLEDGED_FLAGS] = 1
}
for (let flags = 0; flags < 16; flags++) {
  const qos = (flags >> publishFlags.qosShift) & publishFlags.qosMask
  const valid = qos !== 3 && !(qos === 0 && (flags & publishFlags.dup) !== 0)
  VALID[(packetType.publish << 4) | flags] = valid ? 1 : 0
}
