import {
  Batch,
  Json,
  Point,
  Processor,
  StateReader,
  StateWriter,
  Subject,
  start,
} from '../sdk/index.ts'
import { Feeder } from './feeder.ts'
import { HINTS_PER_TICK } from './limits.ts'
import { Places } from './places.ts'
import { Port } from './ports.ts'
import { Settings } from './settings.ts'
import { loadFeeders, saveFeeders } from './snapshot.ts'
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

const INVALID: u16 = 0b01
const VALIDITY: u16 = 0b11
const CLOCK_NOT_SYNCHRONISED: u16 = 1 << 13
const ESTIMATED: u16 = 1 << 15

/** Balances every feeder of the site. */
class Feeders extends Processor {
  private readonly settings: Settings = new Settings()
  private readonly places: Places = new Places()
  private readonly ports: Array<Port | null> = []

  override configure(settings: Json, _site: Json): void {
    this.settings.take(settings)
  }

  override subject(subject: Subject): void {
    this.places.add(subject)
  }

  override point(point: Point): void {
    while (<u32>this.ports.length <= point.number) this.ports.push(null)
    this.places.settle(this.settings)
    this.ports[point.number] = this.places.portOf(point)
  }

  override process(batch: Batch): void {
    const ports = this.ports
    const rows = batch.rows
    for (let row = 0; row < rows; row++) {
      const port = unchecked(ports[batch.point(row)])
      if (port != null) this.take(port, batch, row)
    }
  }

  private take(port: Port, batch: Batch, row: i32): void {
    const quality = batch.quality(row)
    const value = batch.value(row)
    const time = batch.time(row)
    const isValid = (quality & VALIDITY) != INVALID && (quality & CLOCK_NOT_SYNCHRONISED) == 0
    if (!isValid || !isFinite(value) || time <= 0) {
      port.book.unusable++
      return
    }
    if (!port.take(time, value, (quality & (VALIDITY | ESTIMATED)) != 0)) port.book.late++
  }

  private get feeders(): Array<Feeder> {
    return this.places.feeders
  }

  override tick(now: i64): void {
    let left = HINTS_PER_TICK
    for (let index = 0; index < this.feeders.length; index++) {
      const feeder = this.feeders[index]
      feeder.tick(now)
      if (left > 0) left -= feeder.tellHints(left)
    }
  }

  override save(state: StateWriter): void {
    state.i64(this.settings.intervalMicros)
    saveFeeders(this.feeders, state)
  }

  override load(state: StateReader): void {
    // Intervals of another width are of no use: what is left unread makes the host begin anew.
    if (state.i64() != this.settings.intervalMicros) return
    if (!state.isAtEnd) this.places.settle(this.settings)
    loadFeeders(this.feeders, state, this.settings)
  }
}

start(new Feeders())
