import {
  Batch,
  Json,
  NO_NAME,
  Point,
  Processor,
  StateReader,
  StateWriter,
  Table,
  nameOrNone,
  refuse,
  start,
} from '../sdk/index.ts'
import { DayCount } from './day-count.ts'
import { Deadband } from './deadband.ts'
import { Decimation } from './decimation.ts'
import { POINTS_A_TICK } from './limits.ts'
import { PointFilter } from './point-filter.ts'
import { DECIMATION, Rule, SWINGING_DOOR } from './rule.ts'
import { SwingingDoor } from './swinging-door.ts'
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

/** Passes on of each point what is needed to know the rest to within a stated error. */
class Filter extends Processor {
  private readonly rules: Rule[] = []
  private readonly filters: Table<PointFilter> = new Table<PointFilter>()
  /** The point that the next tick begins with. */
  private nextIdle: u32 = 0

  override configure(settings: Json, _site: Json): void {
    const entries = settings.get('rules')
    for (let at = 0; at < entries.length; at++) {
      const rule = new Rule()
      if (!rule.read(entries.at(at))) {
        refuse(`rules: entry ${at} is none that this version knows`)
        return
      }
      this.rules.push(rule)
    }
  }

  override point(point: Point): void {
    const rule = this.ruleOf(point.quantity)
    if (rule === null) return
    const quantity = nameOrNone(point.quantity)
    const output = nameOrNone('filtered.' + point.quantity)
    if (quantity == NO_NAME || output == NO_NAME) return
    const device = point.subject.number
    const day = new DayCount(device, point.number, quantity, rule.method)
    this.filters.set(point.number, filterBy(rule, day, device, output))
  }

  /** The first that fits. */
  private ruleOf(quantity: string): Rule | null {
    for (let at = 0; at < this.rules.length; at++) {
      if (this.rules[at].fits(quantity)) return this.rules[at]
    }
    return null
  }

  override process(batch: Batch): void {
    for (let row = 0; row < batch.rows; row++) {
      const filter = this.filters.get(batch.point(row))
      if (filter !== null) filter.take(batch.time(row), batch.value(row), batch.quality(row))
    }
  }

  override tick(now: i64): void {
    const points = <u32>this.filters.length
    const looks = points < POINTS_A_TICK ? points : POINTS_A_TICK
    for (let look: u32 = 0; look < looks; look++) {
      if (this.nextIdle >= points) this.nextIdle = 0
      const filter = this.filters.get(this.nextIdle++)
      if (filter !== null) filter.idle(now)
    }
  }

  override save(state: StateWriter): void {
    state.u32(this.nextIdle)
    const points = <u32>this.filters.length
    state.u32(points)
    for (let point: u32 = 0; point < points; point++) {
      const filter = this.filters.get(point)
      state.u8(filter === null ? 0 : 1)
      if (filter !== null) filter.save(state)
    }
  }

  override load(state: StateReader): void {
    this.nextIdle = state.u32()
    const points = state.u32()
    for (let point: u32 = 0; point < points; point++) {
      if (state.u8() == 0) continue
      const filter = this.filters.get(point)
      if (filter !== null) filter.load(state)
    }
  }
}

function filterBy(rule: Rule, day: DayCount, device: u32, output: u32): PointFilter {
  if (rule.method == SWINGING_DOOR) return new SwingingDoor(rule, day, device, output)
  if (rule.method == DECIMATION) return new Decimation(rule, day, device, output)
  return new Deadband(rule, day, device, output)
}

start(new Filter())
