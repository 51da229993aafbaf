import { StateReader, StateWriter } from '../sdk/index.ts'
import { NEVER } from './limits.ts'

/** Three phases to neutral, three between phases. */
const CHANNELS = 6

export const enum Supply {
  /** At least one channel has voltage, or the device measures none and nothing speaks against it. */
  Present,
  Gone,
  /** Every channel that there is sends readings without a usable value. */
  Unknown,
}

/** Whether the voltage whose frequency is measured is there. A channel exists from its first reading on. */
export class VoltageWatch {
  supply: Supply = Supply.Present
  /** The newest reading that proved the voltage. */
  proven: i64 = NEVER
  private known: u32 = 0
  private present: u32 = 0
  private gone: u32 = 0
  private readonly times: StaticArray<i64> = new StaticArray<i64>(CHANNELS)

  /** What a reading of one channel says. False: it is older than what is known. */
  take(channel: i32, time: i64, shown: Supply): bool {
    const bit: u32 = 1 << channel
    if ((this.known & bit) != 0 && time <= this.times[channel]) return false
    this.known |= bit
    this.times[channel] = time
    this.present &= ~bit
    this.gone &= ~bit
    if (shown == Supply.Present) this.present |= bit
    else if (shown == Supply.Gone) this.gone |= bit
    if ((this.present & bit) != 0 && time > this.proven) this.proven = time
    if (this.present != 0) this.supply = Supply.Present
    else this.supply = this.gone != 0 ? Supply.Gone : Supply.Unknown
    return true
  }

  /** Every channel has spoken at `time` or later: no voltage of that moment is still under way. */
  hasSpoken(time: i64): bool {
    for (let channel = 0; channel < CHANNELS; channel++) {
      if ((this.known & (1 << channel)) != 0 && this.times[channel] < time) return false
    }
    return true
  }

  save(state: StateWriter): void {
    state.u8(<u8>this.supply)
    state.i64(this.proven)
    state.u8(<u8>this.known)
    state.u8(<u8>this.present)
    state.u8(<u8>this.gone)
    for (let channel = 0; channel < CHANNELS; channel++) state.i64(this.times[channel])
  }

  load(state: StateReader): void {
    this.supply = <Supply>state.u8()
    this.proven = state.i64()
    this.known = state.u8()
    this.present = state.u8()
    this.gone = state.u8()
    for (let channel = 0; channel < CHANNELS; channel++) this.times[channel] = state.i64()
  }
}
