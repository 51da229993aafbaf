import { Episodes } from './episode.ts'

/** What a point has to know of its device, and what it tells it. */
export abstract class DeviceFacts {
  readonly episodes: Episodes
  phases: i32 = 3
  /** Between two messages; 0: unknown. */
  intervalUs: i64 = 0
  /** Sums of active power over time, W.h, and the time that they cover. */
  importWh: f64 = 0
  exportWh: f64 = 0
  coveredUs: i64 = 0

  /** Voltage from phase to neutral; 0: unknown, as for the current. */
  constructor(
    public readonly subject: u32,
    public readonly nominalV: f64,
    public readonly nominalA: f64,
  ) {
    this.episodes = new Episodes(subject)
  }

  /** Of all phases. */
  get nominalVa(): f64 {
    return <f64>this.phases * this.nominalV * this.nominalA
  }

  /** Something came, whatever it is. */
  abstract hear(time: i64, now: i64): void

  /** A reading in order, before it counts as its point's newest: with the first of a later time those of the time before are complete. */
  abstract advance(time: i64): void

  /** The same reading, once it does. */
  abstract notice(slot: i32, time: i64, value: f64, quality: u16): void
}
