import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { connect, pingreq, publish } from './client-packets.test.ts'
import { Paces } from './pace.ts'
import { type Peer, Stand } from './stand.test.ts'

const RATES = { messagesPerSecond: 10, bytesPerSecond: 1000 }
const READING = publish('grid/d/readings', 'x')

/** A stand whose clients may send ten messages a second, or a thousand bytes. */
function slowStand(): Stand {
  return new Stand({ rates: RATES })
}

/** What a transport does with a chunk; returns how long it is to wait. */
function send(stand: Stand, peer: Peer, ...packets: readonly Buffer[]): number {
  const chunk = Buffer.concat(packets)
  peer.connection.receive(chunk, stand.nowMs)
  return peer.connection.charge(chunk.length, stand.nowMs)
}

const times = (count: number): Buffer[] => Array.from({ length: count }, () => READING)

describe('the rates of a client', () => {
  test('a burst is free; past it nothing is read until it is paid for, and nothing is lost', () => {
    const stand = slowStand()
    const peer = stand.enter('d')
    assert.equal(send(stand, peer, ...times(10)), 0)
    assert.equal(send(stand, peer, ...times(5)), 500)
    assert.equal(stand.intake.taken.length, 15)
    assert.ok(peer.isPaused)
    assert.equal(stand.broker.paces.pauses, 1)
    stand.nowMs += 499
    assert.equal(peer.connection.charge(0, stand.nowMs), 1)
    assert.ok(peer.isPaused)
    stand.nowMs += 1
    assert.equal(peer.connection.charge(0, stand.nowMs), 0)
    assert.ok(!peer.isPaused)
    assert.equal(stand.broker.paces.pauses, 1)
  })

  test('bytes count, of packets of any kind', () => {
    const stand = slowStand()
    const peer = stand.enter('d')
    assert.equal(send(stand, peer, ...Array.from({ length: 750 }, () => pingreq)), 500)
    assert.ok(peer.isPaused)
  })

  test('whoever waits for tokens is read by nothing else, and is not silent', () => {
    const stand = slowStand()
    const peer = stand.enter('d', { keepAlive: 1 })
    send(stand, peer, ...times(100))
    peer.connection.resume()
    peer.drain()
    assert.ok(peer.isPaused)
    stand.pass(5)
    assert.deepEqual(peer.heard(), [])
    stand.nowMs += 10_000
    assert.equal(peer.connection.charge(0, stand.nowMs), 0)
    stand.pass(1)
    assert.ok(!peer.isEnded)
    stand.pass(1)
    assert.ok(peer.isEnded)
  })

  test('a client that comes back owes what it owed, whatever connection it comes on', () => {
    const stand = slowStand()
    const peer = stand.enter('d')
    send(stand, peer, ...times(20))
    peer.vanish()
    assert.equal(peer.connection.charge(0, stand.nowMs), 0, 'whoever is gone is not waited for')
    const again = stand.enter('d')
    assert.equal(send(stand, again, READING), 1100)
    assert.equal(send(stand, stand.enter('other'), READING), 0)
  })

  test('connections of one name share its rates', () => {
    const stand = slowStand()
    stand.gatekeeper.admit = () => ({ name: 'gateway' })
    const [one, two] = [stand.enter('one'), stand.enter('two')]
    assert.equal(send(stand, one, ...times(10)), 0)
    assert.equal(send(stand, two, ...times(1)), 100)
    one.vanish()
    two.vanish()
    assert.equal(stand.broker.paces.size, 1)
    stand.pass(3)
    assert.equal(stand.broker.paces.size, 0)
  })

  test('strangers owe nothing', () => {
    const stand = slowStand()
    const peer = stand.open()
    const chunk = connect('d').subarray(0, 5)
    peer.connection.receive(chunk, stand.nowMs)
    assert.equal(peer.connection.charge(1_000_000, stand.nowMs), 0)
  })

  test('of those that went so many are remembered; the oldest goes', () => {
    const paces = new Paces(RATES)
    for (let n = 0; n < limits.pacesKept + 5; n++) {
      paces.enter(`d${n}`, 0).charge({ messages: 100, bytes: 0 }, 0)
      paces.leave(`d${n}`, 0)
    }
    assert.equal(paces.size, limits.pacesKept)
    paces.leave('nobody', 0)
    paces.tick(1_000_000)
    assert.equal(paces.size, 0)
  })
})
