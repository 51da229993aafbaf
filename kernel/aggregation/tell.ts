import {
  INVALID,
  emitAggregate,
  withField,
  withKey,
  withQuality,
  withRevision,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { DIFFERENCE, MEAN, SUM, wordOf } from './laws.ts'
import { EXPECTED, FLAGGED, MAX_FIELD, MEMBERS, METHOD, MIN, SAMPLES } from './names.ts'
import { Series, Slot } from './series.ts'

/** Tells one window from the other of a feeder with the same quantity, beginning and end. */
const SUM_KEY: u32 = 0
const MEAN_KEY: u32 = 1

/** A window of a point. */
export function tell(series: Series, slot: Slot, start: i64): void {
  emitAggregate(series.name, series.subject, start, start + series.widthUs)
  withRevision(slot.revision)
  withWord(METHOD, wordOf(series.law))
  withField(SAMPLES, <f64>slot.count)
  if (series.expected > 0) withField(EXPECTED, <f64>series.expected)
  if (series.isFlaggable) withField(FLAGGED, <f64>slot.flagged)
  if (slot.count == 0) {
    withQuality(INVALID)
    withValue(NaN)
    return
  }
  const value = series.value(slot, start)
  withValue(value)
  withQuality(series.qualityOf(slot, value))
  if (series.law == DIFFERENCE) return
  withField(MIN, slot.min)
  withField(MAX_FIELD, slot.max)
}

/** The mean over the members of a feeder, and of what can be added up their sum. No least and no greatest: these would be somebody's own. */
export function tellGroup(series: Series, slot: Slot, start: i64): void {
  if (series.law == SUM) put(series, slot, start, SUM)
  put(series, slot, start, MEAN)
}

function put(series: Series, slot: Slot, start: i64, law: u8): void {
  emitAggregate(series.name, series.subject, start, start + series.widthUs)
  withKey(law == SUM ? SUM_KEY : MEAN_KEY)
  withRevision(slot.revision)
  withWord(METHOD, wordOf(law))
  withField(MEMBERS, <f64>slot.count)
  withField(EXPECTED, <f64>series.expected)
  withQuality(slot.count == 0 ? INVALID : slot.quality)
  const sum = slot.count == 0 ? NaN : slot.sum
  withValue(law == SUM ? sum : sum / <f64>slot.count)
}
