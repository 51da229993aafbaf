import { StateReader, StateWriter } from './state.ts'

/** What came of the readings in [start, start + width). */
export class Window {
  samples: u32 = 0
  sum: f64 = 0
  min: f64 = Infinity
  max: f64 = -Infinity
  /** 0 when it is closed first; one more each time that late readings have changed it since. */
  revision: u32 = 0
  isChanged: bool = true
  isClosed: bool = false

  /** Microseconds since 1970, a multiple of the width. */
  constructor(public readonly start: i64) {}

  get mean(): f64 {
    return this.sum / <f64>this.samples
  }
}

/**
 * Windows of one point, aligned to 1970-01-01T00:00:00Z. One is closed when the newest reading, or the time of a tick, is past its end by `latenessUs`. A late
 * reading changes the window that it belongs to, as long as that is one of the last `kept`; `next` then gives it again with a higher revision. What is older is
 * counted in `late` and left out.
 */
export class Windows {
  late: u32 = 0
  private newest: i64 = i64.MIN_VALUE
  /** By their start. */
  private windows: Array<Window> = []

  constructor(
    private readonly widthUs: i64,
    private readonly latenessUs: i64,
    private readonly kept: i32,
  ) {}

  add(time: i64, value: f64): void {
    const window = this.windowOf(time)
    if (window == null) {
      this.late++
      return
    }
    window.samples++
    window.sum += value
    if (value < window.min) window.min = value
    if (value > window.max) window.max = value
    window.isChanged = true
    if (time > this.newest) this.newest = time
  }

  /** It is so late that what has not come yet is late. */
  pass(time: i64): void {
    if (time > this.newest) this.newest = time
  }

  /** The next window that is closed and has not been given as it is now; null: there is none. Ask until then. */
  next(): Window | null {
    for (let at = 0; at < this.windows.length; at++) {
      const window = this.windows[at]
      if (window.start + this.widthUs + this.latenessUs > this.newest) return null
      if (!window.isChanged) continue
      if (window.isClosed) window.revision++
      window.isChanged = false
      window.isClosed = true
      return window
    }
    return null
  }

  save(state: StateWriter): void {
    state.u32(this.late)
    state.i64(this.newest)
    state.u32(<u32>this.windows.length)
    for (let at = 0; at < this.windows.length; at++) {
      const window = this.windows[at]
      state.i64(window.start)
      state.u32(window.samples)
      state.f64(window.sum)
      state.f64(window.min)
      state.f64(window.max)
      state.u32(window.revision)
      state.u8(<u8>((window.isChanged ? 1 : 0) | (window.isClosed ? 2 : 0)))
    }
  }

  load(state: StateReader): void {
    this.late = state.u32()
    this.newest = state.i64()
    const length = state.u32()
    for (let at: u32 = 0; at < length; at++) {
      const window = new Window(state.i64())
      window.samples = state.u32()
      window.sum = state.f64()
      window.min = state.f64()
      window.max = state.f64()
      window.revision = state.u32()
      const flags = state.u8()
      window.isChanged = (flags & 1) != 0
      window.isClosed = (flags & 2) != 0
      this.windows.push(window)
    }
  }

  private windowOf(time: i64): Window | null {
    // Rounds down before 1970 as well.
    const rest = time % this.widthUs
    const start = rest < 0 ? time - rest - this.widthUs : time - rest
    let at = this.windows.length
    while (at > 0 && this.windows[at - 1].start > start) at--
    if (at > 0 && this.windows[at - 1].start == start) return this.windows[at - 1]
    if (at == 0 && this.windows.length >= this.kept) return null
    const window = new Window(start)
    this.windows.push(window)
    for (let last = this.windows.length - 1; last > at; last--) {
      this.windows[last] = this.windows[last - 1]
    }
    this.windows[at] = window
    if (this.windows.length > this.kept) this.windows.shift()
    return window
  }
}
