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
  /** Value and quality of the latest reading of each point; where the quality is 0xffff they are not known. */
  readonly values: Float64Array
  readonly qualities: Uint16Array
}

const HEADER_BYTES = 8
const CRC_BYTES = 4

/**
 *     points u32 | devices u32 | latest f64[points] | accounts f64[16 × devices] | values f64[points]
 *     | deviceOf u16[points] | qualities u16[points] | crc-32 u32
 */
export function encodeSnapshot(snapshot: Omit<Snapshot, 'journal'>): Uint8Array {
  const { latest, accounts, values, deviceOf, qualities } = snapshot
  const columns = [latest, accounts, values, deviceOf, qualities]
  const length = columns.reduce((sum, { byteLength }) => sum + byteLength, HEADER_BYTES)
  const bytes = new Uint8Array(length + CRC_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, latest.length, true)
  view.setUint32(4, accounts.length / ACCOUNT_STRIDE, true)
  let at = HEADER_BYTES
  for (const column of columns) {
    bytes.set(new Uint8Array(column.buffer, column.byteOffset, column.byteLength), at)
    at += column.byteLength
  }
  view.setUint32(at, crc32(bytes.subarray(0, at)), true)
  return bytes
}

/**
 * Undefined where the bytes are damaged: the caller replays the whole journal instead. One of an earlier shape, which its length shows, had
 * neither values nor qualities: they are not known.
 */
export function decodeSnapshot(journal: number, bytes: Uint8Array): Snapshot | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES + CRC_BYTES) return undefined
  const points = view.getUint32(0, true)
  const devices = view.getUint32(4, true)
  const accountsBytes = devices * ACCOUNT_STRIDE * 8
  const isEarlier = bytes.length === HEADER_BYTES + points * 10 + accountsBytes + CRC_BYTES
  const end = HEADER_BYTES + points * (isEarlier ? 10 : 20) + accountsBytes
  if (bytes.length !== end + CRC_BYTES) return undefined
  if (crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)) return undefined
  const body = bytes.slice(HEADER_BYTES, end).buffer
  const valuesAt = points * 8 + accountsBytes
  const deviceOfAt = isEarlier ? valuesAt : valuesAt + points * 8
  return {
    journal,
    latest: new Float64Array(body, 0, points),
    accounts: new Float64Array(body, points * 8, devices * ACCOUNT_STRIDE),
    values: isEarlier ? new Float64Array(points) : new Float64Array(body, valuesAt, points),
    deviceOf: new Uint16Array(body, deviceOfAt, points),
    qualities: isEarlier
      ? new Uint16Array(points).fill(0xffff)
      : new Uint16Array(body, deviceOfAt + points * 2, points),
  }
}
