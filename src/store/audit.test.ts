import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import { type AuditEntry, AuditTable } from './audit.ts'
import { auditDropped, auditEntries } from './reader/audit-list.ts'
import { SCHEMA } from './schema.ts'

function entry(time: number, given: Partial<AuditEntry> = {}): AuditEntry {
  const names = { request: 'r', who: 'w', address: 'a', device: 'm1', command: 'read-now' }
  const end = { outcome: 'done', detail: '', durationMs: 1.6 }
  return { time: Micros(time), ...names, ...end, ...given }
}

test('the audit keeps its bound, the oldest goes first, and how many went is known', () => {
  using db = new DatabaseSync(':memory:')
  db.exec(SCHEMA)
  const audit = new AuditTable(db)
  assert.equal(auditDropped(db), 0)
  db.exec('BEGIN')
  audit.add(Array.from({ length: limits.auditRows }, (_, at) => entry(at)))
  assert.equal(auditDropped(db), 0)
  audit.add([])
  audit.add([1, 2, 3].map((more) => entry(limits.auditRows + more)))
  db.exec('COMMIT')
  assert.equal(auditDropped(db), 3)
  const all = [...auditEntries(db, { device: undefined, limit: limits.auditRows + 10 })]
  assert.equal(all.length, limits.auditRows)
  assert.deepEqual([all[0]?.time, all.at(-1)?.time], [limits.auditRows + 3, 3])
})

test('the newest first, of one device or of all, and as it was given', () => {
  using db = new DatabaseSync(':memory:')
  db.exec(SCHEMA)
  const audit = new AuditTable(db)
  const entries = Array.from({ length: 600 }, (_, at) => entry(at, { device: `m${at % 2}` }))
  audit.add([...entries, entry(600, { outcome: 'requested', durationMs: undefined })])
  const [newest, last] = [...auditEntries(db, { device: undefined, limit: 2 })]
  assert.deepEqual(newest, entry(600, { outcome: 'requested', durationMs: undefined }))
  assert.equal(last?.durationMs, 2)
  const ofOne = [...auditEntries(db, { device: 'm0', limit: 1000 })]
  assert.equal(ofOne.length, 300)
  assert.ok(ofOne.every(({ device }) => device === 'm0'))
})
