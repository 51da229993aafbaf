import {
  INCONSISTENT,
  QUESTIONABLE,
  emitAggregate,
  withField,
  withKey,
  withQuality,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { TEN_MINUTES_US } from './limits.ts'
import {
  BY_DEVICE,
  BY_LINES,
  BY_PHASORS,
  COMPUTED,
  EXPECTED,
  FLAGGED,
  FROM_HARMONICS,
  MAX,
  METHOD,
  MIN,
  NEMA,
  ORDER,
  ORDERS,
  OVER,
  RMS,
  SAMPLES,
  THD_VOLTAGE,
  UNBALANCE_NEGATIVE,
  UNDER,
  VOLTAGE_DEVIATION,
  ZERO,
} from './names.ts'
import { Parameter, Window } from './parameter.ts'
import { Nameplate, Plan } from './plan.ts'
import { PHASES, Role, channelOf, orderOf } from './role.ts'
import { makeWeek } from './topics.ts'

/** Orders 2 to 25: with all of them, what a meter calls its THD cannot be much more. */
const ORDERS_COMPLETE: u32 = 24
/** Percentage points: below it, two ways to measure distortion may differ as they like. */
const THD_SLACK: f64 = 0.5

/** Makes of the parameters of one ten minutes of a device what is told of them, and adds them to their weeks. One for all devices. */
export class Report {
  private plate: Nameplate = new Nameplate(0, 0, false, 0)
  private start: i64 = 0
  private isFlagged: bool = false
  /** Sums of mean squares of the harmonics, how many there are and the highest, by phase. */
  private readonly squares: StaticArray<f64> = new StaticArray<f64>(PHASES)
  private readonly orders: StaticArray<u32> = new StaticArray<u32>(PHASES)
  private readonly highest: StaticArray<u32> = new StaticArray<u32>(PHASES)
  private zero: f64 = NaN
  private nema: f64 = NaN
  private negative: Parameter | null = null
  private delivered: Parameter | null = null

  constructor(private readonly plan: Plan) {}

  begin(plate: Nameplate, start: i64, isFlagged: bool): void {
    this.plate = plate
    this.start = start
    this.isFlagged = isFlagged
    for (let phase = 0; phase < PHASES; phase++) {
      this.squares[phase] = 0
      this.orders[phase] = 0
      this.highest[phase] = 0
    }
    this.zero = NaN
    this.nema = NaN
    this.negative = null
    this.delivered = null
  }

  /** In the order of roles. A parameter of distortion without readings of its own may have those of its harmonics. */
  take(parameter: Parameter): void {
    const window = parameter.before
    if (parameter.role == Role.Thd) {
      this.takeThd(parameter)
      return
    }
    if (parameter.role == Role.Unbalance) this.delivered = parameter
    if (window.samples == 0) return
    if (parameter.role == Role.Voltage) this.takeVoltage(parameter)
    else if (parameter.role == Role.Harmonic) this.takeHarmonic(parameter)
    else if (parameter.role == Role.Zero) this.zero = window.rms
    else if (parameter.role == Role.Nema) this.nema = window.rms
    else if (parameter.role == Role.Negative) {
      this.negative = parameter
      this.tellUnbalance(window)
    }
  }

  /** A device that says what its unbalance is, or once has, is judged by that alone; otherwise by what was computed. */
  end(): void {
    const delivered = this.delivered
    if (delivered != null && delivered.before.samples > 0)
      this.judge(delivered, delivered.before.rms, delivered.before.max)
    if (delivered != null && delivered.week != null) return
    const negative = this.negative
    if (negative != null) this.judge(negative, negative.before.rms, negative.before.max)
  }

  private takeVoltage(parameter: Parameter): void {
    const nominal = parameter.nominal
    if (nominal <= 0) return
    const window = parameter.before
    const rms = window.rms
    const deviation = (100 * (rms - nominal)) / nominal
    this.judge(parameter, deviation, deviation)
    if (!this.plan.settings.tellsTenMinutes) return
    this.beginAggregate(VOLTAGE_DEVIATION, <u32>channelOf(parameter.key), deviation)
    withField(RMS, rms)
    withField(UNDER, window.under(nominal))
    withField(OVER, window.over(nominal))
    withField(MIN, window.min)
    withField(MAX, window.max)
    this.fillCounts(window.samples)
  }

  private takeHarmonic(parameter: Parameter): void {
    const phase = channelOf(parameter.key)
    const window = parameter.before
    this.squares[phase] += window.meanSquare
    this.orders[phase]++
    this.highest[phase] = <u32>orderOf(parameter.key)
    this.judge(parameter, window.rms, window.max)
  }

  private takeThd(parameter: Parameter): void {
    const phase = channelOf(parameter.key)
    const window = parameter.before
    const orders = this.orders[phase]
    const isDelivered = window.samples > 0
    if (!isDelivered && orders == 0) return
    const computed = Math.sqrt(this.squares[phase])
    const value = isDelivered ? window.rms : computed
    this.judge(parameter, value, isDelivered ? window.max : computed)
    if (!this.plan.settings.tellsTenMinutes) return
    this.beginAggregate(THD_VOLTAGE, <u32>phase, value)
    withWord(METHOD, isDelivered ? BY_DEVICE : FROM_HARMONICS)
    if (isDelivered && orders > 0 && !this.isConsistent(value, computed, orders))
      withQuality(QUESTIONABLE | INCONSISTENT)
    if (orders > 0) {
      withField(COMPUTED, computed)
      withField(ORDERS, orders)
      withField(ORDER, this.highest[phase])
    }
    this.fillCounts(window.samples)
  }

  /** The harmonics that are known cannot have more distortion than all together, nor nearly all of them much less. */
  private isConsistent(delivered: f64, computed: f64, orders: u32): bool {
    const share = (delivered * this.plan.settings.thdTolerancePercent) / 100
    const slack = share > THD_SLACK ? share : THD_SLACK
    if (computed > delivered + slack) return false
    return orders < ORDERS_COMPLETE || computed >= delivered - slack
  }

  private tellUnbalance(window: Window): void {
    if (!this.plan.settings.tellsTenMinutes) return
    this.beginAggregate(UNBALANCE_NEGATIVE, 0, window.rms)
    withWord(METHOD, this.zero == this.zero ? BY_PHASORS : BY_LINES)
    if (this.zero == this.zero) withField(ZERO, this.zero)
    withField(NEMA, this.nema)
    withField(MAX, window.max)
    this.fillCounts(window.samples)
  }

  private judge(parameter: Parameter, value: f64, extreme: f64): void {
    let week = parameter.week
    if (week == null) {
      week = makeWeek(parameter.key, this.plate, this.plan)
      parameter.week = week
    }
    week.turn(this.start)
    if (this.isFlagged) {
      week.flag()
      return
    }
    week.add(value, extreme)
    week.rank(parameter.role == Role.Voltage ? Math.abs(value) : value, this.plan.percentiles)
  }

  private beginAggregate(name: u32, key: u32, value: f64): void {
    emitAggregate(name, this.plate.device, this.start, this.start + TEN_MINUTES_US)
    withKey(key)
    withValue(value)
    this.plan.told++
  }

  private fillCounts(samples: u32): void {
    withField(SAMPLES, samples)
    if (this.plate.intervalUs > 0)
      withField(EXPECTED, <f64>(TEN_MINUTES_US / this.plate.intervalUs))
    withField(FLAGGED, this.isFlagged ? 1 : 0)
  }
}
