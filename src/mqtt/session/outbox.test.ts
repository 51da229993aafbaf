import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { seededRandom } from '../../core/random.ts'
import type { Delivery } from './delivery.ts'
import { Outbox, type Replay, type Step } from './outbox.ts'

const ZEROS = Buffer.alloc(2 * limits.queuedBytesPerSession)

function delivery(name: string, qos: 0 | 1 | 2, expiresMs = Infinity, bytes = 0): Delivery {
  const message = {
    topic: name,
    payload: ZEROS.subarray(0, bytes),
    qos,
    retain: false,
    properties: {},
    expiresMs,
    publisher: '',
  }
  return { message, qos, retain: false, subscriptionIds: [] }
}

function replay(names: readonly string[], qos: 0 | 1 | 2): Replay {
  let at = 0
  return {
    peek: () => (at < names.length ? delivery(names[at] ?? '', qos) : undefined),
    advance: () => void at++,
    isOver: false,
  }
}

function describeStep(step: Step | undefined): string {
  if (step === undefined) return 'none'
  if (step.kind === 'release') return `release ${step.packetId}`
  const { delivery: sent, packetId, isRepeated } = step
  return `${sent.message.topic} ${packetId}${isRepeated ? ' again' : ''}`
}

function steps(outbox: Outbox, nowMs = 0): string[] {
  const found: string[] = []
  for (let line = ''; (line = describeStep(outbox.next(nowMs))) !== 'none';) found.push(line)
  return found
}

describe('outbox', () => {
  test('gives what waits in its order, as far as the window allows', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.restart(2)
    for (const [name, qos] of [
      ['a', 1],
      ['b', 0],
      ['c', 2],
      ['d', 1],
      ['e', 0],
    ] as const) {
      outbox.enqueue(delivery(name, qos))
    }
    assert.deepEqual(steps(outbox), ['a 1', 'b 0', 'c 2'])
    assert.equal(outbox.awaits(1), 'puback')
    assert.equal(outbox.awaits(2), 'pubrec')
    outbox.arrived(2)
    assert.equal(outbox.awaits(2), 'pubcomp')
    assert.deepEqual(steps(outbox), [])
    outbox.finish(1)
    assert.deepEqual(steps(outbox), ['d 3', 'e 0'])
    assert.equal(outbox.awaits(1), undefined)
  })

  test('is clear where nothing of the same QoS has to go first', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.restart(1)
    assert.equal(outbox.isClearFor(delivery('a', 0)), true)
    assert.equal(outbox.isClearFor(delivery('a', 1)), true)
    outbox.start(delivery('a', 1))
    assert.equal(outbox.isClearFor(delivery('b', 1)), false)
    assert.equal(outbox.isClearFor(delivery('b', 0)), true)
    outbox.enqueue(delivery('b', 0))
    assert.equal(outbox.isClearFor(delivery('c', 0)), false)
  })

  test('sends again in the same order, released messages as releases, within the window', () => {
    const outbox = new Outbox({ bytes: 0 })
    for (const name of ['a', 'b', 'c']) outbox.start(delivery(name, 2))
    outbox.arrived(2)
    outbox.enqueue(delivery('d', 1))
    outbox.restart(1)
    assert.deepEqual(steps(outbox), ['a 1 again', 'release 2'])
    outbox.finish(1)
    outbox.finish(2)
    assert.deepEqual(steps(outbox), ['c 3 again'])
    outbox.restart(9)
    outbox.finish(3)
    assert.deepEqual(steps(outbox), ['d 4'])
  })

  test('passes over what has expired, but not what is on its way', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.start(delivery('a', 1, 10))
    outbox.enqueue(delivery('b', 1, 10))
    outbox.enqueue(delivery('c', 0, 11))
    outbox.restart(5)
    assert.deepEqual(steps(outbox, 10), ['a 1 again', 'c 0'])
    assert.equal(outbox.dropped, 1)
  })

  test('keeps one message however large, and no second beside it', () => {
    const outbox = new Outbox({ bytes: 0 })
    const large = (name: string): Delivery =>
      delivery(name, 1, Infinity, limits.queuedBytesPerSession)
    outbox.enqueue(large('a'))
    assert.equal(outbox.waiting, 1)
    outbox.enqueue(large('b'))
    assert.equal(outbox.waiting, 1)
    assert.equal(outbox.dropped, 1)
    assert.deepEqual(steps(outbox), ['b 1'])
    assert.equal(outbox.isClearFor(delivery('c', 1)), false)
    outbox.finish(1)
    assert.equal(outbox.isClearFor(large('c')), true)
  })

  test('keeps nothing of a message that has arrived but its packet id', () => {
    const total = { bytes: 0 }
    const outbox = new Outbox(total)
    outbox.start(delivery('a', 2, Infinity, 1000))
    assert.ok(total.bytes > 1000)
    outbox.arrived(1)
    assert.equal(total.bytes, 0)
    assert.equal(outbox.inflight, 1)
  })

  test('a replay keeps its turn and yields what it has one by one, as there is room', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.restart(2)
    outbox.enqueue(delivery('before', 1))
    outbox.enqueueReplay(replay(['a', 'b', 'c'], 1))
    outbox.enqueue(delivery('after', 0))
    assert.equal(outbox.isClearFor(delivery('x', 0)), false)
    assert.deepEqual(steps(outbox), ['before 1', 'a 2'])
    outbox.finish(1)
    assert.deepEqual(steps(outbox), ['b 3'])
    outbox.finish(2)
    outbox.finish(3)
    assert.deepEqual(steps(outbox), ['c 4', 'after 0'])
    assert.equal(outbox.waiting, 0)
  })

  test('a replay is not what a full queue drops', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.enqueueReplay(replay(['a'], 0))
    const most = limits.queuedMessagesPerSession
    for (let at = 0; at < most + 5; at++) outbox.enqueue(delivery(`m${at}`, 0))
    assert.equal(outbox.dropped, 5)
    assert.deepEqual(steps(outbox).slice(0, 2), ['a 0', 'm5 0'])
  })

  test('replays that are over are swept out, the others are kept', () => {
    const outbox = new Outbox({ bytes: 0 })
    outbox.enqueueReplay(replay(['kept'], 0))
    for (let at = 0; at < 10_000; at++) outbox.enqueueReplay({ ...replay([], 0), isOver: true })
    assert.ok(outbox.waiting < 20, String(outbox.waiting))
    assert.deepEqual(steps(outbox), ['kept 0'])
  })

  test('counts the bytes of all sessions to the last one', () => {
    const random = seededRandom(11)
    const total = { bytes: 0 }
    const outboxes = [new Outbox(total), new Outbox(total)]
    for (let step = 0; step < 20_000; step++) {
      const outbox = outboxes[Math.floor(random() * 2)] as Outbox
      const qos = Math.floor(random() * 3) as 0 | 1 | 2
      const message = delivery('t', qos, random() * 20_000, Math.floor(random() ** 6 * 300_000))
      const packetId = Math.floor(random() * 100)
      const choice = random()
      if (choice < 0.4) outbox.enqueue(message)
      else if (choice < 0.5 && outbox.isClearFor(message)) outbox.start(message)
      else if (choice < 0.6 && outbox.awaits(packetId) === 'pubrec') outbox.arrived(packetId)
      else if (choice < 0.8) outbox.finish(packetId)
      else if (choice < 0.82) outbox.restart(1 + Math.floor(random() * 64))
      else outbox.next(step)
      assert.ok(outbox.inflight <= limits.inflightPerSession)
      assert.ok(total.bytes >= 0)
    }
    assert.ok(total.bytes > 0)
    for (const outbox of outboxes) outbox.discard()
    assert.equal(total.bytes, 0)
  })
})
