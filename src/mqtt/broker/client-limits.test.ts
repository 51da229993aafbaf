import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  connect,
  pingreq,
  property,
  puback,
  publish,
  subscribe,
  unsubscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

/** A client that subscribed to everything, and says with `hear` what it is sent when these topics are published. */
function listener(stand: Stand, ...properties: readonly Buffer[]): Peer {
  const peer = stand.enter('listener', { properties })
  peer.send(subscribe({ '#': 1 }))
  peer.heard()
  return peer
}

describe('Maximum Packet Size of the client', () => {
  const most = (bytes: number): { properties: Buffer[] } => ({
    properties: [property.maximumPacket(bytes)],
  })

  test('keeps out a client that cannot take CONNACK, as politely as it lets us [MQTT-3.1.2-24]', () => {
    const stand = new Stand()
    const answer = (bytes: number, clientId = 'a'): string[] => {
      const peer = stand.open()
      peer.send(connect(clientId, most(bytes)))
      return peer.heard()
    }
    assert.deepEqual(answer(15), ['CONNACK 95', 'end'])
    assert.deepEqual(answer(5), ['CONNACK 95', 'end'])
    assert.deepEqual(answer(4), ['end'])
    assert.deepEqual(answer(1), ['end'])
    assert.match(answer(16)[0] ?? '', /^CONNACK 00/)
    assert.deepEqual(answer(41, ''), ['CONNACK 95', 'end'])
    assert.match(answer(42, '')[0] ?? '', /^CONNACK 00 .* assigned=/)
    assert.deepEqual(stand.broker.counters.refused, new Map([[0x95, 5]]))
    assert.equal(stand.broker.sessions.count, 2)
  })

  test('a reason string is left out where it does not fit [MQTT-3.2.2-19] [MQTT-3.14.2-3]', () => {
    const stand = new Stand()
    stand.gatekeeper.admit = ({ clientId }) => (clientId === 'foe' ? 0x87 : 0)
    const turnedAway = (bytes: number): string => {
      const peer = stand.open()
      peer.send(connect('foe', most(bytes)))
      return peer.heardText()
    }
    assert.ok(turnedAway(100).includes('not allowed'))
    assert.equal(turnedAway(20), '\x20\x03\x00\x87\x00')
    const [wide, narrow] = [stand.enter('wide', most(100)), stand.enter('narrow', most(20))]
    stand.broker.stop(stand.nowMs)
    assert.ok(wide.heardText().endsWith('the server shuts down'))
    assert.equal(narrow.heardText(), '\xe0\x02\x8b\x00')
  })

  test('an answer that does not fit ends the connection', () => {
    const filters = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`f/${n}`, 0]))
    const stand = new Stand()
    const client = stand.enter('client', most(20))
    client.send(subscribe(filters))
    assert.deepEqual(client.heard(), ['DISCONNECT 95', 'end'])
    assert.equal(stand.broker.router.subscriptionCount, 0)
    const other = stand.enter('other', most(20))
    other.send(unsubscribe(Object.keys(filters)))
    assert.deepEqual(other.heard(), ['DISCONNECT 95', 'end'])
  })
})

describe('why a connection ends', () => {
  test('is told in words that never quote the peer, unless it asks not to be [MQTT-3.1.2-29]', () => {
    for (const wanted of [undefined, 1, 0]) {
      const stand = new Stand()
      const properties = wanted === undefined ? [] : [property.problemInformation(wanted)]
      const client = stand.enter('client', { properties })
      client.send(publish('#', 'x'))
      const said = client.heardText()
      assert.equal(said.includes('topic that is no topic name'), wanted !== 0, said)
      const twin = stand.enter('twin', { properties })
      stand.enter('twin')
      assert.equal(twin.heardText().includes('same client identifier'), wanted !== 0)
    }
  })

  test('is all that carries a reason string or user properties', () => {
    const stand = new Stand()
    const client = stand.enter('client', { properties: [property.problemInformation(0)] })
    client.send(publish('$x', '', { id: 1 }), publish('$x', '', { id: 2, qos: 2 }))
    client.send(subscribe({ 'a#': 0 }), unsubscribe(['none']))
    const bytes =
      '\x40\x03\x00\x01\x87\x50\x03\x00\x02\x87\x90\x04\x00\x01\x00\x8f\xb0\x04\x00\x01\x00\x11'
    assert.equal(client.heardText(), bytes)
  })
})

describe('topic aliases to the client', () => {
  test('stand for topics that are sent again, as many as it takes [MQTT-3.1.2-26]', () => {
    const stand = new Stand()
    const client = listener(stand, property.aliasMaximum(2))
    const speaker = stand.enter('speaker')
    for (const topic of ['long/one', 'long/two', 'long/one', 'long/one', 'long/six', 'long/six']) {
      speaker.send(publish(topic, 'x', { id: 1 }))
    }
    assert.deepEqual(client.heard(), [
      `PUBLISH long/one 'x' q1 #1`,
      `PUBLISH long/two 'x' q1 #2`,
      `PUBLISH long/one 'x' q1 #3 alias=1`,
      `PUBLISH  'x' q1 #4 alias=1`,
      `PUBLISH long/six 'x' q1 #5`,
      `PUBLISH long/six 'x' q1 #6 alias=2`,
    ])
    for (const topic of ['long/two', 'long/six', 'long/one', 'abc', 'abc']) {
      speaker.send(publish(topic, 'x'))
    }
    assert.deepEqual(client.heard(), [
      `PUBLISH long/two 'x' q0`,
      `PUBLISH  'x' q0 alias=2`,
      `PUBLISH  'x' q0 alias=1`,
      `PUBLISH abc 'x' q0`,
      `PUBLISH abc 'x' q0`,
    ])
  })

  test('are never more than ours, and none where it takes none [MQTT-3.1.2-27]', () => {
    for (const [maximum, expected] of [
      [0, 0],
      [65_535, limits.topicAliases],
    ] as const) {
      const stand = new Stand()
      const client = listener(stand, property.aliasMaximum(maximum))
      const speaker = stand.enter('speaker')
      for (let n = 0; n < 60; n++) {
        speaker.send(publish(`topic/${n % 20}`, ''))
      }
      const told = new Set(client.heard().flatMap((line) => /alias=\d+/.exec(line) ?? []))
      assert.equal(told.size, expected)
    }
  })

  test('are forgotten with the connection [MQTT-3.3.2-7]: what is sent again has its name', () => {
    const stand = new Stand()
    const options = {
      clean: false,
      properties: [property.sessionExpiry(60), property.aliasMaximum(1)],
    }
    const client = stand.enter('client', options)
    client.send(subscribe({ '#': 1 }))
    const speaker = stand.enter('speaker')
    for (const payload of ['1', '2', '3']) speaker.send(publish('long/one', payload, { id: 1 }))
    assert.equal(client.heard().at(-1), `PUBLISH  '3' q1 #3 alias=1`)
    client.vanish()
    assert.deepEqual(stand.enter('client', options).early, [
      `PUBLISH long/one '1' q1 #1 dup`,
      `PUBLISH long/one '2' q1 #2 dup alias=1`,
      `PUBLISH  '3' q1 #3 dup alias=1`,
    ])
  })

  test('are not used for QoS 2, whose topic a client may need again at PUBREL', () => {
    const stand = new Stand()
    const client = stand.enter('client', { properties: [property.aliasMaximum(1)] })
    client.send(subscribe({ '#': 2 }))
    client.heard()
    const speaker = stand.enter('speaker')
    for (const id of [1, 2, 3]) speaker.send(publish('long/one', 'x', { id, qos: 2 }))
    assert.deepEqual(
      client.heard(),
      [1, 2, 3].map((id) => `PUBLISH long/one 'x' q2 #${id}`),
    )
  })

  test('a message that is too large tells none', () => {
    const stand = new Stand()
    const client = listener(stand, property.aliasMaximum(1), property.maximumPacket(40))
    const speaker = stand.enter('speaker')
    for (const length of [1, 40, 1, 1]) speaker.send(publish('long/one', 'x'.repeat(length)))
    assert.deepEqual(client.heard(), [
      `PUBLISH long/one 'x' q0`,
      `PUBLISH long/one 'x' q0 alias=1`,
      `PUBLISH  'x' q0 alias=1`,
    ])
    assert.equal(stand.broker.router.counters.dropped, 1)
  })
})

describe('other packets', () => {
  test('do not wait for a full Receive Maximum [MQTT-3.3.4-10] [MQTT-4.9.0-3]', () => {
    const stand = new Stand()
    const client = listener(stand, property.receiveMaximum(1))
    const speaker = stand.enter('speaker')
    for (const payload of ['1', '2']) speaker.send(publish('a', payload, { id: 1 }))
    client.send(pingreq, subscribe({ b: 0 }, { id: 2 }), publish('$x', '', { id: 3 }))
    assert.deepEqual(client.heard(), [
      `PUBLISH a '1' q1 #1`,
      'PINGRESP',
      'SUBACK 2 00',
      'PUBACK 3 87',
    ])
    client.send(puback(1))
    assert.deepEqual(client.heard(), [`PUBLISH a '2' q1 #2`])
  })

  test('Response Information is never sent, asked for or not [MQTT-3.1.2-28]', () => {
    for (const wanted of [0, 1]) {
      const properties = [property.responseInformation(wanted)]
      assert.ok(!new Stand().enter('a', { properties }).connack.includes('unknown'))
    }
  })
})
