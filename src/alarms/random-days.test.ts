import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AlarmInfo } from './alarm-info.ts'
import { Bench, SETTINGS } from './bench.test.ts'
import type { AlarmEvent, AlarmSettings } from './ports.ts'

const NAMES = ['voltage.dip', 'outage', 'thd'] as const
const SUBJECTS = [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].flatMap((each) => [`f1-${each}`, `f2-${each}`]),
  'f3-a',
  'f1',
  't1',
]

type Happening = Extract<Step, { kind: 'event' }>
type Step =
  | {
      readonly kind: 'event'
      readonly at: number
      readonly name: number
      readonly severity: number
    }
  | { readonly kind: 'acknowledge' | 'shelve' | 'unshelve'; readonly at: number }
  | { readonly kind: 'wait'; readonly seconds: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'replay' }
  | { readonly kind: 'crash'; readonly rows: number; readonly events: readonly Happening[] }

const at = fc.nat(SUBJECTS.length - 1)
const event = fc.record({
  kind: fc.constant('event' as const),
  at,
  name: fc.nat(NAMES.length - 1),
  severity: fc.integer({ min: 1, max: 4 }),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: event },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('acknowledge' as const, 'shelve' as const, 'unshelve' as const),
      at: fc.nat(50),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), seconds: fc.nat(90) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('replay' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      rows: fc.nat(8),
      events: fc.array(event, { maxLength: 12 }),
    }),
  },
)

/** Signals that come and go beside what the desk makes of them. */
class Days {
  readonly bench: Bench
  readonly #on = new Map<string, AlarmEvent>()
  readonly #all: AlarmEvent[] = []
  #seconds = 0

  constructor(settings: Partial<AlarmSettings>) {
    this.bench = new Bench(settings)
  }

  run(steps: readonly Step[]): void {
    for (const each of steps) {
      this.#run(each)
      this.check()
    }
  }

  /** All signals go, everything is acknowledged, time passes: nothing is left. */
  end(): void {
    const { bench } = this
    for (const each of this.#on.values()) this.#take({ ...each, state: 'end', end: each.time + 1 })
    this.#on.clear()
    bench.after(100_000).after(100_000)
    for (const { id } of bench.list('unacknowledged', 'returned')) bench.acknowledge(id)
    this.check()
    assert.deepEqual(
      bench.list().filter(({ state }) => state !== 'normal'),
      [],
    )
    assert.equal(bench.topics.size, 0)
  }

  #run(each: Step): void {
    const { bench } = this
    switch (each.kind) {
      case 'event':
        this.#take(this.#toggle(each))
        break
      case 'wait':
        this.#seconds += each.seconds
        bench.after(each.seconds)
        break
      case 'restart':
        bench.restart().write()
        break
      case 'replay':
        this.#replay()
        break
      case 'crash':
        this.#crash(each)
        break
      case 'acknowledge':
      case 'shelve':
      case 'unshelve': {
        const all = bench.list()
        const id = all[each.at % Math.max(all.length, 1)]?.id ?? 0
        if (each.kind === 'acknowledge') bench.acknowledge(id)
        else if (each.kind === 'shelve') bench.shelve(id, 1)
        else bench.desk.unshelve(id, { who: 'ana' }, bench.now)
        bench.write()
      }
    }
  }

  #toggle({ at: where, name, severity }: Happening): AlarmEvent {
    const id = SUBJECTS[where] ?? ''
    const kind = id.includes('-') ? 'device' : id === 't1' ? 'transformer' : 'feeder'
    const text = `${NAMES[name]} ${id}`
    const open = this.#on.get(text)
    if (open !== undefined) {
      this.#on.delete(text)
      return { ...open, state: 'end', end: open.time + 1 }
    }
    this.#seconds++
    const more = { name: NAMES[name] ?? '', subject: { kind, id }, severity } as const
    const begun = this.bench.begin(id, this.#seconds, more)
    this.#on.set(text, begun)
    return begun
  }

  #take(each: AlarmEvent): void {
    this.#all.push(each)
    this.bench.take(each)
  }

  /** In the middle of writing; what was not written comes again. */
  #crash({ rows, events }: Extract<Step, { kind: 'crash' }>): void {
    const { bench } = this
    const happened = events.map((each) => this.#toggle(each))
    this.#all.push(...happened)
    bench.desk.take(happened, bench.now)
    bench.write(rows).restart().write()
    bench.take(...this.#all)
    assert.equal(bench.desk.hasChanges, false)
  }

  #replay(): void {
    const { bench } = this
    const before = [JSON.stringify(bench.list()), bench.journal.length]
    bench.desk.take(this.#all, bench.now)
    assert.equal(bench.desk.hasChanges, false, 'a replay changes nothing')
    assert.deepEqual([JSON.stringify(bench.list()), bench.journal.length], before)
  }

  check(): void {
    const { bench } = this
    const all = bench.list()
    const byId = new Map(all.map((info) => [info.id, info]))
    const own = new Map(all.map((info) => [`${info.name} ${info.subject.id}`, info]))
    for (const text of this.#on.keys()) {
      const info = own.get(text)
      assert.ok(info?.active === true, `${text} is lost`)
      assert.notEqual(info.state, 'normal')
      assert.ok(this.#isHeard(info, byId), `${text} is heard of`)
    }
    for (const info of all) this.#checkActive(info, byId)
    const shown = all.filter(({ state }) =>
      ['unacknowledged', 'acknowledged', 'returned', 'shelved'].includes(state),
    )
    assert.deepEqual(new Map(shown.map((info) => [info.id, info])), sorted(bench.topics))
    for (const [id, body] of bench.disk) assert.ok(byId.has(id) && body !== '')
  }

  /** By itself, or by whom it is a member of, or by who says that it chatters. */
  #isHeard({ state, suppressedBy }: AlarmInfo, all: ReadonlyMap<number, AlarmInfo>): boolean {
    if (state !== 'suppressed') return true
    const other = all.get(suppressedBy ?? 0)
    return other?.active === true && this.#isHeard(other, all)
  }

  /** A parent is active for exactly as long as its own signal or a member is. */
  #checkActive(info: AlarmInfo, all: ReadonlyMap<number, AlarmInfo>): void {
    if (info.name.startsWith('alarm.')) return
    const members = [...all.values()].filter(
      ({ suppressedBy, name }) => suppressedBy === info.id && !name.startsWith('alarm.'),
    )
    const hasMember = members.some((member) => member.active || this.#chatters(member, all))
    const isOn = this.#on.has(`${info.name} ${info.subject.id}`)
    assert.equal(info.active, isOn || hasMember, `${info.name} ${info.subject.id}`)
  }

  #chatters({ id }: AlarmInfo, all: ReadonlyMap<number, AlarmInfo>): boolean {
    return [...all.values()].some(
      ({ name, key, active }) => name === 'alarm.chattering' && key === id && active,
    )
  }
}

function sorted(topics: ReadonlyMap<number, AlarmInfo>): ReadonlyMap<number, AlarmInfo> {
  return new Map([...topics].toSorted(([one], [other]) => one - other))
}

for (const [what, settings] of [
  ['signals', { chatter: { rises: 1000, windowMs: 60_000 } }],
  ['signals of which some chatter', SETTINGS],
  ['signals with many floods', { flood: { members: 2, windowMs: 600_000 } }],
] as const) {
  test(`${what}, people and restarts in any order: none is lost, none comes twice`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const days = new Days(settings)
        days.run(steps)
        days.end()
      }),
      { numRuns: 60, seed: 7 },
    )
  })
}
