import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type ConnectOptions,
  type WillOptions,
  disconnect,
  packet,
  property,
  subscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const WILL: WillOptions = { topic: 'will', payload: 'gone' }

function witness(stand: Stand, qos = 2): Peer {
  const peer = stand.enter('witness')
  peer.send(subscribe({ will: qos }))
  peer.heard()
  return peer
}

function delayed(seconds: number, sessionSeconds: number): ConnectOptions {
  return {
    clean: false,
    properties: [property.sessionExpiry(sessionSeconds)],
    will: { ...WILL, properties: [property.willDelay(seconds)] },
  }
}

describe('will', () => {
  test('is sent where the connection ends without a DISCONNECT [MQTT-3.1.2-8]', () => {
    const ends: readonly ((stand: Stand, peer: Peer) => void)[] = [
      (_, peer) => peer.vanish(),
      (_, peer) => peer.send(packet(0x00)),
      (_, peer) => peer.send(disconnect(4)),
      (_, peer) => peer.send(disconnect(0x80)),
      (_, peer) => peer.send(disconnect(0, property.sessionExpiry(9))),
      (stand) => stand.pass(16),
      (stand) => stand.enter('mortal'),
    ]
    for (const [index, end] of ends.entries()) {
      const stand = new Stand()
      const observer = witness(stand)
      const mortal = stand.enter('mortal', { keepAlive: 10, will: WILL })
      assert.deepEqual(observer.heard(), [])
      end(stand, mortal)
      assert.deepEqual(observer.heard(), [`PUBLISH will 'gone' q0`], `way ${index} to end`)
      mortal.vanish()
      assert.deepEqual(observer.heard(), [])
    }
  })

  test('is not sent after a DISCONNECT [MQTT-3.1.2-10]', () => {
    for (const version of [4, 5] as const) {
      const stand = new Stand()
      const observer = witness(stand)
      const mortal = stand.enter('mortal', { version, will: WILL })
      mortal.send(disconnect())
      mortal.vanish()
      stand.pass(1)
      assert.deepEqual(observer.heard(), [])
    }
  })

  test('has its QoS, its properties, and is retained where it says so', () => {
    const stand = new Stand()
    const observer = witness(stand)
    const properties = [
      property.correlation('c'),
      property.messageExpiry(30),
      property.user('k', 'v'),
      property.user('a', 'b'),
      property.user('k', 'w'),
    ]
    const will = { ...WILL, qos: 2, retain: true, properties }
    stand.enter('mortal', { will }).vanish()
    const said = 'correlation=c user=k:v user=a:b user=k:w expiry=30'
    const line = `PUBLISH will 'gone' q2 #1 ${said}`
    assert.deepEqual(observer.heard(), [line])
    const late = stand.enter('late')
    late.send(subscribe({ will: 0 }))
    assert.deepEqual(late.heard().slice(1), [`PUBLISH will 'gone' q0 retain ${said}`])
  })

  test('is an ordinary message where it does not ask to be retained [MQTT-3.1.2-14]', () => {
    const stand = new Stand()
    stand.enter('mortal', { will: WILL }).vanish()
    assert.equal(stand.broker.router.retainedCount, 0)
  })

  test('waits for its delay, and for no longer than the session lasts', () => {
    for (const [delay, session, sentAfter] of [
      [5, 60, 5],
      [60, 5, 5],
      [5, 0, 0],
    ] as const) {
      const stand = new Stand()
      const observer = witness(stand)
      stand.enter('mortal', delayed(delay, session)).vanish()
      if (sentAfter > 0) {
        stand.pass(sentAfter - 1)
        assert.deepEqual(observer.heard(), [])
        stand.pass(1)
      }
      assert.deepEqual(observer.heard(), [`PUBLISH will 'gone' q0`])
      stand.pass(100)
      assert.deepEqual(observer.heard(), [])
    }
  })

  test('that waits is dropped where the client comes back to its session [MQTT-3.1.3-9]', () => {
    const stand = new Stand()
    const observer = witness(stand)
    stand.enter('mortal', delayed(5, 60)).vanish()
    stand.pass(3)
    stand.enter('mortal', { clean: false, properties: [property.sessionExpiry(60)] })
    stand.pass(100)
    assert.deepEqual(observer.heard(), [])
  })

  test('that waits is dropped where the client takes over its own connection', () => {
    const stand = new Stand()
    const observer = witness(stand)
    stand.enter('mortal', delayed(5, 60))
    stand.enter('mortal', delayed(5, 60))
    stand.pass(100)
    assert.deepEqual(observer.heard(), [])
  })

  test('that waits is sent where the client begins a new session', () => {
    const stand = new Stand()
    const observer = witness(stand)
    stand.enter('mortal', delayed(50, 60)).vanish()
    stand.enter('mortal')
    assert.deepEqual(observer.heard(), [`PUBLISH will 'gone' q0`])
  })

  test('reaches the session of the client itself, where that lasts', () => {
    const stand = new Stand()
    const options = { clean: false, properties: [property.sessionExpiry(60)] }
    const mortal = stand.enter('mortal', { ...options, will: { ...WILL, qos: 1 } })
    mortal.send(subscribe({ will: 1 }))
    mortal.vanish()
    const again = stand.enter('mortal', options)
    assert.ok(again.connack.includes('present'))
    assert.deepEqual(again.early, [`PUBLISH will 'gone' q1 #1`])
  })

  test('on a topic of the intake is taken like any message, once there is room for it', () => {
    const stand = new Stand()
    const will = { topic: 'grid/m1/readings', payload: 'off' }
    stand.enter('m1', { will }).vanish()
    assert.deepEqual(stand.intake.taken, ['m1 off'])
    stand.intake.room = 0
    stand.enter('m1', { will }).vanish()
    stand.enter('m1', { will: { ...will, payload: 'off again' } }).vanish()
    stand.commit()
    assert.equal(stand.intake.taken.length, 1)
    stand.intake.room = Infinity
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m1 off', 'm1 off', 'm1 off again'])
  })

  test('of a device that was revoked is not sent, and counted', () => {
    const stand = new Stand()
    const observer = witness(stand)
    stand.gatekeeper.admit = () => ({ name: 'm1' })
    const mortal = stand.enter('mortal', { will: WILL })
    stand.gatekeeper.standing = ({ name }) => (name === 'm1' ? 0x87 : 0)
    stand.pass(1)
    assert.equal(mortal.isEnded, true)
    assert.deepEqual(observer.heard(), [])
    assert.equal(stand.broker.counters.willsDropped, 1)
  })
})
