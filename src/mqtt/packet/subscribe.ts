import { limits } from '../../core/limits.ts'
import { ProtocolError, type Version, malformed, protocolError, reason } from '../reasons.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'

export interface SubscriptionRequest {
  /** Any string: whether it is a topic filter is answered for each by a reason code of SUBACK. */
  filter: string
  qos: 0 | 1 | 2
  noLocal: boolean
  retainAsPublished: boolean
  retainHandling: 0 | 1 | 2
}

export interface Subscribe {
  packetId: number
  properties: Properties
  requests: SubscriptionRequest[]
}

/**
 * SUBSCRIBE (section 3.8):
 *
 *     packet identifier u16 | properties (5) | { topic filter | options }+
 *
 *     options   7-6 reserved | 5-4 retain handling | 3 retain as published | 2 no local | 1-0 QoS
 *               7-2 are reserved in 3.1.1
 */
export function decodeSubscribe(body: Uint8Array, version: Version): Subscribe {
  const reader = new PacketReader(body)
  const packetId = reader.packetId()
  const properties = version === 5 ? decodeProperties(reader, propertyScope.subscribe) : {}
  const requests: SubscriptionRequest[] = []
  while (reader.left > 0) {
    if (requests.length === limits.filtersPerPacket) throw tooManyFilters
    requests.push(decodeRequest(reader, version))
  }
  if (requests.length === 0) throw protocolError('SUBSCRIBE without a filter') // [MQTT-3.8.3-2]
  return { packetId, properties, requests }
}

export const tooManyFilters: ProtocolError = new ProtocolError(
  reason.quotaExceeded,
  'more filters in a packet than we take',
)

function decodeRequest(reader: PacketReader, version: Version): SubscriptionRequest {
  const filter = reader.string() // [MQTT-3.8.3-1]
  const options = reader.byte()
  const reserved = version === 5 ? 0b1100_0000 : 0b1111_1100
  if ((options & reserved) !== 0) throw malformed('reserved subscription options') // [MQTT-3.8.3-5]
  const qos = options & 0b11
  const retainHandling = (options >> 4) & 0b11
  if (qos === 3) throw protocolError('subscription with QoS 3')
  if (retainHandling === 3) throw protocolError('retain handling 3')
  const noLocal = (options & 0b100) !== 0
  if (noLocal && filter.startsWith('$share/')) {
    throw protocolError('no local on a shared subscription') // [MQTT-3.8.3-4]
  }
  return {
    filter,
    qos: qos as 0 | 1 | 2,
    noLocal,
    retainAsPublished: (options & 0b1000) !== 0,
    retainHandling: retainHandling as 0 | 1 | 2,
  }
}
