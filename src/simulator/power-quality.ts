import { type Grid, MEDIUM_VOLTS, busbarVoltage } from './grid.ts'
import { measured, printed, randomOf } from './noise.ts'
import type { Sampler, Values } from './sampler.ts'
import { residentialDay } from './shape.ts'
import { secondsOf, valueAt } from './signal.ts'

const SHORT_TERM_MS = 600_000
const LONG_TERM = 12
/** In a thunderstorm a line is struck in every other of these. */
const STORM_MS = 20_000

/** The power quality meter of a 10 kV busbar. */
export function newPowerQuality(grid: Grid, id: string, busbar: number): Sampler {
  const fixed = randomOf(grid.seed, id)
  const offsets = [0, 0, 0].map(() => 0.004 * (2 * fixed() - 1))
  const fifth = 0.9 + 0.5 * fixed()
  return (timeMs) => {
    const seconds = secondsOf(timeMs)
    const random = randomOf(grid.seed, id, timeMs)
    const dip = grid.isStormy ? residual(grid.seed, busbar, timeMs) : 1
    const share = dip * busbarVoltage(grid, busbar, seconds)
    const phases = offsets.map((offset) => MEDIUM_VOLTS * share * (1 + offset))
    // Supplies of screens and lamps distort most when most of them are on.
    const harmonic = fifth * (0.7 + 0.3 * valueAt(residentialDay, seconds))
    const values: Values = {}
    for (const [index, phase] of ['a', 'b', 'c'].entries()) {
      values[`voltage.${phase}`] = printed(phases[index] ?? 0, 1)
    }
    for (const phase of ['a', 'b', 'c']) {
      values[`thd.voltage.${phase}`] = measured(
        Math.hypot(harmonic, 0.55),
        { decimals: 2, accuracy: 0.02 },
        random,
      )
      values[`harmonic.voltage.${phase}.5`] = measured(
        harmonic,
        { decimals: 2, accuracy: 0.02 },
        random,
      )
    }
    const window = Math.floor(timeMs / SHORT_TERM_MS)
    const shortTerm = (back: number): number =>
      0.18 + 0.35 * randomOf(grid.seed, `${id} flicker`, window - back)() ** 2
    return {
      ...values,
      frequency: printed(valueAt(grid.frequency, seconds), 3),
      'unbalance.voltage': printed(100 * unbalance(phases), 2),
      'flicker.pst': printed(shortTerm(0), 2),
      'flicker.plt': printed(cubicMean(LONG_TERM, shortTerm), 2),
    }
  }
}

/** What is left of the voltage while a fault somewhere is being cleared, as a share. */
function residual(seed: number, busbar: number, timeMs: number): number {
  const random = randomOf(seed, `storm ${busbar}`, Math.floor(timeMs / STORM_MS))
  if (random() < 0.5) return 1
  const fromMs = random() * (STORM_MS - 2000)
  const sinceMs = (timeMs % STORM_MS) - fromMs
  return sinceMs >= 0 && sinceMs < 1000 + 1000 * random() ? 0.4 + 0.48 * random() : 1
}

/** The largest deviation of a phase from the mean of all, as a share of the mean. */
function unbalance(volts: readonly number[]): number {
  const mean = volts.reduce((total, value) => total + value, 0) / volts.length
  return Math.max(...volts.map((value) => Math.abs(value - mean))) / mean
}

/** Long-term flicker is the cubic mean of twelve short terms (IEC 61000-4-15). */
function cubicMean(count: number, valueOf: (index: number) => number): number {
  let cubes = 0
  for (let index = 0; index < count; index++) cubes += valueOf(index) ** 3
  return Math.cbrt(cubes / count)
}
