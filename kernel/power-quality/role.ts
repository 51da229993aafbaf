/**
 * What a parameter is. In this order those of one device are gone through, so what is made of others comes after them. The numbers are in
 * snapshots.
 */
export const enum Role {
  Voltage,
  Angle,
  Harmonic,
  Thd,
  Zero,
  Nema,
  Negative,
  Unbalance,
  Pst,
  Plt,
  Frequency,
  None,
}

/** Of a voltage, and of an angle behind them. */
export const CHANNELS = 6
export const PHASES = 3

const PHASE_NAMES = 'abc'
const VOLTAGES: StaticArray<string> = ['a', 'b', 'c', 'ab', 'bc', 'ca']

/** Which role a quantity has, its channel and its order, as one number; keyOf(Role.None, 0, 0) for none. */
export function keyOfQuantity(quantity: string): u32 {
  const parts = quantity.split('.')
  const kind = parts[0]
  const last = parts[parts.length - 1]
  if (quantity == 'frequency') return keyOf(Role.Frequency, 0, 0)
  if (quantity == 'flicker.pst') return keyOf(Role.Pst, 0, 0)
  if (quantity == 'flicker.plt') return keyOf(Role.Plt, 0, 0)
  if (quantity == 'unbalance.voltage') return keyOf(Role.Unbalance, 0, 0)
  if (kind == 'voltage' && parts.length == 2) {
    const channel = VOLTAGES.indexOf(last)
    return channel < 0 ? NONE : keyOf(Role.Voltage, channel, 0)
  }
  if (parts.length < 3 || parts[1] != 'voltage' || parts[2].length != 1) return NONE
  const phase = PHASE_NAMES.indexOf(parts[2])
  if (phase < 0) return NONE
  if (kind == 'angle' && parts.length == 3) return keyOf(Role.Angle, phase, 0)
  if (kind == 'thd' && parts.length == 3) return keyOf(Role.Thd, phase, 0)
  if (kind != 'harmonic' || parts.length != 4 || last.length > 2) return NONE
  const order = I32.parseInt(last)
  return order >= 2 && order <= 50 ? keyOf(Role.Harmonic, phase, order) : NONE
}

export function keyOf(role: Role, channel: i32, order: i32): u32 {
  return ((<u32>role) << 16) | (channel << 8) | order
}

export const NONE: u32 = keyOf(Role.None, 0, 0)

export function roleOf(key: u32): Role {
  return <Role>(key >> 16)
}

export function channelOf(key: u32): i32 {
  return (key >> 8) & 0xff
}

export function orderOf(key: u32): i32 {
  return key & 0xff
}
