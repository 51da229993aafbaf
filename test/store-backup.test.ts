import assert from 'node:assert/strict'
import { type SpawnOptionsWithoutStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Sent } from './crash/comparison.ts'
import { EdgeUnderTest } from './crash/edge-under-test.ts'
import { Fleet } from './crash/fleet.ts'
import { withScratch } from './crash/scratch.ts'
import { compareEdge, requireWhole } from './crash/store-check.ts'
import { writeBacklog } from './store/backlog.ts'
import { busbar } from './store/command-line.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

test('a backup beside a busy edge has everything that was acknowledged before it', () =>
  withScratch('backup', async (folder) => {
    const [data, out, again] = ['data', 'out', 'again'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const fleet = new Fleet(3, Date.now())
    const edge = new EdgeUnderTest({ directory: data })
    let restored: EdgeUnderTest | undefined
    try {
      fleet.address = (await edge.ready)?.mqtt
      await fleet.progress(3000)
      const before = fleet.records.map(frozen)
      const backup = await run('store', 'backup', '--data', data, '--out', out)
      assert.equal(backup.code, 0, backup.text)
      assert.match(backup.text, /everything up to row \d+ of the journal/)
      const doctor = await run('doctor', '--data', data)
      assert.equal(doctor.code, 0, `beside the edge: ${doctor.text}`)
      const back = busbar('store', 'restore', '--from', out, '--data', again)
      assert.equal(back.status, 0, back.stderr)
      assert.equal(busbar('doctor', '--data', again).stdout, 'Nothing is wrong.\n')
      restored = new EdgeUnderTest({ directory: again })
      const addresses = await restored.ready
      assert.ok(addresses !== undefined, restored.words)
      const comparison = await compareEdge(before, addresses.http)
      requireWhole(comparison)
      assert.ok(comparison.acknowledged >= 6000, `${comparison.acknowledged} readings`)
    } finally {
      fleet.close()
      await edge.kill()
      await restored?.kill()
    }
  }))

test('a backup that was changed is not restored, and no folder is written over', () =>
  withScratch('restore', async (folder) => {
    const [data, out] = [join(folder, 'data'), join(folder, 'out')]
    writeBacklog(data, { from: 0, to: 10 })
    assert.equal(busbar('store', 'backup', '--data', data, '--out', out).status, 0)
    const full = busbar('store', 'restore', '--from', out, '--data', data)
    assert.equal(full.status, 1)
    assert.match(full.stderr, /is not empty\. Name a folder that does not exist yet/)
    assert.equal(busbar('store', 'backup', '--data', data, '--out', out).status, 1)
    const file = openSync(join(out, 'journal.db'), 'r+')
    writeSync(file, 'x', readFileSync(join(out, 'journal.db')).length - 1)
    closeSync(file)
    const changed = busbar('store', 'restore', '--from', out, '--data', join(folder, 'new'))
    assert.equal(changed.status, 1)
    assert.match(changed.stderr, /journal\.db is not what was backed up: its checksum differs/)
  }))

/** The devices of this process publish meanwhile. */
async function run(...words: readonly string[]): Promise<{ code: number; text: string }> {
  const options: SpawnOptionsWithoutStdio = { stdio: 'pipe' }
  const child = spawn(process.execPath, [MAIN, ...words], options)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
  }
  const [code] = (await once(child, 'close')) as [number]
  return { code, text }
}

/** Later acknowledgements are none of the backup's; what was sent at all may be in it. */
function frozen(record: Sent): Sent {
  const acknowledged = new Set<number>()
  for (let k = 0; k < record.count; k++) if (record.isAcknowledged(k)) acknowledged.add(k)
  return {
    sampler: record.sampler,
    get count() {
      return record.count
    },
    isSent: (k) => record.isSent(k),
    isAcknowledged: (k) => acknowledged.has(k),
  }
}
