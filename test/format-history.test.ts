import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { parseQuality } from '../src/core/quality.ts'
import { parseTime } from '../src/core/time.ts'
import type { Column } from '../src/store/history/column.ts'
import { decodeColumn, encodeColumn } from '../src/store/history/column-block.ts'
import { HISTORY_SCHEMA } from '../src/store/history/history-file.ts'
import { SpanBody, encodeSpan } from '../src/store/history/span-body.ts'
import type { Span } from '../src/store/history/span.ts'
import { statisticsOf } from '../src/store/history/statistics.ts'
import { decodeTimes, encodeTimes } from '../src/store/history/times-block.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/history-blocks.md')
const rows = tableOf(page, 'time')
const [timesBlock, columnBlock] = fencesOf(page)
  .filter(({ language }) => language === 'hex')
  .map(({ text }) => bytesOf(text))
assert.ok(timesBlock !== undefined && columnBlock !== undefined)

const times = Float64Array.from(rows, ([time = '']) => parseTime(time) ?? NaN)
const present = rows.map((_, row) => row).filter((row) => rows[row]?.[1] !== '')
const column: Column = {
  values: Float64Array.from(present, (row) => Number(rows[row]?.[1])),
  qualities: Uint16Array.from(present, (row) => parseQuality(rows[row]?.[2] ?? '') ?? 0xffff),
  rows: Uint16Array.from(present),
}

test('the examples decode to the readings beside them', () => {
  assert.equal(times.length, 6)
  assert.deepEqual(decodeTimes(timesBlock, times.length), times)
  assert.deepEqual(decodeColumn(columnBlock, times.length), column)
})

test('the readings encode to the examples', () => {
  assert.deepEqual(encodeTimes(times), timesBlock)
  assert.deepEqual(encodeColumn(column, times.length), columnBlock)
})

test('a changed byte, anywhere, is noticed', () => {
  for (let at = 0; at < columnBlock.length; at++) {
    const damaged = columnBlock.slice()
    damaged[at] = (damaged[at] as number) ^ 0x10
    assert.throws(() => decodeColumn(damaged, times.length), { code: 'corrupt' }, `byte ${at}`)
  }
})

const spanPage = readPage('docs/format/history.md')
const spanBytes = bytesOf(fencesOf(spanPage).find(({ language }) => language === 'hex')?.text ?? '')
const spanRows = tableOf(spanPage, 'time')
const span: Span = {
  times: Float64Array.from(spanRows, ([time = '']) => parseTime(time) ?? NaN),
  columns: new Map([
    [
      7,
      {
        values: Float64Array.from(spanRows, ([, value]) => Number(value)),
        qualities: new Uint16Array(spanRows.length),
        rows: undefined,
      },
    ],
  ]),
}

test('the example of a span is what the page says, both ways', () => {
  assert.deepEqual(encodeSpan(span), spanBytes)
  const body = new SpanBody(spanBytes, spanRows.length)
  assert.deepEqual([...body.points], [7])
  assert.deepEqual(body.times, span.times)
  assert.deepEqual(body.column(7), span.columns.get(7))
  assert.deepEqual(body.statistics(7), statisticsOf(body.column(7) ?? assert.fail()))
})

test('the tables of history are those of the schema, column for column', () => {
  const db = new DatabaseSync(':memory:')
  db.exec(HISTORY_SCHEMA)
  const tables = tableOf(spanPage, 'table').map(([name = '', columns = '']) => [name, columns])
  const expected = tables.map(([name = '']) => {
    const columns = db.prepare('SELECT name FROM pragma_table_info(?)').all(name)
    return [name, columns.map((column) => column['name']).join(', ')]
  })
  assert.deepEqual(tables, expected)
  db.close()
})
