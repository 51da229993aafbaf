import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSite } from '../site/site.ts'
import { siteGrid } from './site-grid.ts'

const SITE = `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
voltageLevels:
  - { id: 110kv, nominalV: 110000 }
  - { id: 10kv, nominalV: 10000 }
  - { id: 04kv, nominalV: 400 }
transformers:
  - { id: t1, from: 110kv, to: 10kv, ratedVa: 40e6, cooling: ONAN }
  - { id: t2, from: 10kv, to: 04kv, ratedVa: 1e6, cooling: ONAN }
  - { id: t3, from: 04kv, to: 10kv, ratedVa: 1e6, cooling: ONAN }
feeders:
  - { id: f1, voltageLevel: 10kv, transformer: t1 }
  - { id: f2, voltageLevel: 10kv }
devices:
  - { id: m1, kind: meter, feeder: f1 }
  - { id: m2, kind: meter, feeder: f2 }
  - { id: oil, kind: transformer-monitor, transformer: t1 }
  - { id: bus, kind: pq-meter, voltageLevel: 10kv }
`

const grid = siteGrid(parseSite(SITE, 'site.yaml'))

for (const [kind, id, above] of [
  ['device', 'm1', 'f1 t1 10kv 110kv'],
  ['device', 'm2', 'f2 10kv 110kv'],
  ['device', 'oil', 't1 10kv 110kv'],
  ['device', 'bus', '10kv 110kv'],
  ['device', 'nobody', ''],
  ['feeder', 'f1', 't1 10kv 110kv'],
  ['feeder', 'other', ''],
  ['transformer', 't1', '10kv 110kv'],
  ['transformer', 't3', '04kv 10kv'],
  ['voltageLevel', '04kv', '10kv'],
  ['voltageLevel', '110kv', ''],
  ['site', 's1', ''],
] as const) {
  test(`above ${kind} ${id} is ${above === '' ? 'nothing' : above}`, () => {
    assert.equal(
      grid
        .above({ kind, id })
        .map((place) => place.id)
        .join(' '),
      above,
    )
  })
}

test('of a device that the site does not know, whoever found the event may', () => {
  const above = grid.above({ kind: 'device', id: 'new', feeder: 'f1' })
  assert.deepEqual(
    above.map(({ id }) => id),
    ['f1', 't1', '10kv', '110kv'],
  )
  const [first] = grid.above({ kind: 'device', id: 'new', transformer: 't2' })
  assert.deepEqual(first, { kind: 'transformer', id: 't2' })
})
