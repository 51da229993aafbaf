import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../core/limits.ts'
import { Bench } from './bench.test.ts'

describe('one alarm', () => {
  test('is raised, acknowledged, returns and is normal', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0))
    const { id, priority } = bench.one('voltage.dip', 'f1-a')
    assert.equal(priority, 'medium')
    assert.equal(bench.topics.get(id)?.state, 'unacknowledged')
    assert.equal(bench.acknowledge(id), 'done')
    assert.equal(bench.acknowledge(id), 'ana has acknowledged it already')
    assert.equal(bench.topics.get(id)?.acknowledged?.comment, 'seen')
    bench.take(bench.end('f1-a', 0))
    assert.equal(bench.topics.has(id), false)
    assert.equal(bench.desk.info(id)?.state, 'normal')
    assert.deepEqual(
      bench.journal.map((line) => line.split(' ').at(-1)),
      ['raised', 'acknowledged', 'returned', 'normal'],
    )
  })

  test('that returns first waits to be acknowledged', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0), bench.end('f1-a', 0))
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a returned'])
    assert.equal(bench.acknowledge(bench.one('voltage.dip', 'f1-a').id), 'done')
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.acknowledge(99), 'unknown')
  })

  test('is taken once, however often its events come', () => {
    const bench = new Bench()
    const events = [bench.begin('f1-a', 0), bench.end('f1-a', 0), bench.begin('f1-a', 9)]
    bench.take(...events)
    const steps = bench.journal.length
    bench.restart().take(...events)
    assert.equal(bench.journal.length, steps)
    assert.equal(bench.desk.counters.repeated, 3)
    assert.equal(bench.one('voltage.dip', 'f1-a').occurrences, 2)
  })

  test('of a clock that ran ahead does not make old what comes once it is set', () => {
    const bench = new Bench()
    const year = 365 * 86_400
    bench.take(bench.begin('f1-a', year), bench.end('f1-a', year))
    bench.acknowledge(bench.one('voltage.dip', 'f1-a').id)
    bench.take(bench.begin('f1-a', 1))
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a unacknowledged'])
    bench.take(bench.begin('f1-a', 1), bench.end('f1-a', 1))
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a returned'])
  })

  test('whose start was never seen is raised by its end', () => {
    const bench = new Bench()
    bench.take(bench.end('f1-a', 0))
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a returned'])
  })

  test('that grows more severe is told again', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0))
    const { id } = bench.one('voltage.dip', 'f1-a')
    bench.acknowledge(id)
    bench.take(bench.begin('f1-a', 0, { state: 'update', value: 0.1, severity: 4 }))
    const { state, priority, value } = bench.desk.info(id) ?? {}
    assert.deepEqual([state, priority, value], ['unacknowledged', 'critical', 0.1])
    assert.ok(bench.journal.includes('voltage.dip device f1-a escalated'))
  })

  test('is none where it is only information, or bears a name of ours', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0, { severity: 0 }), bench.begin('f1-a', 0, { name: 'alarm.x' }))
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.desk.counters.informative, 2)
  })
})

describe('delays', () => {
  const rules = [{ event: '*', onDelayMs: 5000, offDelayMs: 10_000 }]

  test('what is over before the on-delay is no alarm', () => {
    const bench = new Bench({ rules })
    bench.take(bench.begin('f1-a', 0)).after(4).take(bench.end('f1-a', 0)).after(60)
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.desk.counters.brief, 1)
    bench.take(bench.begin('f1-a', 70)).restart().after(5)
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a unacknowledged'])
  })

  test('what comes again within the off-delay has not returned', () => {
    const bench = new Bench({ rules: [{ event: '*', offDelayMs: 10_000 }] })
    bench.take(bench.begin('f1-a', 0), bench.end('f1-a', 0)).after(9)
    bench.take(bench.begin('f1-a', 9), bench.end('f1-a', 9)).after(9)
    const { state, occurrences } = bench.one('voltage.dip', 'f1-a')
    assert.deepEqual([state, occurrences], ['unacknowledged', 2])
    bench.restart().after(1)
    assert.equal(bench.one('voltage.dip', 'f1-a').state, 'returned')
    assert.equal(bench.journal.filter((line) => line.endsWith('raised')).length, 1)
  })
})

describe('shelving', () => {
  test('ends when its time is over, and who is still there speaks up', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0))
    const { id } = bench.one('voltage.dip', 'f1-a')
    assert.equal(bench.shelve(id, 60), 'done')
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.topics.get(id)?.shelved?.reason, 'works')
    assert.equal(bench.acknowledge(id), 'it is shelved')
    bench.after(3599).restart()
    assert.deepEqual(bench.seen(), [])
    bench.after(1)
    assert.deepEqual(bench.seen(), ['voltage.dip f1-a unacknowledged'])
  })

  test('of what returns meanwhile leaves nothing behind', () => {
    const bench = new Bench()
    bench.take(bench.begin('f1-a', 0))
    const { id } = bench.one('voltage.dip', 'f1-a')
    bench.shelve(id, 1)
    bench.take(bench.end('f1-a', 0))
    assert.equal(bench.desk.info(id)?.state, 'shelved')
    assert.equal(bench.desk.unshelve(id, { who: 'ana' }, bench.now).kind, 'done')
    assert.equal(bench.desk.unshelve(id, { who: 'ana' }, bench.now).kind, 'refused')
    bench.write()
    assert.equal(bench.desk.info(id)?.state, 'normal')
    assert.equal(bench.topics.size, 0)
  })

  test('lasts no longer than the site allows, and there are so many shelves', () => {
    const bench = new Bench({ shelveMsMax: 60_000 })
    for (let at = 0; at <= limits.alarmShelves; at++)
      bench.take(bench.begin(`x${at}`, 0, { name: `kind.${at}` }))
    const ids = bench.list().map(({ id }) => id)
    const outcomes = ids.map((id) => bench.shelve(id, 9999))
    assert.equal(outcomes.filter((each) => each === 'done').length, limits.alarmShelves)
    assert.match(outcomes.at(-1) ?? '', /256 alarms are shelved/)
    bench.after(60)
    assert.equal(bench.list('shelved').length, 0)
  })
})

describe('chattering', () => {
  test('is one alarm that says so, until it has been quiet for the window', () => {
    const bench = new Bench()
    for (let at = 0; at < 20; at++) bench.take(bench.begin('f1-a', at), bench.end('f1-a', at))
    assert.deepEqual(bench.seen(), ['alarm.chattering f1-a unacknowledged'])
    const { state, suppressedBy } = bench.one('voltage.dip', 'f1-a')
    assert.deepEqual(
      [state, suppressedBy],
      ['suppressed', bench.one('alarm.chattering', 'f1-a').id],
    )
    assert.equal(bench.topics.size, 1)
    bench.restart().take(bench.begin('f1-a', 30)).after(59)
    assert.equal(bench.one('voltage.dip', 'f1-a').state, 'suppressed')
    bench.after(1)
    assert.deepEqual(bench.seen(), [
      'voltage.dip f1-a unacknowledged',
      'alarm.chattering f1-a returned',
    ])
  })
})

describe('out of service', () => {
  test('is kept and listed apart, and nobody is told', () => {
    const rules = [{ event: 'voltage.*', subject: 'f1-*', outOfService: 'rebuilt until May' }]
    const bench = new Bench({ rules })
    for (const device of ['a', 'b', 'c', 'd', 'e', 'f']) bench.take(bench.begin(`f1-${device}`, 0))
    assert.deepEqual(bench.seen(), [])
    assert.equal(bench.topics.size, 0)
    assert.equal(bench.list('out-of-service').length, 6)
    const { id, outOfService } = bench.one('voltage.dip', 'f1-a')
    assert.equal(outOfService, 'rebuilt until May')
    assert.match(bench.shelve(id, 1), /out of service/)
  })
})

describe('bounds', () => {
  test('who rests longest makes room, and where nobody rests one alarm says so', () => {
    const bench = new Bench()
    bench.take(bench.begin('x', 0, { name: 'first' }), bench.end('x', 0, { name: 'first' }))
    bench.acknowledge(bench.one('first', 'x').id)
    const many = Array.from({ length: limits.alarms }, (_, at) =>
      bench.begin('x', 1, { name: `kind.${at}` }),
    )
    bench.take(...many)
    assert.equal(bench.desk.counters.evicted, 1)
    assert.equal(bench.desk.counters.refused, 0)
    assert.equal(bench.topics.size, limits.alarmMessages)
    bench.take(bench.begin('y', 2))
    assert.equal(bench.desk.counters.refused, 1)
    assert.equal(bench.one('alarm.overflow', 's1').state, 'unacknowledged')
    const { id } = bench.one('kind.7', 'x')
    bench.acknowledge(id)
    bench.take(bench.end('x', 1, { name: 'kind.7' })).after(1)
    assert.equal(bench.one('alarm.overflow', 's1').state, 'returned')
    assert.equal(bench.topics.size, limits.alarmMessages)
    assert.equal(bench.disk.size, limits.alarms + 1)
  })

  test('what is not written yet stays due', () => {
    const bench = new Bench()
    const many = Array.from({ length: 10 }, (_, at) => bench.begin(`x${at}`, at))
    bench.desk.take(many, bench.now)
    bench.desk.changes(3)
    for (let at = 0; bench.desk.hasChanges; at++) {
      assert.ok(at < 4)
      bench.write(3)
    }
    assert.equal(bench.disk.size, 10)
    assert.equal(bench.topics.size, 10)
  })
})
