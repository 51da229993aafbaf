import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadBuiltIn } from '../../src/kernel/built-in.ts'
import { fillColumns } from '../../src/kernel/fill.ts'
import { ProcessorInstance } from '../../src/kernel/instance.ts'
import { checkModule } from '../../src/kernel/module-check.ts'
import type { PointEntry, SubjectEntry } from '../../src/kernel/subjects.ts'
import { BATCH_ROWS } from '../sdk/layout.ts'
import { MONDAY_US } from './reference-readings.ts'

const PARAMETERS = 64_000
const PER_DEVICE = 4
const QUANTITIES = ['voltage.a', 'voltage.b', 'voltage.c', 'unbalance.voltage']
const TEN_MINUTES = 600_000_000

const entry = { nominal: { voltageV: 230 }, intervalMs: 600_000 }
const subjects = Array.from({ length: PARAMETERS / PER_DEVICE + 1 }, (_, number): SubjectEntry => {
  return { number, kind: 'device', id: `m${number}`, entry }
})
const points = Array.from({ length: PARAMETERS + 1 }, (_, number): PointEntry => {
  const quantity = QUANTITIES[number % PER_DEVICE] ?? ''
  return { number, subject: Math.floor(number / PER_DEVICE), quantity, unit: '' }
})

async function start(): Promise<ProcessorInstance> {
  const { bytes, manifest } = await loadBuiltIn('power-quality')
  const module = checkModule(bytes, manifest.name)
  const instance = new ProcessorInstance(module, manifest.name, { settings: {}, site: {} })
  instance.introduce({ subjects, points })
  return instance
}

/** A reading of every point. */
function feed(instance: ProcessorInstance, time: number): void {
  for (let at = 0; at < points.length; at += BATCH_ROWS) {
    const some = points.slice(at, at + BATCH_ROWS)
    fillColumns(instance.columns, {
      rows: Uint16Array.from(some.keys()),
      count: some.length,
      columns: {
        points: Uint32Array.from(some, ({ number }) => number),
        times: Float64Array.from(some, () => time),
        values: Float64Array.from(some, ({ quantity }) => (quantity === 'voltage.a' ? 233 : 1.1)),
        qualities: new Uint16Array(some.length),
      },
    })
    instance.process(some.length)
    instance.take()
  }
}

test('one point more than there is room for is told of; the others fit, with a snapshot and from it', async () => {
  const instance = await start()
  instance.tick(MONDAY_US)
  const [full, ...more] = instance.take()
  assert.deepEqual([full?.name, full?.value, more.length], ['power-quality.full', 1, 0])
  for (let at = 0; at < 2; at++) feed(instance, MONDAY_US + at * TEN_MINUTES)
  const state = instance.snapshot()
  const again = await start()
  again.restore(state)
  assert.ok(Buffer.from(again.snapshot()).equals(state))
  for (const one of [instance, again]) feed(one, MONDAY_US + 2 * TEN_MINUTES)
  assert.ok(Buffer.from(again.snapshot()).equals(instance.snapshot()))
})
