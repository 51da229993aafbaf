import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { quantities } from '../../core/quantities.ts'
import { compareLabels, familyOf, labelsOf } from './series-labels.ts'

describe('labels of a series', () => {
  test('metric, phase and order follow from the quantity', () => {
    const told = (quantity: string): string => Object.values(familyOf(quantity)).join(' ').trimEnd()
    assert.equal(told('voltage.a'), 'grid_voltage  a')
    assert.equal(told('voltage.ca'), 'grid_voltage  ca')
    assert.equal(told('current.n'), 'grid_current  n')
    assert.equal(told('power.active'), 'grid_power_active')
    assert.equal(told('power.active.b'), 'grid_power_active  b')
    assert.equal(told('energy.active.import'), 'grid_energy_active_import')
    assert.equal(told('harmonic.current.b.50'), 'grid_harmonic_current 50 b')
    assert.equal(told('frequency'), 'grid_frequency')
  })

  test('a quantity that is in no table is taken as it stands', () => {
    assert.deepEqual(familyOf('tank.a'), { metric: 'grid_tank_a', order: '', phase: '' })
    assert.deepEqual(familyOf('öl/5'), { metric: 'grid__l_5', order: '', phase: '' })
  })

  test('every quantity has a valid metric, and no two have the same labels', () => {
    const harmonics = ['harmonic.voltage.a.2', 'harmonic.current.c.50']
    const names = [...quantities.map(({ name }) => name), ...harmonics]
    const seen = new Set<string>()
    for (const name of names) {
      const { metric, order, phase } = familyOf(name)
      assert.match(metric, /^grid_[a-z_]+$/)
      seen.add([metric, order, phase].join())
      const back = [metric.slice('grid_'.length).replaceAll('_', '.'), phase, order]
      assert.equal(back.filter((word) => word !== '').join('.'), name.replaceAll('-', '.'))
    }
    assert.equal(seen.size, names.length)
  })

  test('are sorted by name, and series by their bytes', () => {
    const labels = (device: string, quantity: string) =>
      labelsOf({
        point: { device, quantity, unit: 'V' },
        family: familyOf(quantity),
        site: 's1',
      })
    assert.deepEqual(labels('m1', 'voltage.a'), [
      ['__name__', 'grid_voltage'],
      ['device', 'm1'],
      ['phase', 'a'],
      ['quantity', 'voltage.a'],
      ['site', 's1'],
      ['unit', 'V'],
    ])
    const sorted = [
      labels('m1', 'frequency'),
      // No phase: the next name is `quantity`, which comes after `phase`.
      labels('m1', 'voltage.a'),
      labels('m1', 'voltage.ab'),
      labels('m1', 'voltage'),
      labels('m2', 'voltage.a'),
      labels('\uffff', 'voltage.a'),
      labels('😀', 'voltage.a'),
    ]
    assert.deepEqual(sorted.toReversed().toSorted(compareLabels), sorted)
  })
})
