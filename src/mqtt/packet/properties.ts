import { limits } from '../../core/limits.ts'
import { ProtocolError, malformed, protocolError, reason } from '../reasons.ts'
import { isTopicName } from '../topic/name.ts'
import {
  type NumberRow,
  type PropertyRow,
  type PropertyScope,
  propertyOf,
} from './property-table.ts'
import type { PacketReader } from './reader.ts'

/** Everything that the properties of a packet can say; absent: not said, the default of the standard applies. */
export interface Properties {
  payloadFormat?: number
  messageExpirySeconds?: number
  contentType?: string
  responseTopic?: string
  correlationData?: Uint8Array
  /** SUBSCRIBE has one at most; PUBLISH to a client has one for each subscription that matched. */
  subscriptionIds?: number[]
  sessionExpirySeconds?: number
  assignedClientId?: string
  serverKeepAliveSeconds?: number
  authenticationMethod?: string
  authenticationData?: Uint8Array
  requestProblemInformation?: number
  willDelaySeconds?: number
  requestResponseInformation?: number
  responseInformation?: string
  serverReference?: string
  reasonString?: string
  receiveMaximum?: number
  topicAliasMaximum?: number
  topicAlias?: number
  maximumQos?: number
  retainAvailable?: number
  userProperties?: [string, string][]
  maximumPacketBytes?: number
  wildcardsAvailable?: number
  subscriptionIdsAvailable?: number
  sharedAvailable?: number
}

/**
 * Properties (section 2.2.2):
 *
 *     property length (varint) | { identifier (varint) | value }*
 *
 * An identifier that the packet may not carry is malformed. One that comes twice, unless it is a user property, is a
 * protocol error, and so is a value out of its range. Binary data are views of the packet.
 */
export function decodeProperties(reader: PacketReader, scope: PropertyScope): Properties {
  const properties: Properties = {}
  const length = reader.varint()
  if (length === 0) return properties
  const section = reader.section(length)
  while (section.left > 0) {
    const row = propertyOf(section.varint(), scope)
    if (row === undefined) throw malformed('property that this packet may not carry')
    if (row.wire !== 'pair' && properties[row.name] !== undefined) {
      throw protocolError('property twice')
    }
    decodeProperty(section, row, properties)
  }
  if (
    properties.authenticationData !== undefined &&
    properties.authenticationMethod === undefined
  ) {
    throw protocolError('authentication data without a method')
  }
  return properties
}

function decodeProperty(reader: PacketReader, row: PropertyRow, properties: Properties): void {
  switch (row.wire) {
    case 'byte':
      properties[row.name] = inRange(reader.byte(), row)
      return
    case 'uint16':
      properties[row.name] = inRange(reader.uint16(), row)
      return
    case 'uint32':
      properties[row.name] = inRange(reader.uint32(), row)
      return
    case 'varint':
      properties[row.name] = [subscriptionId(reader.varint())]
      return
    case 'string':
      properties[row.name] = reader.string()
      return
    case 'topic':
      properties[row.name] = responseTopic(reader.string())
      return
    case 'binary':
      properties[row.name] = reader.binary()
      return
    case 'pair':
      addPair(reader, (properties[row.name] ??= []))
  }
}

function inRange(value: number, row: NumberRow): number {
  if (value >= row.least && value <= row.most) return value
  throw new ProtocolError(row.otherwise ?? reason.protocolError, 'property value out of range')
}

function subscriptionId(id: number): number {
  if (id === 0) throw protocolError('subscription identifier 0')
  return id
}

/** A response topic is a topic name: no wildcards [MQTT-3.3.2-14]. */
function responseTopic(topic: string): string {
  if (isTopicName(topic)) return topic
  throw new ProtocolError(reason.topicNameInvalid, 'response topic that is no topic name')
}

function addPair(reader: PacketReader, pairs: [string, string][]): void {
  if (pairs.length === limits.userProperties) {
    throw new ProtocolError(reason.quotaExceeded, 'more user properties than we keep')
  }
  pairs.push([reader.string(), reader.string()])
}
