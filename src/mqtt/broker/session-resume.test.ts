import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  type ConnectOptions,
  connect,
  disconnect,
  property,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const KEPT: ConnectOptions = { clean: false, properties: [property.sessionExpiry(600)] }

function subscriber(stand: Stand, filter: string, options: ConnectOptions = KEPT): Peer {
  const peer = stand.enter('subscriber', options)
  peer.send(subscribe({ [filter]: 2 }))
  peer.heard()
  return peer
}

function say(stand: Stand, payload: string, qos: number): void {
  const speaker = stand.enter('speaker')
  speaker.send(publish('note', payload, { qos, id: qos === 0 ? 0 : 1 }), disconnect())
}

describe('a session that is resumed', () => {
  test('has what was published meanwhile with QoS 1 and 2, in its order', () => {
    const stand = new Stand()
    subscriber(stand, 'note').vanish()
    for (const [payload, qos] of [
      ['a', 1],
      ['b', 0],
      ['c', 2],
      ['d', 1],
    ] as const) {
      say(stand, payload, qos)
    }
    const again = stand.open()
    again.send(connectAgain())
    const [connack, ...messages] = again.heard()
    assert.ok(connack?.startsWith('CONNACK 00 present'))
    assert.deepEqual(messages, [
      `PUBLISH note 'a' q1 #1`,
      `PUBLISH note 'c' q2 #2`,
      `PUBLISH note 'd' q1 #3`,
    ])
  })

  test('sends again what was not acknowledged, with its packet ids and DUP [MQTT-4.4.0-1]', () => {
    const stand = new Stand()
    const first = subscriber(stand, 'note')
    for (const [payload, qos] of [
      ['a', 1],
      ['b', 2],
      ['c', 2],
      ['d', 1],
      ['e', 0],
    ] as const) {
      say(stand, payload, qos)
    }
    assert.deepEqual(first.heard(), [
      `PUBLISH note 'a' q1 #1`,
      `PUBLISH note 'b' q2 #2`,
      `PUBLISH note 'c' q2 #3`,
      `PUBLISH note 'd' q1 #4`,
      `PUBLISH note 'e' q0`,
    ])
    first.send(puback(4), pubrec(2))
    assert.deepEqual(first.heard(), ['PUBREL 2'])
    first.vanish()
    say(stand, 'f', 1)
    const again = stand.open()
    again.send(connectAgain())
    assert.deepEqual(again.heard().slice(1), [
      `PUBLISH note 'a' q1 #1 dup`,
      'PUBREL 2',
      `PUBLISH note 'c' q2 #3 dup`,
      `PUBLISH note 'f' q1 #5`,
    ])
    again.send(puback(1), pubcomp(2), pubrec(3), puback(5))
    assert.deepEqual(again.heard(), ['PUBREL 3'])
    again.send(pubcomp(3))
    again.vanish()
    const last = stand.open()
    last.send(connectAgain())
    assert.equal(last.heard().length, 1)
  })

  test('knows the QoS 2 messages of the client that it has already', () => {
    const stand = new Stand()
    const first = stand.enter('meter', KEPT)
    const message = publish('grid/m/readings', 'x', { qos: 2, id: 9 })
    first.send(message)
    first.vanish()
    stand.commit()
    const again = stand.enter('meter', KEPT)
    again.send(publish('grid/m/readings', 'x', { qos: 2, id: 9, dup: true }))
    assert.deepEqual(again.heard(), ['PUBREC 9'])
    again.send(pubrel(9))
    assert.deepEqual(again.heard(), ['PUBCOMP 9'])
    assert.deepEqual(stand.intake.taken, ['m x'])
  })

  test('keeps to the Receive Maximum of the new connection [MQTT-3.3.4-9]', () => {
    const stand = new Stand()
    const first = subscriber(stand, 'note')
    for (const payload of ['a', 'b', 'c', 'd']) say(stand, payload, payload === 'b' ? 2 : 1)
    first.send(pubrec(2))
    first.vanish()
    const again = stand.open()
    again.send(connectAgain(property.receiveMaximum(1)))
    assert.deepEqual(again.heard().slice(1), [`PUBLISH note 'a' q1 #1 dup`, 'PUBREL 2'])
    say(stand, 'e', 1)
    again.send(puback(1))
    assert.deepEqual(again.heard(), [])
    again.send(pubcomp(2))
    assert.deepEqual(again.heard(), [`PUBLISH note 'c' q1 #3 dup`])
    again.send(puback(3), puback(4))
    assert.deepEqual(again.heard(), [`PUBLISH note 'd' q1 #4 dup`, `PUBLISH note 'e' q1 #5`])
  })

  test('in 3.1.1 as in 5.0', () => {
    const stand = new Stand()
    const first = stand.enter('old', { version: 4, clean: false })
    first.send(subscribe({ note: 1 }, { version: 4 }))
    first.vanish()
    say(stand, 'a', 2)
    const again = stand.enter('old', { version: 4, clean: false })
    assert.equal(again.connack, 'CONNACK 00 present')
    const clean = stand.enter('old', { version: 4 })
    assert.equal(clean.connack, 'CONNACK 00')
    clean.vanish()
    assert.equal(stand.enter('old', { version: 4, clean: false }).connack, 'CONNACK 00')
  })

  function connectAgain(...properties: readonly Buffer[]): Buffer {
    return connect('subscriber', {
      clean: false,
      properties: [property.sessionExpiry(600), ...properties],
    })
  }
})

describe('the end of a session', () => {
  test('comes with the connection where nothing was asked for', () => {
    const stand = new Stand()
    const peer = subscriber(stand, 'note', { clean: false })
    peer.vanish()
    assert.equal(stand.broker.sessions.count, 0)
    assert.equal(stand.broker.router.subscriptionCount, 0)
    assert.ok(!stand.enter('subscriber', KEPT).connack.includes('present'))
  })

  test('comes after the time that was asked for, counted from the end of the connection', () => {
    const stand = new Stand()
    const options = { clean: false, properties: [property.sessionExpiry(10)] }
    const peer = subscriber(stand, 'note', options)
    stand.pass(100)
    peer.vanish()
    say(stand, 'a', 1)
    stand.pass(9)
    assert.equal(stand.broker.sessions.count, 1)
    assert.ok(stand.broker.router.queuedBytes > 0)
    stand.pass(1)
    assert.equal(stand.broker.sessions.count, 0)
    assert.equal(stand.broker.router.queuedBytes, 0)
    assert.equal(stand.broker.router.subscriptionCount, 0)
  })

  test('may be moved by DISCONNECT', () => {
    const stand = new Stand()
    const now = stand.enter('now', KEPT)
    now.send(disconnect(0, property.sessionExpiry(0)))
    assert.equal(stand.broker.sessions.count, 0)
    const later = stand.enter('later', { properties: [property.sessionExpiry(1)] })
    later.send(disconnect(0, property.sessionExpiry(50)))
    stand.pass(49)
    assert.equal(stand.broker.sessions.count, 1)
    stand.pass(1)
    assert.equal(stand.broker.sessions.count, 0)
  })

  test('comes in a week where the client asked for ever', () => {
    const stand = new Stand()
    stand.enter('old', { version: 4, clean: false }).vanish()
    stand.nowMs += limits.sessionExpirySecondsMax * 1000 - 2000
    stand.pass(1)
    assert.equal(stand.broker.sessions.count, 1)
    stand.pass(1)
    assert.equal(stand.broker.sessions.count, 0)
  })
})
