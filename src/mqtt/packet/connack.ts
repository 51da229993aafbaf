import { assert } from '../../core/assert.ts'
import { type Version, connackReturnCode, reason } from '../reasons.ts'
import { packetType } from './fixed-header.ts'
import type { Properties } from './properties.ts'
import { encodeProperties, propertiesFieldBytes } from './property-encoding.ts'
import { propertyScope } from './property-table.ts'
import { PacketWriter } from './writer.ts'

/**
 * CONNACK (section 3.2):
 *
 *     flags: 0000000 | session present | reason code (3.1.1: return code) | properties (5)
 *
 * A refusal never says that a session is present [MQTT-3.2.2-6].
 */
export function encodeConnack(options: {
  version: Version
  sessionPresent: boolean
  reason: number
  properties: Properties
}): Uint8Array {
  const { version, properties } = options
  assert(CONNECT_REASONS.has(options.reason), 'a reason code of CONNACK') // [MQTT-3.2.2-8]
  const writer = new PacketWriter(
    packetType.connack << 4,
    version === 5 ? 2 + propertiesFieldBytes(properties) : 2,
  )
  writer.byte(options.sessionPresent && options.reason === reason.success ? 1 : 0)
  writer.byte(version === 5 ? options.reason : connackReturnCode(options.reason))
  if (version === 5) encodeProperties(writer, properties, propertyScope.connack)
  return writer.finish()
}

/** Table 3-1 of the standard. */
const CONNECT_REASONS: ReadonlySet<number> = new Set([
  reason.success,
  reason.unspecified,
  reason.malformed,
  reason.protocolError,
  reason.implementationSpecific,
  reason.unsupportedVersion,
  reason.clientIdNotValid,
  reason.badUserNameOrPassword,
  reason.notAuthorised,
  reason.serverUnavailable,
  reason.serverBusy,
  reason.banned,
  reason.badAuthenticationMethod,
  reason.topicNameInvalid,
  reason.packetTooLarge,
  reason.quotaExceeded,
  reason.payloadFormatInvalid,
  reason.retainNotSupported,
  reason.qosNotSupported,
  reason.useAnotherServer,
  reason.serverMoved,
  reason.connectionRateExceeded,
])
