import assert from 'node:assert/strict'
import { createHmac, pbkdf2Sync } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { DEVICES_SCHEMA } from '../src/edge/access/device-store.ts'
import { PasswordChecks, parseHash } from '../src/core/password-hash.ts'
import { parseVerifier } from '../src/edge/access/scram-verifier.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/devices.md')

test('the tables are those of the schema, column for column', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(DEVICES_SCHEMA)
  for (const [table = '', columns] of tableOf(page, 'table')) {
    const found = database.prepare('SELECT name FROM pragma_table_info(?)').all(table)
    assert.equal(found.map(({ name }) => name).join(', '), columns)
  }
  database.close()
})

test('the example is what is kept of its secret', async () => {
  const text = fencesOf(page).find(({ language }) => language === 'text')?.text ?? ''
  const [hash = '', scram = ''] = text.trim().split('\n')
  const known = parseHash(hash)
  assert.ok(known !== undefined)
  const outcome = await new Promise((done) => {
    new PasswordChecks().compare(Buffer.from('an example'), known, { isDue: () => true, done })
  })
  assert.equal(outcome, 'right')
  const verifier = parseVerifier(scram)
  assert.ok(verifier !== undefined)
  const { salt, iterations } = verifier
  const salted = pbkdf2Sync('an example', salt, iterations, 32, 'sha256')
  assert.deepEqual(Buffer.from(verifier.serverKey), hmac(salted, 'Server Key'))
})

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
