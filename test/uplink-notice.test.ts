import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Inbox } from '../src/centre/inbox.ts'
import { openBroker } from '../src/centre/embedded-broker.ts'
import { SiteGatekeeper } from '../src/centre/site-gatekeeper.ts'
import { Worker } from '../src/centre/worker.ts'
import { uplink } from '../src/edge/site/uplink.ts'
import type { Envelope } from '../src/uplink/envelope.ts'
import { type Ranges, NOTHING, withRange } from '../src/uplink/ranges.ts'
import { withScratch } from './crash/scratch.ts'
import { CutOffSite } from './uplink/cut-off-site.ts'
import { OfflineDays } from './uplink/offline-days.ts'

/** Commits that are done when the test has it so. */
class Ledger implements Pick<Inbox, 'commit'> {
  readonly records: number[] = []
  readonly #ranges = new Map<string, Ranges>()
  waits: Promise<void> | undefined

  async commit(envelopes: readonly Envelope[]) {
    for (const { stream, first, last, body } of envelopes) {
      const ranges = this.#ranges.get(stream) ?? NOTHING
      this.#ranges.set(stream, ranges)
      if (body.kind !== 'records') continue
      this.records.push(body.records.length)
      this.#ranges.set(stream, withRange(ranges, [first, last]))
    }
    await this.waits
    return envelopes.map(({ site, stream, epoch }) => {
      return { site, stream, epoch, ranges: this.#ranges.get(stream) ?? NOTHING }
    })
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const endMs = Date.now() + PATIENCE_MS; !isSo(); await turn())
    assert.ok(Date.now() < endMs, 'nothing has happened')
}

const PATIENCE_MS = 10_000

// No look comes by itself: what happens, happens because of what was said.
before(() => mock.timers.enable({ apis: ['setInterval'] }))
after(() => mock.timers.reset())

test('what is found goes at once where nothing new is on its way, and otherwise with the next answer', async () => {
  await withScratch('notice', async (folder) => {
    const ledger = new Ledger()
    const worker = new Worker({ inbox: ledger, warn: assert.fail })
    const gatekeeper = new SiteGatekeeper(undefined, () => true)
    const address = { host: '127.0.0.1', port: 0 }
    const broker = await openBroker({ address, gatekeeper, tls: undefined }, worker)
    worker.connect(broker)
    const days = new OfflineDays({ startUs: 0, days: 1, records: 1 })
    const settings = uplink.parse({ url: `mqtt://127.0.0.1:${broker.address.port}` })
    const about = { site: 's1', uplink: settings, days, isPolicyChanged: false }
    const site = new CutOffSite({ ...about, directory: join(folder) })
    try {
      await until(() => site.status.link === 'up' && worker.acknowledgements === 2)
      site.findLive(1)
      await until(() => site.waiting === 0)
      assert.deepEqual(ledger.records, [1])
      const { promise, resolve } = Promise.withResolvers<void>()
      ledger.waits = promise
      site.findLive(2)
      await until(() => ledger.records.length === 2)
      for (const timeUs of [3, 4, 5]) site.findLive(timeUs)
      for (let turns = 0; turns < 20; turns++) await turn()
      resolve()
      await until(() => site.waiting === 0)
      assert.deepEqual(ledger.records, [1, 1, 3])
    } finally {
      site.stop()
      await worker.stop()
      await broker.stop()
    }
  })
})
