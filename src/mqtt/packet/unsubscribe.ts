import { limits } from '../../core/limits.ts'
import { type Version, protocolError } from '../reasons.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { tooManyFilters } from './subscribe.ts'

export interface Unsubscribe {
  packetId: number
  properties: Properties
  filters: string[]
}

/**
 * UNSUBSCRIBE (section 3.10):
 *
 *     packet identifier u16 | properties (5) | topic filter+
 */
export function decodeUnsubscribe(body: Uint8Array, version: Version): Unsubscribe {
  const reader = new PacketReader(body)
  const packetId = reader.packetId()
  const properties = version === 5 ? decodeProperties(reader, propertyScope.unsubscribe) : {}
  const filters: string[] = []
  while (reader.left > 0) {
    if (filters.length === limits.filtersPerPacket) throw tooManyFilters
    filters.push(reader.string()) // [MQTT-3.10.3-1]
  }
  if (filters.length === 0) throw protocolError('UNSUBSCRIBE without a filter') // [MQTT-3.10.3-2]
  return { packetId, properties, filters }
}
