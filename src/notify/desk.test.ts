import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { limits } from '../core/limits.ts'
import { NotifyDesk } from './desk.ts'
import type { AlarmFacts, Contact, Notice } from './ports.ts'

const MINUTE_MS = 60_000
const NOON_MS = Date.UTC(2026, 10, 24, 12)

export function contact(more: Partial<Contact> = {}): Contact {
  return {
    name: 'duty',
    priorities: ['low', 'medium', 'high', 'critical'],
    afterMs: 0,
    quiet: undefined,
    gatherMs: 0,
    repeatMs: 0,
    ...more,
  }
}

export function alarm(id: number, more: Partial<AlarmFacts> = {}): AlarmFacts {
  return {
    id,
    name: 'voltage.dip',
    subject: { kind: 'device', id: `m${id}` },
    state: 'unacknowledged',
    priority: 'medium',
    since: new Date(NOON_MS).toISOString(),
    raised: new Date(NOON_MS).toISOString(),
    returned: null,
    value: 0.7,
    fields: {},
    occurrences: 1,
    members: null,
    acknowledged: null,
    ...more,
  }
}

/** What goes out at a moment, and is taken. */
function sent(desk: NotifyDesk, nowMs: number, name = 'duty'): string[] {
  const each = desk.find(name)
  const notices = each?.next(desk.standing, desk.momentAt(nowMs)) ?? []
  if (notices.length > 0) each?.delivered(notices, desk.standing, nowMs)
  return notices.map(textOf)
}

function textOf({ kind, alarm: { id } }: Notice): string {
  return `${kind} ${id}`
}

describe('a contact', () => {
  test('is told that an alarm is there, and that it is over, once each', () => {
    const desk = new NotifyDesk([contact()], 'UTC')
    desk.hear(1, alarm(1), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['raised 1'])
    assert.deepEqual(sent(desk, NOON_MS), [])
    desk.hear(1, alarm(1, { state: 'returned' }), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['over 1'])
    desk.hear(1, undefined, NOON_MS)
    assert.deepEqual([sent(desk, NOON_MS), desk.find('duty')?.told.size], [[], 0])
  })

  test('is told of what came and went unseen, in one notice', () => {
    const desk = new NotifyDesk([contact({ gatherMs: 5000 })], 'UTC')
    desk.hear(1, alarm(1), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), [])
    desk.hear(1, alarm(1, { state: 'returned' }), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS + 5000), ['raised 1'])
    assert.deepEqual(sent(desk, NOON_MS + 10_000), [])
  })

  test('gets a burst as one message, and not the members of a flood', () => {
    const desk = new NotifyDesk([contact({ gatherMs: 5000 })], 'UTC')
    for (const id of [1, 2, 3, 4]) desk.hear(id, alarm(id), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), [])
    for (const id of [1, 2, 3, 4]) desk.hear(id, undefined, NOON_MS)
    desk.hear(5, alarm(5), NOON_MS)
    desk.hear(6, alarm(6), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS + 5000), ['raised 5', 'raised 6'])
  })

  test('behind another is told of what nobody has acknowledged for so long', () => {
    const desk = new NotifyDesk([contact(), contact({ name: 'chief', afterMs: 900_000 })], 'UTC')
    for (const id of [1, 2, 3]) desk.hear(id, alarm(id), NOON_MS)
    desk.hear(2, alarm(2, { state: 'acknowledged' }), NOON_MS + 600_000)
    desk.hear(3, alarm(3, { state: 'returned' }), NOON_MS + 600_000)
    assert.deepEqual(sent(desk, NOON_MS + 899_999, 'chief'), [])
    assert.deepEqual(sent(desk, NOON_MS + 900_000, 'chief'), ['raised 1'])
  })

  test('is told again of what is to be acknowledged again, or more urgent', () => {
    const desk = new NotifyDesk([contact()], 'UTC')
    desk.hear(1, alarm(1), NOON_MS)
    sent(desk, NOON_MS)
    desk.hear(1, alarm(1, { state: 'acknowledged' }), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), [])
    desk.hear(1, alarm(1), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['raised 1'])
    desk.hear(1, alarm(1, { priority: 'critical' }), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['raised 1'])
  })

  test('is left alone in quiet hours by the clock of the site, but for what is urgent', () => {
    const quiet = { from: 22 * 60, to: 6 * 60, urgentFrom: 'critical' } as const
    const desk = new NotifyDesk([contact({ quiet })], 'Asia/Shanghai')
    const nightMs = Date.UTC(2026, 10, 24, 15)
    desk.hear(1, alarm(1), nightMs)
    desk.hear(2, alarm(2, { priority: 'critical' }), nightMs)
    assert.deepEqual(sent(desk, nightMs), ['raised 2'])
    assert.deepEqual(sent(desk, nightMs + 7 * 60 * MINUTE_MS - 1), [])
    assert.deepEqual(sent(desk, nightMs + 7 * 60 * MINUTE_MS), ['raised 1'])
  })

  test('that cannot be reached is tried again, later each time, and then has everything', () => {
    const desk = new NotifyDesk([contact()], 'UTC')
    const duty = desk.find('duty') ?? assert.fail()
    let nowMs = NOON_MS
    const waits: number[] = []
    for (let id = 1; id <= 9; id++) {
      desk.hear(id, alarm(id), nowMs)
      let waitedMs = 0
      while (duty.next(desk.standing, desk.momentAt(nowMs)) === undefined) {
        waitedMs += 1000
        nowMs += 1000
      }
      waits.push(waitedMs)
      duty.failed('no answer', nowMs)
    }
    assert.deepEqual(
      waits,
      [0, 2, 4, 8, 16, 32, 64, 128, 256].map((seconds) => seconds * 1000),
    )
    assert.equal(duty.backOff.why, 'no answer')
    assert.equal(sent(desk, nowMs + limits.deliveryRetryMsMax).length, 9)
    assert.equal(duty.backOff.isFailing, false)
  })

  test('like an Alertmanager is told again for as long as it is there', () => {
    const desk = new NotifyDesk([contact({ repeatMs: MINUTE_MS })], 'UTC')
    desk.hear(1, alarm(1), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['raised 1'])
    desk.hear(1, alarm(1, { state: 'acknowledged' }), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS + MINUTE_MS), ['repeated 1'])
    desk.hear(1, undefined, NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS + MINUTE_MS), ['over 1'])
  })

  test('after a restart knows what it was told', () => {
    const before = new NotifyDesk([contact()], 'UTC')
    before.hear(1, alarm(1), NOON_MS)
    before.hear(2, alarm(2), NOON_MS)
    sent(before, NOON_MS)
    const desk = new NotifyDesk([contact()], 'UTC')
    const duty = desk.find('duty') ?? assert.fail()
    for (const [id, told] of before.find('duty')?.told ?? []) duty.restore(id, told)
    desk.hear(1, alarm(1), NOON_MS)
    desk.hear(3, alarm(3), NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['over 2', 'raised 3'])
  })

  test('has a bound, past which what is new waits', () => {
    const desk = new NotifyDesk([contact()], 'UTC')
    for (let id = 1; id <= limits.noticesKept + 10; id++) desk.hear(id, alarm(id), NOON_MS)
    let told = 0
    for (;;) {
      const { length } = sent(desk, NOON_MS)
      assert.ok(length <= limits.noticesPerMessage)
      if (length === 0) break
      told += length
    }
    assert.equal(told, limits.noticesKept)
    desk.hear(1, undefined, NOON_MS)
    assert.deepEqual(sent(desk, NOON_MS), ['over 1'])
    assert.deepEqual(sent(desk, NOON_MS), [`raised ${limits.noticesKept + 1}`])
  })
})
