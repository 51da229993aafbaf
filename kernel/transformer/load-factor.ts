import {
  ACTIVE,
  APPARENT,
  CURRENT_A,
  CURRENT_B,
  CURRENT_C,
  Frame,
  OIL,
  REACTIVE,
} from './frames.ts'
import { Rating } from './rating.ts'

/** A bit for each input that says something of the load. */
const LOADS: u32 = (1 << (<u32>OIL)) - 1

export function hasLoad(frame: Frame): bool {
  return (frame.present & LOADS) != 0 && (frame.present & LOADS) != 1 << (<u32>REACTIVE)
}

/**
 * K = I/Ir of the phase that has most, for the hottest winding is what ages; else by apparent power. `power.active` alone is taken for
 * all of it.
 */
export function loadFactor(frame: Frame, rating: Rating): f64 {
  let currentA: f64 = -1
  for (let input = CURRENT_A; input <= CURRENT_C; input++) {
    if (!frame.has(input)) continue
    const value = Math.abs(frame.value(input))
    if (value > currentA) currentA = value
  }
  if (currentA >= 0) return currentA / rating.currentA
  if (frame.has(APPARENT)) return Math.abs(frame.value(APPARENT)) / rating.apparentVa
  const active = frame.has(ACTIVE) ? frame.value(ACTIVE) : 0
  const reactive = frame.has(REACTIVE) ? frame.value(REACTIVE) : 0
  return Math.sqrt(active * active + reactive * reactive) / rating.apparentVa
}

/** Whether the load stands on something doubtful: a reading that is, or active power without reactive. */
export function isDoubtful(frame: Frame): bool {
  if ((frame.doubtful & LOADS) != 0) return true
  const isMeasured =
    frame.has(CURRENT_A) || frame.has(CURRENT_B) || frame.has(CURRENT_C) || frame.has(APPARENT)
  return !isMeasured && !frame.has(REACTIVE)
}
