import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Message } from '../../mqtt/session/message.ts'
import type { Verdict } from '../../policy/gate.ts'
import type { Road } from '../../policy/question.ts'
import type { ExportRecord } from '../../policy/record.ts'
import { InsideNetwork } from '../access/inside-network.ts'
import { parseSite } from '../site/site.ts'
import { MqttCustoms } from './mqtt-customs.ts'
import { Subjects } from './subjects.ts'

const SUBJECTS = new Subjects(
  parseSite('site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n', 'site.yaml'),
)

interface Shape {
  readonly class: string
  readonly kind: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly window: number
  readonly members: number
  readonly fields: readonly string[]
}

/** Decides by class; `taken` is taken out of what leaves. */
class Rules {
  readonly asked: Shape[] = []
  readonly roads: Road[] = []
  readonly #stays: readonly string[]
  readonly #taken: readonly string[]

  constructor(stays: readonly string[], taken: readonly string[] = []) {
    this.#stays = stays
    this.#taken = taken
  }

  async ask(road: Road, records: readonly ExportRecord[]): Promise<readonly Verdict[]> {
    this.roads.push(road)
    return records.map(({ shape: text, subject, fields }) => {
      const shape = JSON.parse(text) as Shape
      this.asked.push(shape)
      if (this.#stays.includes(shape.class)) return { kind: 'stays', reason: 'no' }
      const kept = Object.entries(fields).filter(([name]) => !this.#taken.includes(name))
      return { kind: 'leaves', subject, fields: Object.fromEntries(kept), redacted: this.#taken }
    })
  }
}

const USUAL = ['raw', 'waveform']

function message(topic: string, content: unknown, publisher = ''): Message {
  const payload = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content))
  const rest = { qos: 1, retain: false, properties: {}, expiresMs: Infinity } as const
  return { topic, payload, publisher, ...rest }
}

/** What is sent of a message to a client outside; undefined: nothing. */
async function sent(rules: Rules, { ...given }: Message): Promise<string | undefined> {
  const customs = new MqttCustoms({
    subjects: SUBJECTS,
    inside: new InsideNetwork([]),
    gate: rules,
  })
  const inspector = customs.inspectorFor(undefined, '8.8.8.8:4711')
  assert.ok(inspector !== undefined)
  if (!inspector.mayPass(given)) return undefined
  const passed = await new Promise<Message | undefined>((resolve) =>
    inspector.inspect(given, (cleared) => resolve(cleared)),
  )
  return passed === undefined ? undefined : Buffer.from(passed.payload).toString()
}

const event = {
  subject: 'm1',
  subjectKind: 'device',
  name: 'voltage.dip',
  start: '2026-11-24T12:00:00.000Z',
  end: null,
  value: 108.97,
  fields: { depth: 0.47 },
}
const aggregate = {
  ...event,
  subject: 'f1',
  subjectKind: 'feeder',
  name: 'power.active',
  end: '2026-11-24T12:15:00.000Z',
  fields: { members: 6, owner: 'somebody' },
}

describe('to a client outside', () => {
  test('an event goes without what it has measured', async () => {
    const rules = new Rules(USUAL)
    const { value: _value, fields: _fields, ...left } = event
    assert.equal(await sent(rules, message('grid/m1/events', event)), JSON.stringify(left))
    assert.deepEqual(
      rules.asked.map(({ class: name, kind, fields }) => [name, kind, fields.join(' ')]),
      [
        ['event', 'voltage.dip', 'end kind start subject subjectKind'],
        ['raw', 'voltage.dip', 'fields.depth value'],
      ],
    )
    const road = { destination: 'outside', channel: 'mqtt', principal: '8.8.8.8' }
    assert.deepEqual(rules.roads, [road])
  })

  test('an aggregate is asked for by its own width and members', async () => {
    const rules = new Rules(USUAL, ['fields.owner'])
    const text = await sent(rules, message('grid/f1/aggregates/15m', aggregate))
    assert.equal(text, JSON.stringify({ ...aggregate, fields: { members: 6 } }))
    const [{ window, members, subject } = assert.fail()] = rules.asked
    assert.deepEqual([window, members, subject], [900, 6, { kind: 'feeder', id: 'f1' }])
  })

  test('alarms and what the server says of itself go, an alarm that is gone too', async () => {
    const rules = new Rules(USUAL)
    const alarm = { name: 'dip', subject: { kind: 'device', id: 'm1' }, value: 1 }
    const { value: _value, ...left } = alarm
    assert.equal(await sent(rules, message('grid/alarms/7', alarm)), JSON.stringify(left))
    assert.equal(await sent(rules, message('grid/alarms/7', '')), '')
    assert.equal(await sent(rules, message('$SYS/broker/uptime', '7 seconds')), '7 seconds')
    assert.deepEqual(
      rules.asked.map(({ class: name }) => name),
      ['event', 'raw', 'event', 'health'],
    )
  })

  test('nothing goes whose topic would name what was taken away', async () => {
    const rules = new Rules(USUAL, ['subject'])
    assert.equal(await sent(rules, message('grid/m1/events', event)), undefined)
  })

  test('all else is raw: other topics, other publishers, what cannot be read', async () => {
    const others = [
      message('grid/m1/readings', { values: {} }),
      message('grid/m1/derived', event),
      message('grid/m1/events', event, 'm1'),
      message('grid/alarms/7', {}, 'm1'),
      message('$SYS/x', 'x', 'm1'),
      message('grid/m1/events', 'no JSON'),
      message('grid/m1/events', []),
      message('grid/m1/events', {}),
      message('grid/m1/events/more', event),
      message('grid/m1/aggregates', { value: 1 }),
      message('edge/answers/ana/1', {}),
      message('spBv1.0/STATE/host', {}),
    ]
    for (const other of others) {
      const rules = new Rules(USUAL)
      assert.equal(await sent(rules, other), undefined, other.topic)
      assert.deepEqual(new Set(rules.asked.map(({ class: name }) => name)), new Set(['raw']))
    }
  })

  test('a class that stays is not sent', async () => {
    const rules = new Rules(['event', 'health', 'aggregate'])
    for (const topic of ['grid/m1/events', '$SYS/broker/uptime', 'grid/alarms/1']) {
      assert.equal(await sent(rules, message(topic, event)), undefined)
    }
  })
})

test('inside there is nobody who looks', () => {
  const inside = new InsideNetwork(['10.0.0.0/8', '::1/128'])
  const customs = new MqttCustoms({ subjects: SUBJECTS, inside, gate: new Rules([]) })
  assert.equal(customs.inspectorFor(undefined, '10.1.1.1:99'), undefined)
  assert.equal(customs.inspectorFor(undefined, '::ffff:10.1.1.1:99'), undefined)
  for (const remote of ['[::1]:99', '::1:99']) {
    assert.equal(customs.inspectorFor(undefined, remote), undefined, remote)
  }
  for (const remote of ['8.8.8.8:1', '', '[2001:db8::1]:9']) {
    assert.ok(customs.inspectorFor({ name: 'm1' }, remote) !== undefined, remote)
  }
})
