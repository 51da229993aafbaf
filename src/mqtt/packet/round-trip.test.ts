import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Version, connackReturnCode, reason } from '../reasons.ts'
import { decodeAcknowledgement, encodeAcknowledgement } from './acknowledgement.ts'
import { decodeAuth, encodeAuth } from './auth.ts'
import { encodeConnack } from './connack.ts'
import { type Connect, type Will, decodeConnect } from './connect.ts'
import { decodeDisconnect, encodeDisconnect } from './disconnect.ts'
import { packetType, remainingLength, varintBytes } from './fixed-header.ts'
import { type Properties, decodeProperties } from './properties.ts'
import { encodeProperties, propertiesFieldBytes } from './property-encoding.ts'
import { type PropertyScope, propertyScope, propertyTable } from './property-table.ts'
import { type Publish, decodePublish, encodePublish } from './publish.ts'
import { PacketReader } from './reader.ts'
import { encodeSuback } from './suback.ts'
import { type Subscribe, decodeSubscribe } from './subscribe.ts'
import { encodeUnsuback } from './unsuback.ts'
import { decodeUnsubscribe } from './unsubscribe.ts'
import { PacketWriter, stringBytes } from './writer.ts'

const RUNS = { seed: 20_260_101, numRuns: 400 }

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((raw) => raw.replaceAll('\0', '0'))
const data = fc.uint8Array({ maxLength: 40 })
const topic = fc
  .array(fc.stringMatching(/^[a-z$ é]{0,5}$/), { minLength: 1, maxLength: 6 })
  .map((levels) => levels.join('/'))
  .filter((name) => name !== '')
const packetId = fc.integer({ min: 1, max: 0xffff })
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const version = fc.constantFrom<Version>(4, 5)

/** Random properties of a packet: each of them there or not, the values anywhere in their range. */
function propertiesOf(scope: PropertyScope): fc.Arbitrary<Properties> {
  const values: Record<string, fc.Arbitrary<unknown>> = {}
  for (const row of propertyTable) {
    if ((row.scopes & scope) === 0) continue
    switch (row.wire) {
      case 'byte':
      case 'uint16':
      case 'uint32':
        values[row.name] = fc.integer({ min: row.least, max: row.most })
        break
      case 'varint':
        values[row.name] = fc.array(fc.integer({ min: 1, max: 268_435_455 }), {
          minLength: 1,
          maxLength: 1,
        })
        break
      case 'string':
        values[row.name] = text
        break
      case 'topic':
        values[row.name] = topic
        break
      case 'binary':
        values[row.name] = data
        break
      case 'pair':
        values[row.name] = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 })
        break
    }
  }
  // A record of these values is Properties by the table; the type of a table cannot say so.
  return fc.record(values, { requiredKeys: [], noNullPrototype: true }).map((made) => {
    const properties = made as Properties
    if (properties.authenticationMethod === undefined) delete properties.authenticationData
    return properties
  })
}

const forVersion = (of: Version, properties: Properties): Properties => (of === 5 ? properties : {})

/** The body of a whole packet, whose fixed header is proved on the way. */
function bodyOf(packet: Uint8Array): Uint8Array {
  const length = remainingLength(packet, 1, packet.length)
  const start = 1 + varintBytes(length)
  assert.equal(start + length, packet.length)
  return packet.subarray(start)
}

/** A body written the way a client would, field by field. */
function write(length: number, fields: (writer: PacketWriter) => void): Uint8Array {
  const writer = new PacketWriter(0, length)
  fields(writer)
  return bodyOf(writer.finish())
}

function clientConnect(connect: Connect): Uint8Array {
  const { will } = connect
  const five = connect.version === 5
  const length =
    10 +
    (five ? propertiesFieldBytes(connect.properties) : 0) +
    stringBytes(connect.clientId) +
    (will === undefined ? 0 : stringBytes(will.topic) + 2 + will.payload.length) +
    (will !== undefined && five ? propertiesFieldBytes(will.properties) : 0) +
    (connect.userName === undefined ? 0 : stringBytes(connect.userName)) +
    (connect.password === undefined ? 0 : 2 + connect.password.length)
  return write(length, (writer) => {
    writer.string('MQTT')
    writer.byte(connect.version)
    writer.byte(
      (connect.userName === undefined ? 0 : 0x80) |
        (connect.password === undefined ? 0 : 0x40) |
        (will?.retain === true ? 0x20 : 0) |
        ((will?.qos ?? 0) << 3) |
        (will === undefined ? 0 : 4) |
        (connect.clean ? 2 : 0),
    )
    writer.uint16(connect.keepAliveSeconds)
    if (five) encodeProperties(writer, connect.properties, propertyScope.connect)
    writer.string(connect.clientId)
    if (will !== undefined) {
      if (five) encodeProperties(writer, will.properties, propertyScope.will)
      writer.string(will.topic)
      writer.binary(will.payload)
    }
    if (connect.userName !== undefined) writer.string(connect.userName)
    if (connect.password !== undefined) writer.binary(connect.password)
  })
}

function clientSubscribe(subscribe: Subscribe, of: Version): Uint8Array {
  const { properties, requests } = subscribe
  const filters = requests.reduce((bytes, { filter }) => bytes + stringBytes(filter) + 1, 0)
  const length = 2 + (of === 5 ? propertiesFieldBytes(properties) : 0) + filters
  return write(length, (writer) => {
    writer.packetId(subscribe.packetId)
    if (of === 5) encodeProperties(writer, properties, propertyScope.subscribe)
    for (const { filter, retainHandling, ...options } of requests) {
      writer.string(filter)
      const local = options.noLocal ? 4 : 0
      const retain = options.retainAsPublished ? 8 : 0
      writer.byte((retainHandling << 4) | retain | local | options.qos)
    }
  })
}

describe('what is encoded is decoded', () => {
  test('properties of every packet', () => {
    for (const scope of Object.values(propertyScope)) {
      fc.assert(
        fc.property(propertiesOf(scope), (properties) => {
          const body = write(propertiesFieldBytes(properties), (writer) =>
            encodeProperties(writer, properties, scope),
          )
          const reader = new PacketReader(body)
          assert.deepEqual(decodeProperties(reader, scope), properties)
          reader.finish()
        }),
        { ...RUNS, numRuns: 100 },
      )
    }
  })

  test('CONNECT', () => {
    const will: fc.Arbitrary<Will> = fc.record(
      {
        topic,
        payload: data,
        qos,
        retain: fc.boolean(),
        properties: propertiesOf(propertyScope.will),
      },
      { noNullPrototype: true },
    )
    const connect = fc.record<Connect>(
      {
        version,
        clean: fc.boolean(),
        keepAliveSeconds: fc.integer({ min: 0, max: 0xffff }),
        clientId: text.map((id) => `c${id}`),
        will: fc.option(will, { nil: undefined }),
        userName: fc.option(text, { nil: undefined }),
        password: fc.option(data, { nil: undefined }),
        properties: propertiesOf(propertyScope.connect),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(connect, (made) => {
        const four = made.version === 4
        const sent: Connect = {
          ...made,
          properties: forVersion(made.version, made.properties),
          will: made.will && {
            ...made.will,
            properties: forVersion(made.version, made.will.properties),
          },
          password: four && made.userName === undefined ? undefined : made.password,
        }
        assert.deepEqual(decodeConnect(clientConnect(sent)), sent)
      }),
      RUNS,
    )
  })

  test('CONNACK', () => {
    const codes = fc.constantFrom(reason.success, reason.banned, reason.serverBusy)
    fc.assert(
      fc.property(
        fc.tuple(version, fc.boolean(), codes, propertiesOf(propertyScope.connack)),
        ([of, sessionPresent, code, properties]) => {
          const options = { version: of, sessionPresent, reason: code, properties }
          const reader = new PacketReader(bodyOf(encodeConnack(options)))
          assert.equal(reader.byte(), sessionPresent && code === reason.success ? 1 : 0)
          assert.equal(reader.byte(), of === 5 ? code : connackReturnCode(code))
          if (of === 5) {
            assert.deepEqual(decodeProperties(reader, propertyScope.connack), properties)
          }
          reader.finish()
        },
      ),
      RUNS,
    )
  })

  test('PUBLISH', () => {
    const publish = fc.record<Publish>(
      {
        topic,
        qos,
        retain: fc.boolean(),
        dup: fc.boolean(),
        packetId,
        payload: fc.uint8Array({ maxLength: 300 }),
        properties: propertiesOf(propertyScope.publish),
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(version, publish, (of, made) => {
        const { subscriptionIds: _, ...fromClient } = made.properties
        const sent = { ...made, properties: forVersion(of, fromClient) }
        if (sent.qos === 0) Object.assign(sent, { packetId: 0, dup: false })
        const packet = encodePublish(sent, of)
        const [first = 0] = packet
        assert.deepEqual(decodePublish({ first, body: bodyOf(packet), version: of }), sent)
      }),
      RUNS,
    )
  })

  test('PUBLISH to a client, with an identifier for each subscription', () => {
    const ids = fc.array(fc.integer({ min: 1, max: 268_435_455 }), { maxLength: 5 })
    fc.assert(
      fc.property(topic, ids, data, (name, subscriptionIds, payload) => {
        const publish: Publish = {
          topic: name,
          qos: 0,
          retain: false,
          dup: false,
          packetId: 0,
          payload,
          properties: { subscriptionIds, topicAlias: 3 },
        }
        const reader = new PacketReader(bodyOf(encodePublish(publish, 5)))
        assert.equal(reader.string(), name)
        const section = reader.section(reader.varint())
        for (const id of subscriptionIds) {
          assert.equal(section.byte(), 0x0b)
          assert.equal(section.varint(), id)
        }
        assert.deepEqual([...section.rest()], [0x23, 0, 3])
        assert.deepEqual(reader.rest(), payload)
      }),
      RUNS,
    )
  })

  test('PUBACK, PUBREC, PUBREL, PUBCOMP', () => {
    const kind = fc.constantFrom(4 as const, 5 as const, 6 as const, 7 as const)
    fc.assert(
      fc.property(kind, version, packetId, fc.boolean(), (type, of, id, failed) => {
        const failure = type <= packetType.pubrec ? reason.quotaExceeded : reason.packetIdNotFound
        const code = failed ? failure : reason.success
        const options = { kind: type, version: of, packetId: id, reason: code }
        assert.deepEqual(decodeAcknowledgement(bodyOf(encodeAcknowledgement(options)), of, type), {
          packetId: id,
          reason: of === 5 ? code : reason.success,
          properties: {},
        })
      }),
      RUNS,
    )
  })

  test('SUBSCRIBE and SUBACK', () => {
    const request = fc.record(
      {
        filter: text,
        qos,
        noLocal: fc.boolean(),
        retainAsPublished: fc.boolean(),
        retainHandling: qos,
      },
      { noNullPrototype: true },
    )
    const requests = fc.array(request, { minLength: 1, maxLength: 8 })
    const properties = propertiesOf(propertyScope.subscribe)
    fc.assert(
      fc.property(version, packetId, properties, requests, (of, id, made, asked) => {
        const sent: Subscribe = {
          packetId: id,
          properties: forVersion(of, made),
          requests: asked.map((one) =>
            of === 5
              ? one
              : { ...one, noLocal: false, retainAsPublished: false, retainHandling: 0 },
          ),
        }
        assert.deepEqual(decodeSubscribe(clientSubscribe(sent, of), of), sent)
        const reasons = asked.map((one) => one.qos)
        const suback = encodeSuback({ version: of, packetId: id, reasons })
        assert.deepEqual([...suback.subarray(-reasons.length)], reasons)
        const reader = new PacketReader(bodyOf(suback))
        assert.equal(reader.packetId(), id)
      }),
      RUNS,
    )
  })

  test('UNSUBSCRIBE and UNSUBACK', () => {
    const filters = fc.array(text, { minLength: 1, maxLength: 8 })
    const properties = propertiesOf(propertyScope.unsubscribe)
    fc.assert(
      fc.property(version, packetId, properties, filters, (of, id, made, asked) => {
        const sent = { packetId: id, properties: forVersion(of, made), filters: asked }
        const bytes = asked.reduce((sum, filter) => sum + stringBytes(filter), 0)
        const header = 2 + (of === 5 ? propertiesFieldBytes(sent.properties) : 0)
        const body = write(header + bytes, (writer) => {
          writer.packetId(id)
          if (of === 5) encodeProperties(writer, sent.properties, propertyScope.unsubscribe)
          for (const filter of asked) writer.string(filter)
        })
        assert.deepEqual(decodeUnsubscribe(body, of), sent)
        const reasons = asked.map(() => reason.success)
        const unsuback = bodyOf(encodeUnsuback({ version: of, packetId: id, reasons }))
        assert.equal(unsuback.length, of === 5 ? 3 + asked.length : 2)
      }),
      RUNS,
    )
  })

  test('DISCONNECT and AUTH', () => {
    fc.assert(
      fc.property(fc.option(text, { nil: undefined }), (reasonString) => {
        const packet = encodeDisconnect(reason.protocolError, reasonString)
        const properties = reasonString === undefined ? {} : { reasonString }
        const expected = { reason: reason.protocolError, properties }
        assert.deepEqual(decodeDisconnect(bodyOf(packet), 5), expected)
      }),
      RUNS,
    )
    fc.assert(
      fc.property(text, propertiesOf(propertyScope.auth), (authenticationMethod, made) => {
        const options = {
          reason: reason.continueAuthentication,
          properties: { ...made, authenticationMethod },
        }
        assert.deepEqual(decodeAuth(bodyOf(encodeAuth(options))), options)
      }),
      RUNS,
    )
  })
})
