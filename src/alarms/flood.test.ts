import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Bench } from './bench.test.ts'
import type { AlarmEvent } from './ports.ts'

const FEEDER: Partial<AlarmEvent> = { subject: { kind: 'feeder', id: 'f1' }, severity: 3 }

function meters(feeder: string, count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${feeder}-${at}`)
}

describe('a flood', () => {
  test('of 400 meters of a feeder is one alarm, which ends with the last of them', () => {
    const bench = new Bench()
    const feeder = meters('f1', 400)
    bench.take(...feeder.slice(0, 4).map((meter) => bench.begin(meter, 0)))
    assert.equal(bench.topics.size, 4)
    bench.take(...feeder.slice(4).map((meter, at) => bench.begin(meter, at / 10)))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 unacknowledged 400/400'])
    assert.equal(bench.topics.size, 1)
    const { id, members } = bench.one('voltage.dip', 'f1')
    assert.deepEqual(members?.first, ['f1-0', 'f1-1', 'f1-2', 'f1-3', 'f1-4'])
    assert.equal(bench.desk.members(id)?.length, 400)
    bench.acknowledge(id)
    bench.restart()
    bench.take(...feeder.slice(1).map((meter, at) => bench.end(meter, Math.max(0, at - 3) / 10)))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 acknowledged 1/400'])
    assert.match(bench.acknowledge(bench.one('voltage.dip', 'f1-0').id), /is a member of alarm/)
    assert.match(bench.shelve(bench.one('voltage.dip', 'f1-0').id, 1), /is a member of alarm/)
    bench.take(bench.end('f1-0', 0))
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.topics.size, 0)
    assert.equal(bench.list('normal').length, 401)
  })

  test('of one feeder after another is one alarm of what supplies them', () => {
    const bench = new Bench()
    bench.take(...[...meters('f1', 20), ...meters('f2', 20)].map((meter) => bench.begin(meter, 0)))
    assert.deepEqual(bench.seen(), ['voltage.dip t1 unacknowledged 40/40'])
    bench.take(...meters('f3', 6).map((meter) => bench.begin(meter, 1)))
    assert.deepEqual(bench.seen(), ['voltage.dip 10kv unacknowledged 46/46'])
    bench.restart()
    const all = ['f1', 'f2'].flatMap((feeder) => meters(feeder, 20))
    bench.take(...all.map((meter) => bench.end(meter, 0)))
    assert.deepEqual(bench.seen(), ['voltage.dip 10kv unacknowledged 6/46'])
    bench.take(...meters('f3', 6).map((meter) => bench.end(meter, 1)))
    assert.deepEqual(bench.seen(), ['voltage.dip 10kv returned 0/46'])
    bench.acknowledge(bench.one('voltage.dip', '10kv').id)
    assert.equal(bench.list('normal').length, bench.list().length)
  })

  test('of those scattered below a transformer is one, too', () => {
    const bench = new Bench()
    const some = [...meters('f1', 3), ...meters('f2', 3)]
    bench.take(...some.map((meter) => bench.begin(meter, 0)))
    assert.deepEqual(bench.seen(), ['voltage.dip t1 unacknowledged 6/6'])
  })

  test('of dips that are over before it is one is told all the same', () => {
    const bench = new Bench()
    for (const meter of meters('f1', 50)) bench.take(bench.begin(meter, 0), bench.end(meter, 0))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 returned 0/50'])
  })

  test('counts what they are about: phases of one meter are one member', () => {
    const bench = new Bench()
    const phases = [1, 2, 3]
    const three = (meter: string): AlarmEvent[] =>
      phases.map((key) => bench.begin(meter, 0, { key }))
    bench.take(...meters('f1', 4).flatMap(three))
    assert.equal(bench.seen().length, 12)
    bench.take(...three('f1-4'))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 unacknowledged 5/5'])
    const { id, members } = bench.one('voltage.dip', 'f1')
    assert.deepEqual(members?.first, ['f1-0', 'f1-1', 'f1-2', 'f1-3', 'f1-4'])
    assert.equal(bench.desk.members(id)?.length, 15)
  })

  test('is none where they come one by one, or are of different kinds', () => {
    const bench = new Bench()
    for (const [at, meter] of meters('f1', 20).entries())
      bench.after(20).take(bench.begin(meter, at * 20))
    for (const [at, meter] of meters('f2', 9).entries())
      bench.take(bench.begin(meter, 1000, { name: `kind.${at}` }))
    assert.equal(bench.seen().length, 29)
  })

  test('that somebody has acknowledged is told again for those who come much later', () => {
    const bench = new Bench()
    bench.take(...meters('f1', 5).map((meter) => bench.begin(meter, 0)))
    const { id } = bench.one('voltage.dip', 'f1')
    bench.acknowledge(id)
    bench.take(bench.begin('f1-x', 30))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 acknowledged 6/6'])
    bench.take(bench.begin('f1-y', 300))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 unacknowledged 7/7'])
    assert.ok(bench.journal.includes('voltage.dip feeder f1 reflashed'))
  })

  test('leaves a shelved alarm alone, and a shelved flood is silent as a whole', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-0', 0))
    bench.shelve(bench.one('voltage.dip', 'f1-0').id, 10)
    bench.take(...meters('f1', 7).map((meter) => bench.begin(meter, 0)))
    assert.deepEqual(bench.seen(), ['voltage.dip f1 unacknowledged 6/6'])
    bench.shelve(bench.one('voltage.dip', 'f1').id, 20)
    bench.take(bench.begin('f1-9', 1))
    assert.deepEqual(bench.seen(), [])
    bench.after(600)
    assert.equal(bench.one('voltage.dip', 'f1').members?.count, 8)
    bench.after(600)
    assert.deepEqual(bench.seen(), ['voltage.dip f1 unacknowledged 8/8'])
  })
})

describe('an event about a feeder', () => {
  test('absorbs what its meters say, before it and after it', () => {
    const bench = new Bench()
    bench.take(...meters('f1', 3).map((meter) => bench.begin(meter, 0)))
    bench.take(bench.begin('f2-0', 0), bench.begin('f1-9', 0, { name: 'thd' }))
    bench.take(bench.begin('f1', 1, { ...FEEDER, name: 'outage', fields: { members: 400 } }))
    assert.deepEqual(bench.seen(), [
      'outage f1 unacknowledged 3/3',
      'thd f1-9 unacknowledged',
      'voltage.dip f2-0 unacknowledged',
    ])
    bench.take(bench.begin('f1-7', 5, { name: 'voltage.interruption', severity: 4 }))
    const { members, priority, fields } = bench.one('outage', 'f1')
    assert.deepEqual([members?.count, priority, fields], [4, 'critical', { members: 400 }])
  })

  test('goes on for members that go on', () => {
    const bench = new Bench()
    const outage = { ...FEEDER, name: 'outage' }
    bench.take(bench.begin('f1', 0, outage), bench.begin('f1-0', 1))
    bench.take(bench.end('f1', 0, outage))
    assert.deepEqual(bench.seen(), ['outage f1 unacknowledged 1/1'])
    bench.take(bench.end('f1-0', 1))
    assert.deepEqual(bench.seen(), ['outage f1 returned 0/1'])
  })

  test('has nothing to do with what stood long before, or rises when it is over', () => {
    const bench = new Bench()
    const outage = { ...FEEDER, name: 'outage' }
    bench.take(bench.begin('f1-0', 0)).after(600)
    bench.take(bench.begin('f1', 600, outage), bench.end('f1', 600, outage))
    bench.take(bench.begin('f1-1', 602))
    assert.deepEqual(bench.seen(), [
      'outage f1 returned',
      'voltage.dip f1-1 unacknowledged',
      'voltage.dip f1-0 unacknowledged',
    ])
  })
})

test('floods of chattering meters are one alarm that says so', () => {
  const bench = new Bench()
  for (let at = 0; at < 6; at++) {
    for (const meter of meters('f1', 30))
      bench.take(bench.begin(meter, at, { name: 'thd' }), bench.end(meter, at, { name: 'thd' }))
  }
  assert.equal(bench.topics.size, bench.seen().length)
  assert.ok(bench.seen().length <= 2, bench.seen().join())
})
