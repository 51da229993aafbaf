import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { DeviceStore, type SecretForms } from './device-store.ts'
import {
  CHOSEN,
  GENERATED,
  PasswordChecks,
  type PasswordHash,
  hashPassword,
  parseHash,
} from '../../core/password-hash.ts'

test('another process sees what one writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-devices-'))
  try {
    using edge = new DeviceStore(join(folder, 'data'))
    using other = new DeviceStore(join(folder, 'data'))
    other.save('m1', secret('one'), 5)
    assert.equal(edge.get('m1'), undefined)
    edge.look()
    const times = { addedMs: 5, changedMs: 5, revokedMs: undefined }
    const added = { id: 'm1', ...secret('one'), ...times }
    assert.deepEqual(edge.get('m1'), added)
    other.save('m1', secret('two'), 5)
    other.revoke('m2', 7)
    edge.look()
    assert.deepEqual(edge.list(), [
      { ...added, ...secret('two'), changedMs: 6 },
      { id: 'm2', hash: '', scram: '', addedMs: 7, changedMs: 7, revokedMs: 7 },
    ])
    other.revoke('m1', 9)
    edge.look()
    const revoked = { ...added, hash: '', scram: '', changedMs: 6, revokedMs: 9 }
    assert.deepEqual(edge.get('m1'), revoked)
    other.save('m1', secret('three'), 10)
    assert.equal(other.get('m1')?.revokedMs, undefined)
    assert.deepEqual(other.decoyKey, edge.decoyKey)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('a file from before SCRAM is taken over, and its secrets hold', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-devices-'))
  try {
    const old = new DatabaseSync(join(folder, 'devices.db'))
    old.exec(`CREATE TABLE devices (
      id TEXT PRIMARY KEY, hash TEXT NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, revoked INTEGER
    ) STRICT, WITHOUT ROWID; INSERT INTO devices VALUES ('m1', 'one', 5, 6, NULL)`)
    old.close()
    using store = new DeviceStore(folder)
    const taken = { id: 'm1', hash: 'one', scram: '', addedMs: 5, changedMs: 6 }
    assert.deepEqual(store.get('m1'), { ...taken, revokedMs: undefined })
    store.save('m1', secret('two'), 7)
    using again = new DeviceStore(folder)
    assert.equal(again.get('m1')?.scram, 'two as SCRAM')
    assert.deepEqual(again.decoyKey, store.decoyKey)
    assert.equal(again.decoyKey.length, 32)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('passwords are compared, many at once, by whatever they cost', async () => {
  const checks = new PasswordChecks()
  const compare = async (password: string, text: string): Promise<boolean> => {
    const known = parseHash(text)
    assert.ok(known !== undefined, text)
    return isRight(checks, password, known)
  }
  const made = [CHOSEN, GENERATED].map((cost) => hashPassword(Buffer.from('right'), cost))
  const all = made.flatMap((hash) => ['right', 'wrong', ''].map((word) => compare(word, hash)))
  assert.deepEqual(await Promise.all(all), [true, false, false, true, false, false])
})

test('a hash of the reference implementation is read, others are not', async () => {
  // printf password | argon2 somesalt -id -t 2 -m 16 -p 1, of the test vectors of the argon2 project.
  const known = parseHash(
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  )
  assert.ok(known !== undefined)
  const checks = new PasswordChecks()
  assert.ok(await isRight(checks, 'password', known))
  for (const wrong of [
    '',
    'password',
    '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=9999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    '$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]) {
    assert.equal(parseHash(wrong), undefined, wrong)
  }
})

function secret(word: string): SecretForms {
  return { hash: word, scram: `${word} as SCRAM` }
}

async function isRight(
  checks: PasswordChecks,
  password: string,
  known: PasswordHash,
): Promise<boolean> {
  return new Promise((resolve) => {
    checks.compare(Buffer.from(password), known, {
      isDue: () => true,
      done: (outcome) => resolve(outcome === 'right'),
    })
  })
}
