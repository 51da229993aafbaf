import {
  INCONSISTENT,
  OUT_OF_RANGE,
  STATE_END,
  StateReader,
  StateWriter,
  emitEvent,
  withField,
  withSeverity,
  withState,
  withWord,
} from '../sdk/index.ts'
import { dayOf } from './day-count.ts'
import { DeviceFacts } from './device-facts.ts'
import {
  BEFORE,
  EXCHANGE,
  EXPECTED,
  LIMIT,
  METHOD,
  RANGE_EVENT,
  REGISTER_EVENT,
  REGISTER_SUM_EVENT,
  RESET,
  ROLLOVER,
  doubted,
  spoilt,
} from './marks.ts'
import { peakReading } from './peaks.ts'
import { PointRecord } from './point-record.ts'
import { LEAPT, ROLLED_OVER, ROSE, Register, WAS_EXCHANGED, WAS_RESET } from './register.ts'
import { RANGE, REGISTER, REGISTER_SUM } from './rules.ts'
import { settings } from './settings.ts'

export const NO_SIDE: u8 = 0
export const IMPORT_SIDE: u8 = 1
export const EXPORT_SIDE: u8 = 2

const INFORMATION: i32 = 0
/** The part of a day that readings of power have to cover to say what its energy was. */
const COVERED_SHARE: f64 = 0.95

/** A register against its own past, and by the day against the power that its device measured. */
export class RegisterChecks {
  move: u8 = ROSE
  private isSumming: bool = false
  private sumTime: i64 = 0
  private sumValue: f64 = 0
  private sumWh: f64 = 0
  private sumCoveredUs: i64 = 0

  constructor(
    private readonly point: PointRecord,
    private readonly device: DeviceFacts,
    private readonly register: Register,
    private readonly side: u8,
  ) {}

  judge(time: i64, value: f64, quality: u16): u16 {
    const before = this.register.value
    const since = this.register.time
    this.move = this.register.judge(time, value)
    let marked = quality
    if (this.move == LEAPT && settings.isOn(RANGE)) {
      emitEvent(RANGE_EVENT, this.point.subject, since, time)
      this.point.describe(value)
      withState(STATE_END)
      withField(BEFORE, before)
      marked = spoilt(marked, OUT_OF_RANGE)
    } else if (this.move > LEAPT && settings.isOn(REGISTER)) {
      this.tell(since, time, value)
      withField(BEFORE, before)
      if (this.move != ROLLED_OVER) marked = doubted(marked, 0)
    }
    if (this.side != NO_SIDE && settings.isOn(REGISTER_SUM))
      marked = this.judgeSum(time, value, marked)
    const register = this.register
    if (register.isBlock(time, value)) {
      const end = peakReading.set(time, value, marked)
      this.point.addPeak(register.blockStart, register.blockPower, end)
    }
    return marked
  }

  private tell(since: i64, time: i64, value: f64): void {
    emitEvent(REGISTER_EVENT, this.point.subject, since, time)
    this.point.describe(value)
    withState(STATE_END)
    if (this.move == ROLLED_OVER) withSeverity(INFORMATION)
    if (this.move == ROLLED_OVER) withWord(METHOD, ROLLOVER)
    else if (this.move == WAS_RESET) withWord(METHOD, RESET)
    else if (this.move == WAS_EXCHANGED) withWord(METHOD, EXCHANGE)
  }

  /** From the first reading of a day to the first of the next, against the integral of power. */
  private judgeSum(time: i64, value: f64, quality: u16): u16 {
    if (!this.isSumming || this.move != ROSE) {
      this.beginSum(time, value)
      return quality
    }
    if (dayOf(time) == dayOf(this.sumTime)) return quality
    const span = <f64>(time - this.sumTime)
    const covered = <f64>(this.device.coveredUs - this.sumCoveredUs)
    const since = this.sumTime
    const energyWh = value - this.sumValue
    const expectedWh = ((this.integral - this.sumWh) * span) / covered
    this.beginSum(time, value)
    if (covered < COVERED_SHARE * span) return quality
    const greater = energyWh > expectedWh ? energyWh : expectedWh
    const limit = settings.registerSumShare * greater
    const limitWh = limit > settings.registerSumFloor ? limit : settings.registerSumFloor
    if (Math.abs(energyWh - expectedWh) <= limitWh) return quality
    emitEvent(REGISTER_SUM_EVENT, this.point.subject, since, time)
    this.point.describe(energyWh)
    withState(STATE_END)
    withField(EXPECTED, expectedWh)
    withField(LIMIT, limitWh)
    return doubted(quality, INCONSISTENT)
  }

  private beginSum(time: i64, value: f64): void {
    this.isSumming = true
    this.sumTime = time
    this.sumValue = value
    this.sumWh = this.integral
    this.sumCoveredUs = this.device.coveredUs
  }

  private get integral(): f64 {
    return this.side == IMPORT_SIDE ? this.device.importWh : this.device.exportWh
  }

  save(state: StateWriter): void {
    this.register.save(state)
    if (this.side == NO_SIDE) return
    state.u8(this.isSumming ? 1 : 0)
    state.i64(this.sumTime)
    state.f64(this.sumValue)
    state.f64(this.sumWh)
    state.i64(this.sumCoveredUs)
  }

  load(state: StateReader): void {
    this.register.load(state)
    if (this.side == NO_SIDE) return
    this.isSumming = state.u8() != 0
    this.sumTime = state.i64()
    this.sumValue = state.f64()
    this.sumWh = state.f64()
    this.sumCoveredUs = state.i64()
  }
}
