import {
  ACTIVE,
  AMBIENT,
  APPARENT,
  CURRENT_A,
  CURRENT_B,
  CURRENT_C,
  OIL,
  REACTIVE,
} from './frames.ts'

/** Which input of the model a quantity is; -1: none. */
export function inputOf(quantity: string): i32 {
  if (quantity == 'current.a') return CURRENT_A
  if (quantity == 'current.b') return CURRENT_B
  if (quantity == 'current.c') return CURRENT_C
  if (quantity == 'power.apparent') return APPARENT
  if (quantity == 'power.active') return ACTIVE
  if (quantity == 'power.reactive') return REACTIVE
  if (quantity == 'temperature.oil') return OIL
  if (quantity == 'temperature.ambient') return AMBIENT
  return -1
}
