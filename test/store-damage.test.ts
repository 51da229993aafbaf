import assert from 'node:assert/strict'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress } from '../src/core/address.ts'
import { seededRandom } from '../src/core/random.ts'
import { asideNames, readMarker } from '../src/store/damage/corrupt.ts'
import { prepareFolder } from '../src/store/damage/prepare-folder.ts'
import { examine } from '../src/store/doctor/doctor.ts'
import { FolderLock } from '../src/store/folder-lock.ts'
import { historyPath } from '../src/store/history/history-file.ts'
import { Sealer } from '../src/store/history/sealer.ts'
import { EdgeUnderTest } from './crash/edge-under-test.ts'
import { withScratch } from './crash/scratch.ts'
import { READINGS_PER_COMMIT, countBacklog, timeOf, writeBacklog } from './store/backlog.ts'
import { busbar } from './store/command-line.ts'
import { DAMAGES } from './store/damages.ts'

const SECONDS = 400
/** Damage that edges meet in processes of their own; the rest is mended in this one. */
const AT_WORK = /in the middle|journal.db is gone|header of history/
/** The edge seals at once, see haste.ts. */
const SEALING_MS = 300
const ALL = SECONDS * READINGS_PER_COMMIT

test('whatever is damaged: the edge starts at once, says what is lost, and goes on', async (t) => {
  await withScratch('damage', async (folder) => {
    const undamaged = join(folder, 'undamaged')
    writeBacklog(undamaged, { from: 0, to: SECONDS / 2 })
    seal(undamaged)
    writeBacklog(undamaged, { from: SECONDS / 2, to: SECONDS })
    for (const [index, { name, inflict }] of DAMAGES.entries()) {
      await t.test(name, async (step) => {
        const directory = join(folder, String(index))
        cpSync(undamaged, directory, { recursive: true })
        inflict(directory, seededRandom(index))
        const wasHealthy = isHealthy(directory)
        const life = AT_WORK.test(name) ? await liveOn(directory) : mended(directory)
        const { problems, left, damagedRows } = life
        const aside = asideNames(directory)
        const lost = ALL - left
        step.diagnostic(`${lost} of ${ALL} readings lost, ${aside.length} files aside`)
        if (lost > 0) {
          assert.ok(!wasHealthy, 'the doctor had seen it')
          assert.ok(!isHealthy(directory), 'and says what is lost')
          // What a checksum finds stays where it is: queries leave it out and say so.
          assert.ok(quarantine(directory) + damagedRows > 0, 'which is written down')
        }
        assert.equal(
          problems === undefined || problems.some((each) => each.startsWith('A damaged file')),
          problems === undefined || aside.length > 0,
        )
        rmSync(directory, { recursive: true })
      })
    }
  })
})

test('busbar doctor says what is wrong, mends it when asked, and never beside an edge', () =>
  withScratch('doctor', async (directory) => {
    writeBacklog(directory, { from: 0, to: SECONDS })
    const healthy = busbar('doctor', '--data', directory)
    assert.deepEqual([healthy.status, healthy.stdout], [0, 'Nothing is wrong.\n'])
    DAMAGES[0]?.inflict(directory, seededRandom(1))
    const sick = busbar('doctor', '--data', directory, '--json')
    const { count, findings } = JSON.parse(sick.stdout) as {
      count: number
      findings: Record<string, string>[]
    }
    assert.deepEqual([sick.status, findings.length], [1, count])
    assert.ok(findings.every(({ file, text, advice }) => file && text && advice))
    const lock = new FolderLock(directory)
    const refused = busbar('doctor', '--data', directory, '--repair')
    lock.release()
    assert.equal(refused.status, 1)
    assert.match(refused.stderr, /is in use by another edge/)
    const repaired = busbar('doctor', '--data', directory, '--repair')
    assert.match(
      repaired.stderr,
      /journal\.db is damaged or missing\. What can be read is in a new/,
    )
    assert.match(repaired.stdout, /lost of journal row \d+, from \S+Z to \S+Z: 100 readings/)
    for (const name of asideNames(directory)) rmSync(join(directory, name))
    assert.ok(countBacklog(directory).readings > ALL - 1000)
    assert.equal(busbar('doctor', '--data', join(directory, 'none')).status, 1)
  }))

/** As a start that was told to look closely, but in this process. A second look finds nothing more. */
function mended(directory: string): Life {
  prepareFolder(directory, true)
  assert.deepEqual(prepareFolder(directory, true).salvaged, [])
  const { readings, damagedRows } = countBacklog(directory)
  const next = READINGS_PER_COMMIT
  writeBacklog(directory, { from: SECONDS, to: SECONDS + 1 })
  assert.equal(countBacklog(directory).readings, readings + next, 'it goes on')
  return { problems: undefined, left: readings, damagedRows }
}

function isHealthy(directory: string): boolean {
  return [...examine(directory)].every((step) => !('advice' in step))
}

interface Life {
  /** Of /healthz, where an edge runs. */
  readonly problems: readonly string[] | undefined
  readonly left: number
  /** Columns that are there and whose checksum is wrong. */
  readonly damagedRows: number
}

/** A supervisor starts it until it stays: at the second time at the latest, for damage that shows late is mended once. */
async function liveOn(directory: string): Promise<Life> {
  const lives: (Life | undefined)[] = []
  while (lives.at(-1) === undefined) {
    assert.ok(lives.length < 2, 'it comes up the second time')
    lives.push(await live(directory, []))
  }
  const words: string[] = []
  const again = await live(directory, words)
  assert.deepEqual(again, lives.at(-1))
  assert.ok(!words.join('').includes('damaged'), `nothing is left to mend: ${words.join('')}`)
  return again as Life
}

/** Undefined: it met damage, in a query or by itself, and is to be started again. */
async function live(directory: string, words: string[]): Promise<Life | undefined> {
  const edge = new EdgeUnderTest({ directory })
  try {
    const addresses = await edge.ready
    if (addresses === undefined) return undefined
    const http = `http://${formatAddress(addresses.http)}`
    const problems = (
      (await (await fetch(`${http}/healthz`)).json()) as { problems: readonly string[] }
    ).problems
    const query = await fetch(`${http}/api/v1/readings?from=${timeOf(0) / 1000}&format=csv`)
    await query.text()
    await Promise.race([edge.ended, sleep(SEALING_MS)])
    if (readMarker(directory) !== undefined) return undefined
    const { readings, damagedRows } = countBacklog(directory)
    return { problems, left: readings, damagedRows }
  } catch (thrown) {
    if (thrown instanceof TypeError && readMarker(directory) !== undefined) return undefined // It broke off.
    throw thrown
  } finally {
    await edge.stop().catch((thrown: unknown) => {
      if (readMarker(directory) === undefined) throw thrown
    })
    words.push(edge.words)
  }
}

function seal(directory: string): void {
  using sealer = new Sealer(directory)
  sealer.seal()
}

function quarantine(directory: string): number {
  const db = new DatabaseSync(historyPath(directory), { readOnly: true })
  const row = db.prepare('SELECT count(*) AS entries FROM quarantine').get()
  db.close()
  return row?.['entries'] as number
}
