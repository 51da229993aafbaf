import {
  BAD_REFERENCE,
  CLOCK_NOT_SYNCHRONISED,
  ESTIMATED,
  FAILURE,
  GOOD,
  INACCURATE,
  INCONSISTENT,
  INVALID,
  OLD_DATA,
  OPERATOR_BLOCKED,
  OSCILLATORY,
  OUT_OF_RANGE,
  OVERFLOW,
  QUESTIONABLE,
  SUBSTITUTED,
  TEST,
  TIME_OF_ARRIVAL,
  VALIDITY,
} from '../sdk/index.ts'
import { afterWord } from './json-text.ts'

/** As src/core/quality.ts names them. */
const NAMES: StaticArray<string> = [
  'good',
  'invalid',
  'questionable',
  'overflow',
  'outOfRange',
  'badReference',
  'oscillatory',
  'failure',
  'oldData',
  'inconsistent',
  'inaccurate',
  'substituted',
  'test',
  'operatorBlocked',
  'clockNotSynchronised',
  'timeOfArrival',
  'estimated',
]
const BITS: StaticArray<u16> = [
  GOOD,
  INVALID,
  QUESTIONABLE,
  OVERFLOW,
  OUT_OF_RANGE,
  BAD_REFERENCE,
  OSCILLATORY,
  FAILURE,
  OLD_DATA,
  INCONSISTENT,
  INACCURATE,
  SUBSTITUTED,
  TEST,
  OPERATOR_BLOCKED,
  CLOCK_NOT_SYNCHRONISED,
  TIME_OF_ARRIVAL,
  ESTIMATED,
]
/** The first that is not a validity. */
const DETAILS = 3
const SPACE = 0x20
const COMMA = 0x2c

/** The bits of `questionable,outOfRange` in [start, end); -1 for an unknown name. */
export function qualityOf(start: usize, end: usize): i32 {
  let bits: u16 = 0
  let at = start
  while (true) {
    while (at < end && load<u8>(at) == SPACE) at++
    const index = nameAt(at, end)
    if (index < 0) return -1
    bits |= BITS[index]
    at += <usize>NAMES[index].length
    while (at < end && load<u8>(at) == SPACE) at++
    if (at == end) return bits
    if (load<u8>(at++) != COMMA) return -1
  }
}

/** The validity comes first, as `formatQuality` has it. */
export function qualityText(bits: u16): string {
  let text = ''
  const validity = bits & VALIDITY
  if (validity == INVALID) text = 'invalid'
  else if (validity == QUESTIONABLE) text = 'questionable'
  for (let index = DETAILS; index < NAMES.length; index++) {
    if ((bits & BITS[index]) != 0) text += text.length == 0 ? NAMES[index] : ',' + NAMES[index]
  }
  return text.length == 0 ? 'good' : text
}

/** None of the names begins with another. */
function nameAt(at: usize, end: usize): i32 {
  for (let index = 0; index < NAMES.length; index++) {
    const after = afterWord(at, NAMES[index])
    if (after != 0 && after <= end) return index
  }
  return -1
}
