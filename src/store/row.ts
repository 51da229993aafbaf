import { crc32 } from 'node:zlib'
import { assert } from '../core/assert.ts'
import type { Columns } from '../core/batch.ts'
import { GridError } from '../core/errors.ts'
import { limits } from '../core/limits.ts'

/**
 * The blob of a journal row (docs/format/journal.md), little-endian:
 *
 *     version u8 | flags u8 | quality u16 | readings u32 | notes u32 | 0 u32 | first time i64      24 bytes
 *     values  f64[readings]
 *     times   u32[readings], microseconds after the first time
 *     points  u32[readings], or u16 where flags has SHORT_POINTS
 *     quality u16[readings] where flags has QUALITIES, else the header's holds for all
 *     notes   (device u32, account kind u32, count u32)[notes]
 *     crc-32 of everything before it, u32
 */
export const ROW_VERSION = 1
const SHORT_POINTS = 1
const QUALITIES = 2
const HEADER_BYTES = 24
const NOTE_BYTES = 12
const CRC_BYTES = 4

export interface Row extends Columns {
  readonly firstTime: number
  /** Triples (device, account kind, count). */
  readonly notes: Uint32Array
}

/** What goes into one row: the readings of a batch that `order` lists, or its first `count`. */
export interface RowSource {
  readonly columns: Columns
  readonly count: number
  readonly order: Uint16Array | undefined
  readonly firstTime: number
  readonly lastTime: number
  /** Triples (device, account kind, count). */
  readonly notes: Uint32Array
}

export interface EncodedRow {
  /** Valid until the next row is encoded. */
  readonly bytes: Uint8Array
  /** Bit (device mod 32) for each device in the row. */
  readonly devices: number
  readonly readings: number
  readonly firstTime: number
  readonly lastTime: number
}

const MAX_BYTES =
  HEADER_BYTES + limits.slotReadings * 22 + limits.slotNotes * 2 * NOTE_BYTES + CRC_BYTES

/** Encodes rows into one buffer that it keeps. */
export class RowEncoder {
  readonly #memory = new ArrayBuffer(MAX_BYTES)
  readonly #bytes = new Uint8Array(this.#memory)
  readonly #view = new DataView(this.#memory)
  readonly #inOrder = Uint16Array.from({ length: limits.slotReadings }, (_, row) => row)

  encode(source: RowSource, deviceOf: Uint16Array): EncodedRow {
    const { columns, count, firstTime, lastTime, notes } = source
    assert(
      count === 0 || lastTime - firstTime <= limits.journalRowSpanMs * 1000,
      'a row spans no more than its limit',
    )
    const order = source.order ?? this.#inOrder
    const shape = shapeOf({ columns, count, order }, deviceOf)
    let at = this.#header(source, shape)
    const values = new Float64Array(this.#memory, at, count)
    at += count * 8
    const times = new Uint32Array(this.#memory, at, count)
    at += count * 4
    const points = shape.shortPoints
      ? new Uint16Array(this.#memory, at, count)
      : new Uint32Array(this.#memory, at, count)
    at += points.byteLength
    for (let row = 0; row < count; row++) {
      const from = order[row] as number
      values[row] = columns.values[from] as number
      times[row] = (columns.times[from] as number) - firstTime
      points[row] = columns.points[from] as number
    }
    if (shape.mixedQualities) {
      const qualities = new Uint16Array(this.#memory, at, count)
      for (let row = 0; row < count; row++)
        qualities[row] = columns.qualities[order[row] as number] as number
      at += qualities.byteLength
    }
    for (const word of notes) {
      this.#view.setUint32(at, word, true)
      at += 4
    }
    this.#view.setUint32(at, crc32(this.#bytes.subarray(0, at)), true)
    const bytes = this.#bytes.subarray(0, at + CRC_BYTES)
    return { bytes, devices: shape.devices, readings: count, firstTime, lastTime }
  }

  #header({ count, firstTime, notes }: RowSource, shape: Shape): number {
    const flags = (shape.shortPoints ? SHORT_POINTS : 0) | (shape.mixedQualities ? QUALITIES : 0)
    this.#view.setUint8(0, ROW_VERSION)
    this.#view.setUint8(1, flags)
    this.#view.setUint16(2, shape.quality, true)
    this.#view.setUint32(4, count, true)
    this.#view.setUint32(8, notes.length / 3, true)
    this.#view.setUint32(12, 0, true)
    this.#view.setBigInt64(16, count === 0 ? 0n : BigInt(firstTime), true)
    return HEADER_BYTES
  }
}

interface Shape {
  readonly shortPoints: boolean
  /** Readings differ in quality: each has its own. */
  readonly mixedQualities: boolean
  readonly quality: number
  readonly devices: number
}

interface Selection {
  readonly columns: Columns
  readonly count: number
  readonly order: Uint16Array
}

function shapeOf({ columns, count, order }: Selection, deviceOf: Uint16Array): Shape {
  const { points, qualities } = columns
  const common = count === 0 ? 0 : (qualities[order[0] as number] as number)
  let differs = 0
  let pointBits = 0
  let devices = 0
  for (let row = 0; row < count; row++) {
    const from = order[row] as number
    const point = points[from] as number
    pointBits |= point
    devices |= 1 << ((deviceOf[point] as number) & 31)
    differs |= (qualities[from] as number) ^ common
  }
  return {
    shortPoints: pointBits < 65_536,
    mixedQualities: differs !== 0,
    quality: common,
    devices: devices >>> 0,
  }
}

/** What stands in a row, as views on its bytes. */
export interface RowView {
  readonly firstTime: number
  readonly values: Float64Array
  /** Microseconds after the first time. */
  readonly offsets: Uint32Array
  readonly points: Uint16Array | Uint32Array
  /** Undefined: all have `quality`. */
  readonly qualities: Uint16Array | undefined
  readonly quality: number
}

/** Of a row that is known to be good. `bytes` must start at a multiple of 8. */
export function viewRow({ buffer, byteOffset }: Uint8Array): RowView {
  const view = new DataView(buffer, byteOffset, HEADER_BYTES)
  const flags = view.getUint8(1)
  const count = view.getUint32(4, true)
  const at = byteOffset + HEADER_BYTES
  const short = (flags & SHORT_POINTS) !== 0
  const pointsAt = at + count * 12
  return {
    firstTime: Number(view.getBigInt64(16, true)),
    values: new Float64Array(buffer, at, count),
    offsets: new Uint32Array(buffer, at + count * 8, count),
    points: short
      ? new Uint16Array(buffer, pointsAt, count)
      : new Uint32Array(buffer, pointsAt, count),
    quality: view.getUint16(2, true),
    qualities:
      (flags & QUALITIES) === 0
        ? undefined
        : new Uint16Array(buffer, pointsAt + count * (short ? 2 : 4), count),
  }
}

/** Throws `corrupt` where the checksum or the version disagrees. */
export function checkRow(bytes: Uint8Array, number: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = bytes.length - CRC_BYTES
  if (
    end < HEADER_BYTES ||
    view.getUint8(0) !== ROW_VERSION ||
    crc32(bytes.subarray(0, end)) !== view.getUint32(end, true)
  ) {
    throw new GridError(
      'corrupt',
      `journal row ${number}: ${bytes.length} bytes whose checksum or version is wrong`,
      {
        hint: 'The disk returned other bytes than were written. Copy the data folder away, then check the disk.',
      },
    )
  }
}

/** The row's columns, some as views on `bytes`, which must start at a multiple of 8. Throws `corrupt` as `checkRow` does. */
export function decodeRow(bytes: Uint8Array, number: number): Row {
  checkRow(bytes, number)
  const { firstTime, values, offsets, points, quality, qualities } = viewRow(bytes)
  const count = values.length
  const times = new Float64Array(count)
  for (let row = 0; row < count; row++) times[row] = firstTime + (offsets[row] as number)
  const last = qualities ?? points
  return {
    points: points instanceof Uint32Array ? points : Uint32Array.from(points),
    times,
    values,
    qualities: qualities ?? new Uint16Array(count).fill(quality),
    firstTime,
    notes: decodeNotes(bytes, last.byteOffset + last.byteLength - bytes.byteOffset),
  }
}

function decodeNotes(bytes: Uint8Array, start: number): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const words = view.getUint32(8, true) * 3
  return Uint32Array.from({ length: words }, (_, index) => view.getUint32(start + index * 4, true))
}
