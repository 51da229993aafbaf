import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { seededRandom } from '../../core/random.ts'
import {
  connect,
  disconnect,
  packet,
  pingreq,
  property,
  puback,
  publish,
  pubrel,
  subscribe,
  u8,
  unsubscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

/** All that a client says in a life with something of everything; the will shows whether its bytes were kept. */
const CONVERSATION = Buffer.concat([
  connect('talker', {
    keepAlive: 60,
    will: {
      topic: 'will/talker',
      payload: 'the last words of the talker',
      properties: [property.correlation('remember me')],
    },
  }),
  subscribe({ 'note/#': 1, 'will/#': 0 }),
  publish('note/a', 'one', { id: 1 }),
  publish('grid/m1/readings', 'two', { id: 2, properties: [property.alias(3)] }),
  publish('', 'three', { id: 3, qos: 2, properties: [property.alias(3)] }),
  publish('note/b', 'x'.repeat(300), { id: 4, qos: 2 }),
  puback(1),
  pubrel(4),
  pingreq,
  unsubscribe(['note/#', 'none']),
  disconnect(4),
])

/** The conversation in pieces; what came back, and what the substation has. */
function converse(pieces: readonly Buffer[]): { heard: string[]; taken: readonly string[] } {
  const stand = new Stand()
  const witness = stand.enter('witness')
  witness.send(subscribe({ '#': 0 }))
  witness.heard()
  const talker = stand.open()
  for (const piece of pieces) talker.send(piece)
  stand.commit()
  assert.equal(stand.broker.unfinishedBytes, 0)
  return { heard: [...talker.heard(), ...witness.heard()], taken: stand.intake.taken }
}

describe('packets in pieces', () => {
  const whole = converse([CONVERSATION])

  test('in one piece', () => {
    assert.deepEqual(whole.taken, ['m1 two', 'm1 three'])
    assert.ok(whole.heard.includes(`PUBLISH note/a 'one' q1 #1`))
    assert.equal(
      whole.heard.at(-1),
      `PUBLISH will/talker 'the last words of the talker' q0 correlation=remember me`,
    )
  })

  test('cut once, at every byte', () => {
    for (let at = 1; at < CONVERSATION.length; at++) {
      const pieces = [CONVERSATION.subarray(0, at), CONVERSATION.subarray(at)]
      assert.deepEqual(converse(pieces), whole, `cut at ${at}`)
    }
  })

  test('byte by byte', () => {
    assert.deepEqual(converse([...CONVERSATION].map(u8)), whole)
  })

  test('in random pieces', () => {
    const random = seededRandom(7)
    for (let run = 0; run < 300; run++) {
      const pieces: Buffer[] = []
      for (let at = 0; at < CONVERSATION.length;) {
        const next = at + 1 + Math.floor(random() ** 2 * 60)
        pieces.push(CONVERSATION.subarray(at, next))
        at = next
      }
      assert.deepEqual(converse(pieces), whole, `run ${run}`)
    }
  })

  test('the pieces may be overwritten once they were received', () => {
    const pieces = [...Array(9).keys()].map((at) =>
      Buffer.from(CONVERSATION.subarray(at * 100, at * 100 + 100)),
    )
    const stand = new Stand()
    const witness = stand.enter('witness')
    witness.send(subscribe({ 'will/#': 0 }))
    const talker = stand.open()
    for (const piece of pieces) {
      talker.send(piece)
      piece.fill(0x2a)
    }
    assert.equal(witness.heard().at(-1), whole.heard.at(-1))
  })
})

describe('what cannot be parsed', () => {
  const ends = (first: Buffer, expected: readonly string[], peer?: Peer): void => {
    const stand = new Stand()
    const attacker = peer ?? stand.enter('attacker')
    attacker.send(first, pingreq)
    assert.deepEqual(attacker.heard(), [...expected, 'end'], first.toString('hex'))
    assert.equal(attacker.connection.isOpen, false)
  }

  test('5.0 hears which rule was broken', () => {
    ends(connect('attacker'), ['DISCONNECT 82']) // [MQTT-3.1.0-2]
    ends(packet(0x00), ['DISCONNECT 81'])
    ends(packet(0x36, Buffer.from('000174000100', 'hex')), ['DISCONNECT 81']) // QoS 3
    ends(packet(0x38, Buffer.from('00017400', 'hex')), ['DISCONNECT 81']) // DUP with QoS 0
    ends(packet(0x32, Buffer.from('0001740000 00'.replace(' ', ''), 'hex')), ['DISCONNECT 82'])
    ends(packet(0x80, Buffer.from('000100000161 00'.replace(' ', ''), 'hex')), ['DISCONNECT 81'])
    ends(packet(0x30, Buffer.from('0002c32800', 'hex')), ['DISCONNECT 81']) // not UTF-8
    ends(packet(0x30, Buffer.from('0001 2300'.replace(' ', ''), 'hex')), ['DISCONNECT 90'])
    ends(packet(0x30), ['DISCONNECT 81'])
    ends(Buffer.from('c0ffffffff7f', 'hex'), ['DISCONNECT 81'])
    ends(packet(0x20, 0, 0, 0), ['DISCONNECT 82']) // CONNACK
    ends(packet(0xf0), ['DISCONNECT 82']) // AUTH
    ends(packet(0xc0, 1), ['DISCONNECT 81']) // PINGREQ with a body
    ends(publish('', 'x', { properties: [property.alias(1)] }), ['DISCONNECT 82'])
    ends(publish('a', 'x', { properties: [property.alias(17)] }), ['DISCONNECT 94'])
    ends(publish('a', 'x', { properties: [property.subscriptionId(1)] }), ['DISCONNECT 82'])
    ends(disconnect(0, property.sessionExpiry(5)), ['DISCONNECT 82'])
    ends(publish('a/'.repeat(1000), 'x'), ['DISCONNECT 90'])
  })

  test('3.1.1 is parted from without a word', () => {
    const stand = new Stand()
    ends(packet(0x36, Buffer.from('0001740001', 'hex')), [], stand.enter('old', { version: 4 }))
    ends(packet(0xf0), [], stand.enter('older', { version: 4 }))
  })

  test('a packet above the limit is refused by its header, and nothing of it is kept', () => {
    const stand = new Stand()
    const peer = stand.enter('peer')
    const length = limits.packetBytes
    peer.send(Buffer.from([0x30, (length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14]))
    assert.deepEqual(peer.heard(), ['DISCONNECT 95', 'end'])
    assert.equal(stand.broker.unfinishedBytes, 0)
    const largest = stand.enter('largest')
    largest.send(publish('a', 'x'.repeat(limits.packetBytes - 8), { id: 0 }))
    largest.send(pingreq)
    assert.deepEqual(largest.heard(), ['PINGRESP'])
  })

  test('answers to what came before are not lost', () => {
    const stand = new Stand()
    const peer = stand.enter('peer')
    peer.send(publish('a', '', { id: 1 }), pingreq, publish('$x', '', { id: 2 }), packet(0x00))
    assert.deepEqual(peer.heard(), ['PUBACK 1', 'PINGRESP', 'PUBACK 2 87', 'DISCONNECT 81', 'end'])
    assert.equal(stand.broker.counters.protocolErrors, 1)
  })
})

describe('strangers', () => {
  test('must begin with CONNECT [MQTT-3.1.0-1], and are not answered', () => {
    for (const text of ['GET / HTTP/1.1\r\n', '\x16\x03\x01\x02\x00\x01', '\xc0\x00', '\x11\x00']) {
      const stranger = new Stand().open()
      stranger.send(Buffer.from(text, 'latin1'))
      assert.deepEqual(stranger.heard(), ['end'], text)
    }
  })

  test('have some seconds for it, whatever they send meanwhile', () => {
    const stand = new Stand()
    const silent = stand.open()
    const slow = stand.open()
    const hello = connect('slow')
    for (let second = 0; second < limits.connectTimeoutMs / 1000; second++) {
      slow.send(hello.subarray(second, second + 1))
      stand.pass(1)
    }
    assert.deepEqual([silent.isEnded, slow.isEnded], [false, false])
    stand.pass(1)
    assert.deepEqual([silent.heard(), slow.heard()], [['end'], ['end']])
    assert.equal(stand.broker.strangerCount, 0)
    assert.equal(stand.broker.counters.strangersDropped, 2)
  })

  test('the oldest makes room for a new one, clients are left alone', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    const strangers = Array.from({ length: limits.strangers + 3 }, () => stand.open())
    const gone = strangers.filter(({ isEnded }) => isEnded)
    assert.deepEqual(gone, strangers.slice(0, 3))
    assert.equal(stand.broker.strangerCount, limits.strangers)
    assert.equal(client.isEnded, false)
  })
})

describe('keep alive', () => {
  test('one and a half times it without a packet, and the client is gone', () => {
    const stand = new Stand()
    const client = stand.enter('client', { keepAlive: 10 })
    stand.pass(14)
    client.send(pingreq)
    stand.pass(15)
    assert.deepEqual(client.heard(), ['PINGRESP'])
    stand.pass(1)
    assert.deepEqual(client.heard(), ['DISCONNECT 8d', 'end'])
    assert.equal(stand.broker.counters.keepAliveTimeouts, 1)
  })

  test('a packet that does not end is none, however long it goes on', () => {
    const stand = new Stand()
    const client = stand.enter('client', { keepAlive: 10 })
    const endless = publish('a', 'x'.repeat(100))
    for (let second = 0; second < 15; second++) {
      client.send(endless.subarray(second, second + 1))
      stand.pass(1)
    }
    assert.equal(client.isEnded, false)
    client.send(endless.subarray(15, 16))
    stand.pass(1)
    assert.deepEqual(client.heard(), ['DISCONNECT 8d', 'end'])
  })

  test('0 is for ever', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    stand.pass(100_000)
    assert.equal(client.isEnded, false)
  })
})

describe('a client that does not read', () => {
  test('is not answered until it does', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    client.unsentBytes = limits.unsentBytesPause + 1
    client.connection.backedUp(stand.nowMs)
    assert.equal(client.isPaused, true)
    client.send(pingreq, pingreq, subscribe({ a: 0 }))
    assert.deepEqual(client.heard(), [])
    stand.commit()
    assert.deepEqual(client.heard(), [])
    client.drain()
    assert.deepEqual(client.heard(), ['PINGRESP', 'PINGRESP', 'SUBACK 1 00'])
    assert.equal(client.isPaused, false)
  })

  test('is parted from where the socket holds too much, or its keep alive passes', () => {
    const stand = new Stand()
    const client = stand.enter('client', { keepAlive: 10 })
    client.unsentBytes = limits.unsentBytesPause + 1
    client.send(pingreq)
    stand.pass(16)
    assert.deepEqual(client.heard(), ['DISCONNECT 8d', 'end'])
    const other = stand.enter('other')
    other.unsentBytes = limits.unsentBytesClose + 1
    other.connection.backedUp(stand.nowMs)
    assert.deepEqual(other.heard(), ['DISCONNECT 97', 'end'])
  })

  test('or reads slowly: what it has taken is a sign of life', () => {
    const stand = new Stand()
    const client = stand.enter('client', { keepAlive: 10 })
    client.unsentBytes = limits.unsentBytesPause + 1
    client.send(pingreq)
    stand.pass(14)
    client.drain()
    stand.pass(14)
    assert.deepEqual(client.heard(), ['PINGRESP'])
  })

  test('a flood of packets is answered in one write', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    const before = client.writes
    client.send(...Array.from({ length: 1000 }, () => pingreq))
    assert.equal(client.writes - before, 1)
    assert.equal(client.heard().length, 1000)
  })
})

describe('unfinished packets', () => {
  test('are bounded over all connections: the one that would add more is parted from', () => {
    const stand = new Stand()
    const piece = publish('a', 'x'.repeat(200_000)).subarray(0, 200_000)
    const clients = Array.from({ length: 400 }, (_, index) => stand.enter(`c${index}`))
    for (const client of clients) client.send(piece)
    assert.ok(stand.broker.unfinishedBytes <= limits.unfinishedBytesTotal)
    const ended = clients.filter(({ isEnded }) => isEnded)
    assert.ok(ended.length > 0 && ended.length < clients.length)
    assert.deepEqual(ended[0]?.heard(), ['DISCONNECT 89', 'end'])
    for (const client of clients) client.vanish()
    assert.equal(stand.broker.unfinishedBytes, 0)
  })

  test('a large packet that is complete leaves nothing behind but the rest', () => {
    const stand = new Stand()
    const client = stand.enter('client')
    const bytes = publish('a', 'x'.repeat(200_000))
    for (let at = 0; at < bytes.length; at += 60_000) client.send(bytes.subarray(at, at + 60_000))
    client.send(pingreq.subarray(0, 1))
    assert.ok(stand.broker.unfinishedBytes <= 8192, `${stand.broker.unfinishedBytes}`)
    client.send(pingreq.subarray(1))
    assert.deepEqual(client.heard(), ['PINGRESP'])
  })
})

test('a server that goes down says so, and lets nobody wait', () => {
  const stand = new Stand()
  const client = stand.enter('client')
  const old = stand.enter('old', { version: 4 })
  const stranger = stand.open()
  stand.broker.stop(stand.nowMs)
  assert.deepEqual(client.heard(), ['DISCONNECT 8b', 'end'])
  assert.deepEqual([old.heard(), stranger.heard()], [['end'], ['end']])
  assert.equal(stand.broker.clientCount + stand.broker.strangerCount, 0)
})
