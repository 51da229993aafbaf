import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { limits } from '../../core/limits.ts'
import { isTopicFilter, matches, parseShared } from './filter.ts'
import { isTopicName } from './name.ts'

const DEEPEST = Array.from({ length: limits.topicLevels }, () => 'a').join('/')

describe('topic names', () => {
  test('valid', () => {
    const names = ['a', '/', '//', 'a/b', '/a', 'a/', ' ', '$SYS/x', 'ñ/變', '$share/g/a', DEEPEST]
    for (const name of names) assert.ok(isTopicName(name), name)
    assert.ok(isTopicName('x'.repeat(limits.topicBytes)))
  })

  test('empty, wildcards, U+0000, too long, too deep', () => {
    const texts = ['', '#', '+', 'a/#', 'a+', 'a#b', 'a\0', `${DEEPEST}/a`]
    for (const text of texts) assert.ok(!isTopicName(text), text)
    assert.ok(!isTopicName('x'.repeat(limits.topicBytes + 1)))
    assert.ok(!isTopicName('變'.repeat(limits.topicBytes / 3 + 1)))
  })
})

describe('topic filters', () => {
  test('valid', () => {
    const filters = ['a', '/', '#', '+', '+/+', '/+', 'a/#', '+/#', '//#', 'a/+/b', '$SYS/#']
    for (const filter of [...filters, DEEPEST]) assert.ok(isTopicFilter(filter), filter)
  })

  test('a wildcard fills its level [MQTT-4.7.1-2], # is the last [MQTT-4.7.1-1]', () => {
    const texts = ['', '#/a', 'a/#/b', 'a#', '#a', '##', 'a+', '+a', '++', 'a/b+/c', 'a\0b', 'a/#/']
    for (const text of [...texts, `${DEEPEST}/#`]) assert.ok(!isTopicFilter(text), text)
    assert.ok(!isTopicFilter('x'.repeat(limits.topicBytes + 1)))
    assert.ok(!isTopicFilter('/'.repeat(65_535)))
  })

  test('shared [MQTT-4.8.2-1] [MQTT-4.8.2-2]', () => {
    for (const filter of [
      '$share/g/a',
      '$share/g/#',
      '$share/g/+/b',
      '$share/g//',
      '$share',
      '$share2/a',
    ]) {
      assert.ok(isTopicFilter(filter), filter)
    }
    assert.ok(isTopicFilter(`$share/g/${DEEPEST}`))
    for (const text of [
      '$share/',
      '$share/g',
      '$share/g/',
      '$share//a',
      '$share/+/a',
      '$share/g#/a',
    ]) {
      assert.ok(!isTopicFilter(text), text)
    }
    assert.ok(!isTopicFilter('$share/g/a#'))
    assert.ok(!isTopicFilter('$share/g\0/a'))
    assert.deepEqual(parseShared('$share/g/a/+'), { group: 'g', filter: 'a/+' })
    assert.deepEqual(parseShared('$share/g//a'), { group: 'g', filter: '/a' })
    assert.equal(parseShared('$share//a'), undefined)
    assert.equal(parseShared('share/g/a'), undefined)
    assert.equal(parseShared('$share/g'), undefined)
  })
})

describe('matching', () => {
  test('the examples of section 4.7', () => {
    for (const [filter, topic, expected] of [
      ['sport/tennis/player1/#', 'sport/tennis/player1', true],
      ['sport/tennis/player1/#', 'sport/tennis/player1/ranking', true],
      ['sport/tennis/player1/#', 'sport/tennis/player1/score/wimbledon', true],
      ['sport/tennis/player1/#', 'sport/tennis/player10', false],
      ['sport/#', 'sport', true],
      ['#', 'sport', true],
      ['#', '/', true],
      ['sport/tennis/+', 'sport/tennis/player1', true],
      ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
      ['sport/+', 'sport', false],
      ['sport/+', 'sport/', true],
      ['+/tennis/#', 'sport/tennis', true],
      ['+/+', '/finance', true],
      ['/+', '/finance', true],
      ['+', '/finance', false],
      ['ACCOUNTS', 'Accounts', false],
      ['/finance', 'finance', false],
      ['#', '$SYS/monitor/Clients', false],
      ['+/monitor/Clients', '$SYS/monitor/Clients', false],
      ['$SYS/#', '$SYS/monitor/Clients', true],
      ['$SYS/monitor/+', '$SYS/monitor/Clients', true],
      ['a/$b', 'a/$b', true],
      ['a/+', 'a/$b', true],
      ['a/#', 'a/$b', true],
    ] as const) {
      assert.equal(matches(filter, topic), expected, `${filter} ${topic}`)
    }
  })

  test('equals an oracle that is slow and plain', () => {
    const level = fc.constantFrom('', 'a', 'b', '$a', '変')
    const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
    const filter = fc
      .array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 })
      .chain((levels) => fc.constantFrom(levels.join('/'), [...levels, '#'].join('/'), '#'))
    fc.assert(
      fc.property(filter, topic, (made, name) => {
        fc.pre(isTopicName(name) && isTopicFilter(made))
        assert.equal(matches(made, name), oracle(made.split('/'), name.split('/')))
      }),
      { seed: 3, numRuns: 5000 },
    )
  })
})

/** Section 4.7, one sentence a line. */
function oracle(filter: readonly string[], topic: readonly string[], depth = 0): boolean {
  const [wanted, ...wantedLater] = filter
  const [level, ...later] = topic
  if (depth === 0 && level?.startsWith('$') === true && /^[+#]$/.test(wanted ?? '')) return false
  if (wanted === '#') return true
  if (wanted === undefined) return level === undefined
  if (level === undefined) return false
  if (wanted !== '+' && wanted !== level) return false
  return oracle(wantedLater, later, depth + 1)
}
