import { limits } from '../../core/limits.ts'
import { encodeConnack } from '../packet/connack.ts'
import type { Connect } from '../packet/connect.ts'
import type { Properties } from '../packet/properties.ts'
import { type Version, reason, reasonText } from '../reasons.ts'

export interface Welcome {
  readonly clientId: string
  readonly isResumed: boolean
  /** Of a login in steps. */
  readonly proof?: Properties | undefined
}

/** The CONNACK that lets a client in, with all that the server limits or changes (MQTT 5.0, 3.2.2.3). */
export function welcome(connect: Connect, { clientId, isResumed, proof }: Welcome): Uint8Array {
  const { version, properties } = connect
  const announced: Properties = {
    ...proof,
    receiveMaximum: limits.receiveMaximum,
    maximumPacketBytes: limits.packetBytes,
    topicAliasMaximum: limits.topicAliases,
  }
  if (connect.clientId === '') announced.assignedClientId = clientId // [MQTT-3.2.2-16]
  const expirySeconds = sessionExpirySeconds(connect)
  if ((properties.sessionExpirySeconds ?? 0) !== expirySeconds) {
    announced.sessionExpirySeconds = expirySeconds
  }
  return encodeConnack({
    version,
    sessionPresent: isResumed,
    reason: reason.success,
    properties: announced,
  })
}

/** What a client has to take to be let in; what else it is sent unasked is shorter, messages aside. */
export function fitsWelcome(connect: Connect, proof: Properties | undefined): boolean {
  if (connect.properties.maximumPacketBytes === undefined) return true
  const clientId = connect.clientId === '' ? 'x'.repeat(ASSIGNED_BYTES) : connect.clientId
  const { length } = welcome(connect, { clientId, isResumed: false, proof })
  return length <= connect.properties.maximumPacketBytes
}

/** The CONNACK that turns away what could not be decoded, in the version that it seems to speak [MQTT-3.1.4-2]. */
export function refusal(version: Version, code: number): Uint8Array {
  return encodeConnack({ version, sessionPresent: false, reason: code, properties: {} })
}

/** Why a client is turned away, as far as it takes it [MQTT-3.2.2-19]; undefined where not even the code fits. */
export function reasonedRefusal(
  connect: Connect,
  code: number,
  reasonString: string | undefined = reasonText(code),
): Uint8Array | undefined {
  const { version, properties } = connect
  const most = properties.maximumPacketBytes ?? Infinity
  if (reasonString !== undefined && properties.requestProblemInformation !== 0) {
    const parts = { version, sessionPresent: false, reason: code, properties: { reasonString } }
    const reasoned = encodeConnack(parts)
    if (reasoned.length <= most) return reasoned
  }
  const bare = refusal(version, code)
  return bare.length <= most ? bare : undefined
}

/** A client id that the server makes up: `random` is a function, so that a test knows what comes. */
export function assignedClientId(random: () => number): string {
  const digits = Array.from({ length: 4 }, () => Math.floor(random() * 0x10000))
  return `busbar-${digits.map((digit) => digit.toString(16).padStart(4, '0')).join('')}`
}

const ASSIGNED_BYTES = 'busbar-'.length + 16

/** 3.1.1 has no expiry: a session without the clean flag would be kept for ever, so it is kept as long as any. */
export function sessionExpirySeconds({ version, clean, properties }: Connect): number {
  const asked = version === 5 ? (properties.sessionExpirySeconds ?? 0) : clean ? 0 : Infinity
  return Math.min(asked, limits.sessionExpirySecondsMax)
}
