import { type Grid, LOW_VOLTS, busbarOf, busbarVoltage, newLoad } from './grid.ts'
import { printed, randomOf, registered } from './noise.ts'
import type { Sampler, Values } from './sampler.ts'
import { integralAt, scaled, secondsOf, valueAt } from './signal.ts'

/** The concentrator of one 10/0.4 kV station: it carries a twelfth or so of its feeder. */
export function newConcentrator(grid: Grid, id: string, feeder: number): Sampler {
  const feed = grid.feeders[feeder]
  if (feed === undefined) return () => ({})
  const fixed = randomOf(grid.seed, id)
  const part = 1 / (10 + 4 * fixed())
  const load = newLoad(scaled(feed.active, part), 0.25 + 0.1 * fixed(), feed.shares)
  const dropPerWatt = 0.03 / (2 * load.active.mean)
  const before = 1e7 * (5 + 20 * fixed())
  return (timeMs) => {
    const seconds = secondsOf(timeMs)
    const active = valueAt(load.active, seconds)
    const reactive = valueAt(load.reactive, seconds)
    const apparent = Math.hypot(active, reactive)
    const station = busbarVoltage(grid, busbarOf(feeder), seconds) - dropPerWatt * active
    const values: Values = {}
    const currents: Values = {}
    for (const [index, phase] of ['a', 'b', 'c'].entries()) {
      const share = load.shares[index] ?? 0
      const volts = LOW_VOLTS * (station + 0.02 * (1 / 3 - share))
      values[`voltage.${phase}`] = printed(volts, 1)
      currents[`current.${phase}`] = printed((apparent * share) / volts, 2)
    }
    return {
      ...values,
      ...currents,
      'power.active': printed(active, 0),
      'power.reactive': printed(reactive, 0),
      'power.factor': printed(active / apparent, 3),
      'energy.active.import': registered(before + integralAt(load.active, seconds) / 3600, -1),
    }
  }
}
