import { type Random, seededRandom } from '../../src/core/random.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'
import {
  DAY,
  type ReferenceSettings,
  type ReferenceSubject,
  SECOND,
  referenceDefaults,
} from './reference-model.ts'

/** What a test feeds: readings, or a tick. */
export type Move =
  | { readonly kind: 'readings'; readonly readings: readonly TrialReading[] }
  | { readonly kind: 'tick'; readonly now: number }

export interface Scenario {
  readonly settings: ReferenceSettings
  readonly subjects: readonly ReferenceSubject[]
  readonly moves: readonly Move[]
}

interface Member {
  readonly id: string
  readonly feeder: number
  readonly phases: readonly string[]
  readonly isHead: boolean
  readonly intervalSeconds: number
}

/** When a feeder, a phase of it or some of its devices are without supply, in seconds from the start. */
interface Fault {
  readonly feeder: number
  readonly phases: string
  readonly share: number
  readonly from: number
  readonly to: number
}

const START = 20_000 * DAY + DAY - 1200 * SECOND
const SECONDS = 3600
const NOMINAL_V = 230

/** An hour across midnight with all that goes wrong: trips, phases, single devices, last gasps, breakers, late and bad readings. */
export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed)
  const subjects = subjectsOf(random)
  const members = subjects.flatMap((subject) => membersOf(subject, random))
  const faults = Array.from({ length: 6 }, () => faultOf(random))
  const readings: { readonly at: number; readonly reading: TrialReading }[] = []
  for (const member of members) for (const one of spoken(member, faults, random)) readings.push(one)
  readings.sort((one, other) => one.at - other.at)
  return { settings: settingsOf(random), subjects, moves: movesOf(readings, random) }
}

function settingsOf(random: Random): ReferenceSettings {
  if (random() < 0.4) return referenceDefaults
  return {
    ...referenceDefaults,
    correlationSeconds: pick(random, [0, 2, 30]),
    membersMin: pick(random, [1, 2, 4]),
    feederPercent: pick(random, [50, 90, 100]),
    momentarySeconds: pick(random, [60, 180, 300]),
    threePhase: pick(random, ['any', 'all']),
  }
}

function subjectsOf(random: Random): ReferenceSubject[] {
  const subjects: ReferenceSubject[] = [{ kind: 'site', id: 'north', entry: {} }]
  for (let feeder = 0; feeder < 3; feeder++) {
    const customers = pick(random, [0, 0, 40])
    subjects.push({ kind: 'feeder', id: `f${feeder}`, entry: customers > 0 ? { customers } : {} })
    const count = 1 + Math.floor(random() * 9)
    for (let index = 0; index < count; index++) {
      const entry = {
        kind: random() < 0.2 ? 'concentrator' : 'meter',
        feeder: `f${feeder}`,
        ...(random() < 0.6 ? { phase: pick(random, ['a', 'b', 'c']) } : {}),
        ...(random() < 0.3 ? { customers: Math.floor(random() * 30) } : {}),
        ...(random() < 0.9 ? { nominal: { voltageV: NOMINAL_V } } : {}),
      }
      subjects.push({ kind: 'device', id: `f${feeder}-m${index}`, entry })
    }
    if (random() < 0.5) subjects.push(headOf(feeder, 'rtu'))
    if (random() < 0.2) subjects.push(headOf(feeder, 'pq-meter'))
  }
  subjects.push({ kind: 'device', id: 'busbar', entry: { kind: 'pq-meter' } })
  return subjects
}

function headOf(feeder: number, kind: string): ReferenceSubject {
  const entry = { kind, feeder: `f${feeder}`, nominal: { voltageV: NOMINAL_V } }
  return { kind: 'device', id: `f${feeder}-${kind}`, entry }
}

function membersOf({ kind, id, entry }: ReferenceSubject, random: Random): Member[] {
  if (kind !== 'device') return []
  const feeder = entry?.feeder === undefined ? -1 : Number(entry.feeder.slice(1))
  const isHead = entry?.kind === 'rtu' || entry?.kind === 'pq-meter'
  const intervalSeconds = isHead ? 2 : pick(random, [10, 30, 60])
  const lines = random() < 0.2 ? ['ab', 'bc', 'ca'] : ['a', 'b', 'c']
  const phases = entry?.phase === undefined ? lines : [entry.phase]
  return [{ id, feeder, phases, isHead, intervalSeconds }]
}

function faultOf(random: Random): Fault {
  const from = 120 + Math.floor(random() * (SECONDS - 600))
  return {
    feeder: Math.floor(random() * 4) - 1,
    phases: pick(random, ['abc', 'abc', 'abc', 'a', 'b', 'ca']),
    share: pick(random, [0.2, 0.5, 1, 1]),
    from,
    to: from + pick(random, [1, 4, 40, 200, 900]),
  }
}

function* spoken(member: Member, faults: readonly Fault[], random: Random) {
  const own = faults.filter(({ feeder, share }) => feeder === member.feeder && random() < share)
  const hasBattery = member.isHead || random() < 0.5
  const hasGasp = !member.isHead && random() < 0.5
  const seesBusbar = member.isHead && random() < 0.5
  const offset = random() * member.intervalSeconds
  for (let second = offset; second < SECONDS; second += member.intervalSeconds) {
    const now = own.filter(({ from, to }) => second >= from && second < to)
    const isSilent = now.some(({ phases }) => phases === 'abc') && !hasBattery
    if (isSilent || random() < 0.02) continue
    for (const phase of member.phases) {
      const isLost = !seesBusbar && now.some(({ phases }) => phases.includes(phase))
      const nominal = phase.length === 2 ? NOMINAL_V * 1.732 : NOMINAL_V
      const level = isLost ? pick(random, [0, 0.02, 0.11]) : pick(random, [1, 1.02, 0.97])
      yield said(
        member.id,
        { quantity: `voltage.${phase}`, second, value: nominal * level },
        random,
      )
    }
    if (!member.isHead) continue
    const value = now.some(({ phases, share }) => phases === 'abc' && share === 1) ? 0 : 1
    yield said(member.id, { quantity: 'breaker.position', second, value }, random)
  }
  for (const { from, to, phases } of own) {
    if (!hasGasp || phases !== 'abc') continue
    const quantity = 'outage.last-gasp'
    yield said(member.id, { quantity, second: from + random(), value: 1 }, random)
    if (random() < 0.3) yield said(member.id, { quantity, second: to, value: 0 }, random)
  }
}

function said(
  subject: string,
  { quantity, second, value }: { quantity: string; second: number; value: number },
  random: Random,
) {
  const time = START + Math.round(second * 1000) * 1000
  const isBad = random() < 0.01
  const quality = isBad ? pick(random, [0b01, 0b11, 1 << 11, 1 << 13]) : 0
  const delay = random() < 0.05 ? random() * 120 : random()
  const ahead = random() < 0.001 ? 86_400 * SECOND : 0
  const reading = {
    subject,
    quantity,
    time: time + ahead,
    value: isBad && quality === 0b01 ? NaN : value,
    quality,
  }
  return { at: time + delay * SECOND, reading }
}

function movesOf(
  readings: readonly { readonly at: number; readonly reading: TrialReading }[],
  random: Random,
): Move[] {
  const moves: Move[] = []
  let some: TrialReading[] = []
  let tickAt = random() < 0.5 ? START : START + 30 * SECOND
  for (const { at, reading } of readings) {
    while (tickAt <= at) {
      moves.push({ kind: 'readings', readings: some }, { kind: 'tick', now: tickAt })
      some = []
      tickAt += SECOND
    }
    some.push(reading)
    if (random() < 0.1) {
      moves.push({ kind: 'readings', readings: some })
      some = []
    }
  }
  moves.push({ kind: 'readings', readings: some })
  moves.push({ kind: 'tick', now: START + 2 * DAY })
  return moves
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}
