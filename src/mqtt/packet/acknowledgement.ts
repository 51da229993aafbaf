import { assert } from '../../core/assert.ts'
import { type Version, protocolError, reason } from '../reasons.ts'
import { ACKNOWLEDGED_FLAGS, packetType } from './fixed-header.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { PacketWriter } from './writer.ts'

/** The packet type of PUBACK, PUBREC, PUBREL or PUBCOMP. */
export type AcknowledgementKind = 4 | 5 | 6 | 7

export interface Acknowledgement {
  packetId: number
  reason: number
  properties: Properties
}

/**
 * PUBACK, PUBREC, PUBREL, PUBCOMP (sections 3.4 to 3.7). Version 5 may leave out what is success and nothing more:
 *
 *     packet identifier u16 [ | reason code (5) [ | properties (5) ] ]
 */
export function decodeAcknowledgement(
  body: Uint8Array,
  version: Version,
  kind: AcknowledgementKind,
): Acknowledgement {
  const reader = new PacketReader(body)
  const packetId = reader.packetId()
  if (version === 4) {
    reader.finish()
    return { packetId, reason: reason.success, properties: {} }
  }
  const code = reader.left > 0 ? reader.byte() : reason.success
  if (!reasonsOf(kind).has(code)) throw protocolError('reason code of another packet')
  const properties = reader.left > 0 ? decodeProperties(reader, SCOPES[kind]) : {}
  reader.finish()
  return { packetId, reason: code, properties }
}

export function encodeAcknowledgement(options: {
  kind: AcknowledgementKind
  version: Version
  packetId: number
  reason: number
}): Uint8Array {
  const { kind, packetId } = options
  assert(reasonsOf(kind).has(options.reason), 'a reason code of this acknowledgement')
  const short = options.version === 4 || options.reason === reason.success
  const flags = kind === packetType.pubrel ? ACKNOWLEDGED_FLAGS : 0 // [MQTT-3.6.1-1]
  const writer = new PacketWriter((kind << 4) | flags, short ? 2 : 3)
  writer.packetId(packetId)
  if (!short) writer.byte(options.reason)
  return writer.finish()
}

/** [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1] */
function reasonsOf(kind: AcknowledgementKind): ReadonlySet<number> {
  return kind <= packetType.pubrec ? RECEIVED : RELEASED
}

const SCOPES = {
  [packetType.puback]: propertyScope.puback,
  [packetType.pubrec]: propertyScope.pubrec,
  [packetType.pubrel]: propertyScope.pubrel,
  [packetType.pubcomp]: propertyScope.pubcomp,
} as const

const RECEIVED: ReadonlySet<number> = new Set([
  reason.success,
  reason.noMatchingSubscribers,
  reason.unspecified,
  reason.implementationSpecific,
  reason.notAuthorised,
  reason.topicNameInvalid,
  reason.packetIdInUse,
  reason.quotaExceeded,
  reason.payloadFormatInvalid,
])

const RELEASED: ReadonlySet<number> = new Set([reason.success, reason.packetIdNotFound])
