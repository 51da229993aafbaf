import { limits } from '../../core/limits.ts'
import { ProtocolError, type Version, malformed, reason } from '../reasons.ts'
import { isTopicName } from '../topic/name.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'

export interface Will {
  topic: string
  payload: Uint8Array
  qos: 0 | 1 | 2
  retain: boolean
  properties: Properties
}

export interface Connect {
  version: Version
  /** Clean Start of 5.0, Clean Session of 3.1.1. */
  clean: boolean
  keepAliveSeconds: number
  /** Empty: the server is to choose one [MQTT-3.1.3-6]. */
  clientId: string
  will: Will | undefined
  userName: string | undefined
  password: Uint8Array | undefined
  properties: Properties
}

/**
 * CONNECT (section 3.1); fields marked 5 exist in version 5 only, the payload is in this order [MQTT-3.1.3-1]:
 *
 *     protocol name "MQTT" | level 4 or 5 | flags | keep alive u16 | properties (5)
 *     client id | will properties (5) | will topic | will payload | user name | password
 *
 *     flags   7 user name | 6 password | 5 will retain | 4-3 will QoS | 2 will | 1 clean | 0 reserved
 *
 * Will payload and password are views of the body.
 */
export function decodeConnect(body: Uint8Array): Connect {
  const reader = new PacketReader(body)
  const version = decodeVersion(reader)
  const flags = decodeFlags(reader.byte(), version)
  const keepAliveSeconds = reader.uint16()
  const properties = version === 5 ? decodeProperties(reader, propertyScope.connect) : {}
  const clientId = reader.string()
  const will = (flags & WILL) === 0 ? undefined : decodeWill(reader, flags, version)
  const userName = (flags & USER_NAME) === 0 ? undefined : reader.string()
  const password = (flags & PASSWORD) === 0 ? undefined : reader.binary()
  reader.finish() // [MQTT-3.1.4-1]
  const clean = (flags & CLEAN) !== 0
  assertClientId(clientId, clean || version === 5)
  return { version, clean, keepAliveSeconds, clientId, will, userName, password, properties }
}

/**
 * The version in which a client expects the answer to a CONNECT that could not be decoded: a level above 4 is asked for
 * by a client of 5.0 or later, anything else may be answered in the words of 3.1.1.
 */
export function answerVersion(body: Uint8Array): Version {
  const nameBytes = ((body[0] ?? 0) << 8) | (body[1] ?? 0)
  return (body[2 + nameBytes] ?? 0) > 4 ? 5 : 4
}

const USER_NAME = 1 << 7
const PASSWORD = 1 << 6
const WILL_RETAIN = 1 << 5
const WILL_QOS_SHIFT = 3
const WILL = 1 << 2
const CLEAN = 1 << 1
const RESERVED = 1 << 0

/** [MQTT-3.1.2-1] [MQTT-3.1.2-2]. MQTT 3.1, which calls itself MQIsdp, is refused like any other version. */
function decodeVersion(reader: PacketReader): Version {
  const name = reader.string()
  const level = reader.byte()
  if (name === 'MQTT' && (level === 4 || level === 5)) return level
  throw new ProtocolError(reason.unsupportedVersion, 'neither MQTT 3.1.1 nor MQTT 5.0')
}

function decodeFlags(flags: number, version: Version): number {
  if ((flags & RESERVED) !== 0) throw malformed('reserved flag of CONNECT') // [MQTT-3.1.2-3]
  const willQos = (flags >> WILL_QOS_SHIFT) & 0b11
  if (willQos === 3) throw malformed('will with QoS 3') // [MQTT-3.1.2-12]
  if ((flags & WILL) === 0 && (willQos !== 0 || (flags & WILL_RETAIN) !== 0)) {
    throw malformed('QoS or RETAIN of a will that is not there') // [MQTT-3.1.2-11] [MQTT-3.1.2-13]
  }
  if (version === 4 && (flags & (USER_NAME | PASSWORD)) === PASSWORD) {
    throw malformed('password without a user name') // [MQTT-3.1.2-22] of version 3.1.1; 5.0 allows it
  }
  return flags
}

function decodeWill(reader: PacketReader, flags: number, version: Version): Will {
  const properties = version === 5 ? decodeProperties(reader, propertyScope.will) : {}
  const topic = reader.string() // [MQTT-3.1.3-11]
  const payload = reader.binary()
  if (!isTopicName(topic)) {
    throw new ProtocolError(reason.topicNameInvalid, 'will topic that is no topic name')
  }
  const qos = ((flags >> WILL_QOS_SHIFT) & 0b11) as 0 | 1 | 2
  return { topic, payload, qos, retain: (flags & WILL_RETAIN) !== 0, properties }
}

/** An empty identifier in 3.1.1 needs a clean session, as nobody could ever come back to it [MQTT-3.1.3-8]. */
function assertClientId(clientId: string, mayBeEmpty: boolean): void {
  const valid = clientId === '' ? mayBeEmpty : Buffer.byteLength(clientId) <= limits.clientIdBytes
  if (!valid) throw new ProtocolError(reason.clientIdNotValid, 'client identifier not accepted')
}
