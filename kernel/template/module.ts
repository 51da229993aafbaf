import {
  Batch,
  Json,
  Point,
  Processor,
  STATE_END,
  STATE_START,
  StateReader,
  StateWriter,
  Table,
  emitEvent,
  isInvalid,
  name,
  refuse,
  start,
  withState,
  withValue,
} from '../sdk/index.ts'
export {
  abi_version,
  alloc,
  configure,
  outputs,
  process,
  restore,
  snapshot,
  tick,
} from '../sdk/abi.ts'

const HIGH_LOAD = name('load.high')

/** What is known of one point. */
class Load {
  /** When it rose above the limit; 0 where it is below. */
  since: i64 = 0
  highest: f64 = 0

  constructor(public readonly device: u32) {}
}

/** Tells when a device takes more than a limit, and when it is below again. */
class HighLoad extends Processor {
  private limitW: f64 = 0
  private readonly loads: Table<Load> = new Table<Load>()

  override configure(settings: Json, _site: Json): void {
    this.limitW = settings.get('limitW').number(10000)
    if (this.limitW <= 0) refuse('limitW has to be above 0')
  }

  override point(point: Point): void {
    this.loads.set(point.number, new Load(point.subject.number))
  }

  override process(batch: Batch): void {
    for (let row = 0; row < batch.rows; row++) {
      const load = this.loads.get(batch.point(row))
      if (load == null || isInvalid(batch.quality(row))) continue
      this.look(load, batch.time(row), batch.value(row))
    }
  }

  private look(load: Load, time: i64, powerW: f64): void {
    if (powerW > this.limitW) {
      if (load.since != 0 && powerW <= load.highest) return
      if (load.since == 0) load.since = time
      load.highest = powerW
      emitEvent(HIGH_LOAD, load.device, load.since, 0)
      withState(STATE_START)
      withValue(powerW)
    } else if (load.since != 0) {
      emitEvent(HIGH_LOAD, load.device, load.since, time)
      withState(STATE_END)
      withValue(load.highest)
      load.since = 0
    }
  }

  override save(state: StateWriter): void {
    state.u32(<u32>this.loads.length)
    for (let point: u32 = 0; point < <u32>this.loads.length; point++) {
      const load = this.loads.get(point)
      state.i64(load == null ? 0 : load.since)
      state.f64(load == null ? 0 : load.highest)
    }
  }

  override load(state: StateReader): void {
    const length = state.u32()
    for (let point: u32 = 0; point < length; point++) {
      const load = this.loads.get(point)
      const since = state.i64()
      const highest = state.f64()
      if (load == null) continue
      load.since = since
      load.highest = highest
    }
  }
}

start(new HighLoad())
