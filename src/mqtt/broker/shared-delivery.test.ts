import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import {
  type ConnectOptions,
  disconnect,
  packet,
  property,
  puback,
  publish,
  pubrec,
  subscribe,
  u16,
  unsubscribe,
} from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const KEPT: ConnectOptions = { clean: false, properties: [property.sessionExpiry(600)] }
const SHARED = '$share/g/note'

function member(stand: Stand, name: string, qos = 2, options: ConnectOptions = KEPT): Peer {
  const peer = stand.enter(name, options)
  peer.send(subscribe({ [SHARED]: qos }, { version: options.version ?? 5 }))
  assert.match(peer.heard()[0] ?? '', /^SUBACK 1 0[0-2]$/)
  return peer
}

function say(stand: Stand, payloads: string, qos: number): void {
  const speaker = stand.enter('speaker')
  for (const payload of payloads) {
    speaker.send(publish('note', payload, { qos, id: qos === 0 ? 0 : 1 }))
    if (qos === 2) speaker.send(packet(0x62, u16(1)))
  }
  speaker.send(disconnect())
}

/** The payloads that a peer was sent. */
function payloads(peer: Peer, lines: readonly string[] = peer.heard()): string {
  return lines.map((line) => /^PUBLISH note '(.*)'/.exec(line)?.[1] ?? `(${line})`).join('')
}

describe('a shared subscription', () => {
  test('brings each message to one of those who are connected, in turn', () => {
    for (const qos of [0, 1, 2]) {
      const stand = new Stand()
      const [one, two, three] = [member(stand, 'a'), member(stand, 'b'), member(stand, 'c')]
      say(stand, '1234567', qos)
      assert.deepEqual([payloads(one), payloads(two), payloads(three)], ['147', '25', '36'])
      assert.equal(stand.broker.router.counters.dropped, 0)
    }
  })

  test('does not bring them to those who are not, unless nobody else is there', () => {
    const stand = new Stand()
    const [one, two] = [member(stand, 'a'), member(stand, 'b')]
    one.vanish()
    say(stand, '123', 1)
    assert.equal(payloads(two), '123')
    two.vanish()
    say(stand, '4567', 1)
    assert.equal(payloads(one, stand.enter('a', KEPT).early), '46')
    const again = stand.enter('b', KEPT)
    assert.equal(payloads(again, again.early), '12357')
    say(stand, '89', 0)
    assert.equal(payloads(again), '9')
  })

  test('messages that are on their way stay with the session they were sent to [MQTT-4.8.2-4]', () => {
    const stand = new Stand()
    const [one, two] = [member(stand, 'a'), member(stand, 'b')]
    say(stand, '12', 2)
    assert.deepEqual([payloads(one), payloads(two)], ['1', '2'])
    one.vanish()
    assert.deepEqual(two.heard(), [])
    const again = stand.enter('a', KEPT)
    assert.deepEqual(again.early, [`PUBLISH note '1' q2 #1 dup`])
  })

  test('and end with it: nobody else is sent them [MQTT-4.8.2-5]', () => {
    const stand = new Stand()
    const [one, two] = [member(stand, 'a', 2, {}), member(stand, 'b')]
    say(stand, '12', 2)
    one.vanish()
    stand.pass(5)
    assert.equal(payloads(two), '2')
    assert.equal(stand.broker.router.subscriptionCount, 1)
  })

  test('a member that refuses a message ends it [MQTT-4.8.2-6]', () => {
    const stand = new Stand()
    const [one, two] = [member(stand, 'a'), member(stand, 'b')]
    say(stand, '1', 2)
    assert.equal(payloads(one), '1')
    one.send(pubrec(1, 0x80))
    assert.deepEqual([one.heard(), two.heard()], [[], []])
    say(stand, '2', 1)
    assert.equal(payloads(two), '2')
    two.send(packet(0x40, u16(1), 0x80))
    assert.deepEqual([one.heard(), two.heard()], [[], []])
  })

  test('has the QoS that its member was granted [MQTT-4.8.2-3], and its identifier', () => {
    const stand = new Stand()
    const low = member(stand, 'low', 0)
    const high = stand.enter('high')
    high.send(subscribe({ [SHARED]: 1 }, { properties: [property.subscriptionId(7)] }))
    high.heard()
    say(stand, '12', 2)
    assert.deepEqual(low.heard(), [`PUBLISH note '1' q0`])
    assert.deepEqual(high.heard(), [`PUBLISH note '2' q1 #1 sub=7`])
  })

  test('is told no retained messages, and is told their successors as any other', () => {
    const stand = new Stand()
    stand.enter('speaker').send(publish('note', 'old', { retain: true }))
    const one = stand.enter('a')
    one.send(subscribe({ [SHARED]: 8 }))
    assert.deepEqual(one.heard(), ['SUBACK 1 00'])
    stand.enter('speaker').send(publish('note', 'new', { retain: true }))
    assert.deepEqual(one.heard(), [`PUBLISH note 'new' q0 retain`])
  })

  test('stands beside other subscriptions: the client is sent a copy for each', () => {
    const stand = new Stand()
    const one = member(stand, 'a')
    one.send(subscribe({ 'note/#': 1, note: 0, '$share/h/note': 0 }))
    one.heard()
    say(stand, 'x', 1)
    const lines = one.heard().sort()
    assert.deepEqual(lines, [
      `PUBLISH note 'x' q0`,
      `PUBLISH note 'x' q1 #1`,
      `PUBLISH note 'x' q1 #2`,
    ])
    one.send(puback(1), puback(2))
  })

  test('with No Local is a protocol error [MQTT-3.8.3-4]', () => {
    const client = new Stand().enter('client')
    client.send(subscribe({ [SHARED]: 4 }))
    assert.deepEqual(client.heard(), ['DISCONNECT 82', 'end'])
  })

  test('brings a message to the client that published it', () => {
    const stand = new Stand()
    const one = member(stand, 'a')
    one.send(publish('note', 'x'))
    assert.equal(payloads(one), 'x')
  })

  test('ends with UNSUBSCRIBE, and counts like any other', () => {
    const stand = new Stand()
    const [one, two] = [member(stand, 'a'), member(stand, 'b')]
    assert.equal(stand.broker.router.subscriptionCount, 2)
    one.send(unsubscribe([SHARED, 'note', SHARED]))
    assert.deepEqual(one.heard(), ['UNSUBACK 1 00 11 11'])
    say(stand, '12', 0)
    assert.equal(payloads(two), '12')
    const most = limits.subscriptionsPerSession
    const filters = Array.from({ length: most + 1 }, (_, n) => [`$share/g/${n}`, 0] as const)
    one.send(subscribe(Object.fromEntries(filters)))
    assert.equal(
      one
        .heard()[0]
        ?.split(' ')
        .filter((code) => code === '97').length,
      1,
    )
    assert.equal(stand.broker.router.subscriptionCount, most + 1)
  })

  test('asks the gatekeeper for what it filters', () => {
    const stand = new Stand()
    stand.gatekeeper.maySubscribe = (_, filter) => filter !== 'secret/#'
    const client = stand.enter('client')
    client.send(
      subscribe({ '$share/g/secret/#': 0, '$share/secret/x': 0, '$share//x': 0, $share: 0 }),
    )
    assert.deepEqual(client.heard(), ['SUBACK 1 87 00 8f 00'])
  })

  test('is there for 3.1.1 as well', () => {
    const stand = new Stand()
    const old = member(stand, 'old', 1, { version: 4 })
    const young = member(stand, 'young')
    say(stand, '12', 0)
    assert.deepEqual([payloads(old), payloads(young)], ['1', '2'])
  })

  test('hears readings, which are durable all the same', () => {
    const stand = new Stand()
    const meter = stand.enter('meter')
    const message = publish('grid/m/readings', 'x', { id: 1 })
    meter.send(message)
    const one = stand.enter('a')
    one.send(subscribe({ '$share/g/grid/#': 0 }))
    one.heard()
    meter.send(message)
    assert.deepEqual(one.heard(), [`PUBLISH grid/m/readings 'x' q0`])
    one.vanish()
    meter.send(message)
    stand.commit()
    assert.deepEqual(stand.intake.taken, ['m x', 'm x', 'm x'])
    assert.deepEqual(meter.heard(), ['PUBACK 1', 'PUBACK 1', 'PUBACK 1'])
  })
})
