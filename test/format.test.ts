import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { type AccountKind, ACCOUNT_STRIDE, kindNumber } from '../src/core/accounts.ts'
import { formatQuality, parseQuality } from '../src/core/quality.ts'
import { Micros, formatTime, parseTime } from '../src/core/time.ts'
import { RowEncoder, decodeRow } from '../src/store/row.ts'
import { APPLICATION_ID, FORMAT_VERSION, SCHEMA } from '../src/store/schema.ts'
import { decodeSnapshot, encodeSnapshot } from '../src/store/snapshot.ts'
import { bytesOf } from './docs/hex-dump.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/journal.md')
const readings = tableOf(page, 'point').map(([point, time = '', value, quality = '']) => ({
  point: Number(point),
  time: parseTime(time) ?? NaN,
  value: Number(value),
  quality: parseQuality(quality) ?? NaN,
}))
const notes = tableOf(page, 'device').flatMap(([device, account, count]) => [
  Number(device),
  kindNumber[account as AccountKind],
  Number(count),
])
const bytes = bytesOf(fencesOf(page).find(({ language }) => language === 'hex')?.text ?? '')

test('the example decodes to the readings beside it', () => {
  assert.equal(readings.length, 3)
  const row = decodeRow(bytes, 1)
  const decoded = Array.from(row.points, (point, at) => ({
    point,
    time: row.times[at],
    value: row.values[at],
    quality: row.qualities[at],
  }))
  assert.deepEqual(decoded, readings)
  assert.deepEqual([...row.notes], notes)
})

test('the readings encode to the example, and to what the page says of its row', () => {
  const times = readings.map(({ time }) => time)
  const firstTime = Math.min(...times)
  const row = new RowEncoder().encode(
    {
      columns: {
        points: Uint32Array.from(readings, ({ point }) => point),
        times: Float64Array.from(times),
        values: Float64Array.from(readings, ({ value }) => value),
        qualities: Uint16Array.from(readings, ({ quality }) => quality),
      },
      count: readings.length,
      order: undefined,
      firstTime,
      lastTime: Math.max(...times),
      notes: Uint32Array.from(notes),
    },
    new Uint16Array(9).fill(2),
  )
  assert.deepEqual(row.bytes, bytes)
  const words =
    /`first_time` (\d+), `last_time` (\d+) and `readings` (\d+)[^`]*`devices` is (\d+)/.exec(page)
  const { lastTime, devices } = row
  assert.deepEqual(words?.slice(1).map(Number), [firstTime, lastTime, row.readings, devices])
})

test('what stands beside the bytes is what they mean', () => {
  for (const { time, value, quality } of readings) {
    assert.ok(page.includes(`    ${value}\n`), `${value} is annotated`)
    assert.ok(page.includes(`= ${formatTime(Micros(Math.min(time, readings[0]?.time ?? NaN)))}`))
    assert.ok(page.includes(formatQuality(quality)))
  }
})

test('a changed byte, anywhere, is noticed', () => {
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at] = (damaged[at] as number) ^ 0x10
    assert.throws(() => decodeRow(damaged, 1), { code: 'corrupt' }, `byte ${at}`)
  }
})

test('the tables are those of the schema, column for column', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(SCHEMA)
  const found = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map(({ name }) => {
      const columns = database.prepare(`PRAGMA table_info(${String(name)})`).all()
      return [name, columns.map((column) => column['name']).join(', ')]
    })
  database.close()
  const described = tableOf(page, 'table').map((cells) => cells.slice(0, 2))
  assert.deepEqual(described, found)
  assert.ok(page.includes(`\`0x${APPLICATION_ID.toString(16)}\``))
  assert.ok(page.includes(`the version of this format: ${FORMAT_VERSION}.`))
})

test('a snapshot is as long as the page says, and comes back whole', () => {
  const snapshot = {
    latest: Float64Array.of(1, 2, 3),
    accounts: Float64Array.from({ length: 2 * ACCOUNT_STRIDE }, (_, at) => at),
    values: Float64Array.of(230.1, -1, 0),
    deviceOf: Uint16Array.of(0, 1, 1),
    qualities: Uint16Array.of(0, 3, 0xffff),
  }
  const encoded = encodeSnapshot(snapshot)
  const [, fixed, point, device] =
    /(\d+) bytes, (\d+) for each point, (\d+) for each device/.exec(page)?.map(Number) ?? []
  assert.equal(encoded.length, fixed! + 3 * point! + 2 * device!)
  assert.deepEqual(decodeSnapshot(7, encoded), { journal: 7, ...snapshot })
  assert.equal(decodeSnapshot(7, encoded.subarray(1)), undefined)
})
