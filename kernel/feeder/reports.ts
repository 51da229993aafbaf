import {
  emitAggregate,
  emitEvent,
  withField,
  withQuality,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Day } from './day.ts'
import { Meter } from './meter.ts'
import {
  BALANCE,
  FIELD_CORRELATION,
  FIELD_CORRELATION_A,
  FIELD_CORRELATION_B,
  FIELD_CORRELATION_C,
  FIELD_COVERAGE,
  FIELD_DAYS,
  FIELD_DECLARED,
  FIELD_EXPECTED,
  FIELD_FLAGGED,
  FIELD_LATE,
  FIELD_LIMIT,
  FIELD_LOSS,
  FIELD_LOSS_FACTOR,
  FIELD_MARGIN,
  FIELD_METHOD,
  FIELD_MISMATCH,
  FIELD_MISSING,
  FIELD_NON_TECHNICAL,
  FIELD_PHASE,
  FIELD_RANK,
  FIELD_SAMPLES,
  FIELD_SLOPE,
  FIELD_SOLD,
  FIELD_SUPPLIED,
  FIELD_TECHNICAL,
  FIELD_UNUSABLE,
  FIELD_VOLTAGE,
  NON_TECHNICAL_LOSS,
  PHASE_HINT,
  SUSPECT,
  phaseWord,
} from './names.ts'
import { PhaseGuess } from './phase-guess.ts'
import { Persistence } from './persistence.ts'
import { DAY, Settings } from './settings.ts'

const MAJOR = 3
/** A loss rate of nothing supplied says nothing. */
const QUESTIONABLE: u16 = 0b11

/** Puts out what was found about one feeder. */
export class Reports {
  constructor(
    private readonly subject: u32,
    private readonly settings: Settings,
  ) {}

  /** An interval or a day, as it stands in `sums`. */
  balance(start: i64, end: i64, sums: Day): void {
    emitAggregate(BALANCE, this.subject, start, end)
    withValue(sums.percent(sums.lossWh))
    if (!(sums.suppliedWh > 0)) withQuality(QUESTIONABLE)
    withField(FIELD_SUPPLIED, sums.suppliedWh)
    withField(FIELD_SOLD, sums.soldWh)
    withField(FIELD_LOSS, sums.lossWh)
    withField(FIELD_TECHNICAL, sums.technicalWh)
    withField(FIELD_NON_TECHNICAL, sums.nonTechnicalWh)
    withField(FIELD_FLAGGED, sums.flagged)
  }

  /** Of the interval before. */
  members(members: i32, method: u32): void {
    withField(FIELD_SAMPLES, members)
    withField(FIELD_EXPECTED, members)
    withWord(FIELD_METHOD, method)
  }

  /** Of the day before. */
  coverage(sums: Day, late: u32, unusable: u32): void {
    const expected = <f64>(DAY / this.settings.intervalMicros)
    const mean = sums.technicalWh / <f64>sums.complete
    withField(FIELD_COVERAGE, (100 * <f64>sums.complete) / expected)
    withField(FIELD_SAMPLES, sums.complete)
    withField(FIELD_EXPECTED, expected)
    withField(FIELD_MISSING, expected - <f64>sums.complete)
    withField(FIELD_LOSS_FACTOR, sums.technicalMaxWh > 0 ? mean / sums.technicalMaxWh : 0)
    withField(FIELD_LATE, late)
    withField(FIELD_UNUSABLE, unusable)
  }

  alarm(persistence: Persistence, state: i32, end: i64, percent: f64): void {
    emitEvent(NON_TECHNICAL_LOSS, this.subject, persistence.since, end)
    withState(state)
    withSeverity(MAJOR)
    withValue(percent)
    withField(FIELD_LIMIT, this.settings.excessPercent)
    withField(FIELD_DAYS, persistence.over)
  }

  /** Of the day that ends there. */
  suspect(meter: Meter, rank: i32, end: i64): void {
    emitAggregate(SUSPECT, meter.subject, end - DAY, end)
    withValue(meter.score)
    withField(FIELD_RANK, rank)
    withField(FIELD_CORRELATION, meter.correlation)
    withField(FIELD_SLOPE, meter.slope)
    if (meter.hasWitness) withField(FIELD_VOLTAGE, meter.voltageSays)
    withField(FIELD_SAMPLES, meter.samples)
  }

  hint(meter: Meter, guess: PhaseGuess, start: i64, end: i64): void {
    const declared = meter.declaredPhase >= 0 ? meter.declaredPhase : meter.voltagePhase
    emitAggregate(PHASE_HINT, meter.subject, start, end)
    withValue(guess.phase + 1)
    withWord(FIELD_PHASE, phaseWord(guess.phase))
    withWord(FIELD_DECLARED, phaseWord(declared))
    withField(FIELD_MISMATCH, guess.phase != declared ? 1 : 0)
    withField(FIELD_MARGIN, guess.margin)
    withField(FIELD_CORRELATION_A, guess.withA)
    withField(FIELD_CORRELATION_B, guess.withB)
    withField(FIELD_CORRELATION_C, guess.withC)
    withField(FIELD_SAMPLES, guess.samples)
  }
}
