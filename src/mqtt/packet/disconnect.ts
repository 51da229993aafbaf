import { assert } from '../../core/assert.ts'
import { type Version, protocolError, reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { encodeProperties, propertiesFieldBytes } from './property-encoding.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { PacketWriter } from './writer.ts'

export interface Disconnect {
  reason: number
  properties: Properties
}

/**
 * DISCONNECT (section 3.14). Version 5 may leave out what is normal and nothing more; 3.1.1 has no body:
 *
 *     [ reason code (5) [ | properties (5) ] ]
 */
export function decodeDisconnect(body: Uint8Array, version: Version): Disconnect {
  const reader = new PacketReader(body)
  if (version === 4) {
    reader.finish()
    return { reason: reason.success, properties: {} }
  }
  const code = reader.left > 0 ? reader.byte() : reason.success
  if (!FROM_CLIENT.has(code)) throw protocolError('reason code that a client does not send')
  const properties = reader.left > 0 ? decodeProperties(reader, propertyScope.disconnect) : {}
  reader.finish()
  return { reason: code, properties }
}

/** Version 5 only: a server of 3.1.1 closes the connection without a word. */
export function encodeDisconnect(code: number, reasonString?: string): Uint8Array {
  assert(FROM_SERVER.has(code), 'a reason code that a server sends')
  const properties: Properties = reasonString === undefined ? {} : { reasonString }
  const writer = new PacketWriter(packetType.disconnect << 4, 1 + propertiesFieldBytes(properties))
  writer.byte(code)
  encodeProperties(writer, properties, propertyScope.disconnect)
  return writer.finish()
}

/** Table 3-10 of the standard by its column "sent by" [MQTT-3.14.2-1], and 0x8C, which table 2-6 adds. */
const FROM_EITHER = [
  reason.success,
  reason.unspecified,
  reason.malformed,
  reason.protocolError,
  reason.implementationSpecific,
  reason.topicNameInvalid,
  reason.receiveMaximumExceeded,
  reason.topicAliasInvalid,
  reason.packetTooLarge,
  reason.messageRateTooHigh,
  reason.quotaExceeded,
  reason.administrative,
  reason.payloadFormatInvalid,
]

const FROM_CLIENT: ReadonlySet<number> = new Set([...FROM_EITHER, reason.disconnectWithWill])

const FROM_SERVER: ReadonlySet<number> = new Set([
  ...FROM_EITHER,
  reason.notAuthorised,
  reason.serverBusy,
  reason.serverShuttingDown,
  reason.badAuthenticationMethod,
  reason.keepAliveTimeout,
  reason.sessionTakenOver,
  reason.topicFilterInvalid,
  reason.retainNotSupported,
  reason.qosNotSupported,
  reason.useAnotherServer,
  reason.serverMoved,
  reason.sharedNotSupported,
  reason.connectionRateExceeded,
  reason.maximumConnectTime,
  reason.subscriptionIdsNotSupported,
  reason.wildcardsNotSupported,
])
