import { crc32 } from 'node:zlib'
import { ACCOUNT_STRIDE } from '../core/accounts.ts'

/** What the writer knows at one row of the journal; everything in it can be computed again from the rows before. */
export interface Snapshot {
  /** Number of the last row that is counted in. */
  readonly journal: number
  /** Time of the latest reading of each point. */
  readonly latest: Float64Array
  /** `ACCOUNT_STRIDE` counts for each device. */
  readonly accounts: Float64Array
  /** Device of each point. */
  readonly deviceOf: Uint16Array
}

const HEADER_BYTES = 8
const CRC_BYTES = 4

/** `points u32 | devices u32 | latest f64[points] | accounts f64[16 × devices] | deviceOf u16[points] | crc-32 u32` */
export function encodeSnapshot({
  latest,
  accounts,
  deviceOf,
}: Omit<Snapshot, 'journal'>): Uint8Array {
  const bytes = new Uint8Array(
    HEADER_BYTES + latest.byteLength + accounts.byteLength + deviceOf.byteLength + CRC_BYTES,
  )
  const view = new DataView(bytes.buffer)
  view.setUint32(0, latest.length, true)
  view.setUint32(4, accounts.length / ACCOUNT_STRIDE, true)
  let at = HEADER_BYTES
  for (const column of [latest, accounts, deviceOf]) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at)
    at += column.byteLength
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true)
  return bytes
}

/** Undefined where the bytes are damaged: the caller replays the whole journal instead. */
export function decodeSnapshot(journal: number, bytes: Uint8Array): Snapshot | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES + CRC_BYTES) return undefined
  const points = view.getUint32(0, true)
  const devices = view.getUint32(4, true)
  const end = HEADER_BYTES + points * 10 + devices * ACCOUNT_STRIDE * 8
  if (bytes.length !== end + CRC_BYTES) return undefined
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) return undefined
  const body = bytes.slice(HEADER_BYTES, end).buffer
  const accountsAt = points * 8
  const deviceOfAt = accountsAt + devices * ACCOUNT_STRIDE * 8
  return {
    journal,
    latest: new Float64Array(body, 0, points),
    accounts: new Float64Array(body, accountsAt, devices * ACCOUNT_STRIDE),
    deviceOf: new Uint16Array(body, deviceOfAt, points),
  }
}
