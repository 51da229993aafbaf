import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { limits } from '../../core/limits.ts'
import { AlarmStore } from './alarm-store.ts'

const STEP = { time: 1, alarm: 1, name: 'n', subject: 'device d', what: 'raised', who: '' }

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'busbar-alarms-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function never(text: string): void {
  assert.fail(text)
}

test('alarms and their steps are there again', (t) => {
  const directory = folder(t)
  {
    using store = new AlarmStore(directory, never)
    assert.equal(store.lastId, 0)
    const rows = [
      { id: 1, body: 'one' },
      { id: 2, body: 'two' },
    ]
    store.write({ rows, gone: [], transitions: [{ ...STEP, detail: 'a' }] }, 'soon')
    const transitions = [{ ...STEP, alarm: 9, detail: 'b' }]
    store.write({ rows: [{ id: 1, body: 'uno' }], gone: [2], transitions }, 'now')
  }
  using store = new AlarmStore(directory, never)
  assert.deepEqual(
    store.alarms().map(({ id, body }) => [id, body]),
    [[1, 'uno']],
  )
  assert.equal(store.lastId, 9)
  const details = (alarm: number | undefined): string[] =>
    store.transitions(alarm, 10).map(({ detail }) => detail)
  assert.deepEqual([details(undefined), details(1)], [['b', 'a'], ['a']])
  assert.equal(store.dropped, 0)
})

test('steps are bounded, and how many went is known', (t) => {
  using store = new AlarmStore(folder(t), never)
  const transitions = Array.from({ length: limits.alarmTransitions + 3 }, (_, at) => ({
    ...STEP,
    detail: String(at),
  }))
  store.write({ rows: [], gone: [], transitions }, 'soon')
  assert.equal(store.dropped, 3)
})

test('a file of another program, or of a later version, is refused', (t) => {
  const directory = folder(t)
  const path = join(directory, 'alarms.db')
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE t (a)')
  other.close()
  assert.throws(() => new AlarmStore(directory, never), /not alarms of Busbar/)
  rmSync(path)
  new AlarmStore(directory, never)[Symbol.dispose]()
  const later = new DatabaseSync(path)
  later.exec('PRAGMA user_version = 9')
  later.close()
  assert.throws(() => new AlarmStore(directory, never), /format 9; this program reads format 1/)
})

test('a damaged file is put aside, told of, and begun anew', (t) => {
  const directory = folder(t)
  new AlarmStore(directory, never)[Symbol.dispose]()
  const path = join(directory, 'alarms.db')
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(0x5a, 0, 100))
  const told: string[] = []
  using store = new AlarmStore(directory, (text) => told.push(text))
  assert.deepEqual(store.alarms(), [])
  assert.match(told.join(), /alarms.db is damaged and was put aside/)
  assert.ok(existsSync(path))
  assert.ok(readdirSync(directory).some((name) => name.startsWith('alarms.db.damaged-')))
})

test('damage that shows later, too, but not again and again', (t) => {
  const told: string[] = []
  using store = new AlarmStore(folder(t), (text) => told.push(text))
  store.write({ rows: [{ id: 1, body: 'one' }], gone: [], transitions: [] }, 'soon')
  assert.equal(store.renew(), true)
  assert.deepEqual([store.alarms(), told.length], [[], 1])
  store.write({ rows: [{ id: 1, body: 'one' }], gone: [], transitions: [] }, 'now')
  assert.equal(store.renew(), false)
  store.sync()
  assert.equal(store.alarms().length, 1)
})
