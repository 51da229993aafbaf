/** The rules that a site may switch off, as bits of a mask. */
export const SCHEMA: u8 = 0
export const RANGE: u8 = 1
export const REGISTER: u8 = 2
export const SPIKE: u8 = 3
export const STUCK: u8 = 4
export const GAP: u8 = 5
export const CONFLICT: u8 = 6
export const CLOCK: u8 = 7
export const CROSS: u8 = 8
export const ENERGISED: u8 = 9
export const REGISTER_SUM: u8 = 10

const NAMES: StaticArray<string> = [
  'schema',
  'range',
  'register',
  'spike',
  'stuck',
  'gap',
  'conflict',
  'clock',
  'cross',
  'energised',
  'register-sum',
]

/** The number of a rule; -1: there is none of this name. */
export function ruleOf(name: string): i32 {
  return NAMES.indexOf(name)
}
