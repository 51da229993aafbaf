import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Model } from '../src/simulator/model.ts'
import type { Column } from '../src/store/history/column.ts'
import { decodeColumn, encodeColumn } from '../src/store/history/column-block.ts'
import { statisticsOf } from '../src/store/history/statistics.ts'
import { decodeTimes, encodeTimes } from '../src/store/history/times-block.ts'

/**
 * What history takes on disk, and how long. `node tools/measure-history.ts [--data FOLDER] [--meters N] [--columns]`: FOLDER has
 * `uci_household` and `ett`, public recordings that are not part of the repository; without it only simulated meters are measured.
 */
const { values: options } = parseArgs({
  options: {
    data: { type: 'string' },
    meters: { type: 'string', default: '300' },
    columns: { type: 'boolean', default: false },
  },
})

/** Statistics of a column beside its block: eight numbers of SQLite, and the header of its row. */
const COLUMN_BYTES = 48
const SPAN_BYTES = 24
const SPANS = [256, 1024, 4096, 8192]
const READINGS = 500_000
const MINUTE = 60_000
const WEEK_MINUTES = 7 * 24 * 60

interface Series {
  readonly name: string
  readonly values: Float64Array
}

/** One device: times in microseconds, and the series that share them. */
interface Recording {
  readonly times: Float64Array
  readonly series: readonly Series[]
}

function* household(folder: string): Generator<Recording> {
  const file = join(folder, 'uci_household/household_power_consumption_2007-02-01_02.csv')
  const [head = [], ...lines] = table(file, ';')
  const names = head.slice(2, 9)
  yield repeated(names, {
    rows: lines.map((line) => line.slice(2, 9).map(Number)),
    startMs: Date.UTC(2007, 1, 1),
    intervalMs: MINUTE,
  })
}

function* transformer(folder: string): Generator<Recording> {
  const [head = [], ...lines] = table(join(folder, 'ett/ETTh1.csv'), ',')
  yield repeated(head.slice(1), {
    rows: lines.map((line) => line.slice(1).map((text) => Math.round(Number(text) * 1000) / 1000)),
    startMs: Date.UTC(2016, 6, 1),
    intervalMs: 60 * MINUTE,
  })
}

function* meters(): Generator<Recording> {
  const count = Number(options.meters)
  const model = new Model(1, count + 60)
  const startMs = Date.UTC(2026, 0, 5)
  let found = 0
  for (const [index, device] of model.devices.entries()) {
    if (device.kind !== 'meter' || found++ === count) continue
    const names = Object.keys(model.valuesAt(index, startMs))
    const series = names.map((name) => ({ name, values: new Float64Array(WEEK_MINUTES) }))
    for (let row = 0; row < WEEK_MINUTES; row++) {
      const all = model.valuesAt(index, startMs + row * MINUTE)
      for (const { name, values } of series) values[row] = all[name] ?? NaN
    }
    yield { series, times: regular(WEEK_MINUTES, startMs, MINUTE) }
  }
}

function table(file: string, separator: string): string[][] {
  const text = readFileSync(file, 'utf8').replaceAll('"', '').trim()
  return text.split(/\r?\n/).map((line) => line.split(separator))
}

interface Rows {
  readonly rows: readonly number[][]
  readonly startMs: number
  readonly intervalMs: number
}

function repeated(names: readonly string[], { rows, startMs, intervalMs }: Rows): Recording {
  const count = Math.ceil(READINGS / names.length)
  const series = names.map((name, index) => ({
    name,
    values: Float64Array.from(
      { length: count },
      (_, row) => rows[row % rows.length]?.[index] ?? NaN,
    ),
  }))
  return { series, times: regular(count, startMs, intervalMs) }
}

function regular(count: number, startMs: number, intervalMs: number): Float64Array {
  return Float64Array.from({ length: count }, (_, row) => (startMs + row * intervalMs) * 1000)
}

interface Total {
  bytes: number
  readings: number
}

class Measurement {
  readonly #rows: number
  readonly columns = new Map<string, Total>()
  bytes = 0
  readings = 0
  encodeMs = 0
  decodeMs = 0

  constructor(rows: number) {
    this.#rows = rows
  }

  add({ times, series }: Recording): void {
    for (let start = 0; start < times.length; start += this.#rows) {
      const span = times.slice(start, start + this.#rows)
      const rows = span.length
      const began = performance.now()
      const block = encodeTimes(span)
      const encoded = performance.now()
      decodeTimes(block, rows)
      this.encodeMs += encoded - began
      this.decodeMs += performance.now() - encoded
      this.bytes += block.length + SPAN_BYTES
      for (const { name, values } of series) {
        const part = values.slice(start, start + rows)
        this.#column(name, { values: part, qualities: new Uint16Array(rows), rows: undefined })
      }
    }
  }

  #column(name: string, column: Column): void {
    const rows = column.values.length
    const began = performance.now()
    const block = encodeColumn(column, rows)
    statisticsOf(column)
    const encoded = performance.now()
    const back = decodeColumn(block, rows)
    this.encodeMs += encoded - began
    this.decodeMs += performance.now() - encoded
    for (let row = 0; row < rows; row++)
      if (!Object.is(back.values[row], column.values[row])) process.exitCode = 1
    const total = this.columns.get(name) ?? { bytes: 0, readings: 0 }
    this.columns.set(name, total)
    total.bytes += block.length + COLUMN_BYTES
    total.readings += rows
    this.bytes += block.length + COLUMN_BYTES
    this.readings += rows
  }
}

function measure(name: string, source: () => Generator<Recording>): void {
  const results = SPANS.map((rows) => ({ rows, measurement: new Measurement(rows) }))
  for (const recording of source())
    for (const { measurement } of results) measurement.add(recording)
  for (const { rows, measurement } of results) {
    const { bytes, readings, encodeMs, decodeMs, columns } = measurement
    print(
      `${name.padEnd(12)} ${String(rows).padStart(5)} rows a span  ${(bytes / readings).toFixed(3)} bytes a reading` +
        `  encode ${(readings / encodeMs / 1000).toFixed(1)} M/s  decode ${(readings / decodeMs / 1000).toFixed(1)} M/s`,
    )
    if (!options.columns) continue
    for (const [column, total] of columns)
      print(`    ${column.padEnd(24)} ${(total.bytes / total.readings).toFixed(3)}`)
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

const { data } = options
if (data !== undefined && existsSync(data)) {
  measure('household', () => household(data))
  measure('transformer', () => transformer(data))
} else print('skipped: household and transformer, for want of a folder of recordings (--data)')
measure('meters', meters)
