import { type Random, seededRandom } from '../../src/core/random.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'

/** Monday, 2023-11-13 00:00 UTC. */
export const MONDAY_US = 1_699_833_600_000_000

export interface Kind {
  readonly intervalUs: number
  /** Sags, swells and interruptions happen to it. */
  readonly isStormy: boolean
}

/** A power-quality meter with some of what such meters send; some of it late, twice, lost or bad. */
export function makeReadings(seed: number, count: number, kind: Kind): TrialReading[] {
  const random = seededRandom(seed)
  const quantities = choose(random, kind)
  const readings: TrialReading[][] = []
  let level = [1, 1, 1]
  let left = 0
  const start = MONDAY_US + Math.floor(random() * 6 * 86_400) * 1_000_000
  for (let at = 0, rows = 0; rows < count; at++) {
    if (left > 0) left--
    else if (kind.isStormy && random() < 0.02) {
      left = Math.floor(random() * 8)
      level = disturb(random)
    } else level = [1, 1, 1]
    if (random() < 0.03) continue
    const time = start + at * kind.intervalUs
    const message = quantities
      .filter(() => at === 0 || random() > 0.02)
      .map((quantity) => measure(quantity, time, { level, random }))
    readings.push(message)
    rows += message.length
  }
  return scatter(readings, random)
}

function choose(random: Random, { isStormy }: Kind): string[] {
  const phases = ['voltage.a', 'voltage.b', 'voltage.c']
  const sets = [
    phases,
    ['voltage.a'],
    ['voltage.ab', 'voltage.bc', 'voltage.ca'],
    [...phases, 'angle.voltage.a', 'angle.voltage.b', 'angle.voltage.c'],
    [...phases, 'voltage.ab', 'voltage.bc', 'voltage.ca', 'unbalance.voltage'],
  ]
  const more = [
    'thd.voltage.a',
    'harmonic.voltage.a.3',
    'harmonic.voltage.a.5',
    'harmonic.voltage.b.7',
    'harmonic.voltage.b.30',
    ...(isStormy ? [] : ['frequency', 'flicker.pst']),
  ]
  const chosen = sets[Math.floor(random() * sets.length)] ?? phases
  return [...chosen, ...more.filter(() => random() < 0.6)].toSorted(() => random() - 0.5)
}

function disturb(random: Random): number[] {
  const kind = random()
  if (kind < 0.2) return [0.01, 0.02, 0.04]
  if (kind < 0.4) return [1, 1.1 + random() * 0.3, 1]
  if (kind < 0.5) return [0.95, 0.91, 0.9]
  return [1, 1, 1].map((one) => (random() < 0.5 ? one : random()))
}

interface State {
  readonly level: readonly number[]
  readonly random: Random
}

function measure(quantity: string, time: number, { level, random }: State): TrialReading {
  const isBad = random() < 0.01
  const value = isBad ? NaN : valueOf(quantity, level, random)
  const quality = isBad ? 1 : random() < 0.02 ? 3 : 0
  return { subject: 'm1', quantity, time, value, quality }
}

function valueOf(quantity: string, level: readonly number[], random: Random): number {
  const noise = random() - 0.5
  const last = quantity.at(-1) ?? ''
  const phase = Math.max(0, 'abc'.indexOf(last))
  if (quantity.startsWith('angle.')) return [0, -120, 120][phase] ?? 0 + noise
  if (quantity === 'frequency') return 50 + noise * 0.5
  if (quantity === 'flicker.pst') return 0.7 + noise
  if (quantity === 'unbalance.voltage') return 1.2 + noise * 2
  if (quantity.startsWith('thd.')) return 4.5 + noise * 4
  if (quantity.startsWith('harmonic.')) return 2 + noise * 2.5
  // Slow swings of some percent bring weeks near their limits.
  const full = quantity.length > 'voltage.a'.length ? 230 * Math.sqrt(3) : 230
  return full * ((level[phase] ?? 1) + noise * 0.16 * random())
}

/** Whole messages come later than they should, and a few readings come twice with another value. */
function scatter(messages: readonly TrialReading[][], random: Random): TrialReading[] {
  const places = messages.map((message, at) => ({
    message,
    at: at + (at > 0 && random() < 0.02 ? random() * 6 : 0),
  }))
  return places
    .toSorted((left, right) => left.at - right.at)
    .flatMap(({ message }) => (random() < 0.01 ? twice(message) : message))
}

function twice(message: readonly TrialReading[]): TrialReading[] {
  const [first] = message
  const isVoltage = first?.quantity.startsWith('voltage.') ?? false
  return first === undefined || !isVoltage
    ? [...message]
    : [...message, { ...first, value: first.value * 0.99 }]
}
