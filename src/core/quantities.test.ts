import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Quantity, quantities, quantityOf } from './quantities.ts'
import { unitScale } from './units.ts'

/** As contracts.md lists them, written out, and what processors need beside them. */
const NAMES = `
  voltage.a voltage.b voltage.c voltage.ab voltage.bc voltage.ca
  current.a current.b current.c current.n
  power.active power.active.a power.active.b power.active.c
  power.reactive power.reactive.a power.reactive.b power.reactive.c
  power.apparent power.apparent.a power.apparent.b power.apparent.c
  power.factor frequency rocof
  energy.active.import energy.active.export energy.reactive.import energy.reactive.export
  thd.voltage.a thd.voltage.b thd.voltage.c thd.current.a thd.current.b thd.current.c
  unbalance.voltage flicker.pst flicker.plt
  temperature.oil temperature.winding temperature.ambient level.oil breaker.position demand.active
  outage.last-gasp
`
  .trim()
  .split(/\s+/)

const known = (name: string): Quantity => {
  const quantity = quantityOf(name)
  assert.ok(quantity !== undefined, name)
  return quantity
}

describe('quantities', () => {
  test('are those of the contract, each once', () => {
    assert.deepEqual(quantities.map(({ name }) => name).toSorted(), NAMES.toSorted())
    for (const name of NAMES) assert.equal(known(name).name, name)
  })

  test('have a unit that converts to itself, a range that is one, a reference', () => {
    for (const { name, unit, range, reference, object } of quantities) {
      assert.equal(unitScale(unit, unit), 1, name)
      assert.ok(range.min < range.max, name)
      assert.match(reference, /^[A-Z]{4}\.[A-Z][A-Za-z]*(?:\.(?:phs[A-C]{1,2}|neut))?$/, name)
      if (object !== undefined) assert.match(object, /^[0-9A-F]{4}$/, name)
    }
  })

  test('phases, phase pairs and totals', () => {
    assert.deepEqual(known('voltage.b'), {
      name: 'voltage.b',
      unit: 'V',
      reference: 'MMXU.PhV.phsB',
      object: '2000',
      aggregation: 'rms',
      range: { of: 'phaseVoltage', min: 0, max: 1.5 },
    })
    assert.equal(known('voltage.bc').reference, 'MMXU.PPV.phsBC')
    assert.equal(known('voltage.bc').range.of, 'lineVoltage')
    assert.equal(known('power.reactive').reference, 'MMXU.TotVAr')
    assert.equal(known('power.reactive.c').unit, 'var')
    assert.equal(known('energy.active.import').object, '0010')
    assert.equal(known('energy.active.export').aggregation, 'difference')
  })

  test('harmonics of orders 2 to 50 on three phases', () => {
    assert.deepEqual(known('harmonic.voltage.a.5'), {
      name: 'harmonic.voltage.a.5',
      unit: '%',
      reference: 'MHAI.HPhV.phsAHar[5]',
      object: undefined,
      aggregation: 'rms',
      range: { of: 'absolute', min: 0, max: 100 },
    })
    assert.equal(known('harmonic.current.c.50').reference, 'MHAI.HA.phsCHar[50]')
    for (let order = 2; order <= 50; order++) known(`harmonic.current.b.${order}`)
    for (const order of ['1', '0', '51', '05', '100', '', '2.0', '5x']) {
      assert.equal(quantityOf(`harmonic.voltage.a.${order}`), undefined, order)
    }
  })

  test('what is not in the table is unmodelled', () => {
    for (const name of [
      '',
      'voltage',
      'voltage.d',
      'constructor',
      'harmonic.voltage.n.5',
      'Voltage.a',
    ]) {
      assert.equal(quantityOf(name), undefined, name)
    }
  })
})

describe('units', () => {
  test('scale exactly', () => {
    const rows: readonly [string, string, number][] = [
      ['kW', 'W', 1000],
      ['MW', 'W', 1e6],
      ['W', 'kW', 0.001],
      ['kWh', 'W.h', 1000],
      ['kW.h', 'W.h', 1000],
      ['Wh', 'W.h', 1],
      ['J', 'W.h', 1 / 3600],
      ['kvar', 'var', 1000],
      ['varh', 'var.h', 1],
      ['kvarh', 'var.h', 1000],
      ['kVA', 'VA', 1000],
      ['V.A', 'VA', 1],
      ['mV', 'V', 0.001],
      ['kV', 'V', 1000],
      ['kV', 'mV', 1e6],
      ['mA', 'A', 0.001],
      ['kA', 'A', 1000],
      ['mHz', 'Hz', 0.001],
      ['mHz/s', 'Hz/s', 0.001],
      ['Cel', 'Cel', 1],
      ['/', '%', 100],
      ['/', '1', 1],
      ['%', '1', 0.01],
      ['/100', '%', 1],
    ]
    for (const [from, to, scale] of rows) assert.equal(unitScale(from, to), scale, `${from} ${to}`)
  })

  test('of different kinds, or unknown, do not', () => {
    const rows = [
      ['W', 'var'],
      ['W', 'VA'],
      ['Wh', 'W'],
      ['K', 'Cel'],
      ['V', '%'],
      ['', 'V'],
      ['kCel', 'Cel'],
      ['mW.h', 'W.h'],
      ['toString', 'V'],
    ] as const
    for (const [from, to] of rows) assert.equal(unitScale(from, to), undefined, `${from} ${to}`)
  })
})
