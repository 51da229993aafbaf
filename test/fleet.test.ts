import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { DrillResult } from '../src/cli/fleet/drill.ts'
import { withScratch } from './crash/scratch.ts'
import { Program } from './uplink/program.ts'
import { noMosquitto, noPostgres, startMosquitto, startPostgres } from './uplink/servers.ts'

const MAIN = join(import.meta.dirname, '../src/cli/main.ts')
const PATIENCE_MS = 150_000

async function simulate(words: readonly string[]): Promise<{ code: number; said: DrillResult }> {
  const args = [MAIN, 'simulate', 'fleet', '--json', ...words]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const late = setTimeout(() => child.kill('SIGTERM'), PATIENCE_MS)
  const ended = once(child, 'exit')
  const said = await text(child.stdout)
  const [code] = (await ended) as [number]
  clearTimeout(late)
  return { code, said: JSON.parse(said) as DrillResult }
}

const FAULTY = '--sites 50 --rate 1000 --duration 5 --faults --seed 5'.split(' ')

function check({ code, said }: Awaited<ReturnType<typeof simulate>>): void {
  const { audit, sent, centreRestarts, duplicated } = said
  assert.deepEqual(audit.faults, [])
  assert.equal(code, 0)
  assert.ok(audit.records > 500, `${audit.records} records`)
  assert.equal(audit.arrived, audit.records)
  assert.ok(duplicated > 0 && audit.duplicates > 0, 'what came twice is counted')
  assert.ok(sent.connections > said.sites, 'connections broke')
  assert.equal(centreRestarts, 1)
}

/** Stands before a centre and changes what it says of events. */
async function liar(centre: string, change: (events: object[]) => void): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const answer = await fetch(`http://${centre}${request.url}`)
      const body = (await answer.json()) as { events?: object[] }
      if (body.events !== undefined) change(body.events)
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

describe(
  'a fleet with faults loses nothing, and a centre that did would be found out',
  { concurrency: true },
  () => {
    test('with our broker and PGlite', async () => check(await simulate(FAULTY)))

    test('with Mosquitto and PostgreSQL', { skip: noMosquitto || noPostgres }, async () => {
      await withScratch('fleet', async (folder) => {
        await using started = new AsyncDisposableStack()
        const { port } = started.use(await startPostgres(folder))
        const broker = started.use(await startMosquitto(folder))
        const database = `postgres://busbar@127.0.0.1:${port}/postgres`
        const places = ['--broker', `mqtt://127.0.0.1:${broker.port}`, '--database', database]
        check(await simulate([...FAULTY, ...places]))
      })
    })

    test('one record less, one more, or one that was changed fails the audit', async () => {
      await withScratch('fleet-lies', async (folder) => {
        const anywhere = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
        const data = ['--data', join(folder, 'centre')]
        await using centre = await Program.start([
          'src/cli/main.ts',
          'centre',
          ...data,
          ...anywhere,
        ])
        let lies = 0
        const once = (lie: (events: object[]) => void) => (events: object[]) => {
          if (events.length > 0 && lies++ === 0) lie(events)
        }
        const cases = [
          { what: 'missing', lie: (events: object[]) => void events.pop() },
          {
            what: 'foreign',
            lie: (events: object[]) =>
              void events.push({ ...events.at(-1), time: '2001-01-01T00:00:00Z' }),
          },
          {
            what: 'stale',
            lie: (events: object[]) =>
              void Object.assign(events[0] ?? {}, { end: null, subject: { id: 'f99' } }),
          },
        ] as const
        for (const { what, lie } of cases) {
          lies = 0
          const server = await liar(centre.addresses['http'] ?? '', once(lie))
          const url = `mqtt://${centre.addresses['mqtt']}`
          const words = `--sites 2 --rate 40 --duration 1 --url ${url} --http 127.0.0.1:${portOf(server)}`
          const { code, said } = await simulate(words.split(' '))
          server.closeAllConnections()
          server.close()
          assert.equal(said.audit[what], 1, JSON.stringify(said.audit))
          assert.equal(code, 1)
        }
      })
    })
  },
)
