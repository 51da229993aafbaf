import { Json, Network, StateReader, StateWriter, Subject } from '../sdk/index.ts'

/** Has supply, as far as is known. */
export const CALM: i32 = 0
/** Lost it, and whether others on the feeder did as well is waited for. */
export const PENDING: i32 = 1
/** An outage of its own. */
export const ALONE: i32 = 2
/** One of those of its feeder's outage. */
export const JOINED: i32 = 3
/** Says nothing, while its feeder is known to be without supply. */
export const INFERRED: i32 = 4

export const ALL_PHASES: i32 = 7

export const VOLTAGE: i32 = 0
export const LAST_GASP: i32 = 1
export const BREAKER: i32 = 2

/** One point of a device. */
export class Channel {
  newest: i64 = i64.MIN_VALUE
  /** Had voltage once: only a conductor that is normally energised can be interrupted (IEEE 1366, 3). */
  isEnergised: bool = false
  isLost: bool = false
  /** Volts. Without a nominal voltage only 0 V is a loss, and everything above it is not. */
  lostBelow: f64 = f64.MIN_VALUE
  backAbove: f64 = f64.MIN_VALUE

  constructor(
    public readonly device: Device,
    public readonly kind: i32,
    public readonly mask: i32,
  ) {}

  save(state: StateWriter): void {
    state.i64(this.newest)
    state.u8((this.isEnergised ? 1 : 0) | (this.isLost ? 2 : 0))
  }

  load(state: StateReader): void {
    this.newest = state.i64()
    const bits = state.u8()
    this.isEnergised = (bits & 1) != 0
    this.isLost = (bits & 2) != 0
  }
}

/** A device of the site, what it has said of its supply, and its interruption if there is one. */
export class Device {
  readonly number: u32
  readonly customers: f64
  /** Watches its feeder and serves nobody: what it sees is the feeder's state. */
  readonly isHead: bool
  /** Of a single-phase device, from the site file; else 0. */
  readonly ownPhase: i32
  /** Phase to neutral; 0: not known. */
  readonly nominalV: f64
  readonly channels: Array<Channel> = []

  newest: i64 = i64.MIN_VALUE
  isGasping: bool = false
  gaspAt: i64 = i64.MIN_VALUE
  /** Phases that were ever energised, or that a last gasp spoke for. */
  known: i32 = 0

  isDark: bool = false
  state: i32 = CALM
  /** Phases that this interruption has taken. */
  mask: i32 = 0
  start: i64 = 0
  /** Of an interruption that is over and still waited for; 0: it goes on. */
  end: i64 = 0
  deadline: i64 = 0
  isSustained: bool = false

  constructor(
    subject: Subject,
    entry: Json,
    /** Index of its feeder; 0, the site, for a device without one. */
    public readonly group: i32,
    network: Network,
  ) {
    this.number = subject.number
    const kind = entry.get('kind').text('')
    this.customers = entry.get('customers').number(kind == 'meter' ? 1 : 0)
    const isWatching = kind == 'rtu' || kind == 'pmu' || kind == 'pq-meter'
    this.isHead = group != 0 && isWatching && this.customers == 0
    this.ownPhase = maskOf(entry.get('phase').text(''))
    // What hangs on a feeder of 10 kV measures 10 kV if it watches the feeder, and something else if it is a customer's.
    const own = entry.get('nominal').get('voltageV').number(0)
    this.nominalV = this.isHead ? network.nominalVoltageV(entry) : own
  }

  /** The phases that are without supply now; 0: none. */
  lostPhases(isAnyPhase: bool): i32 {
    let lost: i32 = 0
    let isWhole = true
    for (let index = 0; index < this.channels.length; index++) {
      const channel = unchecked(this.channels[index])
      if (channel.kind != VOLTAGE || !channel.isEnergised) continue
      if (channel.isLost) lost |= channel.mask
      else isWhole = false
    }
    if (this.isGasping) return this.known == 0 ? ALL_PHASES : this.known
    return isWhole || (isAnyPhase && !this.isHead) ? lost : 0
  }

  save(state: StateWriter): void {
    state.i64(this.newest)
    state.u8(this.isGasping ? 1 : 0)
    state.i64(this.gaspAt)
    state.u8(<u8>this.known)
    state.u8(this.isDark ? 1 : 0)
    state.u8(<u8>this.state)
    state.u8(<u8>this.mask)
    state.i64(this.start)
    state.i64(this.end)
    state.i64(this.deadline)
    state.u8(this.isSustained ? 1 : 0)
  }

  load(state: StateReader): void {
    this.newest = state.i64()
    this.isGasping = state.u8() != 0
    this.gaspAt = state.i64()
    this.known = state.u8()
    this.isDark = state.u8() != 0
    this.state = state.u8()
    this.mask = state.u8()
    this.start = state.i64()
    this.end = state.i64()
    this.deadline = state.i64()
    this.isSustained = state.u8() != 0
  }
}

/** `a` or `voltage.ab` by its last letters: 1 for a, 2 for b, 4 for c; 0 for no phase. */
export function maskOf(text: string): i32 {
  let mask: i32 = 0
  for (let index = text.lastIndexOf('.') + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x61 || code > 0x63) return 0
    mask |= 1 << (code - 0x61)
  }
  return mask
}
