import {
  CONTENT_AT,
  DROPPED_AT,
  FIELDS,
  FIELD_BYTES,
  FIELD_KIND_AT,
  FIELD_NAME_AT,
  FIELD_NUMBER,
  FIELD_VALUE_AT,
  FIELD_WORD,
  KIND_AGGREGATE,
  KIND_DERIVED,
  KIND_EVENT,
  KIND_NAME,
  KIND_REFUSAL,
  LENGTH_AT,
  NAMES,
  NAME_BYTES,
  OUTPUT_BYTES,
  RECORD_BYTES,
  RECORD_END_AT,
  RECORD_FIELDS_AT,
  RECORD_KEY_AT,
  RECORD_KIND_AT,
  RECORD_LENGTH_AT,
  RECORD_NAME_AT,
  RECORD_QUALITY_AT,
  RECORD_REVISION_AT,
  RECORD_SEVERITY_AT,
  RECORD_STATE_AT,
  RECORD_SUBJECT_AT,
  RECORD_TIME_AT,
  RECORD_VALUE_AT,
  TEXT_AT,
  TEXT_LENGTH_AT,
} from './layout.ts'

const MEMORY: usize = heap.alloc(OUTPUT_BYTES)
/** Of a record that found no room: what is set in it afterwards goes nowhere. */
const NOWHERE: usize = heap.alloc(RECORD_BYTES)
let length: usize = CONTENT_AT
let dropped: u32 = 0
/** The host has them; the next record is the first of the next call. */
let isTaken = false
/** The record that was begun last. */
let record: usize = NOWHERE

const numbers: Map<string, u32> = new Map<string, u32>()

/** The number of a quantity, a kind of event, a field or a word; the host learns it with the outputs that first need it. */
export function name(text: string): u32 {
  if (numbers.has(text)) return numbers.get(text)
  const number = <u32>numbers.size
  assert(number < <u32>NAMES)
  numbers.set(text, number)
  putText(KIND_NAME, number, text)
  return number
}

export const NO_NAME: u32 = u32.MAX_VALUE

/** For names made of what devices send: NO_NAME where the text cannot be one, or the table of names is nearly full. */
export function nameOrNone(text: string): u32 {
  if (numbers.has(text)) return numbers.get(text)
  return numbers.size < NAMES - NAMES_RESERVED && isName(text) ? name(text) : NO_NAME
}

/** For the names that a module has of its own. */
const NAMES_RESERVED = 256

/** As the host reads it: up to NAME_BYTES of A-Z a-z 0-9 . _ : - and a letter or digit in front. */
function isName(text: string): bool {
  if (text.length == 0 || text.length > NAME_BYTES) return false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isDigit = code >= 0x30 && code <= 0x3a
    const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
    const isMark = code == 0x2d || code == 0x2e || code == 0x5f
    if (!isDigit && !isLetter && !isMark) return false
    if (at == 0 && (isMark || code == 0x3a)) return false
  }
  return true
}

/** Why a setting cannot be: call it in `configure`, which is then refused with this text. */
export function refuse(text: string): void {
  isRefused = true
  putText(KIND_REFUSAL, 0, text)
}

let isRefused = false

/** A reading that was computed. `quality` as in quality.ts. */
export function emitDerived(quantity: u32, subject: u32, time: i64, value: f64): void {
  begin(KIND_DERIVED, quantity, subject)
  store<i64>(record + RECORD_TIME_AT, time)
  store<i64>(record + RECORD_END_AT, time)
  withValue(value)
}

/** Of [start, end), microseconds. A later revision of the same quantity, subject, interval and key takes the place of an earlier one. */
export function emitAggregate(quantity: u32, subject: u32, start: i64, end: i64): void {
  begin(KIND_AGGREGATE, quantity, subject)
  store<i64>(record + RECORD_TIME_AT, start)
  store<i64>(record + RECORD_END_AT, end)
}

/** `end` is 0 while it goes on. The same kind, subject, start and key is the same event, told of again. */
export function emitEvent(kind: u32, subject: u32, start: i64, end: i64): void {
  begin(KIND_EVENT, kind, subject)
  store<i64>(record + RECORD_TIME_AT, start)
  store<i64>(record + RECORD_END_AT, end)
}

/** A NaN always has the same bits, so that equal outputs are equal bytes. */
export function withValue(value: f64): void {
  storeNumber(record + RECORD_VALUE_AT, value)
}

/** Tells apart what kind, subject and time do not: a phase, the order of a harmonic. */
export function withKey(key: u32): void {
  store<u32>(record + RECORD_KEY_AT, key)
}

export function withRevision(revision: u32): void {
  store<u32>(record + RECORD_REVISION_AT, revision)
}

export function withQuality(quality: u16): void {
  store<u16>(record + RECORD_QUALITY_AT, quality)
}

/** STATE_START, STATE_UPDATE or STATE_END of layout.ts. */
export function withState(state: i32): void {
  store<u8>(record + RECORD_STATE_AT, <u8>state)
}

/** 0 for information, 1 warning, 2 minor, 3 major, 4 critical. */
export function withSeverity(severity: i32): void {
  store<u8>(record + RECORD_SEVERITY_AT, <u8>severity)
}

export function withField(field: u32, value: f64): void {
  const at = putField(field, FIELD_NUMBER)
  if (at != 0) storeNumber(at + FIELD_VALUE_AT, value)
}

/** A field whose value is a word, such as a class or a method. */
export function withWord(field: u32, word: u32): void {
  const at = putField(field, FIELD_WORD)
  if (at != 0) store<u64>(at + FIELD_VALUE_AT, <u64>word)
}

/** For the ABI: where the records since the last call lie. */
export function takeOutputs(): usize {
  if (isTaken) clear()
  store<u32>(MEMORY + LENGTH_AT, <u32>(length - CONTENT_AT))
  store<u32>(MEMORY + DROPPED_AT, dropped)
  isTaken = true
  return MEMORY
}

/** For the ABI: whether `refuse` was called since it was asked last. */
export function takeRefusal(): bool {
  const was = isRefused
  isRefused = false
  return was
}

function clear(): void {
  isTaken = false
  length = CONTENT_AT
  dropped = 0
}

function begin(kind: i32, named: u32, subject: u32): void {
  record = room(RECORD_BYTES)
  if (record == 0) record = NOWHERE
  memory.fill(record, 0, RECORD_BYTES)
  store<u32>(record + RECORD_LENGTH_AT, RECORD_BYTES)
  store<u8>(record + RECORD_KIND_AT, <u8>kind)
  store<u32>(record + RECORD_NAME_AT, named)
  store<u32>(record + RECORD_SUBJECT_AT, subject)
}

/** 0 where there is none: the record is counted as dropped, and the host shows it. */
function room(bytes: usize): usize {
  if (isTaken) clear()
  if (length + bytes > <usize>OUTPUT_BYTES) {
    dropped++
    return 0
  }
  const at = MEMORY + length
  length += bytes
  return at
}

/** Where the field of the record begins; 0 where it has no room. */
function putField(field: u32, kind: i32): usize {
  if (record == NOWHERE) return 0
  const fields = <i32>load<u8>(record + RECORD_FIELDS_AT)
  assert(fields < FIELDS)
  const at = room(FIELD_BYTES)
  if (at == 0) return 0
  store<u8>(record + RECORD_FIELDS_AT, <u8>(fields + 1))
  store<u32>(record + RECORD_LENGTH_AT, load<u32>(record + RECORD_LENGTH_AT) + FIELD_BYTES)
  store<u32>(at + FIELD_NAME_AT, field)
  store<u32>(at + FIELD_KIND_AT, kind)
  return at
}

function storeNumber(at: usize, value: f64): void {
  if (value == value) store<f64>(at, value)
  else store<u64>(at, 0x7ff8000000000000)
}

function putText(kind: i32, number: u32, text: string): void {
  const bytes = String.UTF8.byteLength(text)
  assert(bytes <= NAME_BYTES || kind == KIND_REFUSAL)
  const total = (TEXT_AT + bytes + 7) & ~7
  const at = room(total)
  // A name without room would never be known: better the module ends here than that its records mean something else.
  assert(at != 0)
  memory.fill(at, 0, total)
  store<u32>(at + RECORD_LENGTH_AT, <u32>total)
  store<u8>(at + RECORD_KIND_AT, <u8>kind)
  store<u32>(at + RECORD_NAME_AT, number)
  store<u32>(at + TEXT_LENGTH_AT, <u32>bytes)
  String.UTF8.encodeUnsafe(changetype<usize>(text), text.length, at + TEXT_AT)
  record = NOWHERE
}
