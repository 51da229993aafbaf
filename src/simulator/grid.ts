import { commercialDay, commercialWeek, residentialDay, wander } from './shape.ts'
import { DAY_SECONDS, type Signal, constant, scaled, sum, valueAt } from './signal.ts'
import { randomOf } from './noise.ts'

/** The truth that every device of the substation measures a part of. */
export interface Grid {
  readonly seed: number
  /** Thunderstorms: lines are struck, and voltages dip. */
  readonly isStormy: boolean
  /** Hertz; the same everywhere, because it is one grid. */
  readonly frequency: Signal
  /** Voltage of the 110 kV side, as a share of nominal. */
  readonly transmission: Signal
  /** Degrees Celsius. */
  readonly ambient: Signal
  readonly feeders: readonly Load[]
  /** What each of the two transformers carries: the sum of its four feeders. */
  readonly transformers: readonly Load[]
}

export interface Load {
  /** Watt. */
  readonly active: Signal
  /** Var. */
  readonly reactive: Signal
  /** How the load divides among the phases a, b, c; together 1. */
  readonly shares: readonly [number, number, number]
}

export const FEEDERS = 8
export const TRANSFORMER_WATTS = 25_000_000
export const HIGH_VOLTS: number = 110_000 / Math.sqrt(3)
export const MEDIUM_VOLTS: number = 10_000 / Math.sqrt(3)
export const LOW_VOLTS = 230
/** Short-circuit impedance of a transformer, as shares of its rating. */
const RESISTANCE = 0.006
const REACTANCE = 0.105
/** The tap changer stands so that the busbar is a little high when idle. */
const TAP = 1.035

export function newGrid(seed: number, isStormy: boolean): Grid {
  const feeders = Array.from({ length: FEEDERS }, (_, index) => newFeeder(seed, index))
  return {
    seed,
    isStormy,
    frequency: sum(
      constant(50),
      wander(randomOf(seed, 'frequency'), {
        peak: 0.045,
        waves: 9,
        fastestSeconds: 7,
        slowestSeconds: 2400,
      }),
    ),
    transmission: sum(
      constant(1.005),
      wander(randomOf(seed, 'transmission'), {
        peak: 0.012,
        waves: 6,
        fastestSeconds: 40,
        slowestSeconds: 30_000,
      }),
    ),
    ambient: newWeather(seed),
    feeders,
    transformers: [together(feeders.slice(0, 4)), together(feeders.slice(4))],
  }
}

/** Of the odd feeders most is homes, of the even ones most is shops and offices. */
function newFeeder(seed: number, index: number): Load {
  const random = randomOf(seed, `feeder ${index + 1}`)
  const meanWatts = 1_900_000 + 1_500_000 * random()
  const homes = index % 2 === 0 ? 0.6 + 0.3 * random() : 0.15 + 0.25 * random()
  const shape = sum(
    scaled(residentialDay, homes),
    scaled(sum(commercialDay, commercialWeek), 1 - homes),
    wander(random, { peak: 0.07, waves: 7, fastestSeconds: 20, slowestSeconds: 5400 }),
  )
  return newLoad(scaled(shape, meanWatts), 0.28 + 0.1 * random(), unbalanced(random, 0.03))
}

/** Reactive power follows active power by two thirds only, so that the power factor is best at high load. */
export function newLoad(active: Signal, tangent: number, shares: Load['shares']): Load {
  const lively = scaled(active, (2 / 3) * tangent)
  return { active, reactive: sum(lively, constant(lively.mean / 2)), shares }
}

export function unbalanced(random: () => number, by: number): [number, number, number] {
  const a = (1 + by * (2 * random() - 1)) / 3
  const b = (1 + by * (2 * random() - 1)) / 3
  return [a, b, 1 - a - b]
}

function together(loads: readonly Load[]): Load {
  const share = (phase: 0 | 1 | 2): number =>
    loads.reduce((total, { shares }) => total + shares[phase], 0) / loads.length
  return {
    active: sum(...loads.map(({ active }) => active)),
    reactive: sum(...loads.map(({ reactive }) => reactive)),
    shares: [share(0), share(1), share(2)],
  }
}

/** Warmest at three in the afternoon and at the end of July, with a wet or a dry week in between. */
function newWeather(seed: number): Signal {
  const year = (2 * Math.PI) / (365.25 * DAY_SECONDS)
  const day = (2 * Math.PI) / DAY_SECONDS
  const waves = [
    { amplitude: 11, omega: year, phase: -year * 211 * DAY_SECONDS },
    { amplitude: 4.5, omega: day, phase: -day * 15 * 3600 },
  ]
  const weather = wander(randomOf(seed, 'weather'), {
    peak: 6,
    waves: 6,
    fastestSeconds: 3600,
    slowestSeconds: 9 * DAY_SECONDS,
  })
  return sum({ mean: 16, waves, pulses: [] }, weather)
}

/** Voltage of the 10 kV busbar behind a transformer, as a share of nominal: it sags with what the transformer carries. */
export function busbarVoltage(grid: Grid, transformer: number, seconds: number): number {
  const load = grid.transformers[transformer % 2]
  const transmission = valueAt(grid.transmission, seconds)
  if (load === undefined) return transmission
  const drop =
    (RESISTANCE * valueAt(load.active, seconds) + REACTANCE * valueAt(load.reactive, seconds)) /
    TRANSFORMER_WATTS
  return transmission * TAP - drop
}

/** Busbar 1 feeds the feeders 1 to 4, busbar 2 the rest. */
export function busbarOf(feeder: number): number {
  return feeder < FEEDERS / 2 ? 0 : 1
}
