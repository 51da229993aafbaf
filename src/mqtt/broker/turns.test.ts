import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { connect, pingreq, property, publish, subscribe } from './client-packets.test.ts'
import { Stand } from './stand.test.ts'

/** Every look at the stopwatch finds that half a slice has passed. */
function hurriedStand(): Stand {
  let elapsedMs = 0
  const stopwatch = (): number => (elapsedMs += limits.sliceMs / 2)
  return new Stand({ stopwatch })
}

describe('turns', () => {
  test('what takes longer than a slice waits, and goes on where it stopped', () => {
    const stand = hurriedStand()
    const client = stand.enter('a')
    client.send(...Array.from({ length: 5 }, () => pingreq))
    assert.deepEqual(client.heard(), ['PINGRESP', 'PINGRESP'])
    assert.ok(client.isPaused && client.connection.wasCut)
    assert.equal(stand.broker.turns.size, 1)
    stand.broker.turns.take(stand.nowMs, () => false)
    assert.deepEqual(client.heard(), ['PINGRESP', 'PINGRESP'])
    stand.broker.turns.take(stand.nowMs, () => false)
    assert.deepEqual(client.heard(), ['PINGRESP'])
    assert.ok(!client.isPaused && !client.connection.wasCut)
    assert.equal(stand.broker.turns.size, 0)
  })

  test('what came meanwhile is kept behind it, in order', () => {
    const stand = hurriedStand()
    const client = stand.enter('a')
    client.send(pingreq, pingreq, subscribe({ a: 0 }))
    client.send(pingreq)
    for (let turn = 0; turn < 3; turn++) stand.broker.turns.take(stand.nowMs, () => false)
    assert.deepEqual(client.heard(), ['PINGRESP', 'PINGRESP', 'SUBACK 1 00', 'PINGRESP'])
  })

  test('readings are looked at by the dozen', () => {
    const stand = hurriedStand()
    const client = stand.enter('a')
    const reading = publish('grid/a/readings', 'x')
    client.send(reading)
    client.send(...Array.from({ length: 100 }, () => reading))
    assert.equal(stand.intake.taken.length, 65)
    stand.broker.turns.take(stand.nowMs, () => false)
    assert.equal(stand.intake.taken.length, 101)
  })

  test('whoever waited longest goes first, and only until it is enough', () => {
    const stand = hurriedStand()
    const clients = ['a', 'b', 'c'].map((name) => stand.enter(name))
    for (const client of clients) client.connection.yieldTurn()
    assert.ok(clients.every(({ isPaused }) => isPaused))
    stand.broker.turns.take(stand.nowMs, () => true)
    assert.deepEqual(
      clients.map(({ isPaused }) => isPaused),
      [false, true, true],
    )
    clients[1]?.vanish()
    assert.equal(stand.broker.turns.size, 1)
  })

  test('what waits for a client goes out turn by turn, right behind its CONNECT as well', () => {
    const stand = hurriedStand()
    const options = { clean: false, properties: [property.sessionExpiry(60)] }
    const away = stand.enter('away', options)
    away.send(subscribe({ 'note/#': 1 }))
    away.vanish()
    const speaker = stand.enter('speaker')
    const finish = (): void => {
      while (stand.broker.turns.size > 0) stand.broker.turns.take(stand.nowMs, () => false)
    }
    for (let n = 0; n < 9; n++) {
      speaker.send(publish(`note/${n}`, 'x', { id: 1, retain: true }))
      finish()
    }
    let woken = 0
    stand.broker.turns.onWaiting = () => woken++
    const back = stand.enter('away', options)
    assert.ok(back.early.length < 9 && woken > 0, back.early.join())
    finish()
    assert.equal(back.early.length + back.heard().length, 9)
    const fresh = stand.enter('fresh')
    fresh.send(subscribe({ 'note/#': 0 }))
    const first = fresh.heard().length
    assert.ok(first < 10)
    finish()
    assert.equal(first + fresh.heard().length, 10)
    assert.ok(!back.isEnded && !fresh.isEnded && !fresh.isPaused)
  })

  test('a connection that ended waits for nothing', () => {
    const stand = hurriedStand()
    const peer = stand.open()
    peer.vanish()
    peer.connection.yieldTurn()
    assert.equal(stand.broker.turns.size, 0)
    peer.send(connect('late'))
    assert.deepEqual(peer.heard(), [])
  })
})
