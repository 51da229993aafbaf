import { limits } from '../core/limits.ts'
import type { Lane } from './sender.ts'

/**
 * How many records of the backlog may be on their way. What is new shares link, broker and database with them, so their number follows from
 * how much longer answers take than they did when the way was free, as LEDBAT (RFC 6817) has it: enough that something always waits where
 * the way is narrow, and not so much that it waits long.
 */
export class BackfillWindow {
  #size = START_RECORDS
  /** Doubles until answers take longer; then it grows by an envelope each time there and back. */
  #isStarting = true
  readonly #delays: Readonly<Record<Lane, Delay>> = { live: new Delay(), backfill: new Delay() }
  #liveMs = -Infinity
  /** When it was last seen how long an answer takes with next to nothing on its way, or is about to be. */
  #measuredMs = -Infinity
  #isMeasuring = false

  /** Of one envelope: where a window is small the way is slow, and what is new waits until an envelope is through. */
  get envelopeRecords(): number {
    return Math.min(limits.envelopeRecords, Math.floor(this.#size / ENVELOPES))
  }

  /** May another be sent, with so many on their way? */
  hasRoom(inFlight: number): boolean {
    if (inFlight === 0) return true
    return !this.#isMeasuring && inFlight + this.envelopeRecords <= this.#size
  }

  /** The way may be another one. */
  connected(nowMs: number): void {
    this.#size = START_RECORDS
    this.#isStarting = true
    this.#delays.live.forget()
    this.#delays.backfill.forget()
    this.#liveMs = -Infinity
    this.#measuredMs = nowMs
    this.#isMeasuring = false
  }

  /** So many that were sent at `sentMs` are there. */
  answered(lane: Lane, records: number, times: { readonly sentMs: number; nowMs: number }): void {
    const { sentMs, nowMs } = times
    const { live, backfill } = this.#delays
    this.#delays[lane].add(nowMs - sentMs, nowMs)
    if (lane === 'live') {
      this.#liveMs = nowMs
      return
    }
    const isLively = nowMs - this.#liveMs < LIVELY_MS
    const slowerMs = Math.max(backfill.slowerMs, isLively ? live.slowerMs : 0)
    const share = Math.max(-1, 1 - slowerMs / limits.backfillDelayMs)
    this.#isStarting &&= share > 0
    const step = this.#isStarting ? records : (records * this.envelopeRecords) / this.#size
    this.#size = Math.min(MOST_RECORDS, Math.max(LEAST_RECORDS, this.#size + share * step))
    this.#measure(sentMs, nowMs)
  }

  /** Otherwise the shortest time would be what the backlog itself makes of it, and a little more each time. */
  #measure(sentMs: number, nowMs: number): void {
    if (this.#isMeasuring) this.#isMeasuring = sentMs < this.#measuredMs
    else if (nowMs - this.#measuredMs >= limits.backfillMeasureMs) {
      this.#isMeasuring = true
      this.#measuredMs = nowMs
      this.#delays.live.turn()
      this.#delays.backfill.turn()
    }
  }
}

/** By how much answers take longer than the shortest of this period and the one before. */
class Delay {
  #before = Infinity
  #shortest = Infinity
  /** Of the latest answers: the shortest says how long it is waited, the others have met with something on the way. */
  #latest: { readonly ms: number; readonly atMs: number }[] = []

  /** One answer may be that to many. */
  add(ms: number, atMs: number): void {
    this.#shortest = Math.min(this.#shortest, ms)
    const last = this.#latest.at(-1)
    if (last?.atMs !== atMs) this.#latest = [...this.#latest, { ms, atMs }].slice(-LATEST)
    else if (ms < last.ms) this.#latest = this.#latest.with(-1, { ms, atMs })
  }

  get slowerMs(): number {
    const latestMs = Math.min(...this.#latest.map(({ ms }) => ms))
    return latestMs - Math.min(this.#before, this.#shortest)
  }

  turn(): void {
    this.#before = this.#shortest
    this.#shortest = Infinity
  }

  forget(): void {
    this.#before = Infinity
    this.#shortest = Infinity
    this.#latest = []
  }
}

/** That a window consists of. */
const ENVELOPES = 4
const LEAST_RECORDS = 25 * ENVELOPES
const START_RECORDS = 100 * ENVELOPES
const MOST_RECORDS = limits.backfillInFlight * limits.envelopeRecords
const LATEST = 4
/** What is new was answered so lately: how long that took says how long it takes now. */
const LIVELY_MS = 2000
