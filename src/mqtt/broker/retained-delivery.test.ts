import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { property, puback, publish, subscribe, unsubscribe } from './client-packets.test.ts'
import { type Peer, Stand } from './stand.test.ts'

const MANY = 7000

/** A stand with many retained messages. */
function library(): Stand {
  const stand = new Stand()
  const speaker = stand.enter('speaker')
  for (let n = 0; n < MANY; n++) speaker.send(publish(`shelf/${n}`, 'x', { id: 1, retain: true }))
  return stand
}

/** Takes all that comes within three seconds, acknowledging it. */
function takeAll(stand: Stand, peer: Peer): string[] {
  const taken: string[] = []
  for (let seconds = 0; ;) {
    const lines = peer.heard()
    if (lines.length === 0 && seconds === 3) return taken
    if (lines.length === 0) {
      stand.pass(1)
      seconds++
    }
    taken.push(...lines)
    const ids = lines.flatMap((line) => / q1 #(\d+)/.exec(line)?.[1] ?? [])
    peer.send(...ids.map((id) => puback(Number(id))))
  }
}

describe('more retained messages than a queue holds', () => {
  test('all reach a new subscriber as it acknowledges them, once each, and cost no memory', () => {
    const stand = library()
    const reader = stand.enter('reader')
    reader.send(subscribe({ 'shelf/#': 1 }))
    assert.equal(stand.broker.router.queuedBytes < 64 * 1024, true)
    const topics = takeAll(stand, reader).map((line) => line.split(' ')[1])
    assert.equal(topics[0], '1')
    assert.equal(new Set(topics.slice(1)).size, MANY)
    assert.equal(topics.length, MANY + 1)
    assert.equal(stand.broker.router.counters.dropped, 0)
    assert.equal(stand.broker.router.queuedBytes, 0)
  })

  test('with QoS 0 as fast as its socket takes them', () => {
    const stand = library()
    const reader = stand.enter('reader')
    reader.unsentBytes = limits.unsentBytesPause - 10_000
    const write = reader.write.bind(reader)
    reader.write = (bytes) => {
      reader.unsentBytes += bytes.length
      write(bytes)
    }
    reader.send(subscribe({ 'shelf/#': 0 }))
    const first = reader.heard().length
    assert.ok(first > 100 && first < MANY / 2, `${first} at once`)
    let rest = 0
    for (let drains = 0; drains < 10; drains++) {
      stand.pass(1)
      reader.drain()
      rest += reader.heard().length
    }
    assert.equal(first + rest, MANY + 1)
    assert.equal(stand.broker.router.counters.dropped, 0)
  })

  test('come before what is published later, and that is not lost', () => {
    const stand = library()
    const reader = stand.enter('reader')
    reader.send(subscribe({ 'shelf/#': 1 }))
    stand.enter('other').send(publish('shelf/7', 'new', { id: 1 }), publish('shelf/new', 'y'))
    const lines = takeAll(stand, reader)
    assert.equal(lines.length, MANY + 3)
    assert.match(lines.at(-2) ?? '', /^PUBLISH shelf\/7 'new' q1 #\d+$/)
    assert.equal(lines.at(-1), `PUBLISH shelf/new 'y' q0`)
  })

  test('survive a lost connection', () => {
    const stand = library()
    const kept = { clean: false, properties: [property.sessionExpiry(60)] }
    const reader = stand.enter('reader', kept)
    reader.send(subscribe({ 'shelf/#': 1 }))
    const before = reader.heard().slice(1)
    reader.vanish()
    const again = stand.enter('reader', kept)
    again.send(...before.map((_, index) => puback(index + 1)))
    const topics = [...again.early, ...takeAll(stand, again)].map((line) => line.split(' ')[1])
    assert.equal(new Set(topics).size, MANY)
    assert.equal(topics.length, MANY)
  })

  test('stop with the subscription, and begin again with the next one', () => {
    const stand = library()
    const reader = stand.enter('reader')
    reader.send(subscribe({ 'shelf/#': 1 }), unsubscribe(['shelf/#']))
    assert.equal(takeAll(stand, reader).length, 2 + limits.inflightPerSession)
    reader.send(subscribe({ 'shelf/#': 1 }), subscribe({ 'shelf/#': 1 }))
    assert.equal(takeAll(stand, reader).length, 2 + limits.inflightPerSession + MANY)
    for (let n = 0; n < 200; n++) reader.send(subscribe({ 'shelf/#': 1 }))
    assert.equal(takeAll(stand, reader).length, 200 + limits.inflightPerSession + MANY)
  })

  test('that change before their turn come as live messages, once and in their order', () => {
    const stand = library()
    const reader = stand.enter('reader')
    reader.send(subscribe({ 'shelf/#': 1 }))
    const [, ...first] = reader.heard()
    const seen = new Set(first.map((line) => line.split(' ')[1]))
    const [gone, changed] = ['shelf/4000', 'shelf/4001']
    assert.ok(!seen.has(gone) && !seen.has(changed))
    const other = stand.enter('other')
    other.send(publish(gone ?? '', '', { retain: true }))
    for (const payload of ['newer', 'newest']) {
      other.send(publish(changed ?? '', payload, { retain: true }))
    }
    reader.send(...first.map((_, index) => puback(index + 1)))
    const lines = takeAll(stand, reader)
    assert.deepEqual(
      lines.filter((line) => line.includes(`${gone} `)),
      [`PUBLISH ${gone} '' q0`],
    )
    assert.deepEqual(
      lines.filter((line) => line.includes(`${changed} `)),
      [`PUBLISH ${changed} 'newer' q0`, `PUBLISH ${changed} 'newest' q0`],
    )
    assert.equal(first.length + lines.length, MANY - 2 + 3)
  })
})

test('a flood of subscriptions that match nothing looks at so much a second, and keeps nobody waiting', () => {
  const stand = library()
  const flood = stand.enter('flood')
  const filters = Array.from({ length: 30 }, (_, n) => subscribe({ [`+/+/${n}`]: 1 }))
  flood.send(...filters, subscribe({ 'shelf/1': 1 }))
  const last = `PUBLISH shelf/1 'x' q1 #1 retain`
  assert.equal(flood.heard().length, 31)
  const seconds = (30 * MANY) / limits.retainedLooks
  stand.pass(seconds - 5)
  assert.deepEqual(flood.heard(), [])
  const reader = stand.enter('reader')
  reader.send(subscribe({ 'shelf/1': 1 }))
  assert.deepEqual(reader.heard(), ['SUBACK 1 01', last])
  stand.pass(10)
  assert.deepEqual(flood.heard(), [last])
})

test('retained messages that have expired make room', () => {
  const stand = new Stand()
  const speaker = stand.enter('speaker')
  speaker.send(publish('a', 'x', { retain: true, properties: [property.messageExpiry(5)] }))
  speaker.send(publish('b', 'x', { retain: true }))
  stand.pass(4)
  assert.equal(stand.broker.router.retainedCount, 2)
  stand.pass(limits.retainedPurgeMs / 1000 + 1)
  assert.equal(stand.broker.router.retainedCount, 1)
})
