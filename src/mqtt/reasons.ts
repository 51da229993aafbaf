/** Reason codes: MQTT 5.0, section 2.4, all of them. 0x80 and above are failures. */
export const reason = {
  success: 0x00,
  grantedQos1: 0x01,
  grantedQos2: 0x02,
  disconnectWithWill: 0x04,
  noMatchingSubscribers: 0x10,
  noSubscriptionExisted: 0x11,
  continueAuthentication: 0x18,
  reauthenticate: 0x19,
  unspecified: 0x80,
  malformed: 0x81,
  protocolError: 0x82,
  implementationSpecific: 0x83,
  unsupportedVersion: 0x84,
  clientIdNotValid: 0x85,
  badUserNameOrPassword: 0x86,
  notAuthorised: 0x87,
  serverUnavailable: 0x88,
  serverBusy: 0x89,
  banned: 0x8a,
  serverShuttingDown: 0x8b,
  badAuthenticationMethod: 0x8c,
  keepAliveTimeout: 0x8d,
  sessionTakenOver: 0x8e,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  packetIdInUse: 0x91,
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  messageRateTooHigh: 0x96,
  quotaExceeded: 0x97,
  administrative: 0x98,
  payloadFormatInvalid: 0x99,
  retainNotSupported: 0x9a,
  qosNotSupported: 0x9b,
  useAnotherServer: 0x9c,
  serverMoved: 0x9d,
  sharedNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
  maximumConnectTime: 0xa0,
  subscriptionIdsNotSupported: 0xa1,
  wildcardsNotSupported: 0xa2,
} as const

/** What a peer is told beside the code of a refusal or a farewell that no `ProtocolError` explains. */
export function reasonText(code: number): string | undefined {
  return TEXTS.get(code)
}

const TEXTS: ReadonlyMap<number, string> = new Map([
  [reason.clientIdNotValid, 'a session of this client identifier belongs to somebody else'],
  [reason.badUserNameOrPassword, 'no such name, or another password'],
  [reason.notAuthorised, 'this client, or its will, is not allowed here'],
  [reason.serverBusy, 'as many clients as the server takes are connected'],
  [reason.serverShuttingDown, 'the server shuts down'],
  [reason.badAuthenticationMethod, 'there is no such authentication method here'],
  [reason.keepAliveTimeout, 'nothing was heard for one and a half Keep Alive'],
  [reason.sessionTakenOver, 'another connection came with the same client identifier'],
  [reason.packetTooLarge, 'CONNACK is above the Maximum Packet Size of the client'],
  [reason.quotaExceeded, 'too many sessions, or a will that is too long'],
  [reason.administrative, 'its password was replaced'],
  [reason.connectionRateExceeded, 'too many failed logins; wait before the next'],
])

/** Protocol level as CONNECT carries it: 4 is MQTT 3.1.1, 5 is MQTT 5.0. */
export type Version = 4 | 5

/**
 * The peer broke the standard or one of our limits: its connection ends, with this reason where the version has one
 * [MQTT-4.13.1-1]. The text says which rule, to an operator and to a peer that asks for it; it never quotes what the peer sent.
 */
export class ProtocolError extends Error {
  readonly reason: number

  constructor(code: number, text: string) {
    super(text)
    this.name = 'ProtocolError'
    this.reason = code
  }
}

/** The packet cannot be parsed as the standard writes it. */
export function malformed(text: string): ProtocolError {
  return new ProtocolError(reason.malformed, text)
}

/** The packet can be parsed and says what the standard does not allow. */
export function protocolError(text: string): ProtocolError {
  return new ProtocolError(reason.protocolError, text)
}

/**
 * The return code of a 3.1.1 CONNACK (its table 3.1) for a reason. Five failures have to stand for all: a client that
 * could come in later with the same CONNECT is told 3 (unavailable), one that could not is told 5 (not authorised).
 */
export function connackReturnCode(code: number): number {
  switch (code) {
    case reason.success:
      return 0
    case reason.unsupportedVersion:
      return 1
    case reason.clientIdNotValid:
      return 2
    case reason.badUserNameOrPassword:
      return 4
    case reason.notAuthorised:
    case reason.banned:
    case reason.badAuthenticationMethod:
    case reason.topicNameInvalid:
    case reason.packetTooLarge:
    case reason.payloadFormatInvalid:
    case reason.retainNotSupported:
    case reason.qosNotSupported:
      return 5
    default:
      return 3
  }
}
