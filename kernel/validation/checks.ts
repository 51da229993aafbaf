import { INCONSISTENT, LINE_TO_PHASE, isInvalid } from '../sdk/index.ts'
import { APPARENT_EVENT, FACTOR_EVENT, LINE_EVENT, SUM_EVENT } from './marks.ts'
import { Moment } from './moment.ts'
import { CROSS, ENERGISED } from './rules.ts'
import { settings } from './settings.ts'
import {
  ACTIVE,
  ACTIVE_PHASE,
  AMPERE,
  APPARENT,
  APPARENT_PHASE,
  FACTOR,
  FACTOR_PHASE,
  HERTZ,
  LINE,
  REACTIVE,
  REACTIVE_PHASE,
  THD_CURRENT,
  THD_VOLTAGE,
  VOLTAGE,
} from './slots.ts'

/** An hour of a meter that sends every quarter of an hour is too old; a minute of one that sends each second is not. */
const FRESH_INTERVALS: i64 = 3
const FRESH_US: i64 = 60_000_000
/** Of nominal power: what rounding to three digits amounts to. */
const FLOOR_SHARE: f64 = 0.005
/** A factor of less than this many times the floor is mostly rounding. */
const FACTOR_FLOORS: f64 = 5

/** Looks at the readings that a device sent for one time, once all of them are there. */
export function judgeMoment(device: Moment): void {
  if (settings.isOn(ENERGISED) && device.nominalV > 0) judgeEnergised(device)
  // No check compares fewer than three.
  if (popcnt<u32>(device.present) < 3 || !settings.isOn(CROSS)) return
  checkSum(device, ACTIVE, ACTIVE_PHASE, 0)
  checkSum(device, REACTIVE, REACTIVE_PHASE, 1)
  for (let phase = 0; phase < 3; phase++) {
    checkPhaseApparent(device, phase)
    checkLine(device, phase)
    checkFactor(device, FACTOR_PHASE + phase, ACTIVE_PHASE + phase, APPARENT_PHASE + phase)
  }
  checkApparent(device)
  checkFactor(device, FACTOR, ACTIVE, APPARENT)
}

/** All of the mask are there, none is invalid, and the check has not been made. */
function isDue(device: Moment, mask: u32, check: i32): bool {
  if ((device.present & mask) != mask || (device.checked & (1 << check)) != 0) return false
  for (let slot = 0; slot < 32; slot++) {
    if ((mask & (1 << slot)) != 0 && isInvalid(device.points[slot]!.lastQuality)) return false
  }
  device.checked |= 1 << check
  return true
}

function valueOf(device: Moment, slot: i32): f64 {
  return device.points[slot]!.lastValue
}

/** Tells of the check; `brokenBy` is 0 where it holds. */
function settle(device: Moment, about: i32, event: u32, brokenBy: f64): void {
  if (brokenBy == 0 && device.episodes.isEmpty) return
  const episodes = device.episodes.of(about, device.points[about]!.quantity)
  if (brokenBy == 0) episodes.pass(event, device.momentTime, 0)
  else episodes.fail(event, device.momentTime, brokenBy)
}

/** All readings that were compared: which of them is wrong nobody knows. */
function doubtAll(device: Moment, mask: u32): void {
  for (let slot = 0; slot < 32; slot++) {
    if ((mask & (1 << slot)) != 0) device.points[slot]!.doubt(INCONSISTENT)
  }
}

function floorVa(device: Moment): f64 {
  const share = FLOOR_SHARE * device.nominalVa
  return share > settings.crossFloor ? share : settings.crossFloor
}

function greater(one: f64, other: f64): f64 {
  return one > other ? one : other
}

/** The phases make up the total. */
function checkSum(device: Moment, total: i32, phases: i32, check: i32): void {
  const mask: u32 = (1 << total) | (7 << phases)
  if (!isDue(device, mask, check)) return
  const a = valueOf(device, phases)
  const b = valueOf(device, phases + 1)
  const c = valueOf(device, phases + 2)
  const whole = valueOf(device, total)
  const scale = greater(Math.abs(whole), Math.abs(a) + Math.abs(b) + Math.abs(c))
  const error = a + b + c - whole
  const limit = greater(settings.crossShare * scale, floorVa(device))
  const isBroken = Math.abs(error) > limit
  settle(device, total, SUM_EVENT, isBroken ? error : 0)
  if (isBroken) doubtAll(device, mask)
}

/** S = U I, and no more active power than that. */
function checkPhaseApparent(device: Moment, phase: i32): void {
  const mask: u32 =
    (1 << (VOLTAGE + phase)) | (1 << (AMPERE + phase)) | (1 << (APPARENT_PHASE + phase))
  if (!isDue(device, mask, 2 + phase)) return
  const product = valueOf(device, VOLTAGE + phase) * valueOf(device, AMPERE + phase)
  const apparent = valueOf(device, APPARENT_PHASE + phase)
  const limit = greater(settings.crossShare * greater(product, apparent), floorVa(device))
  const error = apparent - product
  const isBroken = Math.abs(error) > limit
  settle(device, APPARENT_PHASE + phase, APPARENT_EVENT, isBroken ? error : 0)
  if (isBroken) doubtAll(device, mask)
}

/**
 * The total is not above the sum of U I. It may be below: of three phases that are not alike the vector sum is less than the arithmetic one.
 * With one phase both are the same.
 */
function checkApparent(device: Moment): void {
  let phases: u32 = 7
  if (device.phases == 1) {
    phases = 0
    for (let phase = 0; phase < 3; phase++)
      if (device.points[VOLTAGE + phase] !== null) phases |= 1 << phase
  }
  const mask: u32 = (1 << APPARENT) | (phases << VOLTAGE) | (phases << AMPERE)
  if (phases == 0 || !isDue(device, mask, 5)) return
  let sum: f64 = 0
  for (let phase = 0; phase < 3; phase++) {
    if ((phases & (1 << phase)) == 0) continue
    sum += valueOf(device, VOLTAGE + phase) * valueOf(device, AMPERE + phase)
  }
  const apparent = valueOf(device, APPARENT)
  const limit = greater(settings.crossShare * greater(sum, apparent), floorVa(device))
  const error = apparent - sum
  const isBroken = error > limit || (device.phases == 1 && error < -limit)
  settle(device, APPARENT, APPARENT_EVENT, isBroken ? error : 0)
  if (isBroken) doubtAll(device, mask)
}

/** Uab = sqrt(Ua^2 + Ub^2 + Ua Ub), for 120 degrees between them; sqrt(3) U where they are alike. */
function checkLine(device: Moment, pair: i32): void {
  const from = VOLTAGE + pair
  const to = VOLTAGE + (pair == 2 ? 0 : pair + 1)
  const mask: u32 = (1 << (LINE + pair)) | (1 << from) | (1 << to)
  if (!isDue(device, mask, 6 + pair)) return
  const one = valueOf(device, from)
  const other = valueOf(device, to)
  const line = valueOf(device, LINE + pair)
  const expected = Math.sqrt(one * one + other * other + one * other)
  const scale = greater(expected, line)
  if (scale < settings.energisedShare * LINE_TO_PHASE * device.nominalV) return
  const isBroken = Math.abs(line - expected) > settings.crossShare * scale
  settle(device, LINE + pair, LINE_EVENT, isBroken ? line - expected : 0)
  if (isBroken) doubtAll(device, mask)
}

/** Of the magnitudes: whether a factor's sign means the direction or lead and lag, meters do not agree. */
function checkFactor(device: Moment, factor: i32, active: i32, apparent: i32): void {
  const mask: u32 = (1 << factor) | (1 << active) | (1 << apparent)
  const check = factor == FACTOR ? 9 : 10 + factor - FACTOR_PHASE
  if (!isDue(device, mask, check)) return
  const powerVa = valueOf(device, apparent)
  if (powerVa < FACTOR_FLOORS * floorVa(device)) return
  const error = Math.abs(valueOf(device, factor)) - Math.abs(valueOf(device, active)) / powerVa
  const isBroken = Math.abs(error) > settings.powerFactor
  settle(device, factor, FACTOR_EVENT, isBroken ? error : 0)
  if (isBroken) doubtAll(device, mask)
}

/** Frequency, power factor and distortion of a network without voltage are what an analyser's clamp and noise make them. */
function judgeEnergised(device: Moment): void {
  const asking: u32 =
    (1 << FACTOR) | (7 << FACTOR_PHASE) | (1 << HERTZ) | (7 << THD_VOLTAGE) | (7 << THD_CURRENT)
  const open = device.present & asking & ~device.looked
  if (open == 0) return
  device.looked |= open
  let best: f64 = -1
  for (let slot = VOLTAGE; slot < AMPERE; slot++) {
    const share = shareOf(device, slot)
    if (share > best) best = share
  }
  if (best < 0) return
  for (let slot = 0; slot < 32; slot++) {
    if ((open & (1 << slot)) == 0) continue
    const own = shareOf(device, phaseVoltageOf(slot))
    if ((own < 0 ? best : own) < settings.energisedShare) device.points[slot]!.spoil()
  }
}

/** The voltage of the phase that the slot is about; -1: of none. */
function phaseVoltageOf(slot: i32): i32 {
  if (slot >= FACTOR_PHASE) return VOLTAGE + slot - FACTOR_PHASE
  if (slot >= THD_CURRENT) return VOLTAGE + slot - THD_CURRENT
  return slot >= THD_VOLTAGE ? VOLTAGE + slot - THD_VOLTAGE : -1
}

/** Newest voltage over nominal; -1 where there is none, or none that is fresh. */
function shareOf(device: Moment, slot: i32): f64 {
  if (slot < 0) return -1
  const point = device.points[slot]
  if (point === null || isInvalid(point.lastQuality)) return -1
  const age = device.momentTime - point.lastTime
  if (age > FRESH_INTERVALS * device.intervalUs + FRESH_US) return -1
  const nominalV = slot >= LINE ? LINE_TO_PHASE * device.nominalV : device.nominalV
  return Math.abs(point.lastValue) / nominalV
}
