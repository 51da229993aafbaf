import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  type ConnectOptions,
  packet,
  property,
  puback,
  pubcomp,
  publish,
  pubrec,
  subscribe,
  u16,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

interface Pair {
  readonly stand: Stand
  readonly listener: Peer
  readonly say: (payload: string, qos?: number, ...properties: readonly Buffer[]) => void
}

function pair(options: ConnectOptions = {}, qos = 2): Pair {
  const stand = new Stand()
  const listener = stand.enter('listener', options)
  listener.send(subscribe({ note: qos }, { version: options.version ?? 5 }))
  listener.heard()
  const speaker = stand.enter('speaker')
  const say: Pair['say'] = (payload, messageQos = 0, ...properties) => {
    const id = messageQos === 0 ? 0 : 1
    speaker.send(publish('note', payload, { qos: messageQos, id, properties }))
    if (messageQos === 2) speaker.send(packet(0x62, u16(1)))
  }
  return { stand, listener, say }
}

const letters = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`)

describe('on the way to a subscriber', () => {
  test('no more QoS 1 and 2 messages than its Receive Maximum, in their order', () => {
    const { listener, say } = pair({ properties: [property.receiveMaximum(2)] })
    say('a', 1)
    say('b', 2)
    say('c', 1)
    say('d', 2)
    say('e', 0)
    assert.deepEqual(listener.heard(), [
      `PUBLISH note 'a' q1 #1`,
      `PUBLISH note 'b' q2 #2`,
      `PUBLISH note 'e' q0`,
    ])
    listener.send(pubrec(2))
    assert.deepEqual(listener.heard(), ['PUBREL 2'])
    listener.send(pubcomp(2))
    assert.deepEqual(listener.heard(), [`PUBLISH note 'c' q1 #3`])
    listener.send(puback(1), puback(3))
    assert.deepEqual(listener.heard(), [`PUBLISH note 'd' q2 #4`])
  })

  test('no more than our own limit, however many its Receive Maximum allows', () => {
    const { listener, say } = pair({ properties: [property.receiveMaximum(65_535)] })
    for (let n = 0; n < limits.inflightPerSession + 5; n++) say('x', 1)
    assert.equal(listener.heard().length, limits.inflightPerSession)
  })

  test('packet ids go round, and those in use are passed over [MQTT-2.2.1-4]', () => {
    const { listener, say } = pair()
    say('first', 1)
    assert.deepEqual(listener.heard(), [`PUBLISH note 'first' q1 #1`])
    for (let id = 2; id <= 65_535; id++) {
      say('x', 1)
      listener.send(puback(id))
    }
    assert.equal(listener.heard().at(-1), `PUBLISH note 'x' q1 #65535`)
    say('y', 1)
    assert.deepEqual(listener.heard(), [`PUBLISH note 'y' q1 #2`])
  })

  test('a reason above 0x80 in PUBREC ends the delivery', () => {
    const { listener, say } = pair({ properties: [property.receiveMaximum(1)] })
    say('a', 2)
    say('b', 2)
    listener.heard()
    listener.send(pubrec(1, 0x80))
    assert.deepEqual(listener.heard(), [`PUBLISH note 'b' q2 #2`])
  })

  test('nothing is sent again while the connection lasts, however long the client takes', () => {
    const { stand, listener, say } = pair()
    say('a', 1)
    say('b', 2)
    listener.heard()
    stand.pass(1000)
    assert.deepEqual(listener.heard(), [])
  })

  test('an acknowledgement that nobody waits for', () => {
    const { listener, say } = pair()
    listener.send(puback(7), pubcomp(7), pubrec(7))
    assert.deepEqual(listener.heard(), ['PUBREL 7 92'])
    say('a', 2)
    listener.heard()
    listener.send(puback(1))
    assert.deepEqual(listener.heard(), ['DISCONNECT 82', 'end'])
  })

  test('the QoS is the lower of message and subscription', () => {
    const { listener, say } = pair({}, 1)
    for (const qos of [0, 1, 2]) say('x', qos)
    assert.deepEqual(listener.heard(), [
      `PUBLISH note 'x' q0`,
      `PUBLISH note 'x' q1 #1`,
      `PUBLISH note 'x' q1 #2`,
    ])
  })

  test('a message above its Maximum Packet Size is dropped and counted [MQTT-3.1.2-25]', () => {
    const properties = [property.maximumPacket(30), property.receiveMaximum(1)]
    const { stand, listener, say } = pair({ properties })
    say('x'.repeat(30), 1)
    say('short', 1)
    assert.deepEqual(listener.heard(), [`PUBLISH note 'short' q1 #2`])
    assert.equal(stand.broker.router.counters.dropped, 1)
    assert.equal(stand.broker.router.queuedBytes > 0, true)
    listener.vanish()
    assert.equal(stand.broker.router.queuedBytes, 0)
  })
})

describe('a slow subscriber', () => {
  test('gets what waited in its order, QoS 0 among it', () => {
    const { listener, say } = pair()
    listener.unsentBytes = limits.unsentBytesPause + 1
    say('a', 0)
    say('b', 1)
    assert.deepEqual(listener.heard(), [])
    listener.unsentBytes = 100
    say('c', 0)
    assert.deepEqual(listener.heard(), [])
    listener.drain()
    assert.deepEqual(listener.heard(), [
      `PUBLISH note 'a' q0`,
      `PUBLISH note 'b' q1 #1`,
      `PUBLISH note 'c' q0`,
    ])
  })

  test('has a queue that is bounded in count: the oldest goes, and is counted', () => {
    const { stand, listener, say } = pair()
    listener.unsentBytes = limits.unsentBytesPause + 1
    const sent = letters(limits.queuedMessagesPerSession + 10)
    for (const payload of sent) say(payload)
    listener.drain()
    assert.deepEqual(
      listener.heard(),
      sent.slice(10).map((payload) => `PUBLISH note '${payload}' q0`),
    )
    assert.equal(stand.broker.router.counters.dropped, 10)
    assert.equal(stand.broker.router.queuedBytes, 0)
  })

  test('has a queue that is bounded in bytes, on the way and waiting', () => {
    const { stand, listener, say } = pair()
    const large = 'x'.repeat(100_000)
    for (let n = 0; n < 40; n++) say(large, 1)
    const arrived = listener.heard().length
    assert.ok(arrived < 11, `${arrived} on the way`)
    assert.ok(stand.broker.router.queuedBytes <= 2 * limits.queuedBytesPerSession)
    assert.ok(stand.broker.router.counters.dropped >= 40 - 2 * 11)
  })

  test('does not keep others waiting, and has a share of a bounded whole', () => {
    const stand = new Stand()
    const speaker = stand.enter('speaker')
    const slow = Array.from({ length: 100 }, (_, n) => stand.enter(`slow${n}`))
    for (const peer of slow) {
      peer.send(subscribe({ note: 0 }))
      peer.unsentBytes = limits.unsentBytesPause + 1
    }
    const quick = stand.enter('quick')
    quick.send(subscribe({ note: 0 }))
    quick.heard()
    for (let n = 0; n < 20; n++) speaker.send(publish('note', 'x'.repeat(90_000)))
    assert.equal(quick.heard().length, 20)
    const { queuedBytes } = stand.broker.router
    assert.ok(queuedBytes <= limits.queuedBytesTotal + limits.packetBytes, `${queuedBytes}`)
  })
})

describe('message expiry', () => {
  test('is counted down while the message waits [MQTT-3.3.2-6], and drops it at last', () => {
    const kept = { clean: false, properties: [property.sessionExpiry(600)] }
    const { stand, listener, say } = pair(kept)
    listener.vanish()
    say('a', 1, property.messageExpiry(10))
    say('b', 1, property.messageExpiry(5))
    say('c', 1)
    stand.pass(7)
    assert.deepEqual(stand.enter('listener', kept).early, [
      `PUBLISH note 'a' q1 #1 expiry=3`,
      `PUBLISH note 'c' q1 #2`,
    ])
    assert.equal(stand.broker.router.counters.dropped, 1)
  })

  test('holds for retained messages', () => {
    const { stand } = pair()
    const message = { retain: true, properties: [property.messageExpiry(10)] }
    stand.enter('other').send(publish('kept', 'x', message))
    const hear = (): string[] => {
      const peer = stand.enter('late')
      peer.send(subscribe({ kept: 0 }))
      return peer.heard().slice(1)
    }
    stand.pass(4)
    assert.deepEqual(hear(), [`PUBLISH kept 'x' q0 retain expiry=6`])
    stand.pass(6)
    assert.deepEqual(hear(), [])
  })
})
