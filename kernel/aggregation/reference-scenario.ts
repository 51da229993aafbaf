import { type Random, seededRandom } from '../../src/core/random.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'
import {
  DAY,
  MINUTE,
  type ReferenceSettings,
  type ReferenceSubject,
  SECOND,
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

const START = 20_000 * DAY + DAY - 100 * MINUTE
const MINUTES = 240
const QUANTITIES = [
  'frequency',
  'voltage.a',
  'voltage.bc',
  'power.active',
  'energy.active.import',
  'flicker.pst',
  'level.oil',
  'tank.a',
]

/** Four hours across midnight of some meters: readings late, out of order, invalid, from a wrong clock; dips and swells; silence. */
export function scenarioOf(seed: number): Scenario {
  const random = seededRandom(seed)
  const subjects = subjectsOf(random)
  const said: { readonly at: number; readonly reading: TrialReading }[] = []
  for (const { kind, id, entry } of subjects)
    if (kind === 'device') said.push(...spoken(id, entry, random))
  said.sort((one, other) => one.at - other.at)
  return { settings: settingsOf(random), subjects, moves: movesOf(said, random) }
}

function settingsOf(random: Random): ReferenceSettings {
  const fine = pick(random, [60, 300, 600])
  return {
    windows: [
      { quantities: ['*'], seconds: 900 },
      { quantities: pick(random, [['voltage.*', 'frequency'], ['*']]), seconds: fine },
      { quantities: ['voltage.*', 'flicker.*', 'energy.*', 'level.*'], seconds: 3600, from: fine },
    ],
    allowedLatenessMs: pick(random, [0, 10_000, 60_000]),
    keptWindows: pick(random, [1, 3, 8]),
    flags: { dipPercent: 90, swellPercent: 110, hysteresisPercent: 2 },
    groups: { quantities: ['power.active', 'energy.*', 'voltage.a'], seconds: 900 },
    demand: {
      enabled: random() < 0.8,
      seconds: pick(random, [900, 1800]),
      every: pick(random, ['day', 'step']),
      peak: pick(random, ['block', 'sliding']),
      completePercent: pick(random, [50, 80, 100]),
    },
  }
}

function subjectsOf(random: Random): ReferenceSubject[] {
  const subjects: ReferenceSubject[] = [
    { kind: 'site', id: 'north', entry: {} },
    { kind: 'feeder', id: 'f1', entry: {} },
    { kind: 'feeder', id: 'f2', entry: {} },
  ]
  for (let index = 0; index < 5; index++) {
    const entry = {
      kind: index === 4 ? 'rtu' : 'meter',
      ...(random() < 0.8 ? { feeder: pick(random, ['f1', 'f2']) } : {}),
      ...(random() < 0.8 ? { intervalMs: pick(random, [30_000, 60_000, 300_000]) } : {}),
      ...(random() < 0.8 ? { nominal: { voltageV: 230 } } : {}),
    }
    subjects.push({ kind: 'device', id: `m${index}`, entry })
  }
  return subjects
}

function* spoken(subject: string, entry: ReferenceSubject['entry'], random: Random) {
  const everyUs = (entry.intervalMs ?? 60_000) * 1000
  const offset = Math.round(random() * everyUs)
  let register = 1e6 * random()
  let silentUntil = 0
  const isBacklog = random() < 0.3
  for (let time = START + offset; time < START + MINUTES * MINUTE; time += everyUs) {
    if (random() < 0.003) silentUntil = time + 40 * MINUTE * random()
    register = random() < 0.002 ? 0 : register + 100 * random()
    const isSilent = time < silentUntil
    if (isSilent && !isBacklog) continue
    const level = random() < 0.02 ? pick(random, [0.5, 0.91, 1.2]) : 1
    for (const quantity of QUANTITIES) {
      const value = valueOf(quantity, { level, register, random })
      const isBad = random() < 0.005
      const late = random() < 0.03 ? random() * 40 * MINUTE : random() * SECOND
      const reading: TrialReading = {
        subject,
        quantity,
        time: time + (random() < 0.0005 ? DAY : 0),
        value: isBad && random() < 0.5 ? NaN : value,
        quality: isBad ? pick(random, [0b01, 0b11, 1 << 11, (1 << 3) | 0b11]) : 0,
      }
      yield { at: Math.max(isSilent ? silentUntil : 0, time + late), reading }
    }
  }
}

function valueOf(
  quantity: string,
  { level, register, random }: { level: number; register: number; random: Random },
): number {
  if (quantity === 'voltage.a') return 230 * level + random()
  if (quantity === 'voltage.bc') return 398 * level + random()
  if (quantity === 'energy.active.import') return Math.round(register)
  return Math.round(10_000 * random()) / 10
}

function movesOf(
  said: readonly { readonly at: number; readonly reading: TrialReading }[],
  random: Random,
): Move[] {
  const everyUs = pick(random, [10, 60, 600]) * SECOND
  const moves: Move[] = []
  let some: TrialReading[] = []
  let tickAt = START
  for (const { at, reading } of said) {
    while (tickAt <= at) {
      moves.push({ kind: 'readings', readings: some }, { kind: 'tick', now: tickAt })
      some = []
      tickAt += everyUs
    }
    some.push(reading)
    if (random() < 0.05) {
      moves.push({ kind: 'readings', readings: some })
      some = []
    }
  }
  moves.push({ kind: 'readings', readings: some })
  for (const end of [1, 2]) moves.push({ kind: 'tick', now: START + end * 2 * DAY })
  return moves
}

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}
