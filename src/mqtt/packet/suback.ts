import { assert } from '../../core/assert.ts'
import { type Version, reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import { PacketWriter } from './writer.ts'

/**
 * SUBACK (section 3.9), a reason code for each filter of the SUBSCRIBE and in its order [MQTT-3.9.3-1]:
 *
 *     packet identifier u16 | properties (5), none | reason code+
 *
 * 3.1.1 knows the QoS granted and 0x80 for every failure.
 */
export function encodeSuback(options: {
  version: Version
  packetId: number
  reasons: readonly number[]
}): Uint8Array {
  const { version, reasons } = options
  const writer = new PacketWriter(packetType.suback << 4, (version === 5 ? 3 : 2) + reasons.length)
  writer.packetId(options.packetId)
  if (version === 5) writer.byte(0)
  for (const code of reasons) {
    assert(SUBSCRIBE_REASONS.has(code), 'a reason code of SUBACK') // [MQTT-3.9.3-2]
    writer.byte(version === 5 ? code : Math.min(code, reason.unspecified))
  }
  return writer.finish()
}

/** Table 3-8 of the standard. */
const SUBSCRIBE_REASONS: ReadonlySet<number> = new Set([
  reason.success,
  reason.grantedQos1,
  reason.grantedQos2,
  reason.unspecified,
  reason.implementationSpecific,
  reason.notAuthorised,
  reason.topicFilterInvalid,
  reason.packetIdInUse,
  reason.quotaExceeded,
  reason.sharedNotSupported,
  reason.subscriptionIdsNotSupported,
  reason.wildcardsNotSupported,
])
