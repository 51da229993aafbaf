import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Leaving } from '../../api/egress/border.ts'
import type { Road } from '../../policy/question.ts'
import type { ExportRecord } from '../../policy/record.ts'
import { InsideNetwork } from '../access/inside-network.ts'
import { parseSite } from '../site/site.ts'
import { siteBorder } from './site-border.ts'
import { Subjects } from './subjects.ts'

/** `m1` is somebody's meter. */
const SUBJECTS = new Subjects(
  parseSite(
    'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\ndevices: [{ id: rtu1, kind: rtu }, { id: m1, kind: meter }]\n',
    'site.yaml',
  ),
)

const inside = new InsideNetwork(['10.0.0.0/8'])

function leaving(change: Partial<Leaving> = {}): Leaving {
  return {
    class: 'event',
    kind: 'dip',
    windowSeconds: 0,
    members: 1,
    names: ['subject', 'owner', 'depth'],
    ...change,
  }
}

test('whoever is inside meets no gate, whoever is outside is asked for by his network', async () => {
  const roads: Road[] = []
  const border = siteBorder(SUBJECTS, inside, {
    ask: async (road, records) => {
      roads.push(road)
      return records.map(() => ({ kind: 'stays', reason: 'no' }))
    },
  })
  assert.equal(border.passage('10.1.1.1', 'http'), undefined)
  const stays = [{ kind: 'stays', reason: 'no' }]
  for (const address of ['8.8.8.8', '2001:db8::7', '']) {
    assert.deepEqual(await border.passage(address, 'prometheus')?.clear([leaving()]), stays)
  }
  const road = { destination: 'outside', channel: 'prometheus' }
  assert.deepEqual(
    roads,
    ['8.8.8.8', '2001:db8:0:0::/64', ''].map((principal) => ({ ...road, principal })),
  )
})

test('the gate sees names and the class of the code path, and what it takes away is gone', async () => {
  const shapes: object[] = []
  const border = siteBorder(SUBJECTS, inside, {
    ask: async (_, records: readonly ExportRecord[]) =>
      records.map(({ shape, subject, fields }) => {
        shapes.push(JSON.parse(shape) as object)
        assert.deepEqual(new Set(Object.values(fields)), new Set([null]))
        const { owner: _owner, ...kept } = fields
        return { kind: 'leaves', subject, fields: kept, redacted: ['owner'] }
      }),
  })
  const asked = [
    leaving(),
    leaving({ class: 'raw', subject: { kind: 'feeder', id: 'f1' } }),
    leaving({ class: 'aggregate', subject: { kind: 'device', id: 'rtu1' } }),
    leaving({ class: 'health', subject: { kind: 'device', id: 'm1' } }),
    leaving({ class: 'inventory', subject: { kind: 'voltageLevel', id: '10kv' } }),
  ]
  const cleared = await border.passage('8.8.8.8', 'http')?.clear(asked)
  assert.deepEqual(cleared?.[0], { kind: 'leaves', names: new Set(['subject', 'depth']) })
  const subjects = ['site s1', 'feeder f1', 'device rtu1', 'customer ', 'site 10kv']
  assert.deepEqual(
    (shapes as { class: string; subject: { kind: string; id: string } }[]).map(
      ({ class: name, subject }) => `${name} ${subject.kind} ${subject.id}`,
    ),
    ['event', 'raw', 'aggregate', 'health', 'inventory'].map(
      (name, at) => `${name} ${subjects[at]}`,
    ),
  )
})

test('where the subject is taken away, so is what names it', async () => {
  const border = siteBorder(SUBJECTS, inside, {
    ask: async (_, records) =>
      records.map(({ fields }) => ({
        kind: 'leaves',
        subject: { kind: 'customer', id: '' },
        fields,
        redacted: ['subject'],
      })),
  })
  const names = ['subject', 'subject.id', 'subject.kind', 'subjectKind', 'depth']
  const [cleared] = (await border.passage('8.8.8.8', 'http')?.clear([leaving({ names })])) ?? []
  assert.deepEqual(cleared, { kind: 'leaves', names: new Set(['subjectKind', 'depth']) })
})
