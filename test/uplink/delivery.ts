import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { readPage, tableOf } from '../docs/pages.ts'
import type { Program } from './program.ts'
import { runSql } from './tested-centre.ts'
import type { TestedSite } from './tested-site.ts'

export interface Delivery {
  readonly site: TestedSite
  readonly centre: Program
  /** A second worker on the same database, where both are other programs. */
  readonly other: Program | undefined
  /** URL, where it is a server. */
  readonly database: string | undefined
}

/** Over a wire that repeats envelopes and changes their order: all arrives with effect once, whoever is killed. */
export async function deliver(t: TestContext, delivery: Delivery): Promise<void> {
  const { site, centre, other, database } = delivery
  const { edge, wire } = site
  await t.test('what is found arrives, to the unit', async () => {
    await site.feed(3)
    assert.ok((await site.settled(centre)) >= 20)
    const metrics = await centre.text('/metrics')
    const names = [...metrics.matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name)
    const told = tableOf(readPage('docs/centre.md'), 'metric').map(([name]) => name)
    assert.deepEqual(new Set(told), new Set(names))
  })
  await t.test('what is found while the link is cut arrives when it is healed', async () => {
    wire.mode = 'cut'
    await site.feed(10)
    wire.mode = 'open'
    await site.settled(centre)
  })
  await t.test('the centre is killed between commit and acknowledgement', async () => {
    await site.feed(3)
    wire.mode = 'mute'
    await site.feed(5)
    await pause(1000)
    await centre.kill()
    await site.feed(2)
    await centre.start()
    wire.mode = 'open'
    await site.settled(centre)
  })
  if (other !== undefined) {
    await t.test('one of two workers is killed while records come', async () => {
      const fed = site.feed(12)
      await pause(300)
      await centre.kill()
      await fed
      await site.settled(other)
      await centre.start()
    })
  }
  await t.test('the edge is killed between commit and acknowledgement', async () => {
    wire.mode = 'mute'
    await site.feed(5)
    await pause(1000)
    await edge.kill()
    wire.mode = 'open'
    await edge.start()
    await site.feed(2)
    await site.settled(centre)
  })
  await t.test('envelopes came twice, and in another order', async () => {
    const { streams } = await site.at(centre)
    assert.ok(streams.reduce((sum, { duplicates }) => sum + duplicates, 0) > 0)
    assert.ok(wire.reordered > 0)
  })
  await t.test('what devices there are is known', async () => {
    const { devices } = (await centre.get(`/api/v1/devices?site=${site.id}`)) as {
      devices: readonly { readonly id: string; readonly kind: string; readonly feeder: string }[]
    }
    const found = devices.map(({ id, kind, feeder }) => [id, kind, feeder])
    assert.deepEqual(found, [['m1', 'rtu', 'f1']])
  })
  if (database === undefined) return
  await t.test('rows that were deleted by hand come again, and nothing twice', async () => {
    const count = (): string => runSql(database, 'SELECT count(*) FROM events')
    const whole = count()
    runSql(database, 'DELETE FROM events WHERE sequence % 3 = 0')
    const resent = await reconcile(delivery)
    assert.ok(resent > 0)
    // They have no numbers of their own, and nobody acknowledges them.
    for (const endMs = Date.now() + ANSWER_MS; count() !== whole; await pause(200))
      assert.ok(Date.now() < endMs, `${count()} of ${whole} came again`)
    assert.equal(await reconcile(delivery), resent, 'nothing differs any more')
  })
}

/** Now. Says how many records have been sent again for it so far. */
async function reconcile({ site, centre }: Delivery): Promise<number> {
  const path = `/api/v1/reconciliation?site=${site.id}`
  const events = async (): Promise<{ resent: number; answered: string | null }> => {
    const { reconciliation } = (await centre.get(path)) as {
      reconciliation: readonly { stream: string; resent: number; answered: string | null }[]
    }
    const own = reconciliation.find(({ stream }) => stream === 'events')
    return own ?? { resent: 0, answered: null }
  }
  const before = (await events()).answered
  const range = 'from=2026-06-01T00:00:00Z&to=2026-06-02T00:00:00Z'
  const headers = { 'x-busbar-request': '1' }
  const url = `http://${centre.addresses['http']}${path}&${range}`
  assert.ok((await fetch(url, { method: 'POST', headers })).ok)
  for (const endMs = Date.now() + ANSWER_MS; Date.now() < endMs; await pause(200)) {
    const { resent, answered } = await events()
    if (answered !== before) return resent
  }
  return assert.fail('no answer')
}

const ANSWER_MS = 60_000
