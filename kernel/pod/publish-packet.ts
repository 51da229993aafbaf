import { owe } from './acknowledgements.ts'
import { counts } from './counts.ts'
import { afterWord } from './json-text.ts'
import { bytesLeft, isSound, markBroken, position, readUint16, take } from './packet-reader.ts'
import { deviceNumber } from './points.ts'
import { TOPIC_ALIAS, nextProperty, openProperties } from './properties.ts'
import { FULL, READ, UNREADABLE, readPayload } from './readings.ts'
import { dropRows, keepRows, rows, rowsKept } from './rows.ts'
import { isName } from './subjects.ts'

export const TAKEN = 0
/** It waits until the batch is processed. */
export const NO_ROOM = 1
export const UNSOUND = 2

const PAYLOAD_FORMAT_INVALID = 0x99
const PREFIX: usize = 5
const SUFFIX: u32 = 9

/** Section 3.3, of the packet that is open: `topic | packet identifier (QoS 1) | properties | payload`. */
export function takePublish(first: u32, now: i64): i32 {
  const qos = (first >> 1) & 3
  const topicBytes = readUint16()
  const topic = take(topicBytes)
  const id = qos == 0 ? 0 : readUint16()
  // We asked for QoS 1 and allow no alias: what is more breaks the standard.
  if (qos > 1 || (qos == 1 && id == 0)) return UNSOUND
  openProperties()
  for (let property = nextProperty(); property != 0; property = nextProperty()) {
    if (property == TOPIC_ALIAS) markBroken()
  }
  if (!isSound()) return UNSOUND
  const start = position()
  const device = deviceOf(topic, topicBytes)
  let outcome = device < 0 ? UNREADABLE : readPayload(start, start + bytesLeft(), device, now)
  if (outcome == FULL) {
    const isAlone = rowsKept() == 0
    dropRows()
    if (!isAlone) return NO_ROOM
    outcome = UNREADABLE
  }
  counts.messages++
  if (outcome == READ) {
    counts.readings += rows() - rowsKept()
    keepRows()
  } else {
    counts.refused++
    dropRows()
  }
  if (qos == 1) owe(id, outcome == READ ? 0 : PAYLOAD_FORMAT_INVALID)
  return TAKEN
}

/** Of `grid/<device>/readings`; -1: of another topic, or there is no room. */
function deviceOf(topic: usize, bytes: u32): i32 {
  if (bytes <= <u32>PREFIX + SUFFIX || afterWord(topic, 'grid/') == 0) return -1
  const device = topic + PREFIX
  const deviceBytes = bytes - <u32>PREFIX - SUFFIX
  if (afterWord(device + <usize>deviceBytes, '/readings') == 0 || !isName(device, deviceBytes))
    return -1
  return deviceNumber(device, deviceBytes)
}
