import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DeviceStore } from './device-store.ts'
import {
  CHOSEN,
  GENERATED,
  PasswordChecks,
  type PasswordHash,
  hashPassword,
  parseHash,
} from './password-hash.ts'

test('another process sees what one writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'busbar-devices-'))
  try {
    using edge = new DeviceStore(join(folder, 'data'))
    using other = new DeviceStore(join(folder, 'data'))
    other.save('m1', 'one', 5)
    assert.equal(edge.get('m1'), undefined)
    edge.look()
    const added = { id: 'm1', hash: 'one', addedMs: 5, changedMs: 5, revokedMs: undefined }
    assert.deepEqual(edge.get('m1'), added)
    other.save('m1', 'two', 5)
    other.revoke('m2', 7)
    edge.look()
    assert.deepEqual(edge.list(), [
      { ...added, hash: 'two', changedMs: 6 },
      { id: 'm2', hash: '', addedMs: 7, changedMs: 7, revokedMs: 7 },
    ])
    other.revoke('m1', 9)
    edge.look()
    assert.deepEqual(edge.get('m1'), { ...added, hash: '', changedMs: 6, revokedMs: 9 })
    other.save('m1', 'three', 10)
    assert.equal(other.get('m1')?.revokedMs, undefined)
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
