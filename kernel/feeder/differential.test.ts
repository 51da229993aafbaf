import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Random, seededRandom } from '../../src/core/random.ts'
import { Trial, type TrialResult } from '../../src/kernel/trial.ts'
import { type Action, type Found, type Setup, reference } from './reference.ts'
import type { Reading } from './reference-registers.ts'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const DAY = 1440 * MINUTE
/** 2026-03-01T00:00:00Z. */
const BEGIN = 1_772_323_200_000_000
const DAYS = 6

interface Run {
  readonly setup: Setup
  readonly actions: readonly Action[]
}

/** Six days of a feeder with a thief, whose devices are late, silent and wrong now and then; a tick every ten minutes. */
function runOf(seed: number): Run {
  const random = seededRandom(seed)
  const members = Array.from({ length: 3 + (seed % 4) }, (_, index) => `m${index + 1}`)
  const timed: { readonly at: number; readonly reading: Reading }[] = []
  const state = { head: 1e6, counts: members.map(() => Math.floor(random() * 1e6)) }
  const offsets = ['head', ...members].map(() => Math.floor(random() * 300) * SECOND)
  const thief = seed % members.length
  for (let minute = 0; minute < DAYS * 1440; minute += 5) {
    const powers = powersAt(minute, members.length, random)
    for (const [index, power] of powers.entries()) {
      state.head += power / 12
      const share = index === thief && minute > 1440 ? 0.4 : 1
      state.counts[index] = (state.counts[index] ?? 0) + (share * power) / 12
    }
    for (const [index, subject] of ['head', ...members].entries()) {
      if (random() < 0.004) continue
      const time = BEGIN + minute * MINUTE + (offsets[index] ?? 0)
      const at = time + random() * 20 * SECOND
      for (const reading of readingsOf(index, { subject, time, state, powers, minute }))
        timed.push({ at, reading: flawed(random, reading) })
    }
  }
  timed.sort((one, other) => one.at - other.at)
  const actions: Action[] = []
  let nextTick = BEGIN + 7 * MINUTE
  for (const { at, reading } of timed) {
    for (; at >= nextTick; nextTick += 10 * MINUTE) actions.push({ tick: nextTick })
    actions.push({ reading })
    // A device that sends twice: the second time it is late.
    if (random() < 0.002 && reading.quantity.startsWith('energy')) actions.push({ reading })
  }
  actions.push({ tick: nextTick }, { tick: BEGIN + (DAYS + 1) * DAY })
  actions.push({ tick: BEGIN + (DAYS + 1) * DAY + 60 * MINUTE })
  const stations = { ratedVa: 630e3, noLoadLossW: 90, loadLossW: 700 }
  const setup = { members, nominalV: 10e3, resistanceOhm: 0.7, stations }
  return { setup: { ...setup, days: 4, daysOver: 3, excessPercent: 4 }, actions }
}

function powersAt(minute: number, count: number, random: Random): number[] {
  return Array.from({ length: count }, (_, index) => {
    const day = Math.sin((2 * Math.PI * (minute - 60 * index)) / 1440)
    return (
      800 + 400 * day + 900 * random() * random() + (minute % (90 + 31 * index) < 30 ? 1500 : 0)
    )
  })
}

interface Moment {
  readonly subject: string
  readonly time: number
  readonly state: { readonly head: number; readonly counts: readonly number[] }
  readonly powers: readonly number[]
  readonly minute: number
}

function readingsOf(index: number, { subject, time, state, powers, minute }: Moment): Reading[] {
  const common = 1 + 0.01 * Math.sin(minute / 200)
  const ownOf = (phase: number): number => common + 0.004 * Math.sin(minute / (30 + 17 * phase))
  const one = (quantity: string, value: number): Reading => {
    return { subject, quantity, time, value, quality: 0 }
  }
  if (index > 0) {
    const volts = 230 * ownOf(index % 3) - 0.001 * (powers[index - 1] ?? 0)
    const counted = Math.floor((state.counts[index - 1] ?? 0) * 1000) / 1000
    return [one('voltage.a', volts), one('energy.active.import', counted)]
  }
  const total = powers.reduce((sum, power) => sum + power, 0)
  return [
    ...['a', 'b', 'c'].map((phase, place) => one(`voltage.${phase}`, 5773 * ownOf(place))),
    ...['a', 'b', 'c'].map((phase) => one(`current.${phase}`, total / 3 / 5773)),
    one('energy.active.import', state.head),
  ]
}

function flawed(random: Random, reading: Reading): Reading {
  const kind = random()
  if (kind < 0.002) return { ...reading, value: Number.NaN, quality: 1 }
  if (kind < 0.004) return { ...reading, value: reading.value * 9, quality: 1 }
  if (kind < 0.01) return { ...reading, quality: 3 }
  if (kind < 0.012) return { ...reading, quality: 1 << 15 }
  if (kind < 0.014) return { ...reading, quality: 1 << 13 }
  return reading
}

async function byModule({ setup, actions }: Run): Promise<TrialResult[]> {
  const { members, nominalV, resistanceOhm, stations, days, daysOver, excessPercent } = setup
  const trial = await Trial.start('feeder', {
    settings: { days, daysOver, excessPercent },
    subjects: [
      { kind: 'voltageLevel', id: '10kv', entry: { nominalV } },
      {
        kind: 'feeder',
        id: 'f1',
        entry: { voltageLevel: '10kv', head: 'head', resistanceOhm, stations },
      },
      { kind: 'device', id: 'head', entry: { kind: 'rtu', feeder: 'f1' } },
      ...members.map((id) => ({
        kind: 'device' as const,
        id,
        entry: { kind: 'meter', feeder: 'f1' },
      })),
    ],
  })
  const found: TrialResult[] = []
  let batch: Reading[] = []
  for (const { tick, reading } of actions) {
    if (reading !== undefined) batch.push(reading)
    if (tick === undefined) continue
    trial.feed(batch)
    batch = []
    trial.tick(tick)
    found.push(...trial.take())
  }
  return found
}

type Comparable = Pick<Found, 'name' | 'subject' | 'time' | 'end' | 'value'> & {
  readonly fields: Readonly<Record<string, number | string>>
}

function identityOf({ name, subject, time, end }: Comparable): string {
  return `${name} ${subject} ${(time - BEGIN) / MINUTE} ${end === 0 ? 0 : (end - BEGIN) / MINUTE}`
}

for (let seed = 1; seed <= 8; seed++) {
  test(`module and reference find the same, seed ${seed}`, async () => {
    const run = runOf(seed)
    const found = (await byModule(run)).toSorted(inOrder)
    const expected = reference(run.actions, run.setup).toSorted(inOrder)
    assert.deepEqual(found.map(identityOf), expected.map(identityOf))
    const kinds = new Set(expected.map(({ name }) => name))
    assert.deepEqual([...kinds].toSorted(), [
      'energy.balance',
      'feeder.non-technical-loss',
      'loss.suspect',
      'phase.hint',
    ])
    for (const [index, one] of found.entries()) {
      const other = expected[index]
      assert.ok(other !== undefined)
      near(one.value, other.value, `value of ${identityOf(one)}`)
      for (const [field, value] of Object.entries(other.fields))
        near(Number(one.fields[field]), value, `${field} of ${identityOf(one)}`)
    }
  })
}

function inOrder(one: Comparable, other: Comparable): number {
  return identityOf(one) < identityOf(other) ? -1 : 1
}

function near(found: number, expected: number, what: string): void {
  const tolerance = 1e-6 * (1 + Math.abs(expected))
  assert.ok(Math.abs(found - expected) <= tolerance, `${what}: ${found}, ${expected}`)
}
