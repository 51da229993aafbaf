import { crc32 } from 'node:zlib'
import { decodeColumn, encodeColumn } from './column-block.ts'
import type { Column } from './column.ts'
import { damaged } from './damaged.ts'
import type { Span } from './span.ts'
import { type Statistics, statisticsOf } from './statistics.ts'
import { decodeTimes, encodeTimes } from './times-block.ts'

const VERSION = 1
const HEADER_BYTES = 8
const ENTRY_BYTES = 52
const CRC_BYTES = 4

/**
 * The blob of a span (docs/format/history.md), little-endian:
 *
 *     version u8 | 0 u8 | columns u16 | bytes of the times u32
 *     (point u32 | bytes u32 | count u16 | good u16 | min max sum first last f64)[columns]    by point
 *     crc-32 of all before it, u32
 *     times block | column blocks in the order of the entries
 */
export function encodeSpan({ times, columns }: Span): Uint8Array {
  const timesBlock = encodeTimes(times)
  const sorted = Array.from(columns).toSorted(([a], [b]) => a - b)
  const blocks = sorted.map(([, column]) => encodeColumn(column, times.length))
  const directoryBytes = HEADER_BYTES + sorted.length * ENTRY_BYTES
  const total = blocks.reduce(
    (sum, { length }) => sum + length,
    directoryBytes + CRC_BYTES + timesBlock.length,
  )
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, VERSION)
  view.setUint16(2, sorted.length, true)
  view.setUint32(4, timesBlock.length, true)
  for (const [index, [point, column]] of sorted.entries()) {
    writeEntry(view, HEADER_BYTES + index * ENTRY_BYTES, {
      point,
      bytes: blocks[index]?.length ?? 0,
      statistics: statisticsOf(column),
    })
  }
  view.setUint32(directoryBytes, crc32(bytes.subarray(0, directoryBytes)), true)
  let at = directoryBytes + CRC_BYTES
  for (const block of [timesBlock, ...blocks]) {
    bytes.set(block, at)
    at += block.length
  }
  return bytes
}

interface Entry {
  readonly point: number
  readonly bytes: number
  readonly statistics: Statistics
}

/** A span as it lies on the disk: what is not asked for is not decoded. Everything throws `corrupt` where the bytes are damaged. */
export class SpanBody {
  readonly #bytes: Uint8Array
  readonly #rows: number
  readonly #timesAt: number
  readonly #columns = new Map<number, { readonly at: number; readonly entry: Entry }>()
  #times: Float64Array | undefined

  constructor(bytes: Uint8Array, rows: number) {
    this.#bytes = bytes
    this.#rows = rows
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (bytes.length < HEADER_BYTES + CRC_BYTES) throw damaged('a span without a header')
    const columns = view.getUint16(2, true)
    const directoryBytes = HEADER_BYTES + columns * ENTRY_BYTES
    this.#timesAt = directoryBytes + CRC_BYTES
    if (bytes.length < this.#timesAt) throw damaged('a span shorter than its directory')
    const checksum = crc32(bytes.subarray(0, directoryBytes))
    if (view.getUint32(directoryBytes, true) !== checksum) throw damaged('checksum of a directory')
    if (view.getUint8(0) !== VERSION) throw damaged(`span version ${view.getUint8(0)}`)
    let at = this.#timesAt + view.getUint32(4, true)
    for (let index = 0; index < columns; index++) {
      const entry = readEntry(view, HEADER_BYTES + index * ENTRY_BYTES)
      this.#columns.set(entry.point, { at, entry })
      at += entry.bytes
    }
    if (at !== bytes.length) throw damaged('a span of another length than it says')
  }

  get points(): Iterable<number> {
    return this.#columns.keys()
  }

  statistics(point: number): Statistics | undefined {
    return this.#columns.get(point)?.entry.statistics
  }

  get times(): Float64Array {
    const [first] = this.#columns.values()
    const end = first?.at ?? this.#bytes.length
    this.#times ??= decodeTimes(this.#bytes.subarray(this.#timesAt, end), this.#rows)
    return this.#times
  }

  /** Undefined: the point has no reading in this span. */
  column(point: number): Column | undefined {
    const found = this.#columns.get(point)
    if (found === undefined) return undefined
    const block = this.#bytes.subarray(found.at, found.at + found.entry.bytes)
    return decodeColumn(block, this.#rows)
  }
}

function writeEntry(view: DataView, at: number, { point, bytes, statistics }: Entry): void {
  const { count, good, min, max, sum, first, last } = statistics
  view.setUint32(at, point, true)
  view.setUint32(at + 4, bytes, true)
  view.setUint16(at + 8, count, true)
  view.setUint16(at + 10, good, true)
  for (const [index, value] of [min, max, sum, first, last].entries()) {
    view.setFloat64(at + 12 + index * 8, value, true)
  }
}

function readEntry(view: DataView, at: number): Entry {
  const double = (index: number): number => view.getFloat64(at + 12 + index * 8, true)
  return {
    point: view.getUint32(at, true),
    bytes: view.getUint32(at + 4, true),
    statistics: {
      count: view.getUint16(at + 8, true),
      good: view.getUint16(at + 10, true),
      min: double(0),
      max: double(1),
      sum: double(2),
      first: double(3),
      last: double(4),
    },
  }
}
