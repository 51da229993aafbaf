import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExportRecord } from '../../policy/record.ts'
import type { Candidate } from '../../uplink/gate.ts'
import { parseSite } from '../site/site.ts'
import { PolicyGate } from './policy-gate.ts'

const SITE = parseSite(
  'site: { id: s1, name: S, frequencyHz: 50, limits: gbt }\ndevices: [{ id: pq1, kind: pq-meter }]\n',
  'site.yaml',
)

/** Answers as the shipped rules do: readings stay, the rest leaves. */
class Rules {
  isUndecided = false

  async ask(_road: unknown, records: readonly ExportRecord[]) {
    return records.map((record) => {
      const isRaw = record.shape.includes('"raw"')
      if (isRaw && this.isUndecided) return { kind: 'undecided', reason: 'no memory' } as const
      if (isRaw) return { kind: 'stays', reason: 'raw stays' } as const
      const { subject, fields } = record
      return { kind: 'leaves', subject, fields, redacted: [] } as const
    })
  }
}

function event(kind: 'device' | 'feeder', id: string): Candidate {
  return {
    class: 'event',
    kind: 'voltage.dip',
    subject: { kind, id },
    windowSeconds: 5,
    members: 1,
    fields: { value: 150, percent: 65, duration: 5, class: 'temporary', severity: 1 },
  }
}

test('an event of a device leaves without the readings in it', async () => {
  const gate = new PolicyGate(SITE, new Rules())
  const verdicts = await gate.ask([event('device', 'pq1'), event('feeder', 'f1')])
  assert.deepEqual(verdicts, [
    { kind: 'leaves', redacted: ['value', 'percent'] },
    { kind: 'leaves', redacted: [] },
  ])
})

test('an event whose readings nobody could judge waits as a whole', async () => {
  const rules = new Rules()
  rules.isUndecided = true
  const [verdict] = await new PolicyGate(SITE, rules).ask([event('device', 'pq1')])
  assert.deepEqual(verdict, { kind: 'undecided', reason: 'no memory' })
})
