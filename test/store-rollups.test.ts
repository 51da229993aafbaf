import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAddress } from '../src/core/address.ts'
import { EdgeUnderTest } from './crash/edge-under-test.ts'
import { withScratch } from './crash/scratch.ts'
import { READINGS_PER_COMMIT, countBacklog, timeOf, writeBacklog } from './store/backlog.ts'

const SECONDS = 2400
const OPEN = new URL('../examples/open.yaml', import.meta.url)

/** The lines that an edge answers, and what its ledger says has gone. */
class Asked {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  async windows(step: string, device = ''): Promise<unknown[]> {
    const from = new Date(timeOf(0) / 1000).toISOString()
    const to = new Date(timeOf(SECONDS) / 1000).toISOString()
    const query = new URLSearchParams({ from, to, step, aggregate: 'mean' })
    if (device !== '') query.set('device', device)
    const answer = await fetch(`${this.#base}/api/v1/readings?${query.toString()}`)
    const { readings } = (await answer.json()) as { readings: { value: number }[] }
    // Sums may differ in their last digits, for they were not added up in the same order.
    return readings.map((line) => ({ ...line, value: Math.round(line.value * 1e6) / 1e6 }))
  }

  async thinned(): Promise<number> {
    const ledger = await fetch(`${this.#base}/api/v1/ledger`)
    const { totals } = (await ledger.json()) as { totals: { thinned: number } }
    return totals.thinned
  }
}

async function asked(edge: EdgeUnderTest): Promise<Asked> {
  const addresses = await edge.ready
  assert.ok(addresses !== undefined, edge.words)
  return new Asked(`http://${formatAddress(addresses.http)}`)
}

test('an edge answers of readings that were too old what it answered before they went', () =>
  withScratch('rollups', async (directory) => {
    const data = join(directory, 'data')
    const site = join(directory, 'site.yaml')
    writeFileSync(site, `${readFileSync(OPEN, 'utf8')}\nretention:\n  raw: 1d\n`)
    writeBacklog(data, { from: 0, to: SECONDS })
    const all = async (edge: Asked): Promise<unknown[]> => [
      await edge.windows('1m', 'm3'),
      await edge.windows('15m', 'm7'),
      await edge.windows('1h'),
    ]
    const keeping = new EdgeUnderTest({ directory: data })
    const before = await all(await asked(keeping))
    await keeping.stop()
    assert.ok(before.every((lines) => Array.isArray(lines) && lines.length >= 10))
    const thinning = new EdgeUnderTest({ directory: data, site })
    try {
      const edge = await asked(thinning)
      for (let waited = 0; (await edge.thinned()) < SECONDS * READINGS_PER_COMMIT; waited++) {
        assert.ok(waited < 600, thinning.words)
        await sleep(50)
      }
      assert.equal(countBacklog(data).readings, 0)
      assert.deepEqual(await all(edge), before)
    } finally {
      await thinning.stop()
    }
  }))
