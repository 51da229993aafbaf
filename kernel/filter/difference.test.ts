import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../src/core/random.ts'
import { Trial, type TrialReading, type TrialResult } from '../../src/kernel/trial.ts'
import { HOUSEHOLD, TRANSFORMER, absence, readColumn } from './reference-recordings.ts'
import {
  type ReferenceReading,
  type ReferenceResult,
  type ReferenceRule,
  filterReadings,
} from './reference.ts'

const SECOND = 1_000_000
const SILENCE_MS = 60_000

const RULES: readonly ReferenceRule[] = [
  { method: 'deadband', error: 0.5, maximumSilenceMs: SILENCE_MS },
  { method: 'deadband', error: 0.2, percent: 1, maximumSilenceMs: SILENCE_MS },
  { method: 'exception', maximumSilenceMs: SILENCE_MS },
  { method: 'swinging-door', error: 0.5, maximumSilenceMs: SILENCE_MS },
  { method: 'swinging-door', percent: 0.5, maximumSilenceMs: SILENCE_MS },
  { method: 'swinging-door', error: 0, maximumSilenceMs: SILENCE_MS },
  { method: 'decimation', every: 7, maximumSilenceMs: SILENCE_MS },
  { method: 'decimation', intervalMs: 5000, maximumSilenceMs: SILENCE_MS },
]

/** Steps, ramps and stretches that stay as they are, in tenths so that ties come up; some readings late, invalid or without a number. */
function makeReadings(random: Random, count: number): ReferenceReading[] {
  const readings: ReferenceReading[] = []
  let time = -100 * SECOND
  let value = 230
  let slope = 0
  let quality = 0
  for (let at = 0; at < count; at++) {
    time += Math.ceil(random() * 2 * SECOND)
    if (random() < 0.002) time += 200 * SECOND
    if (random() < 0.05) slope = random() < 0.5 ? 0 : Math.round(random() * 20 - 10) / 10
    if (random() < 0.02) quality = [0, 3, 1, 1 << 14][Math.floor(random() * 4)]!
    value = Math.round((value + slope + (random() < 0.3 ? random() - 0.5 : 0)) * 10) / 10
    const shown = random() < 0.01 ? [Number.NaN, Infinity][Math.floor(random() * 2)]! : value
    const late = random() < 0.05 ? Math.floor(random() * 5 * SECOND) : 0
    readings.push({ time: time - late, value: quality === 1 ? Number.NaN : shown, quality })
  }
  return readings
}

function asFed(readings: readonly ReferenceReading[], quantity: string): TrialReading[] {
  return readings.map((reading) => ({ subject: 'm1', quantity, ...reading }))
}

function startTrial(state?: ReturnType<Trial['save']>): Promise<Trial> {
  const rules = RULES.map((rule, at) => ({ quantities: [`q${at}`], ...rule }))
  return Trial.start('filter', { settings: { rules }, ...(state === undefined ? {} : { state }) })
}

function passedOf(results: readonly TrialResult[], quantity: string): ReferenceReading[] {
  return results
    .filter(({ kind, name }) => kind === 'derived' && name === `filtered.${quantity}`)
    .map(({ time, value, quality }) => ({ time, value, quality }))
}

function assertSame(found: readonly ReferenceReading[], { passed }: ReferenceResult): void {
  assert.ok(passed.length > 0)
  // A whole recording that differs would take minutes to print.
  const at = passed.findIndex((one, index) => JSON.stringify(one) !== JSON.stringify(found[index]))
  assert.deepEqual(at < 0 ? [] : found.slice(at, at + 3), at < 0 ? [] : passed.slice(at, at + 3))
  assert.equal(found.length, passed.length)
}

test('the module passes what the reference passes, and counts what is late', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const trial = await startTrial()
    const fed = RULES.map((_, at) => makeReadings(seededRandom(seed * 100 + at), 1000))
    for (let from = 0; from < 1000; from += 200)
      trial.feed(fed.flatMap((all, at) => asFed(all.slice(from, from + 200), `q${at}`)))
    const results = trial.take()
    trial.tick(4 * 86_400 * SECOND)
    const late = new Map(RULES.map((_, at) => [`q${at}`, 0]))
    const ends = trial.take()
    for (const { kind, fields, revision } of [...results, ...ends]) {
      if (kind !== 'aggregate' || revision !== 0) continue
      const quantity = String(fields['quantity'])
      late.set(quantity, (late.get(quantity) ?? 0) + Number(fields['late']))
    }
    for (const [at, rule] of RULES.entries()) {
      const reference = filterReadings(fed[at]!, rule)
      assertSame(passedOf(results, `q${at}`), reference)
      assert.equal(late.get(`q${at}`), reference.late, `seed ${seed}, ${rule.method}`)
    }
  }
})

/** What a consumer makes of the readings passed: held until the next one, or with lines between them. */
function errorAt(
  passed: readonly ReferenceReading[],
  reading: ReferenceReading,
  rule: ReferenceRule,
): { error: number; limit: number } {
  const next = passed.findIndex(({ time }) => time >= reading.time)
  const after = passed[next]
  const before =
    after?.time === reading.time ? after : passed[(next < 0 ? passed.length : next) - 1]
  assert.ok(before !== undefined, 'the first reading passes')
  const limit = Math.max(rule.error ?? 0, ((rule.percent ?? 0) / 100) * Math.abs(before.value))
  if (before.time === reading.time || rule.method !== 'swinging-door')
    return { error: Math.abs(reading.value - before.value), limit }
  assert.ok(after !== undefined, 'the last reading passes once a device is silent')
  const share = (reading.time - before.time) / (after.time - before.time)
  const line = before.value + share * (after.value - before.value)
  return { error: Math.abs(reading.value - line), limit }
}

test('no reading is further from what stands for it than the limit', async () => {
  let closest = 0
  for (let seed = 1; seed <= 40; seed++) {
    const trial = await startTrial()
    // All of one quality: where that changes a reading passes, and nothing is left to be wrong about.
    const readings = makeReadings(seededRandom(seed), 1000).map((reading) => {
      return { ...reading, value: Number.isFinite(reading.value) ? reading.value : 231, quality: 0 }
    })
    for (const at of RULES.keys()) trial.feed(asFed(readings, `q${at}`))
    trial.tick(86_400 * SECOND)
    const results = trial.take()
    const inOrder = readings.filter(({ time }, at) =>
      readings.slice(0, at).every((earlier) => earlier.time < time),
    )
    for (const [at, rule] of RULES.entries()) {
      if (rule.method === 'decimation') continue
      const passed = passedOf(results, `q${at}`)
      assert.ok(passed.length < inOrder.length, 'it leaves something out')
      for (const reading of inOrder) {
        const { error, limit } = errorAt(passed, reading, rule)
        assert.ok(error <= limit + 1e-9, `seed ${seed}, ${rule.method}: ${error} of ${limit}`)
        if (limit > 0) closest = Math.max(closest, error / limit)
      }
    }
  }
  assert.ok(closest > 0.99, 'the limit is used')
})

test('a snapshot at any batch goes on to the same outputs and the same state', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = seededRandom(seed)
    const fed = RULES.flatMap((_, at) => asFed(makeReadings(random, 300), `q${at}`)).toSorted(
      (one, other) => Math.floor(one.time / (50 * SECOND)) - Math.floor(other.time / (50 * SECOND)),
    )
    const whole = await startTrial()
    let broken = await startTrial()
    const seen: TrialResult[] = []
    for (let from = 0; from < fed.length;) {
      const until = from + 1 + Math.floor(random() * 300)
      const some = fed.slice(from, until)
      for (const trial of [whole, broken]) {
        trial.feed(some)
        trial.tick(some.at(-1)!.time + SECOND * 30)
      }
      seen.push(...broken.take())
      broken = await startTrial(broken.save())
      from = until
    }
    whole.tick(10 * 86_400 * SECOND)
    broken.tick(10 * 86_400 * SECOND)
    assert.deepEqual([...seen, ...broken.take()], whole.take())
    assert.deepEqual(broken.save().bytes, whole.save().bytes)
  }
})

const RECORDED = [
  { path: HOUSEHOLD, column: 'Voltage', error: 0.5 },
  { path: HOUSEHOLD, column: 'Global_active_power', error: 0.05 },
  { path: TRANSFORMER, column: 'OT', error: 0.5 },
  { path: TRANSFORMER, column: 'HUFL', error: 0.5 },
]

for (const { path, column, error } of RECORDED) {
  test(`${column} of ${path}`, { skip: absence(path) }, async (context) => {
    const readings = readColumn(path, column).map((row) => ({ ...row, quality: 0 }))
    for (const method of ['deadband', 'swinging-door', 'exception'] as const) {
      const rule: ReferenceRule = { method, error, maximumSilenceMs: 86_400_000 }
      const trial = await Trial.start('filter', {
        settings: { rules: [{ quantities: ['*'], ...rule }] },
      })
      trial.feed(asFed(readings, 'x'))
      const found = passedOf(trial.take(), 'x')
      const exact = method === 'exception' ? { ...rule, error: 0 } : rule
      assertSame(found, filterReadings(readings, exact))
      context.diagnostic(`${method} ${error}: ${found.length} of ${readings.length} pass`)
    }
  })
}
