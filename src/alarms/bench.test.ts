import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlarmInfo } from './alarm-info.ts'
import { AlarmDesk } from './desk.ts'
import { states } from './alarm.ts'
import type { AlarmEvent, AlarmSettings, Grid, Place, Subject } from './ports.ts'

const SECOND = 1_000_000
export const START: number = 1_764_000_000 * SECOND

/** Meters `f1-…` hang at feeder f1; f1 and f2 at t1, which is at 10kv; f3 is at 10kv alone. */
export const GRID: Grid = {
  site: { kind: 'site', id: 's1' },
  above({ kind, id }: Subject) {
    const feeder = kind === 'device' ? /^(f\d)-/.exec(id)?.[1] : undefined
    const at = feeder ?? (kind === 'feeder' ? id : undefined)
    const places: Place[] = feeder === undefined ? [] : [{ kind: 'feeder', id: feeder }]
    if (at === 'f1' || at === 'f2') places.push({ kind: 'transformer', id: 't1' })
    if (at !== undefined || kind === 'transformer')
      places.push({ kind: 'voltageLevel', id: '10kv' })
    return places
  },
}

export const SETTINGS: AlarmSettings = {
  severityFrom: 1,
  flood: { members: 5, windowMs: 60_000 },
  chatter: { rises: 5, windowMs: 60_000 },
  shelveMsMax: 86_400_000,
  rules: [{ event: '*', offDelayMs: 0 }],
}

/** A desk with a disk and listeners in memory, and a clock that a test moves. */
export class Bench {
  desk: AlarmDesk
  now = START
  readonly disk = new Map<number, string>()
  readonly topics = new Map<number, AlarmInfo>()
  readonly journal: string[] = []
  readonly settings: AlarmSettings
  #lastId = 0

  constructor(settings: Partial<AlarmSettings> = {}) {
    this.settings = { ...SETTINGS, ...settings }
    this.desk = new AlarmDesk(this.settings, GRID)
  }

  take(...events: readonly AlarmEvent[]): this {
    this.desk.take(events, this.now)
    return this.write()
  }

  after(seconds: number): this {
    this.now += seconds * SECOND
    this.desk.tick(this.now)
    return this.write()
  }

  write(most = Infinity): this {
    const changes = this.desk.changes(most)
    for (const { id, body } of changes.rows) {
      this.disk.set(id, body)
      this.#lastId = Math.max(this.#lastId, id)
    }
    for (const id of changes.gone) this.disk.delete(id)
    for (const each of changes.transitions)
      this.journal.push(`${each.name} ${each.subject} ${each.what}`)
    this.desk.written(changes)
    this.hear(this.desk.messages('written'))
    return this
  }

  restart(): this {
    this.desk = new AlarmDesk(this.settings, GRID)
    const rows = [...this.disk].map(([id, body]) => ({ id, body }))
    this.desk.restore(rows, this.#lastId, this.now)
    this.topics.clear()
    this.hear(this.desk.shown())
    return this
  }

  hear(messages: readonly { readonly id: number; readonly text: string }[]): void {
    for (const { id, text } of messages) {
      if (text === '') this.topics.delete(id)
      else this.topics.set(id, JSON.parse(text) as AlarmInfo)
    }
  }

  /** What a person sees, the most urgent first. */
  seen(): string[] {
    return this.list('unacknowledged', 'acknowledged', 'returned').map(
      ({ name, subject, state, members }) =>
        `${name} ${subject.id} ${state}${members === null ? '' : ` ${members.active}/${members.count}`}`,
    )
  }

  list(...wanted: readonly (typeof states)[number][]): AlarmInfo[] {
    const filter = { priority: undefined, name: undefined, subject: undefined }
    return this.desk
      .list({ ...filter, states: wanted.length === 0 ? states : wanted })
      .flatMap((id) => this.desk.info(id) ?? [])
  }

  one(name: string, subject: string): AlarmInfo {
    const [found, ...others] = this.list().filter(
      (each) => each.name === name && each.subject.id === subject,
    )
    assert.ok(found !== undefined && others.length === 0, `one ${name} of ${subject}`)
    return found
  }

  acknowledge(id: number): string {
    const outcome = this.desk.acknowledge(id, { who: 'ana', comment: 'seen' }, this.now)
    this.write()
    return outcome.kind === 'refused' ? outcome.why : outcome.kind
  }

  shelve(id: number, minutes: number): string {
    const shelving = { who: 'ana', reason: 'works', forMs: minutes * 60_000 }
    const outcome = this.desk.shelve(id, shelving, this.now)
    this.write()
    return outcome.kind === 'refused' ? outcome.why : outcome.kind
  }

  /** Seconds since the start. */
  begin(device: string, seconds: number, more: Partial<AlarmEvent> = {}): AlarmEvent {
    return {
      name: 'voltage.dip',
      subject: { kind: 'device', id: device },
      key: 0,
      time: START + seconds * SECOND,
      end: 0,
      value: 0.7,
      severity: 2,
      state: 'start',
      fields: {},
      ...more,
    }
  }

  end(device: string, seconds: number, more: Partial<AlarmEvent> = {}): AlarmEvent {
    const event = this.begin(device, seconds, more)
    return { ...event, state: 'end', end: event.time + SECOND }
  }
}

test('a bench shows what it is given', () => {
  const bench = new Bench().take(new Bench().begin('f1-a', 0))
  assert.deepEqual(bench.seen(), ['voltage.dip f1-a unacknowledged'])
})
