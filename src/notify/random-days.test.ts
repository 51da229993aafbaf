import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { alarm, contact } from './desk.test.ts'
import { NotifyDesk } from './desk.ts'
import { type AlarmFacts, type Notice, priorities } from './ports.ts'
import { isQuiet, isUrgent } from './quiet-hours.ts'

const MINUTE_MS = 60_000
const START_MS = Date.UTC(2026, 10, 24, 12)
const ZONE = 'Europe/Athens'
const QUIET = { from: 22 * 60, to: 6 * 60, urgentFrom: 'high' } as const
const AFTER_MS = 15 * MINUTE_MS
const CONTACTS = [
  contact({ gatherMs: 30_000 }),
  contact({ name: 'sleeper', quiet: QUIET }),
  contact({ name: 'chief', afterMs: AFTER_MS }),
  contact({ name: 'few', priorities: ['critical'] }),
]

const step = fc.oneof(
  fc.record({
    what: fc.constant('raise' as const),
    id: fc.integer({ min: 1, max: 6 }),
    priority: fc.constantFrom(...priorities),
  }),
  fc.record({
    what: fc.constantFrom('acknowledge' as const, 'return' as const, 'gone' as const),
    id: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ what: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ what: fc.constant('break' as const), isBroken: fc.boolean() }),
  fc.record({ what: fc.constant('restart' as const) }),
)

/** A world in which alarms come and go, receivers are down, and the edge is restarted; what it saw is judged. */
class Day {
  nowMs = START_MS
  isBroken = false
  readonly alarms = new Map<number, AlarmFacts>()
  /** When each was acknowledged last, and when it last began to wait. */
  readonly openMs = new Map<number, number>()
  readonly heard = new Map<string, Set<string>>()
  desk = new NotifyDesk(CONTACTS, ZONE)

  take(action: typeof step extends fc.Arbitrary<infer Step> ? Step : never): void {
    switch (action.what) {
      case 'raise': {
        const raised = new Date(this.nowMs).toISOString()
        const { id, priority } = action
        const isThere = this.alarms.get(id)?.state === 'unacknowledged'
        if (!isThere) this.#set(alarm(id, { raised, since: raised, priority }))
        break
      }
      case 'acknowledge':
        this.#change(action.id, { state: 'acknowledged' })
        break
      case 'return':
        this.#change(action.id, { state: 'returned' })
        break
      case 'gone':
        this.alarms.delete(action.id)
        this.desk.hear(action.id, undefined, this.nowMs)
        break
      case 'wait':
        for (let minute = 0; minute < action.minutes; minute++) {
          this.nowMs += MINUTE_MS
          this.look()
        }
        break
      case 'break':
        this.isBroken = action.isBroken
        break
      case 'restart':
        this.#restart()
    }
  }

  look(): void {
    const moment = this.desk.momentAt(this.nowMs)
    for (const each of this.desk.contacts) {
      const notices = each.next(this.desk.standing, moment)
      if (notices === undefined) continue
      if (this.isBroken) each.failed('down', this.nowMs)
      else {
        for (const notice of notices) this.#judge(each.contact.name, notice, moment.minute)
        each.delivered(notices, this.desk.standing, this.nowMs)
      }
    }
  }

  /** After long enough in the light of day, with receivers that answer, whoever should know does. */
  settle(): void {
    this.isBroken = false
    for (let minute = 0; minute < 25 * 60; minute++) {
      this.nowMs += MINUTE_MS
      this.look()
    }
    for (const [id, { state, priority, raised }] of this.alarms) {
      const wanting = CONTACTS.filter(({ priorities: wanted }) => wanted.includes(priority))
      for (const { name, afterMs } of wanting) {
        if (state === 'acknowledged' || (state === 'returned' && afterMs > 0)) continue
        assert.ok(this.heard.get(name)?.has(`${id} ${raised}`), `${name} was not told of ${id}`)
      }
    }
    for (const { told, contact: who } of this.desk.contacts)
      for (const [id, { isOver }] of told)
        assert.ok(isOver || this.alarms.has(id), `${who.name} was not told of the end of ${id}`)
  }

  #judge(name: string, { kind, alarm: told }: Notice, minute: number): void {
    const { id, priority, raised, state } = told
    if (name === 'sleeper' && isQuiet(QUIET, minute))
      assert.ok(isUrgent(QUIET, priority), `woken for ${priority}`)
    if (name === 'few') assert.equal(priority, 'critical')
    if (kind !== 'raised') return
    assert.notEqual(state, 'acknowledged', 'somebody is at it already')
    if (name === 'chief') {
      assert.equal(state, 'unacknowledged')
      assert.ok(this.nowMs - (this.openMs.get(id) ?? 0) >= AFTER_MS, 'called too early')
    }
    const heard = this.heard.get(name) ?? new Set()
    const key = `${id} ${raised}`
    assert.ok(!heard.has(key), `${name} was told of ${key} twice`)
    this.heard.set(name, heard.add(key))
  }

  #change(id: number, change: Partial<AlarmFacts>): void {
    const before = this.alarms.get(id)
    if (before?.state === 'unacknowledged') this.#set({ ...before, ...change })
  }

  #set(facts: AlarmFacts): void {
    if (facts.state === 'unacknowledged') this.openMs.set(facts.id, this.nowMs)
    this.alarms.set(facts.id, facts)
    this.desk.hear(facts.id, facts, this.nowMs)
  }

  #restart(): void {
    const kept = this.desk.contacts.map(({ told }) => new Map(told))
    this.desk = new NotifyDesk(CONTACTS, ZONE)
    for (const [at, each] of this.desk.contacts.entries())
      for (const [id, told] of kept[at] ?? []) each.restore(id, told)
    for (const [id, facts] of this.alarms) this.desk.hear(id, facts, this.nowMs)
    for (const each of this.desk.contacts) each.forget(this.desk.standing)
  }
}

test('no alarm is forgotten, nobody is woken or called for nothing, and nobody is told twice', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const day = new Day()
      for (const each of steps) day.take(each)
      day.settle()
    }),
    { numRuns: 60, seed: 1 },
  )
})
