import {
  STATE_END,
  STATE_START,
  STATE_UPDATE,
  emitEvent,
  withField,
  withSeverity,
  withState,
  withValue,
  withWord,
} from '../sdk/index.ts'
import { Device } from './device.ts'
import { Feeder } from './feeder.ts'
import {
  CLASS,
  CUSTOMERS,
  DURATION,
  MEMBERS,
  MINUTES,
  MOMENTARY,
  OUT,
  OUTAGE,
  PHASE,
  SCOPE,
  SCOPE_DEVICE,
  SCOPE_FEEDER,
  SCOPE_PART,
  SCOPE_PHASE,
  SILENT,
  SUSTAINED,
  phaseWord,
} from './names.ts'
import { Settings } from './settings.ts'

const WARNING: i32 = 1
const MINOR: i32 = 2
const MAJOR: i32 = 3
const CRITICAL: i32 = 4

const SECOND_US: f64 = 1_000_000
const MINUTE_US: f64 = 60_000_000

/** The outage of one device, alone on its feeder. `end` is 0 while it lasts. */
export function reportAlone(device: Device, end: i64, state: i32): void {
  const durationUs = end == 0 ? 0 : <f64>(end - device.start)
  const customers = device.customers
  emitEvent(OUTAGE, device.number, device.start, end)
  withState(state)
  withSeverity(customers > 0 ? MINOR : WARNING)
  withValue(customers)
  withWord(SCOPE, SCOPE_DEVICE)
  withWord(PHASE, phaseWord(device.mask))
  withWord(CLASS, device.isSustained ? SUSTAINED : MOMENTARY)
  withField(MEMBERS, 1)
  withField(CUSTOMERS, customers)
  withField(OUT, end == 0 ? customers : 0)
  withField(SUSTAINED, end != 0 && device.isSustained ? customers : 0)
  withField(MOMENTARY, end != 0 && !device.isSustained ? customers : 0)
  withField(MINUTES, device.isSustained ? (customers * durationUs) / MINUTE_US : 0)
  if (end != 0) withField(DURATION, durationUs / SECOND_US)
}

export function reportStart(feeder: Feeder, settings: Settings): void {
  report(feeder, settings, STATE_START)
}

export function reportUpdate(feeder: Feeder, settings: Settings): void {
  report(feeder, settings, STATE_UPDATE)
}

export function reportEnd(feeder: Feeder, settings: Settings): void {
  report(feeder, settings, STATE_END)
}

function report(feeder: Feeder, settings: Settings, state: i32): void {
  const outage = feeder.outage
  const end = state == STATE_END ? outage.end : 0
  emitEvent(OUTAGE, feeder.subject, outage.start, end)
  withState(state)
  withSeverity(outage.isFeeder ? CRITICAL : MAJOR)
  withValue(outage.customers)
  withWord(SCOPE, scopeOf(feeder, settings))
  withWord(PHASE, phaseWord(outage.mask))
  withWord(CLASS, outage.isSustained ? SUSTAINED : MOMENTARY)
  withField(MEMBERS, <f64>outage.members)
  withField(SILENT, <f64>outage.silent)
  withField(CUSTOMERS, outage.customers)
  withField(OUT, outage.out)
  withField(SUSTAINED, outage.sustained)
  withField(MOMENTARY, outage.momentary)
  withField(MINUTES, outage.customerMinutes)
  if (end != 0) withField(DURATION, <f64>(end - outage.start) / SECOND_US)
  outage.isChanged = false
}

/** One phase, where nearly all that is in service on it is among the members. */
function scopeOf(feeder: Feeder, settings: Settings): u32 {
  const outage = feeder.outage
  if (outage.isFeeder) return SCOPE_FEEDER
  const inService = feeder.inServiceOn(outage.mask)
  if (inService < 0 || outage.members < settings.membersMin) return SCOPE_PART
  const isPhase = <f64>outage.members * 100 >= settings.feederPercent * <f64>inService
  return isPhase ? SCOPE_PHASE : SCOPE_PART
}
