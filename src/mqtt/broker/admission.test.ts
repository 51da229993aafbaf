import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import type { Later, Stranger } from '../ports.ts'
import { connect, packet, subscribe } from './client-packets.test.ts'
import { Stand } from './stand.test.ts'

const PINGREQ = packet(0xc0)

/** A gatekeeper that thinks until the test has made up its mind. */
class SlowGate {
  readonly stand = new Stand()
  readonly asked: Stranger[] = []
  readonly #laters: Later[] = []

  constructor() {
    this.stand.gatekeeper.admit = (stranger, later) => {
      this.asked.push(stranger)
      this.#laters.push(later)
      return undefined
    }
  }

  say(verdict: Parameters<Later>[0]): void {
    this.#laters.shift()?.(verdict, this.stand.nowMs)
  }
}

describe('a verdict that takes time', () => {
  test('what follows CONNECT waits behind it, in order, and is asked for once', () => {
    const gate = new SlowGate()
    const peer = gate.stand.open()
    peer.send(connect('a'), PINGREQ)
    peer.send(PINGREQ)
    gate.stand.settle(1)
    peer.drain()
    assert.deepEqual(peer.heard(), [])
    assert.ok(peer.isPaused)
    assert.equal(gate.stand.broker.strangerCount, 1)
    gate.say(0)
    const [connack = '', ...rest] = peer.heard()
    assert.ok(connack.startsWith('CONNACK 00'))
    assert.deepEqual(rest, ['PINGRESP', 'PINGRESP'])
    assert.ok(!peer.isPaused)
    assert.equal(gate.asked.length, 1)
    assert.equal(gate.stand.broker.strangerCount, 0)
  })

  test('a refusal ends it, whatever follows', () => {
    const gate = new SlowGate()
    const peer = gate.stand.open()
    peer.send(connect('a'), PINGREQ)
    gate.say(0x86)
    assert.deepEqual(
      peer.heard().map((line) => line.slice(0, 10)),
      ['CONNACK 86', 'end'],
    )
    assert.deepEqual([...gate.stand.broker.counters.refused], [[0x86, 1]])
    assert.equal(gate.stand.broker.unfinishedBytes, 0)
  })

  test('a verdict for who has gone, or waited too long, changes nothing', () => {
    const gate = new SlowGate()
    const gone = gate.stand.open()
    gone.send(connect('a'))
    gone.vanish()
    const late = gate.stand.open()
    late.send(connect('b'))
    gate.stand.pass(limits.connectTimeoutMs / 1000 + 1)
    assert.ok(late.isEnded)
    gate.say({ name: 'a' })
    gate.say({ name: 'b' })
    assert.deepEqual(late.heard(), ['end'])
    assert.equal(gate.stand.broker.clientCount, 0)
    assert.equal(gate.stand.broker.sessions.count, 0)
  })
})

describe('an identity', () => {
  test('is asked about with every question, and its session is its own', () => {
    const stand = new Stand()
    let name = 'one'
    const seen: (string | undefined)[] = []
    stand.gatekeeper.admit = () => ({ name })
    stand.gatekeeper.maySubscribe = (_, __, identity) => {
      seen.push(identity?.name)
      return true
    }
    const one = stand.enter('a')
    one.send(subscribe({ x: 0 }))
    assert.deepEqual(seen, ['one'])
    name = 'two'
    const two = stand.enter('a')
    assert.ok(two.connack.startsWith('CONNACK 85'), two.connack)
    assert.ok(!one.isEnded)
    name = 'one'
    assert.ok(stand.enter('a').connack.startsWith('CONNACK 00'))
    assert.ok(one.isEnded)
  })

  test('that is no longer welcome is parted from within a second', () => {
    const stand = new Stand()
    const standing = new Map([['b', 0x98]])
    stand.gatekeeper.admit = ({ clientId }) => (clientId === 'c' ? 0 : { name: clientId })
    stand.gatekeeper.standing = ({ name }) => standing.get(name) ?? 0
    const [a, b, c] = [stand.enter('a'), stand.enter('b'), stand.enter('c')]
    stand.pass(1)
    assert.ok(b.heard()[0]?.startsWith('DISCONNECT 98'))
    assert.deepEqual([a.isEnded, b.isEnded, c.isEnded], [false, true, false])
  })
})
