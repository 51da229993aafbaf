import {
  StateReader,
  StateWriter,
  emitAggregate,
  withField,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { DISTURBANCE_US, NEVER, WEEK_GRACE_US, WEEK_US } from './limits.ts'
import {
  COMPLIANCE_EVENTS,
  COUNTED,
  DIPS,
  FUTURE,
  LATE,
  LONG_INTERRUPTIONS,
  METHOD,
  OVERVOLTAGES,
  SHORT_INTERRUPTIONS,
  SWELLS,
  UNDERVOLTAGES,
} from './names.ts'
import { Nameplate, Plan } from './plan.ts'
import { weekStart } from './week.ts'

/** EN 50160:2010: up to 3 min an interruption is short. */
const SHORT_US: i64 = 180_000_000

/** Places of the counts, in the order in which they are told. */
const enum Count {
  Dips,
  Swells,
  Undervoltages,
  Overvoltages,
  ShortInterruptions,
  LongInterruptions,
  Late,
  Future,
}
const COUNTS = 8
/** Those before it are of events. */
const EVENTS = 6
const FIELDS: StaticArray<u32> = [
  DIPS,
  SWELLS,
  UNDERVOLTAGES,
  OVERVOLTAGES,
  SHORT_INTERRUPTIONS,
  LONG_INTERRUPTIONS,
  LATE,
  FUTURE,
]
const NO_COUNTS = new StaticArray<u32>(0)

/** What happened in a week, by the time at which it was over, and which readings could not be used. There are no limits for it. */
export class Occurrences {
  private start: i64 = NEVER
  private revision: u32 = 0
  private isNews: bool = false
  /** None until something happens: of thousands of devices nothing does. */
  private counts: StaticArray<u32> = NO_COUNTS

  constructor(
    private readonly plate: Nameplate,
    private readonly plan: Plan,
  ) {}

  addDip(start: i64, end: i64): void {
    this.add(end - start <= DISTURBANCE_US ? Count.Dips : Count.Undervoltages, end)
  }

  addSwell(start: i64, end: i64): void {
    this.add(end - start <= DISTURBANCE_US ? Count.Swells : Count.Overvoltages, end)
  }

  addInterruption(start: i64, end: i64): void {
    this.add(end - start <= SHORT_US ? Count.ShortInterruptions : Count.LongInterruptions, end)
  }

  /** `time`: of the newest reading. */
  addLate(time: i64): void {
    this.add(Count.Late, time)
  }

  addFuture(time: i64): void {
    this.add(Count.Future, time)
  }

  tick(time: i64): void {
    if (!this.isNews || time < this.start + WEEK_US + WEEK_GRACE_US) return
    this.tell()
    this.plan.told++
  }

  private add(count: Count, time: i64): void {
    if (this.start == NEVER || time >= this.start + WEEK_US) {
      if (this.isNews) this.tell()
      this.start = weekStart(time, this.plan.settings)
      this.revision = 0
      if (this.counts.length == 0) this.counts = new StaticArray<u32>(COUNTS)
      this.counts.fill(0)
    }
    this.counts[count]++
    this.isNews = true
  }

  private tell(): void {
    let events: u32 = 0
    for (let count = 0; count < EVENTS; count++) events += this.counts[count]
    emitAggregate(COMPLIANCE_EVENTS, this.plate.device, this.start, this.start + WEEK_US)
    withRevision(this.revision++)
    withValue(events)
    withWord(METHOD, COUNTED)
    for (let count = 0; count < COUNTS; count++) withField(FIELDS[count], this.counts[count])
    this.isNews = false
  }

  save(state: StateWriter): void {
    state.i64(this.start)
    if (this.start == NEVER) return
    state.u32(this.revision)
    state.u8(this.isNews ? 1 : 0)
    for (let count = 0; count < COUNTS; count++) state.u32(this.counts[count])
  }

  load(state: StateReader): void {
    this.start = state.i64()
    if (this.start == NEVER) return
    this.revision = state.u32()
    this.isNews = state.u8() != 0
    this.counts = new StaticArray<u32>(COUNTS)
    for (let count = 0; count < COUNTS; count++) this.counts[count] = state.u32()
  }
}
