import type { Random } from '../core/random.ts'
import {
  type Grid,
  LOW_VOLTS,
  type Load,
  busbarOf,
  busbarVoltage,
  newLoad,
  unbalanced,
} from './grid.ts'
import { printed, randomOf, registered } from './noise.ts'
import type { Sampler, Values } from './sampler.ts'
import { commercialDay, commercialWeek, residentialDay, wander } from './shape.ts'
import { type Signal, integralAt, scaled, secondsOf, sum, valueAt } from './signal.ts'

export interface MeterPlace {
  readonly feeder: number
  /** Counted along the feeder: the further away, the lower the voltage. */
  readonly place: number
}

const PHASES = ['a', 'b', 'c'] as const
/** Every eighth customer is a shop on three phases; homes hang on one phase, in turn. */
const SHOP_EVERY = 8

export function newMeter(grid: Grid, id: string, { feeder, place }: MeterPlace): Sampler {
  const fixed = randomOf(grid.seed, id)
  const shop = place % SHOP_EVERY === SHOP_EVERY - 1
  const load = shop ? newShop(fixed) : newHome(fixed, place % 3)
  const drop = 0.005 + 0.035 * fixed()
  const before = 2e7 * fixed()
  const feed = grid.feeders[feeder]
  return (timeMs) => {
    const seconds = secondsOf(timeMs)
    const active = valueAt(load.active, seconds)
    const reactive = valueAt(load.reactive, seconds)
    const apparent = Math.hypot(active, reactive)
    const fullness =
      feed === undefined ? 1 : valueAt(feed.active, seconds) / (1.5 * feed.active.mean)
    const supply = 1.01 * busbarVoltage(grid, busbarOf(feeder), seconds) - drop * fullness
    const values: Values = {}
    for (const [index, phase] of PHASES.entries()) {
      const share = load.shares[index] ?? 0
      if (share === 0) continue
      const volts = LOW_VOLTS * supply - 0.0006 * apparent * share
      values[`voltage.${phase}`] = printed(volts, 1)
      values[`current.${phase}`] = printed((apparent * share) / volts, 2)
    }
    return {
      ...values,
      'power.active': printed(active, 0),
      'power.reactive': printed(reactive, 0),
      'power.factor': printed(active / apparent, 3),
      frequency: printed(valueAt(grid.frequency, seconds), 2),
      'energy.active.import': registered(before + integralAt(load.active, seconds) / 3600, -1),
    }
  }
}

function newHome(random: Random, phase: number): Load {
  const watts = 180 + 420 * random()
  const habits = wander(random, {
    peak: 0.25 * watts,
    waves: 5,
    fastestSeconds: 150,
    slowestSeconds: 20_000,
  })
  const active = sum(scaled(residentialDay, watts), habits, appliances(random))
  const shares: [number, number, number] = [phase === 0 ? 1 : 0, phase === 1 ? 1 : 0, 0]
  return newLoad(active, 0.2 + 0.15 * random(), phase === 2 ? [0, 0, 1] : shares)
}

/** A refrigerator and a water heater. */
function appliances(random: Random): Signal {
  const cooling = { amplitude: 110, periodSeconds: 2400 + 900 * random(), duty: 0.35 }
  const heating = { amplitude: 1800, periodSeconds: 15_000 + 9000 * random(), duty: 0.05 }
  return {
    mean: 0,
    waves: [],
    pulses: [cooling, heating].map((load) => {
      return { ...load, offsetSeconds: random() * load.periodSeconds }
    }),
  }
}

function newShop(random: Random): Load {
  const watts = 4000 + 14_000 * random()
  const custom = wander(random, { peak: 0.12, waves: 5, fastestSeconds: 60, slowestSeconds: 9000 })
  const active = scaled(sum(commercialDay, commercialWeek, custom), watts)
  return newLoad(active, 0.3 + 0.15 * random(), unbalanced(random, 0.2))
}
