import { limits } from '../../core/limits.ts'
import { encodeConnack } from '../packet/connack.ts'
import type { Connect } from '../packet/connect.ts'
import type { Properties } from '../packet/properties.ts'
import { type Version, reason } from '../reasons.ts'
import type { Session } from '../session/session.ts'

/** The CONNACK that lets a client in, with all that the server limits or changes (MQTT 5.0, 3.2.2.3). */
export function welcome(
  { version, clientId, properties }: Connect,
  { session, isResumed }: { readonly session: Session; readonly isResumed: boolean },
): Uint8Array {
  const announced: Properties = {
    receiveMaximum: limits.receiveMaximum,
    maximumPacketBytes: limits.packetBytes,
    topicAliasMaximum: limits.topicAliases,
    sharedAvailable: 0,
  }
  if (clientId === '') announced.assignedClientId = session.clientId
  if ((properties.sessionExpirySeconds ?? 0) !== session.expirySeconds) {
    announced.sessionExpirySeconds = session.expirySeconds
  }
  return encodeConnack({
    version,
    sessionPresent: isResumed,
    reason: reason.success,
    properties: announced,
  })
}

/** The CONNACK that turns a client away, in the version that it speaks [MQTT-3.1.4-2]. */
export function refusal(version: Version, code: number): Uint8Array {
  return encodeConnack({ version, sessionPresent: false, reason: code, properties: {} })
}

/** 3.1.1 has no expiry: a session without the clean flag would be kept for ever, so it is kept as long as any. */
export function sessionExpirySeconds({ version, clean, properties }: Connect): number {
  const asked = version === 5 ? (properties.sessionExpirySeconds ?? 0) : clean ? 0 : Infinity
  return Math.min(asked, limits.sessionExpirySecondsMax)
}
