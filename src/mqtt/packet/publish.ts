import { assert } from '../../core/assert.ts'
import { ProtocolError, type Version, protocolError, reason } from '../reasons.ts'
import { isTopicName } from '../topic/name.ts'
import { assertFlags, packetType, publishFlags } from './fixed-header.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { encodeProperties, propertiesFieldBytes } from './property-encoding.ts'
import { propertyScope } from './property-table.ts'
import { PacketReader } from './reader.ts'
import { PacketWriter, stringBytes } from './writer.ts'

export interface Publish {
  /** Empty: the one that the topic alias stands for. */
  topic: string
  qos: 0 | 1 | 2
  retain: boolean
  dup: boolean
  /** 0 for QoS 0, which has none [MQTT-2.2.1-2]. */
  packetId: number
  payload: Uint8Array
  properties: Properties
}

/**
 * PUBLISH (section 3.3); byte 1 is 0011 | DUP | QoS (2 bits) | RETAIN:
 *
 *     topic name | packet identifier u16 (QoS 1 and 2) | properties (5) | payload
 *
 * Payload and binary properties are views of the body: valid as long as its bytes are left alone.
 */
export function decodePublish(options: {
  first: number
  body: Uint8Array
  version: Version
}): Publish {
  const { first, version } = options
  assertFlags(first)
  const reader = new PacketReader(options.body)
  const qos = ((first >> publishFlags.qosShift) & publishFlags.qosMask) as 0 | 1 | 2
  const topic = reader.string() // [MQTT-3.3.2-1]
  const packetId = qos === 0 ? 0 : reader.packetId()
  const properties = version === 5 ? decodeProperties(reader, propertyScope.publish) : {}
  if (properties.subscriptionIds !== undefined) {
    throw protocolError('subscription identifier from a client') // [MQTT-3.3.4-6]
  }
  assertTopic(topic, version, properties)
  return {
    topic,
    qos,
    retain: (first & publishFlags.retain) !== 0,
    dup: (first & publishFlags.dup) !== 0,
    packetId,
    payload: reader.rest(),
    properties,
  }
}

export function encodePublish(publish: Publish, version: Version): Uint8Array {
  const { topic, qos, payload, properties } = publish
  assert(qos > 0 || !publish.dup, 'QoS 0 is never sent again') // [MQTT-3.3.1-2]
  const writer = new PacketWriter(
    (packetType.publish << 4) |
      (publish.dup ? publishFlags.dup : 0) |
      (qos << publishFlags.qosShift) |
      (publish.retain ? publishFlags.retain : 0),
    stringBytes(topic) +
      (qos === 0 ? 0 : 2) +
      (version === 5 ? propertiesFieldBytes(properties) : 0) +
      payload.length,
  )
  writer.string(topic)
  if (qos > 0) writer.packetId(publish.packetId)
  if (version === 5) encodeProperties(writer, properties, propertyScope.publish)
  writer.raw(payload)
  return writer.finish()
}

/** No wildcards [MQTT-3.3.2-2]; an empty name needs an alias to stand for it (section 3.3.2.3.4). */
function assertTopic(topic: string, version: Version, properties: Properties): void {
  if (topic === '' && version === 5) {
    if (properties.topicAlias === undefined) throw protocolError('neither topic name nor alias')
    return
  }
  if (!isTopicName(topic)) {
    throw new ProtocolError(reason.topicNameInvalid, 'topic that is no topic name')
  }
}
