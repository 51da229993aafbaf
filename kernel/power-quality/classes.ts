import { name } from '../sdk/index.ts'

const CURVE_WITHIN = name('no-interruption')
const CURVE_BELOW = name('no-damage')
const CURVE_ABOVE = name('prohibited')
const RIDE_THROUGH = name('ride-through')
const BEYOND = name('beyond')
const NOT_COVERED = name('not-covered')
const NONE = name('none')

const INSTANTANEOUS = 0
const MOMENTARY = 1
const TEMPORARY = 2
const LONG = 3

const SAGS: StaticArray<u32> = [
  name('instantaneous-sag'),
  name('momentary-sag'),
  name('temporary-sag'),
  name('undervoltage'),
]
const SWELLS: StaticArray<u32> = [
  name('instantaneous-swell'),
  name('momentary-swell'),
  name('temporary-swell'),
  name('overvoltage'),
]
const INTERRUPTIONS: StaticArray<u32> = [
  name('momentary-interruption'),
  name('momentary-interruption'),
  name('temporary-interruption'),
  name('sustained-interruption'),
]

/** IEEE 1159-2019, table 2: by duration, and below 10 % an interruption. `percent` is the lowest voltage, or the highest of a swell. */
export function ieee1159(percent: f64, seconds: f64, nominalHz: f64): u32 {
  const length = lengthOf(seconds, nominalHz)
  if (percent > 100) return SWELLS[length]
  return percent < 10 ? INTERRUPTIONS[length] : SAGS[length]
}

/** Half a cycle to 30 cycles, to 3 s, to 1 min, longer. */
function lengthOf(seconds: f64, nominalHz: f64): i32 {
  if (seconds * nominalHz <= 30) return INSTANTANEOUS
  if (seconds <= 3) return MOMENTARY
  return seconds <= 60 ? TEMPORARY : LONG
}

/**
 * The curve of ITIC (2000): within it equipment works on; below it may stop, unharmed; above it may be damaged. 70 % is borne to 0.5 s, not
 * to 5 s as some published copies of the curve have it.
 */
export function itic(percent: f64, seconds: f64): u32 {
  if (percent > iticHighest(seconds)) return CURVE_ABOVE
  return percent < iticLowest(seconds) ? CURVE_BELOW : CURVE_WITHIN
}

function iticLowest(seconds: f64): f64 {
  if (seconds <= 0.02) return 0
  if (seconds <= 0.5) return 70
  return seconds <= 10 ? 80 : 90
}

function iticHighest(seconds: f64): f64 {
  if (seconds <= 0.0002) return 500
  if (seconds <= 0.001) return 200
  if (seconds <= 0.003) return 140
  return seconds <= 0.5 ? 120 : 110
}

/** SEMI F47-0706: what semiconductor equipment has to ride through. Above nominal and beyond 1 s it says nothing. */
export function semiF47(percent: f64, seconds: f64, nominalHz: f64): u32 {
  if (percent > 100 || seconds > 1) return NOT_COVERED
  return percent >= f47Lowest(seconds, nominalHz) ? RIDE_THROUGH : BEYOND
}

function f47Lowest(seconds: f64, nominalHz: f64): f64 {
  // One cycle of nothing is a recommendation.
  if (seconds * nominalHz <= 1) return 0
  if (seconds <= 0.2) return 50
  return seconds <= 0.5 ? 70 : 80
}

const ROWS = 'ABCDX'
const COLUMNS = '12345'

/** EN 50160:2010, table of dips: rows A to D and X by residual voltage, columns 1 to 5 by duration; none beyond 1 min. */
export function en50160Cell(percent: f64, seconds: f64): u32 {
  if (percent >= 90 || seconds < 0.01 || seconds > 60) return NONE
  return CELLS[rowOf(percent) * 5 + columnOf(seconds)]
}

function rowOf(percent: f64): i32 {
  if (percent >= 80) return 0
  if (percent >= 70) return 1
  if (percent >= 40) return 2
  return percent >= 5 ? 3 : 4
}

function columnOf(seconds: f64): i32 {
  if (seconds <= 0.2) return 0
  if (seconds <= 0.5) return 1
  if (seconds <= 1) return 2
  return seconds <= 5 ? 3 : 4
}

const CELLS: StaticArray<u32> = makeCells()

function makeCells(): StaticArray<u32> {
  const cells = new StaticArray<u32>(25)
  for (let row = 0; row < 5; row++)
    for (let column = 0; column < 5; column++)
      cells[row * 5 + column] = name(ROWS.charAt(row) + COLUMNS.charAt(column))
  return cells
}
