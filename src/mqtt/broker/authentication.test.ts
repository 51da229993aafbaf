import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import type { Exchange, ExchangeStep, Stranger } from '../ports.ts'
import {
  type ConnectOptions,
  auth,
  connect,
  disconnect,
  packet,
  pingreq,
  property,
  publish,
  subscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const METHOD = property.method('RIDDLE')

/** Asks a riddle: whoever says its name is asked, and is let in who answers `moon`. */
class Riddle implements Exchange {
  #name = ''

  step(data: Uint8Array): ExchangeStep {
    const text = Buffer.from(data).toString()
    if (text === '') return { kind: 'refused', code: 0x87, why: 'say your name' }
    if (this.#name === '') {
      this.#name = text
      return { kind: 'continue', data: Buffer.from('What waxes and wanes?') }
    }
    if (text !== 'moon') return { kind: 'refused', code: 0x86 }
    return { kind: 'admitted', identity: { name: this.#name }, data: Buffer.from('well done') }
  }
}

/** A broker whose gatekeeper knows one method. */
class RiddleStand extends Stand {
  readonly strangers: Omit<Stranger, 'password'>[] = []

  constructor() {
    super()
    this.gatekeeper.exchange = (stranger, method) => {
      this.strangers.push(stranger)
      return method === 'RIDDLE' ? new Riddle() : undefined
    }
  }

  /** A client that has named the method, and its name. */
  begin(name: string, options: ConnectOptions = {}): Peer {
    const peer = this.open()
    const properties = [METHOD, property.data(name), ...(options.properties ?? [])]
    peer.send(connect('a', { ...options, properties }))
    return peer
  }

  /** One that was let in. */
  solved(name = 'eve', options: ConnectOptions = {}): Peer {
    const peer = this.begin(name, options)
    peer.send(answer('moon'))
    const [asked, connack = '', ...more] = peer.heard()
    assert.equal(asked, ASKED)
    assert.match(connack, WELCOME)
    peer.early.push(...more)
    return peer
  }
}

const ASKED = 'AUTH 18 method=RIDDLE data=What waxes and wanes?'
const WELCOME = /^CONNACK 00 (present )?method=RIDDLE data=well done receive=/
const answer = (text: string): Buffer => auth(0x18, METHOD, property.data(text))
const again = (text: string): Buffer => auth(0x19, METHOD, property.data(text))

describe('a login in steps', () => {
  test('asks for more by AUTH, and CONNACK names the method and ends it [MQTT-4.12.0-2]', () => {
    const stand = new RiddleStand()
    const peer = stand.begin('eve', { will: { topic: 'w', payload: 'gone' } })
    assert.deepEqual(peer.heard(), [ASKED])
    assert.equal(stand.broker.strangerCount, 1)
    assert.equal(stand.broker.clientCount, 0)
    peer.send(answer('moon'), pingreq)
    const [connack = '', ...rest] = peer.heard()
    assert.match(connack, WELCOME)
    assert.deepEqual(rest, ['PINGRESP'])
    assert.equal(stand.broker.strangerCount, 0)
    const other = stand.enter('b')
    other.send(subscribe({ w: 0 }))
    other.heard()
    peer.vanish()
    assert.deepEqual(other.heard(), [`PUBLISH w 'gone' q0`])
  })

  test('is told who the stranger is, and never a password', () => {
    const stand = new RiddleStand()
    stand.begin('eve')
    assert.deepEqual(stand.strangers, [
      { clientId: 'a', remote: 'test', certificate: undefined, userName: undefined },
    ])
  })

  test('that fails is a CONNACK with the reason, and the end [MQTT-4.12.0-4]', () => {
    const stand = new RiddleStand()
    const wrong = stand.begin('eve')
    wrong.send(answer('sun'), pingreq)
    assert.deepEqual(wrong.heard(), [ASKED, 'CONNACK 86', 'end'])
    const nameless = stand.open()
    nameless.send(connect('a', { properties: [METHOD] }))
    assert.match(nameless.heardText(), /say your name/)
    assert.ok(nameless.isEnded)
    const unknown = stand.open()
    unknown.send(connect('a', { properties: [property.method('SPHINX')] }))
    assert.deepEqual(unknown.heard(), ['CONNACK 8c', 'end'])
    assert.deepEqual([...stand.broker.counters.refused.entries()].toSorted(byCode), [
      [0x86, 1],
      [0x87, 1],
      [0x8c, 1],
    ])
    assert.equal(stand.broker.clientCount, 0)
    assert.equal(stand.broker.strangerCount, 0)
  })

  test('takes nothing but AUTH and DISCONNECT before its end [MQTT-3.1.2-30]', () => {
    for (const packets of [
      [pingreq],
      [publish('grid/m/readings', 'x', { id: 1 })],
      [subscribe({ x: 0 })],
      [connect('a')],
      [auth(0x19, METHOD, property.data('eve'))],
      [auth(0x18, property.method('SPHINX'), property.data('moon'))],
      [auth(0x18)],
      [auth(0x00, METHOD)],
      [answer('moon').fill(0xf1, 0, 1)],
    ]) {
      const stand = new RiddleStand()
      const peer = stand.begin('eve')
      peer.heard()
      peer.send(...packets, answer('moon'))
      assert.deepEqual(peer.heard(), ['end'])
      assert.equal(stand.broker.counters.protocolErrors, 1)
      assert.equal(stand.broker.sessions.count, 0)
      assert.deepEqual(stand.intake.taken, [])
    }
    const stand = new RiddleStand()
    const peer = stand.begin('eve')
    peer.send(disconnect(), answer('moon'))
    assert.deepEqual(peer.heard(), [ASKED, 'end'])
    assert.equal(stand.broker.counters.protocolErrors, 0)
    assert.equal(stand.broker.strangerCount, 0)
  })

  test('has the time of a stranger, however often it says something', () => {
    const stand = new RiddleStand()
    const peer = stand.begin('eve')
    stand.pass(limits.connectTimeoutMs / 1000)
    assert.ok(!peer.isEnded)
    stand.pass(1)
    assert.deepEqual(peer.heard(), [ASKED, 'end'])
    assert.equal(stand.broker.counters.strangersDropped, 1)
  })

  test('arrives in pieces as well as at once', () => {
    const stand = new RiddleStand()
    const peer = stand.open()
    const properties = [METHOD, property.data('eve')]
    const bytes = Buffer.concat([connect('a', { properties }), answer('moon'), pingreq])
    for (let at = 0; at < bytes.length; at++) peer.send(bytes.subarray(at, at + 1))
    const [asked, connack = '', ...rest] = peer.heard()
    assert.equal(asked, ASKED)
    assert.match(connack, WELCOME)
    assert.deepEqual(rest, ['PINGRESP'])
  })

  test('keeps a CONNECT of some length, and sends what the client can take', () => {
    const stand = new RiddleStand()
    const long = stand.begin('x'.repeat(limits.connectKeptBytes))
    assert.match(long.heardText(), /a CONNECT that names a method has at most/)
    const noAuth = stand.begin('eve', { properties: [property.maximumPacket(36)] })
    assert.deepEqual(noAuth.heard(), ['CONNACK 95', 'end'])
    const properties = [property.maximumPacket(40), property.sessionExpiry(0xffff_ffff)]
    const noConnack = stand.begin('eve', { properties })
    noConnack.send(answer('moon'))
    assert.deepEqual(noConnack.heard(), [ASKED, 'CONNACK 95', 'end'])
    stand.solved('eve', { properties: [property.maximumPacket(37)] })
  })

  test('is one of a session that belongs to a name', () => {
    const stand = new RiddleStand()
    const eve = stand.solved('eve', { clean: false, properties: [property.sessionExpiry(60)] })
    const mallory = stand.begin('mallory')
    mallory.send(answer('moon'))
    assert.deepEqual(mallory.heard(), [ASKED, 'CONNACK 85', 'end'])
    assert.ok(!eve.isEnded)
    const newer = stand.begin('eve', { clean: false })
    newer.send(answer('moon'))
    assert.match(newer.heard()[1] ?? '', /^CONNACK 00 present method=RIDDLE/)
    assert.deepEqual(eve.heard(), ['DISCONNECT 8e', 'end'])
  })
})

test('whatever comes between CONNECT and CONNACK, or after, only the connection ends', () => {
  const packets = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => packet(0xf0, Buffer.from(bytes))),
    fc.constantFrom(answer('moon'), again('eve'), answer('sun'), pingreq),
  )
  fc.assert(
    fc.property(fc.array(packets, { maxLength: 6 }), (sent) => {
      const stand = new RiddleStand()
      const peer = stand.begin('eve')
      peer.send(...sent)
      peer.vanish()
      assert.equal(stand.broker.strangerCount + stand.broker.clientCount, 0)
      assert.equal(stand.broker.unfinishedBytes, 0)
    }),
  )
})

describe('a client that authenticates again', () => {
  test('is asked and answered by AUTH, and all else goes on [MQTT-4.12.0-5]', () => {
    const stand = new RiddleStand()
    const peer = stand.solved()
    for (let time = 0; time < 2; time++) {
      peer.send(again('eve'))
      assert.deepEqual(peer.heard(), [ASKED])
      peer.send(pingreq, subscribe({ note: 0 }), publish('note', 'x'))
      assert.deepEqual(peer.heard(), ['PINGRESP', 'SUBACK 1 00', `PUBLISH note 'x' q0`])
      peer.send(answer('moon'), pingreq)
      assert.deepEqual(peer.heard(), ['AUTH 00 method=RIDDLE data=well done', 'PINGRESP'])
    }
  })

  test('is known by the newer identity from then on', () => {
    const stand = new RiddleStand()
    const peer = stand.solved()
    const seen = new Set<object>()
    stand.gatekeeper.standing = (identity) => {
      seen.add(identity)
      return 0
    }
    stand.pass(1)
    peer.send(again('eve'), answer('moon'))
    stand.pass(1)
    assert.equal(seen.size, 2)
  })

  test('and fails, or is somebody else, is parted from [MQTT-4.12.1-2]', () => {
    for (const [packets, why] of [
      [[again('eve'), answer('sun')], /has not proved again/],
      [[again('mallory'), answer('moon')], /has not proved again/],
      [[auth(0x19, METHOD)], /say your name/],
    ] as const) {
      const stand = new RiddleStand()
      const peer = stand.solved('eve', { will: { topic: 'w', payload: 'gone' } })
      const other = stand.enter('b')
      other.send(subscribe({ w: 0 }))
      other.heard()
      peer.send(...packets, pingreq)
      const text = peer.heardText()
      assert.match(text, why)
      assert.equal(text.charCodeAt(text.indexOf('\xe0') + 2), 0x87)
      assert.ok(peer.isEnded)
      assert.deepEqual(other.heard(), [`PUBLISH w 'gone' q0`])
    }
  })

  test('by another method, or out of turn, breaks the standard [MQTT-4.12.1-1]', () => {
    for (const packets of [
      [auth(0x19, property.method('SPHINX'), property.data('eve'))],
      [answer('moon')],
      [again('eve'), again('eve')],
      [again('eve'), answer('moon'), answer('moon')],
      [auth(0x18, property.data('moon'))],
    ]) {
      const stand = new RiddleStand()
      const peer = stand.solved()
      peer.send(...packets)
      assert.deepEqual(peer.heard().slice(-2), ['DISCONNECT 82', 'end'])
    }
  })

  test('without a method in CONNECT is not heard, and is sent none [MQTT-4.12.0-6]', () => {
    const stand = new RiddleStand()
    const peer = stand.enter('a')
    assert.doesNotMatch(peer.connack, /method/)
    peer.send(again('eve'))
    assert.deepEqual(peer.heard(), ['DISCONNECT 82', 'end'])
    assert.deepEqual(stand.strangers, [])
  })
})

function byCode([one]: [number, number], [other]: [number, number]): number {
  return one - other
}
