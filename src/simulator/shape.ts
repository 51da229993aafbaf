import type { Random } from '../core/random.ts'
import { DAY_SECONDS, type Signal, type Wave, scaled } from './signal.ts'

interface Cycle {
  readonly periodSeconds: number
  readonly harmonics: number
}

/** The first harmonics of one period given as equal steps, each value standing in the middle of its step; mean 1. */
function cycle(steps: readonly number[], { periodSeconds, harmonics }: Cycle): Signal {
  const count = steps.length
  const mean = steps.reduce((total, step) => total + step, 0) / count
  const waves: Wave[] = []
  for (let harmonic = 1; harmonic <= harmonics; harmonic++) {
    let real = 0
    let imaginary = 0
    for (const [index, step] of steps.entries()) {
      const angle = (2 * Math.PI * harmonic * (index + 0.5)) / count
      real += step * Math.cos(angle)
      imaginary -= step * Math.sin(angle)
    }
    waves.push({
      amplitude: (Math.hypot(real, imaginary) * 2) / count / mean,
      omega: (2 * Math.PI * harmonic) / periodSeconds,
      phase: Math.atan2(imaginary, real),
    })
  }
  return { mean: 1, waves, pulses: [] }
}

/** Hour by hour: breakfast, supper, and little at night. */
export const residentialDay: Signal = cycle(
  [
    0.62, 0.52, 0.46, 0.43, 0.43, 0.5, 0.75, 1.05, 1.08, 0.98, 0.95, 1, 1.08, 1.02, 0.95, 0.95,
    1.02, 1.22, 1.52, 1.72, 1.75, 1.58, 1.22, 0.85,
  ],
  { periodSeconds: DAY_SECONDS, harmonics: 6 },
)

/** Hour by hour: office hours with a dip at noon, refrigeration at night. */
export const commercialDay: Signal = cycle(
  [
    0.46, 0.44, 0.43, 0.43, 0.44, 0.48, 0.6, 0.87, 1.25, 1.52, 1.62, 1.6, 1.45, 1.52, 1.62, 1.62,
    1.57, 1.42, 1.18, 0.95, 0.77, 0.63, 0.54, 0.49,
  ],
  { periodSeconds: DAY_SECONDS, harmonics: 6 },
)

/** Monday to Sunday: what shops and offices lack at the weekend; mean 0. */
export const commercialWeek: Signal = {
  ...cycle([1.05, 1.06, 1.06, 1.06, 1.04, 0.9, 0.83], {
    periodSeconds: 7 * DAY_SECONDS,
    harmonics: 3,
  }),
  mean: 0,
}

export interface WanderSettings {
  /** The most that all waves together can reach. */
  readonly peak: number
  readonly waves: number
  readonly fastestSeconds: number
  readonly slowestSeconds: number
}

/** Noise with a memory: waves of unrelated periods, from the fastest to the slowest; mean 0. */
export function wander(random: Random, settings: WanderSettings): Signal {
  const { peak, waves: count, fastestSeconds, slowestSeconds } = settings
  const waves: Wave[] = []
  for (let index = 0; index < count; index++) {
    const place = (index + random()) / count
    const periodSeconds = fastestSeconds * (slowestSeconds / fastestSeconds) ** place
    waves.push({
      amplitude: 0.5 + place,
      omega: (2 * Math.PI) / periodSeconds,
      phase: 2 * Math.PI * random(),
    })
  }
  const total = waves.reduce((reach, { amplitude }) => reach + amplitude, 0)
  return scaled({ mean: 0, waves, pulses: [] }, peak / total)
}
