import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { USERS_APPLICATION_ID, USERS_SCHEMA, USERS_VERSION } from '../src/edge/access/user-file.ts'
import { UserTables } from '../src/users/user-tables.ts'
import { fencesOf, readPage, tableOf } from './docs/pages.ts'

const page = readPage('docs/format/users.md')

test('the tables are those of the schema, column for column', () => {
  using database = new DatabaseSync(':memory:')
  database.exec(USERS_SCHEMA)
  for (const [table = '', columns] of tableOf(page, 'table')) {
    const found = database.prepare('SELECT name FROM pragma_table_info(?)').all(table)
    assert.equal(found.map(({ name }) => name).join(', '), columns)
  }
  assert.ok(page.includes(`0x${USERS_APPLICATION_ID.toString(16)}`))
  assert.match(page, new RegExp(`\`user_version\` ${USERS_VERSION}\\b`))
})

test('the example is what a token is looked up by', async () => {
  const [, token = ''] = /The token `(\S+)`/.exec(page) ?? []
  const kept = fencesOf(page)
    .find(({ language }) => language === 'text')
    ?.text.trim()
  assert.equal(createHash('sha256').update(token).digest('hex'), kept)
  const asked: unknown[] = []
  const tables = new UserTables(async (_sql, parameters) => {
    asked.push(...(parameters ?? []))
    return []
  })
  assert.equal(await tables.program(kept ?? ''), undefined)
  assert.deepEqual(asked, [kept])
})
