import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { Journal, journalPath } from './journal.ts'
import { type Changes, encodeChanges, readKept } from './kept.ts'

const bytes = (text: string): Uint8Array => Buffer.from(text)

test('changes are there for the next process; one that is damaged comes without its bytes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-kept-'))
  try {
    commit(
      directory,
      new Map([
        ['a', bytes('one')],
        ['ß/b', bytes('')],
        ['c', bytes('x')],
      ]),
    )
    commit(
      directory,
      new Map([
        ['a', bytes('two')],
        ['c', undefined],
        ['d', undefined],
      ]),
    )
    assert.deepEqual(kept(directory), [
      ['a', 'two'],
      ['ß/b', ''],
    ])
    const db = new DatabaseSync(journalPath(directory))
    db.exec("UPDATE kept SET value = x'00' WHERE key = 'a'")
    db.close()
    assert.deepEqual(kept(directory), [
      ['a', '?'],
      ['ß/b', ''],
    ])
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

test('a file of version 1 gets what it lacks, and keeps what it has', () => {
  const directory = mkdtempSync(join(tmpdir(), 'busbar-kept-'))
  try {
    commit(directory, new Map())
    const db = new DatabaseSync(journalPath(directory))
    db.exec(
      "DROP TABLE kept; DROP TABLE audit; DROP TABLE clock_steps; PRAGMA user_version = 1; INSERT INTO devices VALUES (0, 'm1')",
    )
    db.close()
    commit(directory, new Map([['a', bytes('one')]]))
    assert.deepEqual(kept(directory), [['a', 'one']])
    const journal = new Journal(directory)
    assert.equal(journal.db.prepare('SELECT name FROM devices').get()?.['name'], 'm1')
    journal.close()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

function commit(directory: string, changes: Changes): void {
  const journal = new Journal(directory)
  journal.commit(() => journal.kept.apply(encodeChanges(changes)))
  journal.close()
}

function kept(directory: string): [string, string][] {
  const db = new DatabaseSync(journalPath(directory), { readOnly: true })
  const found = [...readKept(db)]
  db.close()
  return found.map(([key, value]) => [key, Buffer.from(value).toString()])
}
