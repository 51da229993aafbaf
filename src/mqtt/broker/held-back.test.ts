import assert from 'node:assert/strict'
import { test } from 'node:test'
import { property, publish, pubrel, subscribe } from './client-packets.test.ts'
import { Stand } from './stand.test.ts'

const TOPIC = 'grid/m1/readings'

/** The disk had no room for what was taken so far; what waits, goes on. */
function refuse(stand: Stand): void {
  stand.intake.handOver()
  stand.intake.durableBatch = stand.intake.takenBatch
  stand.broker.refuse(stand.nowMs)
}

test('what was taken is refused with 0x97 where its batch is, in its order; what was refused before stays so', () => {
  const stand = new Stand()
  stand.intake.codes.set('bad', 0x99)
  const meter = stand.enter('meter')
  meter.send(publish(TOPIC, 'a', { id: 1 }), publish(TOPIC, 'bad', { id: 2 }))
  meter.send(publish(TOPIC, 'b', { id: 3, qos: 2 }))
  refuse(stand)
  assert.deepEqual(meter.heard(), ['PUBACK 1 97', 'PUBACK 2 99', 'PUBREC 3 97'])
  // The exchange of QoS 2 has ended [MQTT-4.3.3-4]: the same packet id brings a message of its own.
  meter.send(publish(TOPIC, 'b', { id: 3, qos: 2 }))
  stand.commit()
  assert.deepEqual(meter.heard(), ['PUBREC 3'])
  meter.send(pubrel(3))
  assert.deepEqual(meter.heard(), ['PUBCOMP 3'])
  assert.deepEqual(stand.intake.taken, ['m1 a', 'm1 bad', 'm1 b', 'm1 b'])
})

test('a client of 3.1.1 gets no acknowledgement, and its connection ends', () => {
  const stand = new Stand()
  const old = stand.enter('old', { version: 4 })
  const idle = stand.enter('idle', { version: 4 })
  old.send(publish(TOPIC, 'a', { id: 1, version: 4 }))
  refuse(stand)
  assert.deepEqual(old.heard(), ['end'])
  assert.deepEqual(idle.heard(), [])
  assert.equal(stand.broker.counters.unacknowledged, 1)
})

test('what else is to be kept waits for the next batch, and acknowledgements behind it wait with it', () => {
  const keeper = { put: () => {}, remove: () => {}, changes: 0, hasRoom: true }
  const stand = new Stand({ keeper })
  const { intake } = stand
  const meter = stand.enter('meter', { properties: [property.sessionExpiry(60)] })
  meter.send(publish(TOPIC, 'a', { id: 1 }))
  intake.keep()
  meter.send(subscribe({ 'alarms/#': 1 }, { id: 5 }))
  intake.handOver()
  intake.keep() // What was to be kept is given back.
  intake.durableBatch = 1
  stand.broker.refuse(stand.nowMs)
  assert.deepEqual(meter.heard(), [])
  meter.send(publish(TOPIC, 'b', { id: 2 }))
  stand.commit()
  assert.deepEqual(meter.heard(), ['PUBACK 1 97', 'SUBACK 5 01', 'PUBACK 2'])
})

test('while the disk is full 5.0 and QoS 0 are refused at once, and counted; 3.1.1 waits for room', () => {
  const stand = new Stand()
  const meter = stand.enter('meter')
  const old = stand.enter('old', { version: 4 })
  stand.intake.isFull = true
  meter.send(publish(TOPIC, 'a', { id: 1 }), publish(TOPIC, 'b', { id: 2, qos: 2 }))
  old.send(publish(TOPIC, 'c', { qos: 0, version: 4 }), publish(TOPIC, 'd', { id: 1, version: 4 }))
  assert.deepEqual(meter.heard(), ['PUBACK 1 97', 'PUBREC 2 97'])
  assert.deepEqual(old.heard(), [])
  assert.equal(stand.intake.refused, 3)
  assert.deepEqual(stand.intake.taken, [])
  stand.intake.isFull = false
  stand.broker.settle(stand.nowMs)
  stand.commit()
  assert.deepEqual(old.heard(), ['PUBACK 1'])
})
