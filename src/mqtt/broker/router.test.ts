import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  type SubscribeOptions,
  packet,
  property,
  pubcomp,
  publish,
  pubrec,
  subscribe,
  unsubscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const NO_LOCAL = 4
const AS_PUBLISHED = 8
const ONLY_IF_NEW = 16
const NEVER = 32

interface Scene {
  readonly stand: Stand
  readonly speaker: Peer
  readonly listener: Peer
}

function scene(): Scene {
  const stand = new Stand()
  return { stand, speaker: stand.enter('speaker'), listener: stand.enter('listener') }
}

/** What a SUBSCRIBE brings, after its SUBACK. */
function listen(
  peer: Peer,
  filters: Readonly<Record<string, number>>,
  options: SubscribeOptions = {},
): string[] {
  peer.send(subscribe(filters, options))
  const [suback = '', ...messages] = peer.heard()
  assert.match(suback, /^SUBACK 1( 0[0-2])+$/)
  return messages
}

describe('retained messages', () => {
  test('are kept for whoever comes later, the last of each topic', () => {
    const { speaker, listener } = scene()
    for (const [topic, payload] of [
      ['a', '1'],
      ['a', '2'],
      ['b/c', '3'],
      ['$x', '4'],
    ] as const) {
      speaker.send(publish(topic, payload, { retain: true, id: 1 }))
    }
    assert.deepEqual(listen(listener, { '#': 1 }), [
      `PUBLISH a '2' q1 #1 retain`,
      `PUBLISH b/c '3' q1 #2 retain`,
    ])
    assert.deepEqual(listen(listener, { 'b/+': 0 }), [`PUBLISH b/c '3' q0 retain`])
  })

  test('an empty payload takes it away [MQTT-3.3.1-6], and is passed on as a message', () => {
    const { stand, speaker, listener } = scene()
    speaker.send(publish('a', '1', { retain: true }))
    listen(listener, { a: 0 })
    speaker.send(publish('a', '', { retain: true }))
    assert.deepEqual(listener.heard(), [`PUBLISH a '' q0`])
    assert.deepEqual(listen(stand.enter('late'), { a: 0 }), [])
    assert.equal(stand.broker.router.retainedCount, 0)
  })

  test('can be looked through by the server', () => {
    const { stand, speaker } = scene()
    speaker.send(publish('a/1', '1', { retain: true }), publish('a/2', '2', { retain: true }))
    speaker.send(publish('b', '3', { retain: true }), publish('a/1', '', { retain: true }))
    const topics = [...stand.broker.router.retained('a/#')].map(({ topic }) => topic)
    assert.deepEqual(topics, ['a/2'])
  })

  test('a message without the flag leaves it alone', () => {
    const { speaker, listener } = scene()
    speaker.send(publish('a', '1', { retain: true }), publish('a', '2'), publish('a', ''))
    assert.deepEqual(listen(listener, { a: 0 }), [`PUBLISH a '1' q0 retain`])
  })

  test('retain handling: always, only for a new subscription, never [MQTT-3.3.1-9..11]', () => {
    const { speaker, listener } = scene()
    speaker.send(publish('a', '1', { retain: true }))
    const kept = [`PUBLISH a '1' q0 retain`]
    assert.deepEqual(listen(listener, { a: NEVER }), [])
    assert.deepEqual(listen(listener, { a: ONLY_IF_NEW }), [])
    assert.deepEqual(listen(listener, { a: 0 }), kept)
    assert.deepEqual(listen(listener, { a: 0 }), kept)
    listener.send(unsubscribe(['a']))
    assert.deepEqual(listener.heard(), ['UNSUBACK 1 00'])
    assert.deepEqual(listen(listener, { a: ONLY_IF_NEW }), kept)
  })

  test('the flag of a live message is lowered, unless it is to be as published', () => {
    const { stand, speaker, listener } = scene()
    const archive = stand.enter('archive')
    listen(listener, { a: 1 })
    listen(archive, { a: 1 | AS_PUBLISHED })
    speaker.send(publish('a', '1', { retain: true, id: 1 }), publish('a', '2', { id: 2 }))
    assert.deepEqual(listener.heard(), [`PUBLISH a '1' q1 #1`, `PUBLISH a '2' q1 #2`])
    assert.deepEqual(archive.heard(), [`PUBLISH a '1' q1 #1 retain`, `PUBLISH a '2' q1 #2`])
    assert.deepEqual(listen(archive, { a: 0 }), [`PUBLISH a '1' q0 retain`])
  })

  test('are bounded; what finds no room is counted and passed on', () => {
    const { stand, speaker, listener } = scene()
    listen(listener, { last: 0 })
    for (let n = 0; n < limits.retainedMessages; n++) {
      speaker.send(publish(`t/${n}`, 'x', { retain: true }))
    }
    speaker.send(publish('last', 'x', { retain: true }))
    assert.equal(stand.broker.router.counters.retainedRefused, 1)
    assert.equal(stand.broker.router.retainedCount, limits.retainedMessages)
    assert.deepEqual(listener.heard(), [`PUBLISH last 'x' q0`])
  })

  test('keep their properties, and their bytes', () => {
    const { speaker, listener } = scene()
    const properties = [property.user('k', 'v'), property.correlation('c')]
    const bytes = publish('a', 'payload', { retain: true, properties })
    speaker.send(bytes.subarray(0, 9))
    speaker.send(bytes.subarray(9), publish('x', 'y'.repeat(100)).subarray(0, 80))
    speaker.send(Buffer.alloc(20, 0x2a))
    assert.deepEqual(listen(listener, { a: 0 }), [
      `PUBLISH a 'payload' q0 retain user=k:v correlation=c`,
    ])
  })
})

describe('subscriptions', () => {
  test('that overlap: one message, the highest QoS, every identifier [MQTT-3.3.4-2..5]', () => {
    const { speaker, listener } = scene()
    listen(listener, { 'a/+': 1 }, { properties: [property.subscriptionId(3)] })
    listen(listener, { 'a/#': 2 }, { properties: [property.subscriptionId(200)] })
    listen(listener, { 'a/b': 0 })
    speaker.send(publish('a/b', 'x', { qos: 2, id: 1 }))
    const [line = '', ...others] = listener.heard()
    assert.match(line, /^PUBLISH a\/b 'x' q2 #1( sub=3 sub=200| sub=200 sub=3)$/)
    assert.deepEqual(others, [])
  })

  test('are replaced by the same filter, with its identifier', () => {
    const { stand, speaker, listener } = scene()
    listen(listener, { a: 2 }, { properties: [property.subscriptionId(1)] })
    listen(listener, { a: 0 }, { properties: [property.subscriptionId(2)] })
    speaker.send(publish('a', 'x', { id: 1 }))
    assert.deepEqual(listener.heard(), [`PUBLISH a 'x' q0 sub=2`])
    assert.equal(stand.broker.router.subscriptionCount, 1)
  })

  test('retained messages carry the identifier of the one that asked', () => {
    const { speaker, listener } = scene()
    speaker.send(publish('a', 'x', { retain: true }))
    listen(listener, { '#': NEVER }, { properties: [property.subscriptionId(1)] })
    const asked = { properties: [property.subscriptionId(2)] }
    assert.deepEqual(listen(listener, { a: 0 }, asked), [`PUBLISH a 'x' q0 retain sub=2`])
  })

  test('no local: not to the client that published [MQTT-3.8.3-3]', () => {
    const { stand, speaker, listener } = scene()
    listen(speaker, { a: NO_LOCAL })
    listen(listener, { a: NO_LOCAL })
    speaker.send(publish('a', 'x'))
    assert.deepEqual([speaker.heard(), listener.heard()], [[], [`PUBLISH a 'x' q0`]])
    listen(speaker, { '#': 0 })
    speaker.send(publish('a', 'y'))
    assert.deepEqual(speaker.heard(), [`PUBLISH a 'y' q0`])
    assert.equal(stand.broker.counters.messagesSent, 3)
  })

  test('no local holds for what the client has retained, by its client id', () => {
    const { stand, speaker, listener } = scene()
    speaker.send(publish('a', 'x', { retain: true }))
    assert.deepEqual(listen(listener, { a: NO_LOCAL }), [`PUBLISH a 'x' q0 retain`])
    assert.deepEqual(listen(speaker, { a: NO_LOCAL }), [])
    speaker.vanish()
    assert.deepEqual(listen(stand.enter('speaker'), { '#': NO_LOCAL }), [])
  })

  test('a wildcard in front does not match topics that begin with $ [MQTT-4.7.2-1]', () => {
    const { stand, speaker, listener } = scene()
    stand.gatekeeper.mayPublish = () => true
    listen(listener, { '#': 0, '+/x': 0 })
    speaker.send(publish('$SYS/x', 'hidden'), publish('/x', 'shown'))
    assert.deepEqual(listener.heard(), [`PUBLISH /x 'shown' q0`])
    listen(listener, { '$SYS/#': 0 })
    speaker.send(publish('$SYS/x', 'asked for'))
    assert.deepEqual(listener.heard(), [`PUBLISH $SYS/x 'asked for' q0`])
  })

  test('that come or go between two messages of one topic', () => {
    const { speaker, listener } = scene()
    for (let round = 0; round < 3; round++) {
      speaker.send(publish('grid/m/readings', 'x'))
      assert.deepEqual(listener.heard(), [])
      listen(listener, { 'grid/#': 0 })
      speaker.send(publish('grid/m/readings', 'y'))
      assert.deepEqual(listener.heard(), [`PUBLISH grid/m/readings 'y' q0`])
      listener.send(unsubscribe(['grid/#']))
      assert.deepEqual(listener.heard(), ['UNSUBACK 1 00'])
    }
  })

  test('every property of a message reaches its subscribers as it was', () => {
    const { speaker, listener } = scene()
    listen(listener, { a: 1 })
    const properties = [
      property.format(1),
      property.contentType('application/json'),
      property.responseTopic('answer/1'),
      property.correlation('c'),
      property.user('z', '1'),
      property.user('a', '2'),
      property.user('z', '0'),
    ]
    const told =
      'format=1 content=application/json response=answer/1 correlation=c user=z:1 user=a:2 user=z:0'
    speaker.send(publish('a', 'x', { id: 1, retain: true, properties }))
    assert.deepEqual(listener.heard(), [`PUBLISH a 'x' q1 #1 ${told}`])
    assert.deepEqual(listen(listener, { '#': 1 }), [`PUBLISH a 'x' q1 #2 retain ${told}`])
    speaker.send(publish('a', 'y', { properties: [property.format(0)] }))
    assert.deepEqual(listener.heard(), [`PUBLISH a 'y' q0 format=0`])
  })

  test('UNSUBSCRIBE ends what is new, not what is on its way [MQTT-3.10.4-2] [MQTT-3.10.4-3]', () => {
    const { speaker, listener } = scene()
    listen(listener, { a: 2, 'a/#': 1 })
    speaker.send(publish('a', 'x', { qos: 2, id: 1 }))
    listener.send(unsubscribe(['a', 'A', 'a/+'], { id: 7 }))
    assert.deepEqual(listener.heard(), [`PUBLISH a 'x' q2 #1`, 'UNSUBACK 7 00 11 11'])
    listener.send(unsubscribe(['a/#'], { id: 8 }))
    speaker.send(publish('a', 'y', { id: 2 }))
    listener.send(pubrec(1), pubcomp(1))
    assert.deepEqual(listener.heard(), ['UNSUBACK 8 00', 'PUBREL 1'])
  })

  test('DUP says nothing about what is sent on [MQTT-3.3.1-3], QoS 1 that comes again is new', () => {
    const { speaker, listener } = scene()
    listen(listener, { a: 2 })
    for (const dup of [true, false, true]) speaker.send(publish('a', 'x', { id: 5, dup }))
    assert.deepEqual(
      listener.heard(),
      [1, 2, 3].map((id) => `PUBLISH a 'x' q1 #${id}`),
    )
    assert.deepEqual(speaker.heard(), ['PUBACK 5', 'PUBACK 5', 'PUBACK 5'])
  })

  test('a QoS 2 exchange goes on after its message has expired [MQTT-4.3.3-13]', () => {
    const { stand, speaker, listener } = scene()
    listen(listener, { a: 2 })
    const properties = [property.messageExpiry(1)]
    speaker.send(publish('a', 'x', { qos: 2, id: 1, properties }))
    stand.pass(5)
    speaker.send(packet(0x62, Buffer.from([0, 1])))
    assert.deepEqual(speaker.heard(), ['PUBREC 1', 'PUBCOMP 1'])
    listener.send(pubrec(1))
    stand.pass(5)
    listener.send(pubcomp(1))
    assert.deepEqual(listener.heard(), [`PUBLISH a 'x' q2 #1 expiry=1`, 'PUBREL 1'])
  })

  test('topics are compared as they are: no case, no normal form [MQTT-4.7.3-4]', () => {
    const { speaker, listener } = scene()
    listen(listener, { Café: 0, '/x': 0 })
    const topics = ['Café', 'Café', 'café', 'Café ', 'x', '/x', '//x', '/x/']
    for (const topic of topics) speaker.send(publish(topic, ''))
    assert.deepEqual(listener.heard(), [`PUBLISH Café '' q0`, `PUBLISH /x '' q0`])
  })

  test('what 5.0 knows is passed on to 5.0 and left out for 3.1.1', () => {
    const { stand, speaker, listener } = scene()
    const old = stand.enter('old', { version: 4 })
    old.send(subscribe({ a: 1 }, { version: 4 }))
    listen(listener, { a: 1 })
    const properties = [property.user('k', 'v'), property.user('k', 'w'), property.alias(1)]
    speaker.send(
      publish('a', 'x', { id: 1, properties: [...properties, property.correlation('c')] }),
    )
    assert.deepEqual(old.heard(), ['SUBACK 1 01', `PUBLISH a 'x' q1 #1`])
    assert.deepEqual(listener.heard(), [`PUBLISH a 'x' q1 #1 user=k:v user=k:w correlation=c`])
  })
})
