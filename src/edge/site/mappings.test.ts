import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { faultsOf } from './site-text.test.ts'
import { parseSite } from './site.ts'

const HEAD = `site: { id: s1, name: Site 1, frequencyHz: 50, limits: gbt }
mappings:
`

describe('mappings', () => {
  test('have defaults, and none is the default', () => {
    const site = parseSite('site: { id: s1, name: S, frequencyHz: 50, limits: gbt }', 'S')
    assert.deepEqual([site.mappings, site.sparkplug], [[], undefined])
    const values = '{ at: /p, quantity: power.active, unit: kW }'
    const [mapping] = parseSite(
      `${HEAD}  - { topic: a/+, time: { at: t }, values: [${values}] }`,
      'S',
    ).mappings
    assert.deepEqual(mapping?.values, [
      { at: '/p', quantity: 'power.active', unit: 'kW', scale: 1 },
    ])
    assert.deepEqual(mapping.time, { at: 't', unit: 'ms' })
  })

  test('the example of docs/payloads.md loads', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/payloads.md'), 'utf8')
    const site = parseSite(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '', 'docs/payloads.md')
    assert.equal(site.mappings.length, 7)
    assert.equal(site.sparkplug?.hostId, 'north-07')
  })

  const trials: readonly (readonly [entry: string, faults: readonly string[]])[] = [
    [
      '{ topic: tele/plug/SENSOR, values: [{ at: /a, quantity: a }] }',
      ['S:3:14: mappings[0].topic: no level is +, which names the device'],
    ],
    [
      '{ topic: grid/+/readings, shape: zigbee2mqtt }',
      ['S:3:14: mappings[0].topic: topics under grid/ have a meaning already'],
    ],
    [
      '{ shape: zigbee2mqtt, deviceLevel: 1 }',
      ['S:3:40: mappings[0].deviceLevel: level 1 is not +'],
    ],
    [
      '{ shape: dsmr }',
      ['S:3:5: mappings[0]: a mapping needs a topic with a + that names the device'],
    ],
    ['{ topic: a/+ }', ['S:3:5: mappings[0]: a mapping without a shape needs values, or a list']],
    ['{ shape: tasmota }', ['S:3:5: mappings[0]: tasmota sends local time: a zone is needed']],
    [
      '{ shape: tasmota, zone: Europe/Bern }',
      ['S:3:29: mappings[0].zone: no time zone has this name'],
    ],
    [
      '{ shape: zigbee2mqtt, time: { at: /t } }',
      ['S:3:33: mappings[0].time: zigbee2mqtt knows this by itself'],
    ],
    [
      '{ shape: tasmotta }',
      [
        'S:3:14: mappings[0].shape: "tasmotta" is none of neuron, shelly-pro-em, tasmota, zigbee2mqtt, dsmr, did you mean tasmota?',
      ],
    ],
    [
      '{ topic: a/+, values: [{ at: /a, quantity: voltage.a, unit: kW }] }',
      ['S:3:65: mappings[0].values[0].unit: "kW" is no unit of voltage.a, which is in V'],
    ],
    [
      '{ topic: a/+, values: [{ at: /a, quantity: a, scale: 0 }] }',
      ['S:3:58: mappings[0].values[0].scale: 0; more than 0 is needed'],
    ],
  ]
  for (const [entry, faults] of trials) {
    test(`${entry} is told why it cannot work`, () => {
      assert.deepEqual(faultsOf(`${HEAD}  - ${entry}\n`), faults)
    })
  }
})
