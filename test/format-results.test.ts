import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openResults } from '../src/store/results/results-file.ts'
import { withScratch } from './crash/scratch.ts'
import { readPage, tableOf } from './docs/pages.ts'

test('the tables are those of docs/format/results.md', async () => {
  await withScratch('results', async (folder) => {
    const db = openResults(join(folder), 'built-in')
    try {
      const found = db
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        .all()
        .map(({ name }) => {
          const columns = db.prepare(`SELECT name FROM pragma_table_info('${String(name)}')`).all()
          return [name, columns.map((column) => column['name']).join(', ')]
        })
      const told = tableOf(readPage('docs/format/results.md'), 'table')
      assert.deepEqual(
        new Map(told.map(([name, columns]) => [name, columns])),
        new Map(found.map(([name, columns]) => [name as string, columns as string])),
      )
    } finally {
      db.close()
    }
  })
})
