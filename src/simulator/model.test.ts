import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantityOf } from '../core/quantities.ts'
import { Model, payloadOf } from './model.ts'
import type { Values } from './sampler.ts'

const NOON = Date.UTC(2026, 2, 3, 4)
const HOUR_MS = 3_600_000
const model = new Model(1, 100)

function indexOf(id: string): number {
  return model.devices.findIndex((device) => device.id === id)
}

function read(id: string, timeMs: number, quantity: string): number {
  return model.valuesAt(indexOf(id), timeMs)[quantity] ?? NaN
}

test('the station comes first, then meters are dealt out to the feeders', () => {
  const ids = model.devices.map(({ id }) => id)
  assert.equal(ids.slice(0, 3).join(), 't1-monitor,t2-monitor,f1-rtu')
  assert.equal(ids.slice(9, 13).join(), 'f8-rtu,busbar-1-pq,busbar-2-pq,f1-concentrator')
  assert.equal(ids.slice(20, 29).join(), ids.slice(20, 28).join() + ',f1-meter-002')
  assert.equal(ids[20], 'f1-meter-001')
  assert.equal(new Set(ids).size, 100)
})

test('readings depend on seed, device and time alone', () => {
  const more = new Model(1, 500)
  const other = new Model(2, 100)
  for (const [index, { id }] of model.devices.entries()) {
    const values = model.valuesAt(index, NOON)
    more.valuesAt(index, NOON + 5000)
    assert.deepEqual(more.valuesAt(index, NOON), values, id)
    assert.deepEqual(model.valuesAt(index, NOON), values, id)
    assert.notDeepEqual(other.valuesAt(index, NOON), values, id)
  }
})

test('every quantity is one of the table, and what is absolute lies in its range', () => {
  for (let hour = 0; hour < 24 * 14; hour += 5) {
    for (const [index, { id }] of model.devices.entries()) {
      for (const [name, value] of Object.entries(model.valuesAt(index, NOON + hour * HOUR_MS))) {
        const quantity = quantityOf(name)
        assert.ok(quantity !== undefined && Number.isFinite(value), `${id} ${name} ${value}`)
        const { of, min, max } = quantity.range
        assert.ok(of !== 'absolute' || (value >= min && value <= max), `${id} ${name} ${value}`)
      }
    }
  }
})

test('three-phase power is the sum of what the phases carry', () => {
  for (const id of ['f1-rtu', 'f8-rtu', 'f3-concentrator', 'f1-meter-008', 'f2-meter-001']) {
    for (const hour of [0, 7, 15]) {
      const values = model.valuesAt(indexOf(id), NOON + hour * HOUR_MS)
      const apparent = ['a', 'b', 'c'].reduce((total, phase) => total + carried(values, phase), 0)
      const power = values['power.active'] ?? NaN
      const reactive = values['power.reactive'] ?? NaN
      assert.ok(Math.abs(apparent / Math.hypot(power, reactive) - 1) < 0.02, `${id} ${apparent}`)
      assert.ok(Math.abs(apparent * (values['power.factor'] ?? NaN) - power) < 0.02 * power + 2)
    }
  }
})

function carried(values: Values, phase: string): number {
  return (values[`voltage.${phase}`] ?? 0) * (values[`current.${phase}`] ?? 0)
}

test('an energy register only rises, and by the integral of the power', () => {
  for (const id of ['f1-rtu', 'f6-rtu', 'f2-concentrator', 'f1-meter-001', 'f1-meter-008']) {
    let wattSeconds = 0
    let last = read(id, NOON, 'energy.active.import')
    const first = last
    for (let second = 0; second < 7200; second += 2) {
      wattSeconds += 2 * read(id, NOON + (second + 1) * 1000, 'power.active')
      const register = read(id, NOON + (second + 2) * 1000, 'energy.active.import')
      assert.ok(register >= last, `${id} falls to ${register}`)
      last = register
    }
    const wattHours = wattSeconds / 3600
    assert.ok(Math.abs(last - first - wattHours) < 0.002 * wattHours + 100, `${id} ${wattHours}`)
  }
})

test('the frequency is one for the whole grid', () => {
  for (let second = 0; second < 600; second += 13) {
    const at = NOON + second * 1000
    const frequency = read('f1-rtu', at, 'frequency')
    assert.ok(frequency > 49.94 && frequency < 50.06)
    assert.equal(read('f8-rtu', at, 'frequency'), frequency)
    assert.equal(read('busbar-2-pq', at, 'frequency'), frequency)
    assert.ok(Math.abs(read('f5-meter-003', at, 'frequency') - frequency) < 0.0056)
  }
})

test('voltages sag with load, and the oil warms with it, later', () => {
  const sum = { night: 0, evening: 0, oilNoon: 0, oilMorning: 0 }
  for (let day = 0; day < 28; day++) {
    const midnight = Date.UTC(2026, 2, 2 + day, 16)
    sum.night += read('f1-meter-001', midnight + 3.5 * HOUR_MS, 'voltage.a')
    sum.evening += read('f1-meter-001', midnight + 20 * HOUR_MS, 'voltage.a')
    sum.oilMorning += read('t1-monitor', midnight + 5 * HOUR_MS, 'temperature.oil')
    sum.oilNoon += read('t1-monitor', midnight + 14 * HOUR_MS, 'temperature.oil')
  }
  assert.ok(sum.night / 28 - sum.evening / 28 > 3, 'a home sees some volts less in the evening')
  assert.ok(sum.oilNoon - sum.oilMorning > 5 * 28)
})

test('the transformer carries its four feeders', () => {
  const feeders = [1, 2, 3, 4].map((feeder) => read(`f${feeder}-rtu`, NOON, 'power.active'))
  const total = feeders.reduce((watts, feeder) => watts + feeder, 0)
  assert.ok(Math.abs(read('t1-monitor', NOON, 'power.active') / total - 1.004) < 0.001)
})

test('the payload is the canonical form to the byte', () => {
  assert.equal(
    payloadOf(1_764_000_000_000, { 'voltage.a': 231.2, 'current.a': 12.05 }),
    '{"ts":1764000000000,"values":{"voltage.a":231.2,"current.a":12.05}}',
  )
})
