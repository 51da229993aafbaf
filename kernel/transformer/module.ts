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
import { Constants } from './constants.ts'
import { AMBIENT, INPUTS } from './frames.ts'
import { TRANSFORMERS } from './limits.ts'
import { Monitor } from './monitor.ts'
import { inputOf } from './quantities.ts'
import { Rating } from './rating.ts'
import { Settings } from './settings.ts'
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

/** Of a point: nothing reads it, or it is air that all transformers share. */
const NOBODY: i32 = -1
const EVERYBODY: i32 = -2

const SQRT_3: f64 = 1.7320508075688772

/** Follows the temperatures of every transformer of the site. */
class Transformers extends Processor {
  private readonly settings: Settings = new Settings()
  private readonly levels: Map<string, f64> = new Map<string, f64>()
  private readonly numbers: Map<string, i32> = new Map<string, i32>()
  private readonly subjects: Array<Subject> = []
  private readonly monitors: Array<Monitor> = []
  /** By number of the point: that of the transformer times INPUTS, and the input. */
  private readonly inputs: Array<i32> = []
  /** Inputs of transformers that have a point; of several points the first counts. */
  private readonly taken: Set<i32> = new Set<i32>()
  private hasSharedAir: bool = false

  override configure(settings: Json, site: Json): void {
    this.settings.take(settings, site)
  }

  override subject(subject: Subject): void {
    if (subject.kind == 'voltageLevel') {
      this.levels.set(subject.id, subject.entry.get('nominalV').number(0))
    } else if (subject.kind == 'transformer' && this.subjects.length < TRANSFORMERS) {
      this.numbers.set(subject.id, this.subjects.length)
      this.subjects.push(subject)
    }
  }

  override point(point: Point): void {
    while (<u32>this.inputs.length <= point.number) this.inputs.push(NOBODY)
    const input = inputOf(point.quantity)
    if (input < 0) return
    this.prepare()
    const place = point.subject.entry.get('transformer')
    const id = place.text('')
    if (this.numbers.has(id)) {
      const slot = this.numbers.get(id) * INPUTS + input
      if (this.taken.has(slot)) return
      this.taken.add(slot)
      this.inputs[point.number] = slot
    } else if (input == AMBIENT && !place.isPresent && !this.hasSharedAir) {
      this.hasSharedAir = true
      this.inputs[point.number] = EVERYBODY
    }
  }

  /** Of the first point the whole site file is known, so that voltages of transformers can be looked up. */
  private prepare(): void {
    for (let index = this.monitors.length; index < this.subjects.length; index++) {
      this.monitors.push(this.monitorOf(this.subjects[index]))
    }
  }

  private monitorOf(subject: Subject): Monitor {
    const entry = subject.entry
    const ratedVa = entry.get('ratedVa').number(1)
    const cooling = entry.get('cooling').text('ONAN')
    const constants = Constants.ofClass(cooling, ratedVa)
    const noLoadW = entry.get('noLoadLossW').number(0)
    const loadW = entry.get('loadLossW').number(0)
    if (noLoadW > 0 && loadW > 0) constants.lossRatio = loadW / noLoadW
    if (this.settings.isIeee) constants.useIeee(cooling)
    constants.take(entry.get('thermal'))
    const side = entry.get('currentSide').text('from')
    const level = entry.get(side).text('')
    const nominalV = this.levels.has(level) ? this.levels.get(level) : 0
    const ratedA = nominalV > 0 ? ratedVa / (SQRT_3 * nominalV) : 0
    return new Monitor(subject.number, this.settings, constants, new Rating(ratedVa, ratedA))
  }

  override process(batch: Batch): void {
    const inputs = this.inputs
    const rows = batch.rows
    for (let row = 0; row < rows; row++) {
      const slot = unchecked(inputs[batch.point(row)])
      if (slot == NOBODY) continue
      const time = batch.time(row)
      const value = batch.value(row)
      const quality = batch.quality(row)
      if (slot == EVERYBODY) this.share(time, value, quality)
      else unchecked(this.monitors[slot / INPUTS]).take(slot % INPUTS, time, value, quality)
    }
  }

  /** Air that was measured somewhere in the site is that of every transformer without a thermometer of its own. */
  private share(time: i64, value: f64, quality: u16): void {
    for (let index = 0; index < this.monitors.length; index++) {
      if (this.taken.has(index * INPUTS + AMBIENT)) continue
      this.monitors[index].take(AMBIENT, time, value, quality)
    }
  }

  override tick(now: i64): void {
    for (let index = 0; index < this.monitors.length; index++) this.monitors[index].tick(now)
  }

  override save(state: StateWriter): void {
    state.u32(<u32>this.monitors.length)
    for (let index = 0; index < this.monitors.length; index++) {
      state.u32(this.subjects[index].number)
      this.monitors[index].save(state)
    }
  }

  override load(state: StateReader): void {
    const length = <i32>state.u32()
    if (length > 0) this.prepare()
    for (let index = 0; index < length; index++) this.monitorFor(state.u32()).restore(state)
  }

  /** What was saved of a transformer that the site file no longer has is read over; the others keep what they had. */
  private monitorFor(subject: u32): Monitor {
    for (let index = 0; index < this.monitors.length; index++) {
      if (this.subjects[index].number == subject) return this.monitors[index]
    }
    return new Monitor(subject, this.settings, new Constants(), new Rating(1, 0))
  }
}

start(new Transformers())
