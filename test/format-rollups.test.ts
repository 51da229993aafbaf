import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { parseQuality } from '../src/core/quality.ts'
import { parseTime } from '../src/core/time.ts'
import { HISTORY_SCHEMA } from '../src/store/history/history-file.ts'
import { EVERY_PART, part } from '../src/store/reader/window-sums.ts'
import { decodeRollup } from '../src/store/rollups/rollup-body.ts'
import { RollupWindows, foldInto } from '../src/store/rollups/rollup-windows.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/rollups.md')
const rows = tableOf(page, 'time')
const bytes = bytesOf(fencesOf(page).find(({ language }) => language === 'hex')?.text ?? '')
const WIDTH = 900_000_000

test('the readings of the example fold into its bytes', () => {
  const made = new RollupWindows()
  const fold = foldInto(WIDTH, () => made)
  fold.add({
    points: new Uint32Array(rows.length).fill(7),
    times: Float64Array.from(rows, ([time = '']) => parseTime(time) ?? NaN),
    values: Float64Array.from(rows, ([, value]) => Number(value)),
    qualities: Uint16Array.from(rows, ([, , words]) => parseQuality(words ?? '') ?? 0xffff),
    damagedRows: 0,
  })
  fold.finish()
  assert.deepEqual(made.encode(), bytes)
})

test('the bytes of the example say of the readings what the page says, the parts that are not stored, too', () => {
  const { times, points } = decodeRollup(bytes, 2, { partsOf: () => EVERY_PART, goodOnly: false })
  const [first = 0] = rows.map(([time = '']) => parseTime(time) ?? NaN)
  assert.deepEqual([...times], [first, first + WIDTH])
  const [good, other] = points
  assert.ok(good !== undefined && other !== undefined && points.length === 2)
  assert.deepEqual([good.point, good.isGood, good.rows], [7, true, undefined])
  assert.deepEqual([other.point, other.isGood, other.rows], [7, false, Uint16Array.of(1)])
  for (const place of [part.count, part.finite]) {
    assert.deepEqual(
      [good.parts[place], other.parts[place]],
      [Float64Array.of(1, 1), Float64Array.of(1)],
    )
  }
  for (const place of [part.sum, part.min, part.max, part.first, part.last]) {
    assert.deepEqual(good.parts[place], Float64Array.of(230.1, 230.2))
    assert.deepEqual(other.parts[place], Float64Array.of(229.9))
  }
  assert.deepEqual(good.parts[part.squares], Float64Array.of(52_946.01, 52_992.04))
  for (const place of [part.firstTime, part.lastTime]) {
    assert.deepEqual(good.parts[place], Float64Array.of(0, 0))
    assert.deepEqual(other.parts[place], Float64Array.of(1e6))
  }
})

test('the tables are those of the schema, column for column', () => {
  const db = new DatabaseSync(':memory:')
  db.exec(HISTORY_SCHEMA)
  for (const [name = '', columns = ''] of tableOf(page, 'table')) {
    const found = db.prepare('SELECT name FROM pragma_table_info(?)').all(name)
    assert.equal(columns, found.map((column) => column['name']).join(', '))
  }
  db.close()
})
