import { type Grid, HIGH_VOLTS, TRANSFORMER_WATTS } from './grid.ts'
import { measured, printed, randomOf } from './noise.ts'
import type { Sampler, Values } from './sampler.ts'
import { constant, delayed, scaled, secondsOf, sum, valueAt } from './signal.ts'

/** Top oil follows load and air within hours, the winding within minutes (IEC 60076-7, ONAN). */
const OIL_SECONDS = 180 * 60
const WINDING_SECONDS = 7 * 60
const OIL_KELVIN = 52
const WINDING_KELVIN = 22
/** What warms the oil when nothing is drawn: the iron. */
const IDLE_KELVIN = 9

/** The monitor of a 110/10 kV transformer, on its 110 kV side. */
export function newMonitor(grid: Grid, id: string, transformer: number): Sampler {
  const load = grid.transformers[transformer]
  if (load === undefined) return () => ({})
  const ratio = scaled(load.active, 1 / TRANSFORMER_WATTS)
  const air = sum(constant(IDLE_KELVIN), grid.ambient)
  const oil = delayed(sum(air, scaled(ratio, OIL_KELVIN)), OIL_SECONDS)
  const winding = sum(oil, scaled(delayed(ratio, WINDING_SECONDS), WINDING_KELVIN))
  const fullest = 72 + 10 * randomOf(grid.seed, id)()
  return (timeMs) => {
    const seconds = secondsOf(timeMs)
    const random = randomOf(grid.seed, id, timeMs)
    const active = valueAt(load.active, seconds) * 1.004
    const reactive = valueAt(load.reactive, seconds) + 0.09 * active
    const volts = HIGH_VOLTS * valueAt(grid.transmission, seconds)
    const apparent = Math.hypot(active, reactive)
    const oilNow = valueAt(oil, seconds)
    const values: Values = {
      'temperature.oil': printed(oilNow, 1),
      'temperature.winding': printed(valueAt(winding, seconds), 1),
      'temperature.ambient': printed(valueAt(grid.ambient, seconds), 1),
    }
    for (const [index, phase] of ['a', 'b', 'c'].entries()) {
      const share = load.shares[index] ?? 0
      values[`voltage.${phase}`] = measured(volts, { decimals: 0, accuracy: 0.0008 }, random)
      values[`current.${phase}`] = printed((apparent * share) / volts, 2)
    }
    values['power.active'] = printed(active, -3)
    values['power.reactive'] = printed(reactive, -3)
    values['level.oil'] = printed(fullest + oilNow * 0.16, 1)
    return values
  }
}
