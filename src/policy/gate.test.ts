import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import type { Answer } from './decision.ts'
import type { Asked } from './desk.ts'
import { type Desk, Gate } from './gate.ts'
import type { Entry } from './log/decision-log.ts'
import { ExportRecord, type RecordContent } from './record.ts'

/** 2026-11-24T12:00:00Z. */
const NOON = 1_795_521_600_000_000
const road = { destination: 'centre', channel: 'uplink', principal: 'centre' } as const
const content: RecordContent = {
  kind: 'dip',
  subject: { kind: 'device', id: 'm1' },
  windowSeconds: 0,
  members: 1,
  fields: { depth: 0.4, customer: 'C-1' },
}

/** A desk that answers as it is told, and keeps what it was asked. */
class ScriptedDesk implements Desk {
  readonly asked: Asked[][] = []
  readonly tallied: Entry[] = []
  answer: (asked: Asked) => Answer = () => decided(true)
  down = ''

  async ask(asked: readonly Asked[]): Promise<readonly Answer[] | string> {
    this.asked.push([...asked])
    return this.down === '' ? asked.map((each) => this.answer(each)) : this.down
  }

  async tally(entries: readonly Entry[]): Promise<string> {
    if (this.down === '') this.tallied.push(...entries)
    return this.down
  }
}

function decided(allow: boolean, redact: readonly string[] = [], holdMs = Infinity): Answer {
  return { kind: 'decided', decision: { allow, reason: 'so', redact }, revision: 'r', holdMs }
}

function stand(): {
  readonly desk: ScriptedDesk
  readonly gate: Gate
  readonly alarms: string[]
  readonly time: { now: number }
} {
  const desk = new ScriptedDesk()
  const alarms: string[] = []
  const time = { now: NOON }
  const clock = (): Micros => Micros(time.now)
  const gate = new Gate({ site: 'ss-1', desk, clock, onAlarm: (text) => alarms.push(text) })
  return { desk, gate, alarms, time }
}

test('what may leave leaves without what is redacted, and what may not stays', async () => {
  const { desk, gate } = stand()
  desk.answer = ({ question }) => decided(question.includes('"event"'), ['customer', 'subject'])
  const verdicts = await gate.ask(road, [ExportRecord.event(content), ExportRecord.raw(content)])
  assert.deepEqual(verdicts, [
    {
      kind: 'leaves',
      subject: { kind: 'device', id: '' },
      fields: { depth: 0.4 },
      redacted: ['customer', 'subject'],
    },
    { kind: 'stays', reason: 'so' },
  ])
  assert.deepEqual(gate.counters, { left: 1, stayed: 1, failed: 0, asked: 2, unlogged: 0 })
})

test('equal questions are asked once, and their count is logged in the end', async () => {
  const { desk, gate, time } = stand()
  const records = [1, 2, 3].map((depth) => ExportRecord.event({ ...content, fields: { depth } }))
  await gate.ask(road, records)
  time.now += 1e6
  await gate.ask(road, records)
  assert.equal(desk.asked.length, 1)
  assert.equal(desk.asked[0]?.[0]?.records, 3)
  await gate.settle()
  await gate.settle()
  assert.deepEqual(
    desk.tallied.map(({ records: count, first, last }) => ({ count, first, last })),
    [{ count: 3, first: NOON + 1e6, last: NOON + 1e6 }],
  )
  await gate.ask({ ...road, principal: 'another' }, records)
  assert.equal(desk.asked.length, 2)
})

test('in a new interval a decision that stands is logged again, not made again', async () => {
  const { desk, gate, time } = stand()
  await gate.ask(road, [ExportRecord.event(content)])
  time.now += limits.decisionIntervalMs * 1000
  await gate.ask(road, [ExportRecord.event(content)])
  assert.deepEqual(
    desk.asked.map(([asked]) => asked?.known?.revision),
    [undefined, 'r'],
  )
})

test('an answer that holds for a while is asked for again', async () => {
  const { desk, gate, time } = stand()
  desk.answer = () => decided(true, [], 10_000)
  for (const wait of [0, 9_999_999, 1]) {
    time.now += wait
    await gate.ask(road, [ExportRecord.event(content)])
  }
  assert.deepEqual(
    desk.asked.map(([asked]) => asked?.known),
    [undefined, undefined],
  )
})

test('a failure is a denial, an alarm, and not asked again for a while', async () => {
  const { desk, gate, alarms, time } = stand()
  desk.answer = () => ({ kind: 'failed', text: 'no policy' })
  for (let at = 0; at < 3; at++) {
    const [verdict] = await gate.ask(road, [ExportRecord.event(content)])
    assert.deepEqual(verdict, { kind: 'undecided', reason: 'no policy' })
  }
  assert.equal(desk.asked.length, 1)
  assert.deepEqual(alarms, ['nothing may leave that the policy has to decide: no policy'])
  assert.equal(gate.counters.failed, 3)
  desk.answer = () => decided(true)
  time.now += limits.policyRetryMs * 1000
  const [verdict] = await gate.ask(road, [ExportRecord.event(content)])
  assert.equal(verdict?.kind, 'leaves')
})

test('a desk that is down: a denial, and its count is logged when it is back', async () => {
  const { desk, gate, alarms } = stand()
  desk.down = 'gone'
  const [verdict] = await gate.ask(road, [ExportRecord.event(content), ExportRecord.event(content)])
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'gone' })
  await gate.settle()
  assert.equal(alarms.length, 2)
  desk.down = ''
  await gate.settle()
  assert.deepEqual(
    desk.tallied.map(({ allow, reason, records }) => ({ allow, reason, records })),
    [{ allow: false, reason: 'gone', records: 2 }],
  )
  assert.equal(gate.counters.unlogged, 0)
})

test('another policy: what was decided is asked anew, and late answers do not stand', async () => {
  const { desk, gate } = stand()
  await gate.ask(road, [ExportRecord.event(content)])
  await gate.ask(road, [ExportRecord.event(content)])
  const late = gate.ask(road, [ExportRecord.health(content)])
  gate.forgetAll()
  await late
  desk.answer = () => decided(false)
  const records = [ExportRecord.event(content), ExportRecord.health(content)]
  const verdicts = await gate.ask(road, records)
  assert.deepEqual(
    verdicts.map(({ kind }) => kind),
    ['stays', 'stays'],
  )
  await gate.settle()
  assert.deepEqual(
    desk.tallied.map(({ allow, records: count }) => ({ allow, count })),
    [{ allow: true, count: 1 }],
  )
})

test('a desk that throws is a denial', async () => {
  const { desk, gate } = stand()
  desk.answer = () => {
    throw new Error('no memory')
  }
  const [verdict] = await gate.ask(road, [ExportRecord.event(content)])
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'the policy cannot be asked: no memory' })
})

test('what has no class stays, whatever its type claims', async () => {
  const { desk, gate, alarms } = stand()
  const { subject, fields, shape } = ExportRecord.event(content)
  const imitation = { subject, fields, shape } as unknown as ExportRecord
  const [verdict] = await gate.ask(road, [imitation])
  assert.deepEqual(verdict, { kind: 'stays', reason: 'it has no class' })
  assert.equal(desk.asked.length, 0)
  assert.deepEqual(alarms, ['something asked to leave that has no class'])
})

test('the cache keeps its bound, and forgets no count', async () => {
  const { desk, gate } = stand()
  const record = (id: number): ExportRecord =>
    ExportRecord.event({ ...content, subject: { kind: 'device', id: `m${id}` } })
  await gate.ask(road, [record(0)])
  await gate.ask(road, [record(0)])
  const others = Array.from({ length: limits.policyCacheEntries }, (_, at) => record(at + 1))
  await gate.ask(road, others)
  await gate.ask(road, [record(0)])
  assert.equal(desk.asked.length, 2 + limits.policyCacheEntries / limits.policyQuestions)
  await gate.settle()
  assert.equal(
    desk.tallied.reduce((sum, { records }) => sum + records, 0),
    1,
  )
})
