import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress } from '../src/core/address.ts'
import { historyPath } from '../src/store/history/history-file.ts'
import { journalPath } from '../src/store/journal.ts'
import { EdgeUnderTest } from './crash/edge-under-test.ts'
import { withScratch } from './crash/scratch.ts'
import { READINGS_PER_COMMIT, countBacklog, writeBacklog } from './store/backlog.ts'
import { busbar } from './store/command-line.ts'

const SECONDS = 1000
const ALL = { readings: SECONDS * READINGS_PER_COMMIT, damagedRows: 0 }

test('a full backlog of version 1 is taken over, sealed, and all there', { timeout: 120_000 }, () =>
  withScratch('upgrade', async (directory) => {
    writeBacklog(directory, { from: 0, to: SECONDS })
    downgrade(directory)
    assert.deepEqual(countBacklog(directory), ALL, 'a reader alone reads version 1')
    const edge = new EdgeUnderTest({ directory })
    try {
      const addresses = await edge.ready
      assert.ok(addresses !== undefined, edge.words)
      const ledger = await fetch(`http://${formatAddress(addresses.http)}/api/v1/ledger`)
      const { totals } = (await ledger.json()) as { totals: { stored: number } }
      assert.equal(totals.stored, ALL.readings)
      for (let waited = 0; sealed(directory) < SECONDS; waited++) {
        assert.ok(waited < 600, `${sealed(directory)} rows sealed: ${edge.words}`)
        assert.equal(countBacklog(directory).readings, ALL.readings, 'while it is sealed')
        await sleep(50)
      }
    } finally {
      await edge.stop()
    }
    assert.deepEqual(countBacklog(directory), ALL)
    const db = new DatabaseSync(journalPath(directory), { readOnly: true })
    assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], 2)
    db.close()
  }),
)

test('a newer format of either file is refused in one line, and nothing is changed', () =>
  withScratch('newer', async (directory) => {
    writeBacklog(directory, { from: 0, to: 1 })
    for (const [path, version] of [
      [historyPath(directory), 1],
      [journalPath(directory), 2],
    ] as const) {
      setVersion(path, version + 1)
      const edge = ['edge', '--site', 'examples/open.yaml', '--mqtt', ':0', '--http', ':0']
      for (const words of [edge, ['query']]) {
        const { status, stderr } = busbar(...words, '--data', directory)
        const [line = '', rest] = stderr.split('\n')
        assert.deepEqual({ status, rest }, { status: 1, rest: '' }, stderr)
        assert.ok(
          line.startsWith(`busbar: ${path}: format ${version + 1}; this program reads`),
          line,
        )
        assert.match(line, /Use the version of busbar that wrote it, or a later one\.$/)
      }
      setVersion(path, version)
    }
    assert.equal(countBacklog(directory).readings, READINGS_PER_COMMIT)
  }))

/** What version 1 was: no `kept`, no `audit`, and no history beside it. */
function downgrade(directory: string): void {
  const db = new DatabaseSync(journalPath(directory))
  db.exec('DROP TABLE kept; DROP TABLE audit; DROP TABLE clock_steps; PRAGMA user_version = 1')
  db.close()
  for (const end of ['', '-wal', '-shm']) rmSync(historyPath(directory) + end, { force: true })
}

function setVersion(path: string, version: number): void {
  const db = new DatabaseSync(path)
  db.exec(`PRAGMA user_version = ${version}`)
  db.close()
}

function sealed(directory: string): number {
  const db = new DatabaseSync(historyPath(directory), { readOnly: true })
  const row = db.prepare('SELECT journal FROM sealed').get()
  db.close()
  return row?.['journal'] as number
}
