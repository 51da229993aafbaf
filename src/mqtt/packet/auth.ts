import { assert } from '../../core/assert.ts'
import { protocolError, reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { encodeProperties, propertiesFieldBytes } from './property-encoding.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { PacketWriter } from './writer.ts'

export interface Auth {
  reason: number
  properties: Properties
}

/**
 * AUTH (section 3.15), version 5 only:
 *
 *     [ reason code | properties ]
 *
 * The body may be left out for success, which a client never sends: what it sends continues or begins again
 * [MQTT-3.15.2-1], and names the method (section 3.15.2.2.2).
 */
export function decodeAuth(body: Uint8Array): Auth {
  const reader = new PacketReader(body)
  const code = reader.left > 0 ? reader.byte() : reason.success
  if (code !== reason.continueAuthentication && code !== reason.reauthenticate) {
    throw protocolError('reason code that a client does not send')
  }
  const properties = decodeProperties(reader, propertyScope.auth)
  reader.finish()
  if (properties.authenticationMethod === undefined) throw protocolError('AUTH without a method')
  return { reason: code, properties }
}

/** A server goes on or is content; to begin again is for the client. */
export function encodeAuth(options: { reason: number; properties: Properties }): Uint8Array {
  const { properties } = options
  const known =
    options.reason === reason.success || options.reason === reason.continueAuthentication
  assert(known, 'a reason code of AUTH that a server sends')
  const writer = new PacketWriter(packetType.auth << 4, 1 + propertiesFieldBytes(properties))
  writer.byte(options.reason)
  encodeProperties(writer, properties, propertyScope.auth)
  return writer.finish()
}
