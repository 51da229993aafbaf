import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../src/core/random.ts'
import type { Trial, TrialReading, TrialResult } from '../../src/kernel/trial.ts'
import { HOUSEHOLD, TRANSFORMER, absence, readColumn } from '../filter/reference-recordings.ts'
import { formatQuality } from '../../src/core/quality.ts'
import { DAY, METER, MINUTE, MONDAY, SECOND, startValidation } from './reference-site.ts'
import { type Judged, type Sample, isInvalid } from './reference-samples.ts'
import { validate } from './reference.ts'

const DEVICE = { voltageV: 230, currentA: 60 }
const OFF = { off: ['gap', 'register-sum'] }

/** Messages of a meter with everything wrong with them that there is a rule for. */
function makeSamples(random: Random, count: number, stepUs: number): Sample[] {
  const samples: Sample[] = []
  let time = MONDAY + Math.floor(random() * DAY)
  let register = Math.floor(random() * 2) * 99_990_000 + 8000 * random()
  let dead = false
  let stuck = 0
  for (let at = 0; at < count; at++) {
    time += random() < 0.02 ? stepUs * 40 : stepUs
    if (random() < 0.03) dead = !dead
    if (random() < 0.02) stuck = 35
    const values = makeMessage(random, dead, stuck-- > 0)
    register += (random() < 0.01 ? 1e8 : 5000) * random() * (stepUs / (15 * MINUTE))
    if (random() < 0.01) register = random() < 0.5 ? 0 : register * random()
    if (register >= 1e8) register -= 1e8
    values['energy.active.import'] = Math.round(register)
    for (const [quantity, value] of shuffled(Object.entries(values), random)) {
      if (random() < 0.05) continue
      const late = random() < 0.03 ? Math.floor(random() * 10) * stepUs : 0
      const quality = random() < 0.03 ? [1, 3, 1 << 13, 1 << 7][Math.floor(random() * 4)]! : 0
      samples.push({
        quantity,
        time: time - late,
        value: isInvalid(quality) ? NaN : value,
        quality,
      })
    }
  }
  return samples
}

function makeMessage(random: Random, dead: boolean, stuck: boolean): Record<string, number> {
  const rounded = (value: number): number => Math.round(value * 100) / 100
  const values: Record<string, number> = {}
  let [active, apparent] = [0, 0]
  for (const phase of ['a', 'b', 'c']) {
    const volts = dead ? random() * 25 : stuck ? 231.25 : 230 + 4 * (random() - 0.5)
    const amperes = dead ? 0 : 40 * random()
    values[`voltage.${phase}`] = rounded(random() < 0.01 ? volts * 2 * random() : volts)
    values[`current.${phase}`] = rounded(amperes)
    values[`power.apparent.${phase}`] = rounded(volts * amperes * (random() < 0.02 ? 1.1 : 1))
    values[`power.active.${phase}`] = rounded(volts * amperes * 0.9)
    active += volts * amperes * 0.9
    apparent += volts * amperes
  }
  values['voltage.ab'] = rounded(398 * (random() < 0.05 ? 0.9 : 1))
  values['power.active'] = rounded(
    active * (random() < 0.05 ? 0.8 : 1) * (random() < 0.02 ? 30 : 1),
  )
  values['power.apparent'] = rounded(apparent)
  values['power.factor'] = rounded(0.9 + (random() - 0.5) * 0.08)
  values['frequency'] = rounded(50 + (random() < 0.03 ? 2 : 0.1) * (random() - 0.5))
  values['thd.voltage.a'] = rounded(3 * random())
  values['temperature.oil'] = rounded(60 + (random() < 0.05 ? 20 : 1) * random())
  values['unknown'] = 1
  return values
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ item }) => item)
}

function asFed(samples: readonly Sample[]): TrialReading[] {
  return samples.map((sample) => ({ subject: 'm1', ...sample }))
}

/** The last that is said of each reading. */
function marksOf(results: readonly TrialResult[]): Map<string, string> {
  const marks = new Map<string, string>()
  for (const { kind, name, time, value, quality } of results) {
    if (kind === 'derived') marks.set(`${name} ${time} ${value}`, formatQuality(quality))
  }
  return marks
}

function expectedMarks(judged: readonly Judged[]): Map<string, string> {
  const marks = new Map<string, string>()
  for (const { quantity, time, value, quality, final } of judged) {
    if (quantity === 'unknown' || final === quality) continue
    marks.set(`validated.${quantity} ${time} ${value}`, formatQuality(final))
  }
  return marks
}

function assertSameMarks(
  found: Map<string, string>,
  expected: Map<string, string>,
  what: string,
): void {
  const wrong: string[] = []
  for (const [reading, mark] of expected)
    if (found.get(reading) !== mark) wrong.push(`${reading}: ${found.get(reading)}, not ${mark}`)
  for (const [reading, mark] of found)
    if (!expected.has(reading) && !reading.startsWith('validated.unknown'))
      wrong.push(`${reading}: ${mark}, not good`)
  assert.deepEqual(wrong.slice(0, 5), [], `${what}: ${wrong.length} of ${expected.size}`)
}

function countsOf(results: readonly TrialResult[]): Map<string, Record<string, number>> {
  const last = new Map<string, TrialResult>()
  for (const result of results) {
    if (result.name === 'validation.day')
      last.set(`${result.fields['quantity']} ${result.time}`, result)
  }
  const counts = new Map<string, Record<string, number>>()
  for (const { fields } of last.values()) {
    const quantity = String(fields['quantity'])
    const sum = counts.get(quantity) ?? { valid: 0, questionable: 0, invalid: 0 }
    for (const key of Object.keys(sum)) sum[key] = (sum[key] ?? 0) + Number(fields[key])
    counts.set(quantity, sum)
  }
  return counts
}

const STEPS = [
  { stepUs: SECOND, count: 400 },
  { stepUs: 15 * MINUTE, count: 400 },
] as const

for (const { stepUs, count } of STEPS) {
  test(`the module marks what the reference marks, readings ${stepUs / SECOND} s apart`, async () => {
    let marked = 0
    for (let seed = 1; seed <= 10; seed++) {
      const samples = makeSamples(seededRandom(seed), count, stepUs)
      const judged = validate(samples, DEVICE)
      const expected = expectedMarks(judged)
      marked += expected.size
      const trial = await startValidation(METER, OFF)
      trial.feed(asFed(samples))
      // The moment that is still open is closed by a tick, before a day could be over.
      const newest = Math.max(...samples.map(({ time }) => time))
      trial.tick(newest)
      const results = trial.take()
      assertSameMarks(marksOf(results), expected, `seed ${seed}`)
      trial.tick(newest + DAY)
      const counts = countsOf([...results, ...trial.take()])
      for (const quantity of ['voltage.a', 'frequency', 'power.active.b', 'unknown']) {
        const own = judged.filter((one) => one.quantity === quantity)
        const invalid = own.filter(({ final }) => isInvalid(final)).length
        const questionable = own.filter(({ final }) => (final & 3) === 3).length
        const valid = own.length - invalid - questionable
        assert.deepEqual(
          counts.get(quantity),
          { valid, questionable, invalid },
          `seed ${seed}, ${quantity}`,
        )
      }
    }
    assert.ok(marked > 5000)
  })
}

test('a snapshot at any batch goes on to the same outputs and the same state', async () => {
  const settings = { estimation: { quantities: ['*'] } }
  const entry = { ...METER, intervalMs: 60_000 }
  for (let seed = 1; seed <= 6; seed++) {
    const random = seededRandom(seed)
    const fed = asFed(makeSamples(random, 300, MINUTE * 3))
    const whole = await startValidation(entry, settings)
    let broken = await startValidation(entry, settings)
    const seen: TrialResult[] = []
    const both = (act: (trial: Trial) => void): void => {
      act(whole)
      act(broken)
    }
    for (let from = 0; from < fed.length;) {
      const until = from + 1 + Math.floor(random() * 400)
      const some = fed.slice(from, until)
      both((trial) => trial.feed(some))
      if (random() < 0.7) both((trial) => trial.tick(some.at(-1)!.time + 30 * SECOND))
      seen.push(...broken.take())
      broken = await startValidation(entry, settings, broken.save())
      from = until
    }
    both((trial) => trial.tick(MONDAY + 9 * DAY))
    assert.deepEqual([...seen, ...broken.take()], whole.take())
    assert.deepEqual(broken.save().bytes, whole.save().bytes)
  }
})

/** Columns of one recording, row by row, as messages of one device. */
function readMessages(
  path: string,
  columns: Readonly<Record<string, readonly [string, number]>>,
): Sample[] {
  return Object.entries(columns)
    .flatMap(([quantity, [column, scale]]) =>
      readColumn(path, column).map(({ time, value }) => ({
        quantity,
        time,
        value: value * scale,
        quality: 0,
      })),
    )
    .toSorted((one, other) => one.time - other.time)
}

const RECORDED = [
  {
    path: HOUSEHOLD,
    columns: {
      'voltage.a': ['Voltage', 1],
      'current.a': ['Global_intensity', 1],
      'power.active.a': ['Global_active_power', 1000],
      'power.reactive.a': ['Global_reactive_power', 1000],
    },
  },
  {
    path: TRANSFORMER,
    columns: {
      'power.active': ['HUFL', 1000],
      'power.active.a': ['MUFL', 1000],
      'power.active.b': ['LUFL', 1000],
      'power.active.c': ['MULL', 0],
      'temperature.oil': ['OT', 1],
    },
  },
] as const

for (const { path, columns } of RECORDED) {
  test(`recording ${path}`, { skip: absence(path) }, async (context) => {
    const samples = readMessages(path, columns)
    const expected = expectedMarks(validate(samples, DEVICE))
    const trial = await startValidation(METER, OFF)
    trial.feed(asFed(samples))
    trial.tick(samples.at(-1)!.time)
    const results = trial.take()
    const found = marksOf(results)
    assertSameMarks(found, expected, path)
    const tally: Record<string, number> = {}
    for (const [reading, mark] of found) {
      const what = `${reading.split(' ')[0]} ${mark}`
      tally[what] = (tally[what] ?? 0) + 1
    }
    for (const [what, count] of Object.entries(tally)) context.diagnostic(`${what}: ${count}`)
    context.diagnostic(`${samples.length} readings`)
  })
}
