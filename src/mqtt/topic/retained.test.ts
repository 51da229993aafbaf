import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { seededRandom } from '../../core/random.ts'
import { matches } from './filter.ts'
import { type Retainable, RetainedMessages } from './retained.ts'

interface Named extends Retainable {
  readonly topic?: string
}

function message(payloadBytes: number, topic = ''): Named {
  return { payload: new Uint8Array(payloadBytes), topic }
}

function found(retained: RetainedMessages<Named>, filter: string): string[] {
  return [...retained.matching(filter)].map((found) => found?.topic ?? '').sort()
}

describe('retained messages', () => {
  test('the last of each topic, until an empty one [MQTT-3.3.1-5] [MQTT-3.3.1-6]', () => {
    const retained = new RetainedMessages<Named>()
    const [first, second] = [message(3), message(5)]
    assert.equal(retained.set('a/b', first), 'ok')
    assert.equal(retained.set('a/b', second), 'ok')
    assert.deepEqual([...retained.matching('a/+')], [second])
    assert.equal(retained.count, 1)
    assert.equal(retained.bytes, 5 + 6)
    assert.equal(retained.set('a/b', message(0)), 'ok')
    assert.equal(retained.set('never', undefined), 'ok')
    assert.deepEqual(found(retained, '#'), [])
    assert.equal(retained.count, 0)
    assert.equal(retained.bytes, 0)
  })

  test('properties count as what they are', () => {
    const retained = new RetainedMessages<Named>()
    retained.set('t', { payload: new Uint8Array(1), properties: { contentType: 'text' } })
    assert.equal(retained.bytes, 1 + 2 + 7)
    retained.set('t', undefined)
    assert.equal(retained.bytes, 0)
  })

  test('full in bytes: what was there stays', () => {
    const retained = new RetainedMessages<Named>()
    const old = message(10)
    retained.set('a', old)
    assert.equal(retained.set('a', message(limits.retainedBytesTotal)), 'full')
    assert.equal(retained.set('b', message(limits.retainedBytesTotal - 13)), 'full')
    assert.equal(retained.count, 1)
    assert.equal(retained.bytes, 12)
    assert.equal(retained.set('b', message(limits.retainedBytesTotal - 14, 'b')), 'ok')
    assert.equal(retained.set('a', message(10)), 'ok')
    assert.equal(retained.set('a', undefined), 'ok')
    assert.deepEqual(found(retained, '#'), ['b'])
  })

  test('full in count: topics that are there can still change', () => {
    const retained = new RetainedMessages<Named>()
    for (let at = 0; at < limits.retainedMessages; at++) {
      assert.equal(retained.set(`t/${at}`, message(1)), 'ok')
    }
    assert.equal(retained.set('one more', message(1)), 'full')
    assert.equal(retained.set('t/7', message(2)), 'ok')
    retained.set('t/8', undefined)
    assert.equal(retained.set('one more', message(1)), 'ok')
    assert.equal(retained.count, limits.retainedMessages)
  })

  test('equals a scan of all topics', () => {
    const random = seededRandom(19)
    const retained = new RetainedMessages<Named>()
    const topics = new Set<string>()
    const path = (names: readonly string[]): string =>
      Array.from(
        { length: 1 + Math.floor(random() * 4) },
        () => names[Math.floor(random() * names.length)],
      ).join('/')
    const names = ['a', 'b', '', '$a']
    for (let round = 0; round < 4000; round++) {
      const topic = path(names)
      if (topic !== '' && random() < 0.6) {
        retained.set(topic, message(1, topic))
        topics.add(topic)
      } else {
        retained.set(topic, undefined)
        topics.delete(topic)
      }
      assert.equal(retained.count, topics.size)
      const start = path([...names, '+'])
      for (const filter of [start, `${start}/#`, '#']) {
        const expected = [...topics].filter((name) => matches(filter, name)).sort()
        assert.deepEqual(found(retained, filter), expected, filter)
      }
    }
  })

  test('may change while somebody looks through them', () => {
    const retained = new RetainedMessages<Named>()
    const put = (topic: string): string => retained.set(topic, message(1, topic))
    for (const topic of ['a', 'b/c', 'b/d', 'e/f', 'g']) put(topic)
    const look = retained.matching('#')
    const next = (): string => {
      const { value } = look.next()
      return value?.topic ?? 'none'
    }
    assert.deepEqual([next(), next()], ['a', 'b/c'])
    for (const topic of ['b/c', 'b/d', 'g']) retained.set(topic, undefined)
    assert.equal(next(), 'e/f')
    retained.set('e/f', undefined)
    put('h')
    assert.deepEqual([next(), next()], ['h', 'none'])
  })

  test('a search stops where it may look no further, and goes on from there', () => {
    const retained = new RetainedMessages<Named>()
    for (let at = 0; at < 100; at++) retained.set(`a/${at}`, message(1, `a/${at}`))
    for (const [filter, expected] of [
      ['a/+', 100],
      ['#', 100],
      ['+/+/x', 0],
    ] as const) {
      const looks = { left: 10 }
      let found = 0
      let pauses = 0
      for (const one of retained.matching(filter, looks)) {
        if (one !== undefined) found++
        else {
          pauses++
          looks.left = 10
        }
      }
      assert.deepEqual([found, pauses], [expected, 10])
    }
  })
})
