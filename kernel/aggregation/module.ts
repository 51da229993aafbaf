import {
  Batch,
  Json,
  Point,
  Processor,
  StateReader,
  StateWriter,
  Subject,
  TEST,
  emitAggregate,
  isInvalid,
  start,
  withField,
  withValue,
} from '../sdk/index.ts'
import { Device } from './device.ts'
import { AHEAD_US, DAY_US } from './limits.ts'
import { LATE_READINGS, UNSERVED } from './names.ts'
import { PointState } from './point-state.ts'
import { FLAGGED_MARK, Series } from './series.ts'
import { Settings } from './settings.ts'
import { Station } from './station.ts'
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

/** Windows of every width, flagged where the voltage was out of limits; demand, load factor and diversity. */
class Aggregation extends Processor {
  private readonly settings: Settings = new Settings()
  private readonly station: Station = new Station(this.settings)
  private today: i64 = -1

  override configure(settings: Json, _site: Json): void {
    this.settings.read(settings)
    this.station.windows.latenessUs = this.settings.latenessUs
  }

  override subject(subject: Subject): void {
    this.station.add(subject)
  }

  override point(point: Point): void {
    this.station.addPoint(point)
  }

  override process(batch: Batch): void {
    const windows = this.station.windows
    const points = this.station.points
    const devices = this.station.devices
    for (let row = 0; row < batch.rows; row++) {
      const point = batch.point(row)
      const at = point < <u32>points.length ? unchecked(points[point]) : 0
      if (at == 0) continue
      const quality = batch.quality(row)
      const value = batch.value(row)
      if (isInvalid(quality) || (quality & TEST) != 0 || !isFinite<f64>(value)) continue
      windows.rows++
      const time = batch.time(row)
      const state = changetype<PointState>(at)
      const device = unchecked(devices[state.device])
      if (time > windows.horizon) {
        // One such reading is a slip; if more follow, the device's clock is wrong and what it says is still worth something.
        const isSlip = !state.isAhead
        state.isAhead = true
        if (isSlip) {
          windows.late++
          continue
        }
      } else state.isAhead = false
      if (state.nominalV > 0) this.look(state, device, time, value)
      const isFlagged = time < device.flagEnd && device.isFlagged(time)
      for (let next = state.series; next != 0;) {
        const series = changetype<Series>(next)
        const isMarked = isFlagged && series.isFlaggable
        windows.take(series, time, value, <u32>quality | (isMarked ? FLAGGED_MARK : 0))
        next = series.next
      }
      if (state.demand == 0) continue
      const demand = this.station.demands[state.demand - 1]
      if (time <= windows.horizon) demand.take(time, value)
      else demand.late++
    }
  }

  /** Whether the voltage leaves its limits, or comes back into them by the hysteresis. */
  private look(state: PointState, device: Device, time: i64, value: f64): void {
    if (time < state.newest && state.newest <= this.station.windows.horizon) return
    state.newest = time
    const settings = this.settings
    const low = settings.lowShare * state.nominalV
    const high = settings.highShare * state.nominalV
    if (!state.isOutside) {
      if (value >= low && value <= high) return
      state.isOutside = true
      if (device.outside++ > 0) return
      device.begin(time)
      this.reflag(device, time, true)
      return
    }
    const hysteresis = settings.hysteresisShare * state.nominalV
    if (value < low + hysteresis || value > high - hysteresis) return
    state.isOutside = false
    if (--device.outside > 0) return
    device.end(time)
    this.reflag(device, time, false)
  }

  /** Other quantities of the same message may have come before the voltage. */
  private reflag(device: Device, time: i64, isFlagged: bool): void {
    for (let next = device.series; next != 0;) {
      const series = changetype<Series>(next)
      this.station.windows.reflag(series, time, isFlagged)
      next = series.sibling
    }
  }

  override tick(now: i64): void {
    const station = this.station
    station.windows.horizon = now + AHEAD_US
    station.windows.tick(now)
    for (let index = 0; index < station.demands.length; index++) {
      unchecked(station.demands[index]).close(now)
    }
    for (let index = 0; index < station.feeders.length; index++) {
      station.feeders[index].coincidence.close(now)
    }
    const day = now / DAY_US
    if (this.today >= 0 && day > this.today) this.reportLate(this.today * DAY_US)
    if (day > this.today) this.today = day
  }

  /** Readings that came too late, and points that there was no room for. */
  private reportLate(start: i64): void {
    emitAggregate(LATE_READINGS, this.station.site, start, start + DAY_US)
    withValue(this.station.takeLate())
    withField(UNSERVED, this.station.windows.unserved)
  }

  override save(state: StateWriter): void {
    this.station.save(state)
    state.i64(this.today)
    state.i64(this.station.windows.horizon)
  }

  override load(state: StateReader): void {
    this.station.load(state)
    this.today = state.i64()
    this.station.windows.horizon = state.i64()
  }
}

start(new Aggregation())
