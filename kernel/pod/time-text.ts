let micros: i64 = 0

/** What `isTime` has read, microseconds since 1970. */
export function timeRead(): i64 {
  return micros
}

const ZERO = 0x30
const DAY: i64 = 86400

/** Whether [start, end) is RFC 3339 with a zone, by the rules of src/core/time.ts: finer digits are cut, a leap second is the one after. */
export function isTime(start: usize, end: usize): bool {
  if (end - start < 20 || !hasForm(start)) return false
  const year = digits(start, 4)
  const month = digits(start + 5, 2)
  const day = digits(start + 8, 2)
  const hour = digits(start + 11, 2)
  const minute = digits(start + 14, 2)
  const second = digits(start + 17, 2)
  if ((year | month | day | hour | minute | second) < 0) return false
  if (year < 100 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false
  if (hour > 23 || minute > 59 || second > 60) return false
  let at = start + 19
  let fraction: i64 = 0
  if (load<u8>(at) == 0x2e) {
    const point = ++at
    let unit: i64 = 100000
    for (; at < end && (load<u8>(at) ^ ZERO) <= 9; at++, unit /= 10) {
      fraction += <i64>(load<u8>(at) - ZERO) * unit
    }
    if (at == point || at - point > 9) return false
  }
  if (!isZone(at, end)) return false
  const days = daysSince1970(year, month, day)
  const seconds = days * DAY + <i64>(hour * 3600 + minute * 60 + second) - zoneSeconds
  micros = seconds * 1000000 + fraction
  return true
}

let zoneSeconds: i64 = 0

function isZone(at: usize, end: usize): bool {
  const sign = load<u8>(at)
  zoneSeconds = 0
  if ((sign | 0x20) == 0x7a) return at + 1 == end
  if ((sign != 0x2b && sign != 0x2d) || at + 6 != end || load<u8>(at + 3) != 0x3a) return false
  const hour = digits(at + 1, 2)
  const minute = digits(at + 4, 2)
  if ((hour | minute) < 0 || hour > 23 || minute > 59) return false
  zoneSeconds = hour * 3600 + minute * 60
  if (sign == 0x2d) zoneSeconds = -zoneSeconds
  return true
}

/** The marks between the digits. */
function hasForm(at: usize): bool {
  const between = load<u8>(at + 10)
  const isDate = load<u8>(at + 4) == 0x2d && load<u8>(at + 7) == 0x2d
  const isClock = load<u8>(at + 13) == 0x3a && load<u8>(at + 16) == 0x3a
  return isDate && isClock && ((between | 0x20) == 0x74 || between == 0x20)
}

/** -1 where they are not all digits. */
function digits(at: usize, count: i32): i32 {
  let value = 0
  for (let index = 0; index < count; index++) {
    const digit = load<u8>(at + <usize>index) ^ ZERO
    if (digit > 9) return -1
    value = value * 10 + <i32>digit
  }
  return value
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31
}

/** Years begin in March here, so that the day which some have comes last. */
function daysSince1970(year: i32, month: i32, day: i32): i64 {
  const shifted = month > 2 ? year : year - 1
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
  const leaps = shifted / 4 - shifted / 100 + shifted / 400
  return <i64>(365 * shifted + leaps + dayOfYear) - 719468
}
