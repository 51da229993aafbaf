import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer'
import { assert } from '../../core/assert.ts'
import { limits } from '../../core/limits.ts'
import { formatQuality } from '../../core/quality.ts'
import type { ReadingsChunk } from '../../store/reader/readings-query.ts'
import type { NamedPoint } from '../query/source.ts'
import type { ReadingsFormat, Write } from './readings-format.ts'

type Schema = ConstructorParameters<typeof ParquetWriter>[0]['schema']

const TEXT = {
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  logical_type: { type: 'STRING' },
  repetition_type: 'REQUIRED',
} as const

const SCHEMA: Schema = [
  { name: 'readings', num_children: 6 },
  {
    name: 'time',
    type: 'INT64',
    converted_type: 'TIMESTAMP_MICROS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    repetition_type: 'REQUIRED',
  },
  { name: 'device', ...TEXT },
  { name: 'quantity', ...TEXT },
  { name: 'unit', ...TEXT },
  { name: 'value', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  { name: 'quality', ...TEXT },
]

/**
 * Parquet: times as differences, texts by dictionary, Zstandard. A row group is written as soon as it is full, so memory does not grow with
 * the readings but for some 2 KB a group that the footer lists.
 */
export class ParquetFormat implements ReadingsFormat {
  readonly #pointOf: (point: number) => NamedPoint
  readonly #parquet: ParquetWriter
  readonly #qualities = new Map<number, string>()
  #group = new RowGroup()

  constructor(pointOf: (point: number) => NamedPoint, write: Write) {
    this.#pointOf = pointOf
    this.#parquet = new ParquetWriter({
      writer: new PassedOn(write),
      schema: SCHEMA,
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
      createdBy: 'busbar',
    })
  }

  add({ points, times, values, qualities }: ReadingsChunk): void {
    for (const [row, time] of times.entries()) {
      const value = values[row] as number
      this.#group.add({
        ...this.#pointOf(points[row] as number),
        time,
        value: Number.isFinite(value) ? value : null,
        quality: this.#qualityOf(qualities[row] as number),
      })
      if (this.#group.rows === limits.exportRowGroup) this.#flush()
    }
  }

  finish(): void {
    if (this.#group.rows > 0) this.#flush()
    assert(this.#parquet.finish() === undefined, 'our writer never waits')
  }

  #flush(): void {
    const columnData = this.#group.columns()
    const done = this.#parquet.write({ columnData, rowGroupSize: limits.exportRowGroup })
    assert(done === undefined, 'our writer never waits')
    this.#group = new RowGroup()
  }

  #qualityOf(bits: number): string {
    let text = this.#qualities.get(bits)
    if (text === undefined) {
      text = formatQuality(bits)
      this.#qualities.set(bits, text)
    }
    return text
  }
}

interface Row extends NamedPoint {
  readonly time: number
  readonly value: number | null
  readonly quality: string
}

class RowGroup {
  readonly #times = new BigInt64Array(limits.exportRowGroup)
  readonly #devices: string[] = []
  readonly #quantities: string[] = []
  readonly #units: string[] = []
  readonly #values: (number | null)[] = []
  readonly #qualities: string[] = []

  get rows(): number {
    return this.#devices.length
  }

  add({ time, device, quantity, unit, value, quality }: Row): void {
    this.#times[this.rows] = BigInt(time)
    this.#devices.push(device)
    this.#quantities.push(quantity)
    this.#units.push(unit)
    this.#values.push(value)
    this.#qualities.push(quality)
  }

  columns(): ColumnSource[] {
    const text = { encoding: 'RLE_DICTIONARY', offsetIndex: false } as const
    const times = this.#times.subarray(0, this.rows)
    return [
      { name: 'time', data: times, encoding: 'DELTA_BINARY_PACKED', offsetIndex: false },
      { name: 'device', data: this.#devices, ...text },
      { name: 'quantity', data: this.#quantities, ...text },
      { name: 'unit', data: this.#units, ...text },
      { name: 'value', data: this.#values, offsetIndex: false },
      { name: 'quality', data: this.#qualities, ...text },
    ]
  }
}

/** Hands on what has gathered after each row group, instead of keeping the file in memory. */
class PassedOn extends ByteWriter {
  readonly #write: Write

  constructor(write: Write) {
    super()
    this.#write = write
  }

  flush(): void {
    this.#write(new Uint8Array(this.buffer, 0, this.index))
    this.index = 0
  }

  override finish(): void {
    this.flush()
  }
}
