import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { NotifyStore } from './notify-store.ts'

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'busbar-told-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function never(text: string): void {
  assert.fail(text)
}

test('what somebody was told is there again, until nothing is kept of it', (t) => {
  const directory = folder(t)
  {
    using store = new NotifyStore(directory, never)
    store.write([
      { contact: 'duty', alarm: 1, body: 'one' },
      { contact: 'duty', alarm: 2, body: 'two' },
      { contact: 'chief', alarm: 1, body: 'one' },
    ])
    store.write([
      { contact: 'duty', alarm: 1, body: 'uno' },
      { contact: 'duty', alarm: 2, body: '' },
    ])
  }
  using store = new NotifyStore(directory, never)
  assert.deepEqual(
    store.rows().map(({ contact, alarm, body }) => [contact, alarm, body]),
    [
      ['chief', 1, 'one'],
      ['duty', 1, 'uno'],
    ],
  )
})

test('a file of another program, or of a later version, is refused', (t) => {
  const directory = folder(t)
  const path = join(directory, 'notify.db')
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE t (a)')
  other.close()
  assert.throws(() => new NotifyStore(directory, never), /not one of Busbar/)
  rmSync(path)
  new NotifyStore(directory, never)[Symbol.dispose]()
  const later = new DatabaseSync(path)
  later.exec('PRAGMA user_version = 9')
  later.close()
  assert.throws(() => new NotifyStore(directory, never), /format 9; this program reads format 1/)
})

test('a damaged file is put aside, told of, and begun anew', (t) => {
  const directory = folder(t)
  new NotifyStore(directory, never)[Symbol.dispose]()
  const path = join(directory, 'notify.db')
  writeFileSync(path, readFileSync(path).fill(0x5a, 0, 100))
  const told: string[] = []
  using store = new NotifyStore(directory, (text) => told.push(text))
  assert.deepEqual(store.rows(), [])
  assert.match(told.join(), /notify.db is damaged and was put aside/)
  assert.ok(readdirSync(directory).some((name) => name.startsWith('notify.db.damaged-')))
})
