import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  connect,
  disconnect,
  packet,
  pingreq,
  property,
  publish,
  subscribe,
  text,
  u16,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const ANNOUNCED = `receive=${limits.receiveMaximum} packet=${limits.packetBytes} aliases=${limits.topicAliases}`

function answer(peer: Peer, ...packets: readonly Buffer[]): string[] {
  peer.send(...packets)
  return peer.heard()
}

describe('CONNACK', () => {
  test('announces what the server limits', () => {
    assert.equal(new Stand().enter('a').connack, `CONNACK 00 ${ANNOUNCED}`)
    assert.equal(new Stand().enter('a', { version: 4 }).connack, 'CONNACK 00')
  })

  test('assigns a client id where there is none, a different one to each', () => {
    const stand = new Stand()
    const [first, second] = [stand.enter(''), stand.enter('')]
    const pattern = new RegExp(`^CONNACK 00 ${ANNOUNCED} assigned=(busbar-[0-9a-f]{16})$`)
    const names = [first, second].map(({ connack }) => pattern.exec(connack)?.[1])
    assert.ok(names[0] !== undefined && names[1] !== undefined && names[0] !== names[1])
    assert.equal(stand.enter('', { version: 4 }).connack, 'CONNACK 00')
    assert.equal(stand.broker.clientCount, 3)
  })

  test('an assigned client id is one that no session has [MQTT-3.2.2-16]', () => {
    const assigned = (stand: Stand): string =>
      /assigned=(\S+)/.exec(stand.enter('').connack)?.[1] ?? ''
    const stand = new Stand()
    const first = assigned(new Stand())
    stand.enter(first)
    assert.notEqual(assigned(stand), first)
    assert.equal(stand.broker.clientCount, 2)
  })

  test('every client id of 1 to 23 letters and digits is accepted [MQTT-3.1.3-5]', () => {
    const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'
    const stand = new Stand()
    for (let at = 0; at < letters.length; at++) {
      const clientId = letters.slice(at, at + 23)
      for (const version of [4, 5] as const) {
        assert.match(stand.enter(clientId, { version }).connack, /^CONNACK 00/)
      }
    }
  })

  test('an assigned client id can be come back to', () => {
    const stand = new Stand()
    const first = stand.enter('', { clean: false, properties: [property.sessionExpiry(60)] })
    const name = /assigned=(\S+)/.exec(first.connack)?.[1] ?? ''
    first.vanish()
    const again = stand.enter(name, { clean: false, properties: [property.sessionExpiry(60)] })
    assert.equal(again.connack, `CONNACK 00 present ${ANNOUNCED}`)
  })

  test('says where a session ends sooner than was asked', () => {
    const longest = limits.sessionExpirySecondsMax
    const asked = { properties: [property.sessionExpiry(0xffff_ffff)] }
    assert.ok(new Stand().enter('a', asked).connack.endsWith(` session=${longest}`))
    const granted = { properties: [property.sessionExpiry(longest)] }
    assert.ok(!new Stand().enter('a', granted).connack.includes('session='))
  })
})

describe('CONNECT that is turned away', () => {
  const body = (name: string, level: number): Buffer =>
    packet(0x10, text(name), level, 2, u16(0), 0, text('a'))

  test('in the version that the client speaks', () => {
    const cases: readonly [Buffer, 4 | 5, string][] = [
      [body('MQTT', 6), 5, 'CONNACK 84'],
      [body('MQIsdp', 3), 4, 'CONNACK 01'],
      [body('MQTT', 3), 4, 'CONNACK 01'],
      [packet(0x10, text('MQTT'), 5, 3, u16(0), 0, text('a')), 5, 'CONNACK 81'],
      [packet(0x10, text('MQTT'), 4, 2, u16(0), text('a'), 9), 4, 'CONNACK 03'],
      [packet(0x10, text('MQTT'), 5, 2, u16(0), 0, text(Buffer.from([0xff]))), 5, 'CONNACK 81'],
      [connect('', { version: 4, clean: false }), 4, 'CONNACK 02'],
      [connect('x'.repeat(limits.clientIdBytes + 1)), 5, 'CONNACK 85'],
      [connect('a', { properties: [property.receiveMaximum(0)] }), 5, 'CONNACK 82'],
      [connect('a', { will: { topic: 'a/#', payload: '' } }), 5, 'CONNACK 90'],
      [connect('a', { will: { topic: '$SYS/x', payload: '' } }), 5, 'CONNACK 87'],
      [packet(0x10, text('MQTT'), 5, 2, u16(0), 4, 0x15, text('m'), text('a')), 5, 'CONNACK 8c'],
    ]
    for (const [bytes, version, expected] of cases) {
      const heard = answer(new Stand().open(version), bytes, pingreq)
      assert.deepEqual(heard, [expected, 'end'], bytes.toString('hex'))
    }
  })

  test('by the gatekeeper, and counted', () => {
    const stand = new Stand()
    stand.gatekeeper.admit = ({ clientId }) => (clientId === 'friend' ? 0 : 0x87)
    assert.deepEqual(answer(stand.open(), connect('foe')), ['CONNACK 87', 'end'])
    assert.deepEqual(answer(stand.open(4), connect('foe', { version: 4 })), ['CONNACK 05', 'end'])
    assert.equal(stand.enter('friend').isEnded, false)
    assert.deepEqual([...stand.broker.counters.refused], [[0x87, 2]])
    assert.equal(stand.broker.strangerCount, 0)
  })

  test('where there are as many clients as may be; whoever takes over its own place comes in', () => {
    const stand = new Stand()
    const clients = Array.from({ length: limits.connections }, (_, n) => stand.enter(`c${n}`))
    assert.deepEqual(answer(stand.open(), connect('late')), ['CONNACK 89', 'end'])
    assert.ok(stand.enter('c7').connack.startsWith('CONNACK 00'))
    assert.equal(clients[7]?.isEnded, true)
    assert.equal(stand.broker.clientCount, limits.connections)
    clients[9]?.vanish()
    assert.ok(stand.enter('late').connack.startsWith('CONNACK 00'))
  })

  test('not for want of sessions: the one without a client that would expire first makes room', () => {
    const stand = new Stand()
    for (let n = 0; n < limits.sessions; n++) {
      stand.nowMs += n === 7 ? -1 : 0
      stand.enter(`c${n}`, { clean: false, version: 4 }).vanish()
      stand.nowMs += n === 7 ? 1 : 0
    }
    assert.match(stand.enter('late').connack, /^CONNACK 00/)
    assert.equal(stand.broker.sessions.evicted, 1)
    assert.equal(stand.broker.sessions.count, limits.sessions)
    assert.equal(stand.enter('c8', { clean: false, version: 4 }).connack, 'CONNACK 00 present')
    assert.equal(stand.enter('c7', { clean: false, version: 4 }).connack, 'CONNACK 00')
  })

  test('whose will is longer than a will may be', () => {
    const stand = new Stand()
    const will = { topic: 'will', payload: 'x'.repeat(limits.willBytes + 1) }
    assert.deepEqual(answer(stand.open(), connect('a', { will })), ['CONNACK 97', 'end'])
  })
})

describe('the same client id again', () => {
  test('ends the older connection [MQTT-3.1.4-3]', () => {
    const stand = new Stand()
    const older = stand.enter('a')
    const old = stand.enter('b', { version: 4 })
    assert.equal(stand.enter('a').connack, `CONNACK 00 ${ANNOUNCED}`)
    stand.enter('b', { version: 4 })
    assert.deepEqual([older.heard(), old.heard()], [['DISCONNECT 8e', 'end'], ['end']])
    older.vanish()
    assert.equal(stand.broker.clientCount, 2)
    assert.equal(stand.broker.sessions.count, 2)
  })

  test('keeps the session or begins a new one, as it asks', () => {
    for (const clean of [false, true]) {
      const stand = new Stand()
      const properties = [property.sessionExpiry(60)]
      const older = stand.enter('a', { properties })
      older.send(subscribe({ note: 0 }))
      const newer = stand.enter('a', { clean, properties })
      assert.equal(newer.connack.includes('present'), !clean)
      stand.enter('b').send(publish('note', 'x'))
      assert.deepEqual(newer.heard(), clean ? [] : [`PUBLISH note 'x' q0`])
    }
  })

  test('acknowledgements of the older connection do not reach the newer', () => {
    const stand = new Stand()
    const older = stand.enter('a', { clean: false, version: 4 })
    older.send(publish('grid/m/readings', 'x', { id: 1, version: 4 }))
    const newer = stand.enter('a', { clean: false, version: 4 })
    stand.commit()
    assert.deepEqual(newer.heard(), [])
    assert.deepEqual(older.heard(), ['end'])
  })
})

describe('DISCONNECT', () => {
  test('ends the connection, and what follows it is not looked at', () => {
    const stand = new Stand()
    const peer = stand.enter('a')
    peer.send(pingreq, disconnect(), publish('grid/m/readings', 'late'))
    assert.deepEqual(peer.heard(), ['PINGRESP', 'end'])
    assert.deepEqual(stand.intake.taken, [])
    assert.equal(stand.broker.sessions.count, 0)
  })

  test('what was published before it is kept', () => {
    const stand = new Stand()
    const peer = stand.enter('a')
    peer.send(publish('grid/m/readings', 'x', { id: 1 }), disconnect())
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m x'])
  })
})
