import {
  NO_NAME,
  STATE_END,
  STATE_START,
  StateReader,
  StateWriter,
  emitEvent,
  withField,
  withKey,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { GOOD_TO_END } from './limits.ts'
import { QUANTITY, SAMPLES } from './marks.ts'

const WARNING: i32 = 1

/** Readings that break one rule in a row: one event, from the first to the first good one of ten. */
export class Episode {
  next: Episode | null = null
  private broken: u32 = 0
  private good: u32 = 0
  private goodSince: i64 = 0

  constructor(
    public readonly event: u32,
    public readonly key: u32,
    private start: i64,
  ) {}

  begin(subject: u32, quantity: u32, value: f64): void {
    emitEvent(this.event, subject, this.start, 0)
    this.describe(quantity, value)
    withState(STATE_START)
  }

  fail(): void {
    this.broken++
    this.good = 0
  }

  /** True: it is over. */
  pass(time: i64): bool {
    if (this.good == 0) this.goodSince = time
    return ++this.good >= GOOD_TO_END
  }

  end(subject: u32, quantity: u32, value: f64): void {
    emitEvent(this.event, subject, this.start, this.goodSince)
    this.describe(quantity, value)
    withState(STATE_END)
    withField(SAMPLES, <f64>this.broken)
  }

  private describe(quantity: u32, value: f64): void {
    withKey(this.key)
    withSeverity(WARNING)
    withValue(value)
    if (quantity != NO_NAME) withWord(QUANTITY, quantity)
  }

  save(state: StateWriter): void {
    state.u32(this.event)
    state.u32(this.key)
    state.i64(this.start)
    state.u32(this.broken)
    state.u32(this.good)
    state.i64(this.goodSince)
  }

  static load(state: StateReader): Episode {
    const event = state.u32()
    const key = state.u32()
    const episode = new Episode(event, key, state.i64())
    episode.broken = state.u32()
    episode.good = state.u32()
    episode.goodSince = state.i64()
    return episode
  }
}

/** Those that go on for one point or device, which are seldom any. */
export class Episodes {
  private first: Episode | null = null
  private key: u32 = 0
  private quantity: u32 = NO_NAME

  constructor(private readonly subject: u32) {}

  get isEmpty(): bool {
    return this.first === null
  }

  /** What the next call is about. */
  of(key: u32, quantity: u32): Episodes {
    this.key = key
    this.quantity = quantity
    return this
  }

  /** `start`: where the episode began if it is a new one. */
  fail(event: u32, start: i64, value: f64): void {
    let episode = this.find(event, this.key)
    if (episode === null) {
      episode = new Episode(event, this.key, start)
      episode.next = this.first
      this.first = episode
      episode.begin(this.subject, this.quantity, value)
    }
    episode.fail()
  }

  pass(event: u32, time: i64, value: f64): void {
    const episode = this.find(event, this.key)
    if (episode === null || !episode.pass(time)) return
    episode.end(this.subject, this.quantity, value)
    this.remove(episode)
  }

  private find(event: u32, key: u32): Episode | null {
    let at: Episode | null = this.first
    while (at !== null) {
      if (at.event == event && at.key == key) return at
      at = at.next
    }
    return null
  }

  private remove(gone: Episode): void {
    if (this.first === gone) this.first = gone.next
    let at: Episode | null = this.first
    while (at !== null) {
      if (at.next === gone) at.next = gone.next
      at = at.next
    }
  }

  save(state: StateWriter): void {
    let at: Episode | null = this.first
    while (at !== null) {
      state.u8(1)
      at.save(state)
      at = at.next
    }
    state.u8(0)
  }

  load(state: StateReader): void {
    let last: Episode | null = null
    while (state.u8() != 0) {
      const episode = Episode.load(state)
      if (last === null) this.first = episode
      else last.next = episode
      last = episode
    }
  }
}
