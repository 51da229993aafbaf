import { type Random, seededRandom } from '../../src/core/random.ts'
import type { TrialReading } from '../../src/kernel/trial.ts'

/** A device that is well, then loses its voltage now and then while its analyser counts down to its clamp; some of it late, lost or bad. */
export function makeReadings(seed: number, count: number): TrialReading[] {
  const random = seededRandom(seed)
  const readings: TrialReading[] = []
  const hasVoltage = random() < 0.8
  const stepUs = random() < 0.5 ? 100_000 : 1_000_000
  let frequency = 50
  let push = 0
  let dark = 0
  for (let time = 1_000_000_000; readings.length < count; time += stepUs) {
    if (random() < 0.02) push = (random() - 0.5) * 0.2
    frequency += (50 - frequency) * 0.02 + push + (random() - 0.5) * 0.01
    if (dark === 0 && random() < 0.01) dark = 1 + Math.floor(random() * 20)
    else if (dark > 0) dark--
    const shown = dark > 0 ? Math.max(45, frequency - 3 + dark / 10) : frequency
    readings.push(...messageOf({ time, shown, isDark: dark > 0, hasVoltage }, random))
  }
  return disturb(readings, random)
}

interface Moment {
  readonly time: number
  readonly shown: number
  readonly isDark: boolean
  readonly hasVoltage: boolean
}

function messageOf({ time, shown, isDark, hasVoltage }: Moment, random: Random): TrialReading[] {
  if (random() < 0.05) return []
  const quality = random() < 0.03 ? 3 : 0
  const frequency = reading('frequency', time, random() < 0.02 ? NaN : shown, quality)
  if (!hasVoltage || random() < 0.1) return [frequency]
  const silent = isDark && random() < 0.3
  const voltages = ['voltage.a', 'voltage.b', 'voltage.ca'].map((quantity) => {
    const full = quantity === 'voltage.ca' ? 400 : 230
    const value = isDark ? random() * 10 : full + random()
    return reading(quantity, time, silent ? NaN : value, silent ? 1 : 0)
  })
  return random() < 0.5 ? [frequency, ...voltages] : [...voltages, frequency]
}

function reading(quantity: string, time: number, value: number, quality: number): TrialReading {
  const isBad = Number.isNaN(value)
  return { subject: 'm1', quantity, time, value, quality: isBad ? 1 : quality }
}

/** Moves some to a later place, as messages that were stored and forwarded, and repeats some with another value. */
function disturb(readings: readonly TrialReading[], random: Random): TrialReading[] {
  const places = readings.map((one, at) => ({
    one,
    at: at + (random() < 0.03 ? random() * 40 : 0),
  }))
  const ordered = places.toSorted((left, right) => left.at - right.at).map(({ one }) => one)
  return ordered.flatMap((one) =>
    random() < 0.01 ? [one, { ...one, value: one.value + 0.001 }] : [one],
  )
}
