import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarm } from '../../notify/desk.test.ts'
import type { Verdict } from '../../policy/gate.ts'
import type { Road } from '../../policy/question.ts'
import type { ExportRecord } from '../../policy/record.ts'
import { InsideNetwork } from '../access/inside-network.ts'
import { Subjects } from '../egress/subjects.ts'
import { parseSite } from '../site/site.ts'
import { type GateParts, clear, clearTest } from './gate-passage.ts'

const SITE = parseSite('site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\n', 'S')
const HOST = { host: 'mail.example', family: 4, channel: 'email', isOutside: false } as const
const NOTICE = { kind: 'raised', alarm: alarm(1, { fields: { depth: 0.7 } }) } as const

/** Rules that hold back classes, or cannot decide. */
function parts(
  stays: readonly string[],
  failing = false,
): GateParts & { readonly roads: Road[]; readonly asked: string[] } {
  const roads: Road[] = []
  const asked: string[] = []
  const gate = {
    ask: async (road: Road, records: readonly ExportRecord[]): Promise<readonly Verdict[]> => {
      roads.push(road)
      return records.map(({ shape, subject, fields }) => {
        asked.push(shape)
        const { class: of } = JSON.parse(shape) as { class: string }
        if (failing) return { kind: 'undecided', reason: 'no' }
        return stays.includes(of)
          ? { kind: 'stays', reason: 'no' }
          : { kind: 'leaves', subject, fields, redacted: ['subject'] }
      })
    },
  }
  const inside = new InsideNetwork(['10.0.0.0/8'])
  return { gate, subjects: new Subjects(SITE), inside, roads, asked }
}

test('to a host inside everything goes, and nobody is asked', async () => {
  const own = parts(['event', 'raw'])
  const cleared = await clear([NOTICE], { ...HOST, address: '10.1.1.1' }, own)
  assert.deepEqual(cleared, { kind: 'decided', notices: [NOTICE], withheld: 0, reason: '' })
  assert.deepEqual(own.roads, [])
  assert.equal(await clearTest({ ...HOST, address: '10.1.1.1' }, own), '')
})

test('to any other only what may leave, and to one that passes it on, too', async () => {
  for (const way of [
    { ...HOST, address: '8.8.8.8' },
    { ...HOST, address: '10.1.1.1', isOutside: true },
  ]) {
    const own = parts(['raw'])
    const members = { count: 2, active: 1, first: ['m1', 'm2'] }
    const cleared = await clear([{ ...NOTICE, alarm: { ...NOTICE.alarm, members } }], way, own)
    assert.ok(cleared.kind === 'decided')
    const left: Record<string, unknown> = { ...cleared.notices[0]?.alarm }
    assert.deepEqual(
      [left['subject'], left['value'], left['fields']],
      [undefined, undefined, undefined],
    )
    assert.deepEqual([left['name'], left['members']], ['voltage.dip', { count: 2, active: 1 }])
    assert.deepEqual(own.roads, [
      { destination: 'outside', channel: 'email', principal: 'mail.example' },
    ])
    assert.doesNotMatch(own.asked.join(), /first/)
  }
})

test('what stays is not told, and said to have stayed', async () => {
  const own = parts(['event', 'raw'])
  const cleared = await clear([NOTICE], { ...HOST, address: '8.8.8.8' }, own)
  assert.deepEqual(cleared, { kind: 'decided', notices: [], withheld: 1, reason: 'no' })
  assert.equal(await clearTest({ ...HOST, address: '8.8.8.8' }, own), 'no')
})

test('what nobody can decide is asked again', async () => {
  const cleared = await clear([NOTICE], { ...HOST, address: '8.8.8.8' }, parts([], true))
  assert.deepEqual(cleared, { kind: 'undecided', reason: 'no' })
})
