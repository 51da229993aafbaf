import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { command } from '../src/cli/centre.ts'
import { withScratch } from './crash/scratch.ts'
import { readPage, tableOf } from './docs/pages.ts'
import { deliver } from './uplink/delivery.ts'
import { faults } from './uplink/faults.ts'
import { oneWay } from './uplink/one-way.ts'
import type { Program } from './uplink/program.ts'
import {
  type Server,
  noMosquitto,
  noPostgres,
  startMosquitto,
  startPostgres,
} from './uplink/servers.ts'
import { makeDatabase, startCentre } from './uplink/tested-centre.ts'
import { TestedSite, secondsUntil } from './uplink/tested-site.ts'

test('the page of the centre has every option of its command', () => {
  const told = tableOf(readPage('docs/centre.md'), 'option').flatMap(([words = '']) =>
    words.split(', '),
  )
  assert.deepEqual(new Set(told), new Set(Object.keys(command.options).map((name) => `--${name}`)))
})

/** One server for all of them, each with a database of its own. */
class Databases {
  #server: Server | undefined
  #made = 0

  async start(folder: string, started: AsyncDisposableStack): Promise<void> {
    if (noPostgres) return
    chmodSync(folder, 0o711) // PostgreSQL is not root.
    this.#server = started.use(await startPostgres(join(folder, 'server')))
  }

  /** URL of another one; undefined: there is no server. */
  next(): string | undefined {
    return this.#server && makeDatabase(this.#server, `own${++this.#made}`)
  }
}

const AT_ONCE = Number(process.env['UPLINK_AT_ONCE'] ?? 6)

describe('records reach the centre', { concurrency: AT_ONCE }, () => {
  const databases = new Databases()
  const started = new AsyncDisposableStack()
  let shared: Program
  let scratch = ''
  let leave = (): void => {}
  const left = new Promise<void>((resolve) => (leave = resolve))

  before(async () => {
    await new Promise<void>((ready) => {
      started.defer(async () => scratchDone)
      const scratchDone = withScratch('uplink', async (folder) => {
        scratch = folder
        ready()
        await left
      })
    })
    started.defer(() => leave())
    await databases.start(scratch, started)
    const folder = join(scratch, 'shared')
    shared = started.use(
      await startCentre({ folder, database: databases.next(), broker: undefined }),
    )
  })
  after(async () => started.disposeAsync())

  for (const { name, skip, run } of faults) {
    test(`nothing is lost: ${name}`, { skip }, async (t) => {
      await using own = new AsyncDisposableStack()
      const folder = join(scratch, name.replaceAll(/\W+/g, '-'))
      mkdirSync(folder)
      await run({ t, folder, started: own, centre: shared, database: databases.next() })
    })
  }

  test('an edge asks its policy: of a meter nobody is told whose it is', async () => {
    await using own = new AsyncDisposableStack()
    const target = (): string => shared.addresses['mqtt'] ?? ''
    const folder = join(scratch, 'policy')
    const site = own.use(await TestedSite.start({ id: 'named', folder, target, isShipped: true }))
    await site.feed(2)
    const isThere = async (): Promise<boolean> => (await site.eventsAt(shared)).length >= 10
    await secondsUntil(performance.now(), isThere)
    const events = await site.eventsAt(shared)
    assert.ok(events.every(({ subject: { id } }) => /^~[\w-]{22}$/.test(id)))
    assert.ok(!JSON.stringify(events).includes('m1"'), 'no id of a meter is at the centre')
    const { decisions } = (await site.edge.get('/api/v1/policy/decisions')) as {
      readonly decisions: readonly object[]
    }
    assert.ok(decisions.length > 0, 'what left is in the log')
  })

  test('over a link on which nothing comes back', async () => {
    await using own = new AsyncDisposableStack()
    await oneWay(join(scratch, 'one-way'), shared, own)
  })

  for (const database of ['PGlite', 'PostgreSQL']) {
    for (const broker of ['our broker', 'Mosquitto']) {
      const skip =
        (database === 'PostgreSQL' && noPostgres) || (broker === 'Mosquitto' && noMosquitto)
      test(`once, over ${broker} and into ${database}`, { skip }, async (t) => {
        await using own = new AsyncDisposableStack()
        const folder = join(scratch, `${broker}-${database}`.replaceAll(/\W+/g, '-'))
        mkdirSync(folder)
        const url = database === 'PostgreSQL' ? databases.next() : undefined
        const server = broker === 'Mosquitto' ? own.use(await startMosquitto(folder)) : undefined
        const outer = server && `127.0.0.1:${server.port}`
        const words = { folder, database: url, broker: outer && `mqtt://${outer}` }
        const centre = own.use(await startCentre(words))
        const hasTwo = url !== undefined && outer !== undefined
        // Whoever has locked a stream decides what is new in it.
        const other = hasTwo ? own.use(await startCentre(words)) : undefined
        const target = (): string => outer ?? centre.addresses['mqtt'] ?? ''
        const wired = { duplicated: 0.6, reordered: 0.4 }
        const site = own.use(await TestedSite.start({ id: 's1', folder, target, ...wired }))
        await deliver(t, { site, centre, other, database: url })
      })
    }
  }
})
