import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { rowHash } from '../src/policy/log/log-row.ts'
import { fencesOf, readPage } from './docs/pages.ts'

type Line = [number, string, number, number, number, string, string, boolean, string, string[]]

test('the chain on the page is the one that the log writes', () => {
  const page = readPage('docs/format/policy-log.md')
  const [example] = fencesOf(page).filter(({ language }) => language === 'json')
  const lines = (example?.text ?? '').trim().split('\n')
  assert.equal(lines.length, 4)
  for (const at of [0, 2]) {
    const [text = '', hash = ''] = lines.slice(at)
    const [number, previous, first, last, records, revision, question, allow, reason, redact] =
      JSON.parse(text) as Line
    const decided = { revision, question, allow, reason, redact }
    assert.equal(rowHash(previous, { number, first, last, records, ...decided }), hash)
    assert.equal(createHash('sha256').update(text).digest('hex'), hash)
    if (at > 0) assert.equal(previous, lines[at - 1])
  }
})
