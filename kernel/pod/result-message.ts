import {
  FIELD_BYTES,
  FIELD_KIND_AT,
  FIELD_NAME_AT,
  FIELD_VALUE_AT,
  FIELD_WORD,
  KIND_AGGREGATE,
  KIND_DERIVED,
  KIND_EVENT,
  RECORD_BYTES,
  RECORD_END_AT,
  RECORD_FIELDS_AT,
  RECORD_KEY_AT,
  RECORD_KIND_AT,
  RECORD_NAME_AT,
  RECORD_QUALITY_AT,
  RECORD_REVISION_AT,
  RECORD_SEVERITY_AT,
  RECORD_STATE_AT,
  RECORD_SUBJECT_AT,
  RECORD_TIME_AT,
  RECORD_VALUE_AT,
  STATE_END,
  STATE_START,
  STATE_UPDATE,
} from '../sdk/layout.ts'
import {
  closeText,
  openText,
  write,
  writeBytes,
  writeNumber,
  writeTime,
  writeUnsigned,
} from './message-text.ts'
import { qualityText } from './quality-text.ts'
import { nameAt, nameBytes } from './result-names.ts'
import { RESULT_BYTES } from './results-queue.ts'
import { subjectAt, subjectBytes, subjectKind } from './subjects.ts'
import { writeWidth } from './width.ts'

const CRITICAL: u8 = 4
const PUBLISH_QOS_1: u8 = 0x32
/** A type and three bytes of length stand in front at most: RESULT_BYTES is less than 2^21. */
const FRONT: usize = 4
let messageAt: usize = 0

/** Where the packet that was written last begins, which may be a little behind where it was given room. */
export function packetStart(): usize {
  return messageAt
}

/** Writes the PUBLISH of a record into RESULT_BYTES at `room`, and answers its length; 0: the record has too much for that. */
export function writeMessage(record: usize, room: usize, packetId: u32): usize {
  const body = room + FRONT
  openText(body + 2, RESULT_BYTES - FRONT - 2)
  writeTopic(record)
  const topicEnd = closeText()
  if (topicEnd == 0) return 0
  store<u16>(body, bswap<u16>(<u16>(topicEnd - body - 2)))
  store<u16>(topicEnd, bswap<u16>(<u16>packetId))
  store<u8>(topicEnd + 2, 0)
  const payload = topicEnd + 3
  openText(payload, room + RESULT_BYTES - payload)
  const kind = load<u8>(record + RECORD_KIND_AT)
  writeFinding(record, kind)
  const end = closeText()
  if (end == 0) return 0
  messageAt = putHeader(body, end - body)
  return end - messageAt
}

function putHeader(body: usize, bytes: usize): usize {
  let at = body
  if (bytes >= 16384) store<u8>(--at, <u8>(bytes >> 14))
  if (bytes >= 128) store<u8>(--at, <u8>((bytes >> 7) & 127) | (bytes >= 16384 ? 128 : 0))
  store<u8>(--at, <u8>(bytes & 127) | (bytes >= 128 ? 128 : 0))
  store<u8>(--at, PUBLISH_QOS_1)
  return at
}

/** `grid/<subject>/events`, `grid/<subject>/aggregates/<width>`, `grid/<subject>/derived`. */
function writeTopic(record: usize): void {
  const subject = load<u32>(record + RECORD_SUBJECT_AT)
  write('grid/')
  writeBytes(subjectAt(subject), subjectBytes(subject))
  const kind = load<u8>(record + RECORD_KIND_AT)
  if (kind == KIND_DERIVED) write('/derived')
  else if (kind != KIND_AGGREGATE) write('/events')
  else {
    write('/aggregates/')
    writeWidth(load<i64>(record + RECORD_END_AT) - load<i64>(record + RECORD_TIME_AT))
  }
}

/** What an edge publishes of it: src/edge/processors/publications.ts. */
function writeFinding(record: usize, kind: u8): void {
  const subject = load<u32>(record + RECORD_SUBJECT_AT)
  write('{"subject":"')
  writeBytes(subjectAt(subject), subjectBytes(subject))
  write('","subjectKind":"')
  write(subjectKind(subject))
  write('","name":')
  writeName(load<u32>(record + RECORD_NAME_AT))
  writeCount(',"key":', load<u32>(record + RECORD_KEY_AT))
  if (kind == KIND_DERIVED) write(',"time":')
  else write(',"start":')
  writeTime(load<i64>(record + RECORD_TIME_AT))
  if (kind != KIND_DERIVED) writeEnd(load<i64>(record + RECORD_END_AT))
  if (kind == KIND_EVENT)
    writeState(load<u8>(record + RECORD_STATE_AT), load<u8>(record + RECORD_SEVERITY_AT))
  write(',"value":')
  writeNumber(load<f64>(record + RECORD_VALUE_AT))
  write(',"quality":"')
  write(qualityText(load<u16>(record + RECORD_QUALITY_AT)))
  write('"')
  writeCount(',"revision":', load<u32>(record + RECORD_REVISION_AT))
  writeFields(record, load<u8>(record + RECORD_FIELDS_AT))
  write('}')
}

function writeEnd(end: i64): void {
  write(',"end":')
  if (end == 0) write('null')
  else writeTime(end)
}

function writeState(state: u8, severity: u8): void {
  write(',"state":')
  if (state == STATE_START) write('"start"')
  else if (state == STATE_UPDATE) write('"update"')
  else if (state == STATE_END) write('"end"')
  else write('null')
  write(',"severity":')
  writeUnsigned(severity < CRITICAL ? severity : CRITICAL)
}

/** What is 0 is left out. */
function writeCount(label: string, value: u32): void {
  if (value == 0) return
  write(label)
  writeUnsigned(value)
}

function writeFields(record: usize, count: u8): void {
  if (count == 0) return
  write(',"fields":{')
  for (let index: usize = 0; index < <usize>count; index++) {
    const field = record + RECORD_BYTES + index * FIELD_BYTES
    if (index > 0) write(',')
    writeName(load<u32>(field + FIELD_NAME_AT))
    write(':')
    if (load<u32>(field + FIELD_KIND_AT) == FIELD_WORD) writeName(load<u32>(field + FIELD_VALUE_AT))
    else writeNumber(load<f64>(field + FIELD_VALUE_AT))
  }
  write('}')
}

/** In quotes; names are what may stand in a topic, nothing in them needs an escape. */
function writeName(number: u32): void {
  write('"')
  writeBytes(nameAt(number), nameBytes(number))
  write('"')
}
