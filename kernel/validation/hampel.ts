import { StateReader, StateWriter } from '../sdk/index.ts'

/** Of the normal distribution: what the median deviation is multiplied by to be a standard deviation. */
const SCALE: f64 = 1.4826

/**
 * Hampel's identifier over seven readings, three to each side: the middle one is a spike when it is further from the median than
 * `sigmas` times the scaled median deviation. A step is none, for four of seven are on its side. Readings that hardly move have a deviation of
 * about 0, so it counts for `noise` at least.
 */
export class Hampel {
  private filled: u32 = 0
  private v0: f64 = 0
  private v1: f64 = 0
  private v2: f64 = 0
  private v3: f64 = 0
  private v4: f64 = 0
  private v5: f64 = 0
  private v6: f64 = 0
  private t3: i64 = 0
  private t4: i64 = 0
  private t5: i64 = 0
  private t6: i64 = 0
  private q3: u16 = 0
  private q4: u16 = 0
  private q5: u16 = 0
  private q6: u16 = 0

  constructor(
    private readonly noise: f64,
    private readonly noiseShare: f64,
  ) {}

  /** The reading in the middle, which `push` has judged. */
  get time(): i64 {
    return this.t3
  }

  get value(): f64 {
    return this.v3
  }

  get quality(): u16 {
    return this.q3
  }

  /** True: the reading that is in the middle now is a spike. */
  push(time: i64, value: f64, quality: u16, sigmas: f64): bool {
    this.v0 = this.v1
    this.v1 = this.v2
    this.v2 = this.v3
    this.v3 = this.v4
    this.v4 = this.v5
    this.v5 = this.v6
    this.v6 = value
    this.t3 = this.t4
    this.t4 = this.t5
    this.t5 = this.t6
    this.t6 = time
    this.q3 = this.q4
    this.q4 = this.q5
    this.q5 = this.q6
    this.q6 = quality
    if (this.filled < 6) {
      this.filled++
      return false
    }
    return this.isSpike(sigmas)
  }

  /** The newest reading turned out to be worse. */
  amend(time: i64, quality: u16): void {
    if (this.filled > 0 && this.t6 == time) this.q6 = quality
  }

  private isSpike(sigmas: f64): bool {
    const v3 = this.v3
    if (this.isQuiet(sigmas)) return false
    const median = this.middle(0, false)
    const deviation = this.middle(median, true)
    const least = this.noise + this.noiseShare * Math.abs(median)
    const sigma = SCALE * deviation > least ? SCALE * deviation : least
    return Math.abs(v3 - median) > sigmas * sigma
  }

  /** The fourth of the seven, or of how far they are from `origin`. */
  private middle(origin: f64, isDeviation: bool): f64 {
    sink(0, this.v0 - origin, isDeviation)
    sink(1, this.v1 - origin, isDeviation)
    sink(2, this.v2 - origin, isDeviation)
    sink(3, this.v3 - origin, isDeviation)
    sink(4, this.v4 - origin, isDeviation)
    sink(5, this.v5 - origin, isDeviation)
    sink(6, this.v6 - origin, isDeviation)
    return unchecked(sorted[3])
  }

  /** All seven within what noise alone explains: the usual case, without sorting anything. */
  private isQuiet(sigmas: f64): bool {
    const low = least(
      least(least(this.v0, this.v1), least(this.v2, this.v3)),
      least(least(this.v4, this.v5), this.v6),
    )
    const high = -least(
      least(least(-this.v0, -this.v1), least(-this.v2, -this.v3)),
      least(least(-this.v4, -this.v5), -this.v6),
    )
    const nearest = low > 0 ? low : high < 0 ? -high : 0
    // A hair less, for the product above is rounded.
    return high - low < 0.999999 * sigmas * (this.noise + this.noiseShare * nearest)
  }

  save(state: StateWriter): void {
    state.u8(<u8>this.filled)
    state.f64(this.v0)
    state.f64(this.v1)
    state.f64(this.v2)
    state.f64(this.v3)
    state.f64(this.v4)
    state.f64(this.v5)
    state.f64(this.v6)
    state.i64(this.t3)
    state.i64(this.t4)
    state.i64(this.t5)
    state.i64(this.t6)
    state.u32(this.q3 | ((<u32>this.q4) << 16))
    state.u32(this.q5 | ((<u32>this.q6) << 16))
  }

  load(state: StateReader): void {
    this.filled = state.u8()
    this.v0 = state.f64()
    this.v1 = state.f64()
    this.v2 = state.f64()
    this.v3 = state.f64()
    this.v4 = state.f64()
    this.v5 = state.f64()
    this.v6 = state.f64()
    this.t3 = state.i64()
    this.t4 = state.i64()
    this.t5 = state.i64()
    this.t6 = state.i64()
    const early = state.u32()
    this.q3 = <u16>(early & 0xffff)
    this.q4 = <u16>(early >>> 16)
    const later = state.u32()
    this.q5 = <u16>(later & 0xffff)
    this.q6 = <u16>(later >>> 16)
  }
}

const sorted = new StaticArray<f64>(7)

/** Puts a value where it belongs among the first ones, which are sorted. */
function sink(count: i32, signed: f64, isDeviation: bool): void {
  const value = isDeviation ? Math.abs(signed) : signed
  let at = count
  while (at > 0 && unchecked(sorted[at - 1]) > value) {
    unchecked((sorted[at] = sorted[at - 1]))
    at--
  }
  unchecked((sorted[at] = value))
}

function least(one: f64, other: f64): f64 {
  return one < other ? one : other
}
