import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuality } from '../src/core/quality.ts'
import { parseTime } from '../src/core/time.ts'
import type { Column } from '../src/store/history/column.ts'
import { decodeColumn, encodeColumn } from '../src/store/history/column-block.ts'
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
