import { type Grid, MEDIUM_VOLTS, busbarOf, busbarVoltage } from './grid.ts'
import { printed, randomOf, registered } from './noise.ts'
import type { Sampler, Values } from './sampler.ts'
import { integralAt, secondsOf, valueAt } from './signal.ts'

const CLOSED = 1

/** The terminal unit of a 10 kV feeder: its power is the sum over the phases of what it prints as voltage and current. */
export function newRtu(grid: Grid, id: string, feeder: number): Sampler {
  const load = grid.feeders[feeder]
  if (load === undefined) return () => ({})
  const fixed = randomOf(grid.seed, id)
  const offsets = [0, 0, 0].map(() => 0.003 * (2 * fixed() - 1))
  const before = 1e9 * (1 + 4 * fixed())
  return (timeMs) => {
    const seconds = secondsOf(timeMs)
    const active = valueAt(load.active, seconds)
    const reactive = valueAt(load.reactive, seconds)
    const apparent = Math.hypot(active, reactive)
    const share = busbarVoltage(grid, busbarOf(feeder), seconds)
    const values: Values = {}
    const currents: Values = {}
    for (const [index, phase] of ['a', 'b', 'c'].entries()) {
      const volts = MEDIUM_VOLTS * share * (1 + (offsets[index] ?? 0))
      values[`voltage.${phase}`] = printed(volts, 1)
      currents[`current.${phase}`] = printed((apparent * (load.shares[index] ?? 0)) / volts, 2)
    }
    return {
      ...values,
      ...currents,
      'power.active': printed(active, 0),
      'power.reactive': printed(reactive, 0),
      'power.factor': printed(active / apparent, 3),
      frequency: printed(valueAt(grid.frequency, seconds), 3),
      'energy.active.import': registered(before + integralAt(load.active, seconds) / 3600, -2),
      'energy.reactive.import': registered(integralAt(load.reactive, seconds) / 3600, -2),
      'breaker.position': CLOSED,
    }
  }
}
