import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  type PublishOptions,
  property,
  publish,
  pubrel,
  pingreq,
  subscribe,
} from './client-packets.test.ts'
import { Stand } from './stand.test.ts'

const TOPIC = 'grid/m1/readings'

function reading(id: number, payload = `r${id}`, options: PublishOptions = {}): Buffer {
  return publish(TOPIC, payload, { id, ...options })
}

describe('readings', () => {
  for (const version of [4, 5] as const) {
    test(`are acknowledged once they are durable, in their order (${version})`, () => {
      const stand = new Stand()
      const meter = stand.enter('meter', { version })
      meter.send(reading(7, 'a', { version }), reading(3, 'b', { version }))
      meter.send(reading(5, 'c', { version, qos: 2 }), reading(9, 'd', { version }))
      assert.deepEqual(stand.intake.taken, ['m1 a', 'm1 b', 'm1 c', 'm1 d'])
      assert.deepEqual(meter.heard(), [])
      stand.commit()
      assert.deepEqual(meter.heard(), ['PUBACK 7', 'PUBACK 3', 'PUBREC 5', 'PUBACK 9'])
    })
  }

  test('of several batches wait for their own', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    meter.send(reading(1))
    stand.intake.handOver()
    meter.send(reading(2), reading(3, 'r3', { qos: 2 }))
    stand.intake.handOver()
    meter.send(reading(4))
    assert.deepEqual(meter.heard(), [])
    stand.settle(1)
    assert.deepEqual(meter.heard(), ['PUBACK 1'])
    stand.settle(2)
    assert.deepEqual(meter.heard(), ['PUBACK 2', 'PUBREC 3'])
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 4'])
  })

  test('of many connections: each gets its own acknowledgements, in one write', () => {
    const stand = new Stand()
    const meters = ['a', 'b', 'c'].map((clientId) => stand.enter(clientId))
    for (let id = 1; id <= 50; id++) for (const meter of meters) meter.send(reading(id))
    const before = meters.map(({ writes }) => writes)
    stand.commit()
    const expected = Array.from({ length: 50 }, (_, index) => `PUBACK ${index + 1}`)
    for (const [index, meter] of meters.entries()) {
      assert.deepEqual(meter.heard(), expected)
      assert.equal(meter.writes - (before[index] ?? 0), 1)
    }
  })

  test('with ordinary messages between them: one order of acknowledgements', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    meter.send(publish('note', 'x', { id: 1 }), reading(2), publish('note', 'y', { id: 3 }))
    assert.deepEqual(meter.heard(), ['PUBACK 1'])
    stand.intake.handOver()
    meter.send(reading(4), publish('note', 'z', { id: 5, qos: 2 }), pingreq)
    assert.deepEqual(meter.heard(), ['PINGRESP'])
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 2', 'PUBACK 3', 'PUBACK 4', 'PUBREC 5'])
    meter.send(publish('note', 'x', { id: 6 }))
    assert.deepEqual(meter.heard(), ['PUBACK 6'])
  })

  test('that are refused are acknowledged with the reason in 5.0, and like any other in 3.1.1', () => {
    const stand = new Stand()
    stand.intake.codes.set('bad', 0x99)
    const meter = stand.enter('meter')
    const old = stand.enter('old', { version: 4 })
    meter.send(reading(1, 'bad'), reading(2, 'good'), reading(3, 'bad', { qos: 2 }))
    old.send(reading(1, 'bad', { version: 4 }), reading(3, 'bad', { version: 4, qos: 2 }))
    assert.deepEqual(meter.heard(), [])
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 1 99', 'PUBACK 2', 'PUBREC 3 99'])
    assert.deepEqual(old.heard(), ['PUBACK 1', 'PUBREC 3'])
  })

  test('reach those who listen to them, and are durable all the same', () => {
    const stand = new Stand()
    const screen = stand.enter('screen')
    screen.send(subscribe({ 'grid/+/readings': 0 }))
    screen.heard()
    const meter = stand.enter('meter')
    meter.send(reading(1, 'a'), reading(2, 'b', { qos: 2 }), reading(2, 'b', { qos: 2, dup: true }))
    assert.deepEqual(screen.heard(), [`PUBLISH ${TOPIC} 'a' q0`, `PUBLISH ${TOPIC} 'b' q0`])
    assert.deepEqual(stand.intake.taken, ['m1 a', 'm1 b'])
    assert.deepEqual(meter.heard(), [])
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 1', 'PUBREC 2', 'PUBREC 2'])
  })

  test('that are refused reach nobody, and are not retained', () => {
    const stand = new Stand()
    stand.intake.codes.set('bad', 0x99)
    const screen = stand.enter('screen')
    screen.send(subscribe({ 'grid/+/readings': 0 }))
    screen.heard()
    const meter = stand.enter('meter')
    meter.send(reading(1, 'bad'), reading(2, 'bad', { retain: true }))
    assert.deepEqual(screen.heard(), [])
    assert.equal(stand.broker.router.retainedCount, 0)
  })

  test('of a topic outside ASCII, with properties, retained, by an alias: all are taken', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    const topic = 'grid/зҝ/readings'
    for (let id = 1; id <= 2; id++) meter.send(publish(topic, 'x', { id }))
    meter.send(reading(3, 'p', { properties: [property.user('k', 'v')] }))
    meter.send(reading(4, 'r', { retain: true }))
    meter.send(reading(5, 'a', { properties: [property.alias(1)] }))
    meter.send(publish('', 'b', { id: 6, properties: [property.alias(1)] }))
    meter.send(publish(TOPIC, ''))
    stand.commit()
    const expected = ['зҝ x', 'зҝ x', 'm1 p', 'm1 r', 'm1 a', 'm1 b', 'm1 ']
    assert.deepEqual(stand.intake.taken, expected)
    assert.deepEqual(
      meter.heard(),
      [1, 2, 3, 4, 5, 6].map((id) => `PUBACK ${id}`),
    )
  })

  test('of more topics than a connection remembers', () => {
    const stand = new Stand()
    const concentrator = stand.enter('concentrator')
    const names = Array.from({ length: limits.routesPerConnection * 2 + 1 }, (_, n) => `m${n}`)
    for (const name of [...names, ...names])
      concentrator.send(publish(`grid/${name}/readings`, 'x'))
    assert.deepEqual(
      stand.intake.taken,
      [...names, ...names].map((name) => `${name} x`),
    )
  })
})

describe('no room', () => {
  for (const qos of [0, 1, 2]) {
    test(`stops the connection and goes on without losing or repeating (QoS ${qos})`, () => {
      const stand = new Stand()
      const meter = stand.enter('meter')
      const sent = Array.from({ length: 20 }, (_, index) => index + 1)
      stand.intake.room = 5
      meter.send(...sent.map((id) => reading(qos === 0 ? 0 : id, `r${id}`, { qos })))
      assert.equal(meter.isPaused, true)
      assert.equal(stand.intake.taken.length, 5)
      const heard: string[] = []
      for (let turn = 0; turn < 5; turn++) {
        stand.intake.room = 4
        stand.commit()
        heard.push(...meter.heard())
      }
      assert.equal(meter.isPaused, false)
      assert.deepEqual(
        stand.intake.taken,
        sent.map((id) => `m1 r${id}`),
      )
      const name = qos === 1 ? 'PUBACK' : 'PUBREC'
      stand.commit()
      heard.push(...meter.heard())
      assert.deepEqual(heard, qos === 0 ? [] : sent.map((id) => `${name} ${id}`))
    })
  }

  test('what arrives meanwhile waits behind it, and other clients are served', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    const other = stand.enter('other')
    stand.intake.room = 0
    meter.send(reading(1))
    meter.send(pingreq, publish('note', 'x', { id: 2 }))
    other.send(pingreq)
    assert.deepEqual(meter.heard(), [])
    assert.deepEqual(other.heard(), ['PINGRESP'])
    stand.intake.room = 9
    stand.commit()
    assert.deepEqual(meter.heard(), ['PINGRESP'])
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 1', 'PUBACK 2'])
  })

  test('is not silence of the client', () => {
    const stand = new Stand()
    const meter = stand.enter('meter', { keepAlive: 10 })
    stand.intake.room = 0
    meter.send(reading(1))
    stand.pass(60)
    assert.deepEqual(meter.heard(), [])
    stand.intake.room = 1
    stand.commit()
    stand.pass(15)
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBACK 1'])
    stand.pass(1)
    assert.deepEqual(meter.heard(), ['DISCONNECT 8d', 'end'])
  })

  test('a connection that ends while it waits is forgotten', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    stand.intake.room = 0
    meter.send(reading(1))
    meter.vanish()
    stand.intake.room = 9
    stand.commit()
    assert.deepEqual(stand.intake.taken, [])
    assert.equal(stand.broker.unfinishedBytes, 0)
  })
})

describe('QoS 2', () => {
  test('is taken once however often it comes, and its packet id is free again after PUBREL', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    meter.send(reading(1, 'a', { qos: 2 }), reading(1, 'a', { qos: 2, dup: true }))
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBREC 1', 'PUBREC 1'])
    meter.send(reading(1, 'a', { qos: 2, dup: true }))
    assert.deepEqual(meter.heard(), ['PUBREC 1'])
    meter.send(pubrel(1), pubrel(1))
    assert.deepEqual(meter.heard(), ['PUBCOMP 1', 'PUBCOMP 1 92'])
    meter.send(reading(1, 'b', { qos: 2 }))
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m1 a', 'm1 b'])
    assert.deepEqual(meter.heard(), ['PUBREC 1'])
  })

  test('a reason above 0x80 ends the exchange in 5.0: the id is free', () => {
    const stand = new Stand()
    stand.intake.codes.set('bad', 0x99)
    const meter = stand.enter('meter')
    meter.send(reading(1, 'bad', { qos: 2 }))
    stand.commit()
    meter.send(reading(1, 'good', { qos: 2 }))
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m1 bad', 'm1 good'])
    assert.deepEqual(meter.heard(), ['PUBREC 1 99', 'PUBREC 1'])
  })

  test('3.1.1 does not hear the reason, so a refused message is not refused twice', () => {
    const stand = new Stand()
    stand.intake.codes.set('bad', 0x99)
    const meter = stand.enter('meter', { version: 4 })
    const bad = reading(1, 'bad', { version: 4, qos: 2 })
    meter.send(bad, bad)
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m1 bad'])
    assert.deepEqual(meter.heard(), ['PUBREC 1', 'PUBREC 1'])
  })

  test('ordinary messages go on once', () => {
    const stand = new Stand()
    const screen = stand.enter('screen')
    screen.send(subscribe({ note: 2 }))
    screen.heard()
    const other = stand.enter('other')
    const note = publish('note', 'x', { qos: 2, id: 4 })
    other.send(note, note)
    assert.deepEqual(other.heard(), ['PUBREC 4', 'PUBREC 4'])
    assert.deepEqual(screen.heard(), [`PUBLISH note 'x' q2 #1`])
  })
})

describe('Receive Maximum', () => {
  const full = (qos: number, version: 4 | 5 = 5): Buffer[] =>
    Array.from({ length: limits.receiveMaximum }, (_, index) =>
      reading(index + 1, 'x', { qos, version }),
    )

  for (const qos of [1, 2]) {
    test(`one more is a protocol error of its own (QoS ${qos})`, () => {
      const stand = new Stand()
      const meter = stand.enter('meter')
      meter.send(...full(qos))
      assert.deepEqual(meter.heard(), [])
      meter.send(reading(65_000, 'x', { qos }))
      assert.deepEqual(meter.heard(), ['DISCONNECT 93', 'end'])
      assert.equal(stand.intake.taken.length, limits.receiveMaximum)
    })
  }

  test('acknowledgements give the places back, for QoS 2 PUBREL does', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    for (let round = 0; round < 3; round++) {
      meter.send(...full(1))
      stand.commit()
      assert.equal(meter.heard().length, limits.receiveMaximum)
    }
    meter.send(...full(2))
    stand.commit()
    assert.equal(meter.heard().length, limits.receiveMaximum)
    meter.send(pubrel(1), reading(60_000))
    stand.commit()
    assert.deepEqual(meter.heard(), ['PUBCOMP 1', 'PUBACK 60000'])
    meter.send(reading(60_001), reading(60_002))
    assert.deepEqual(meter.heard(), ['DISCONNECT 93', 'end'])
  })

  test('a message that comes again takes no second place', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    meter.send(...full(2), ...full(2))
    stand.commit()
    assert.equal(meter.heard().length, 2 * limits.receiveMaximum)
  })

  test('3.1.1 has none for QoS 1; what a session remembers of QoS 2 is bounded there too', () => {
    const stand = new Stand()
    const meter = stand.enter('meter', { version: 4 })
    meter.send(...full(1, 4), reading(60_000, 'x', { version: 4 }))
    stand.commit()
    assert.equal(meter.heard().length, limits.receiveMaximum + 1)
    meter.send(...full(2, 4), reading(60_000, 'x', { version: 4, qos: 2 }))
    assert.deepEqual(meter.heard(), ['end'])
  })

  test('acknowledgements that take no place in a batch are bounded while the disk is slow', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    meter.send(reading(1, 'x', { qos: 2 }))
    const again = Buffer.concat(Array.from({ length: 1000 }, () => reading(1, 'x', { qos: 2 })))
    let sent = 0
    for (; sent < 200 && !meter.isPaused; sent++) meter.send(again)
    assert.ok(sent < 80, `stopped after ${sent * 1000} repetitions`)
    stand.commit()
    stand.commit()
    assert.equal(meter.heard().length, sent * 1000 + 1)
  })
})

describe('who may not publish', () => {
  test('is told in 5.0; 3.1.1 has no word for it (its section 3.3.5)', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    const old = stand.enter('old', { version: 4 })
    meter.send(publish('$SYS/x', ''), publish('$SYS/x', '', { id: 1 }))
    meter.send(publish('$SYS/x', '', { id: 2, qos: 2 }))
    assert.deepEqual(meter.heard(), ['PUBACK 1 87', 'PUBREC 2 87'])
    old.send(publish('$SYS/x', '', { version: 4, id: 1 }))
    assert.deepEqual(old.heard(), ['PUBACK 1'])
  })
})
