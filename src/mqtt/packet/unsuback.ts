import { assert } from '../../core/assert.ts'
import { type Version, reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import { PacketWriter } from './writer.ts'

/**
 * UNSUBACK (section 3.11), a reason code for each filter of the UNSUBSCRIBE and in its order [MQTT-3.11.3-1]; 3.1.1 has
 * the packet identifier alone:
 *
 *     packet identifier u16 | properties (5), none | reason code+ (5)
 */
export function encodeUnsuback(options: {
  version: Version
  packetId: number
  reasons: readonly number[]
}): Uint8Array {
  const { version, packetId, reasons } = options
  const writer = new PacketWriter(packetType.unsuback << 4, version === 5 ? 3 + reasons.length : 2)
  writer.packetId(packetId)
  if (version === 4) return writer.finish()
  writer.byte(0)
  for (const code of reasons) {
    assert(UNSUBSCRIBE_REASONS.has(code), 'a reason code of UNSUBACK') // [MQTT-3.11.3-2]
    writer.byte(code)
  }
  return writer.finish()
}

/** Table 3-9 of the standard. */
const UNSUBSCRIBE_REASONS: ReadonlySet<number> = new Set([
  reason.success,
  reason.noSubscriptionExisted,
  reason.unspecified,
  reason.implementationSpecific,
  reason.notAuthorised,
  reason.topicFilterInvalid,
  reason.packetIdInUse,
])
