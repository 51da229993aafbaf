import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { migrate } from '../src/centre/database/migrations.ts'
import { openPostgres } from '../src/centre/database/postgres-database.ts'
import { RolloutBook } from '../src/centre/fleet/rollout-book.ts'
import { signSet } from '../src/fleet/set.ts'
import { withScratch } from './crash/scratch.ts'
import { SimulatedSites } from './fleet/simulated-sites.ts'
import { until } from './fleet/until.ts'
import { Program } from './uplink/program.ts'
import { noMosquitto, noPostgres, startMosquitto, startPostgres } from './uplink/servers.ts'

const { privateKey } = generateKeyPairSync('ed25519')
const KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const SITES = Array.from({ length: 60 }, (_, at) => `s${at}`)
const WAVES = [SITES.slice(0, 5), SITES.slice(5, 35), SITES.slice(35)]

interface Rollout {
  readonly id: number
  readonly phase: string
  readonly why: string
  readonly waves: readonly Readonly<Record<'sites' | 'good' | 'failed', number>>[]
}

async function post(centre: Program, path: string, body: object | string): Promise<unknown> {
  const isText = typeof body === 'string'
  const answer = await fetch(`http://${centre.addresses['http']}${path}`, {
    method: 'POST',
    headers: {
      'content-type': isText ? 'application/octet-stream' : 'application/json',
      'x-busbar-request': '1',
    },
    body: isText ? body : JSON.stringify(body),
  })
  assert.ok(answer.ok, await answer.clone().text())
  return answer.json()
}

/** A set without files, whose sites say what they like of it. */
async function roll(centre: Program, revision: number): Promise<string> {
  const { digest, text } = signSet({ revision, title: 't', watchSeconds: 1, files: [] }, KEY)
  await post(centre, '/api/v1/fleet/sets', text)
  const plan = { set: digest, waves: WAVES, soakSeconds: 1, failedPercent: 10 }
  await post(centre, '/api/v1/fleet/rollouts', plan)
  return digest
}

async function last(centre: Program): Promise<Rollout> {
  const { rollouts } = (await centre.get('/api/v1/fleet/rollouts')) as { rollouts: Rollout[] }
  return rollouts[0] ?? assert.fail('there is no rollout')
}

async function ended(centre: Program): Promise<Rollout> {
  return until(
    async () => {
      const rollout = await last(centre)
      return rollout.phase === 'running' ? undefined : rollout
    },
    () => centre.errors.join(''),
  )
}

/** A rollout as it was written before its sites were rows of their own. */
async function migrates(url: string): Promise<void> {
  const server = await openPostgres(url)
  await server.query('CREATE DATABASE earlier')
  await server.close()
  const database = await openPostgres(url.replace(/postgres$/, 'earlier'))
  try {
    await migrate(database, 5)
    const ill = { state: 'failed', askedAt: 7, since: 8, problems: 1, why: 'It is ill.' }
    const plan = { digest: 'd', revision: 3, waves: [['b', 'a'], ['c']], soakSeconds: 1 }
    const rollout = { plan, phase: 'running', why: '', wave: 0, sites: { a: ill } }
    await database.query(
      "INSERT INTO fleet_rollouts (created_at, created_by, phase, state) VALUES (1, 'li', 'running', $1)",
      [JSON.stringify(rollout)],
    )
    await migrate(database)
    const booked = await new RolloutBook().last(database.query)
    assert.deepEqual(booked?.rollout, rollout)
  } finally {
    await database.close()
  }
}

test(
  'of two centres on PostgreSQL the one that leads is killed in the middle of a wave, and the other goes on',
  { skip: noMosquitto || noPostgres },
  async () => {
    await withScratch('fleet-workers', async (folder) => {
      await using started = new AsyncDisposableStack()
      const { port } = started.use(await startPostgres(folder))
      const url = `postgres://busbar@127.0.0.1:${port}/postgres`
      const broker = `mqtt://127.0.0.1:${started.use(await startMosquitto(folder)).port}`
      await migrates(url)
      const words = ['--database', url, '--broker', broker, '--http', '127.0.0.1:0']
      const centres = new Map<number, Program>()
      for (let at = 0; at < 2; at++) {
        const centre = started.use(await Program.start(['src/cli/main.ts', 'centre', ...words]))
        centres.set(centre.pid, centre)
      }
      const database = await openPostgres(url)
      started.defer(async () => database.close())
      const deeds = async (): Promise<readonly { who: string; what: string }[]> => {
        const rows = await database.query('SELECT who, what FROM fleet_audit ORDER BY id')
        return rows.map(({ who, what }) => ({ who: String(who), what: String(what) }))
      }
      const sites = started.use(await SimulatedSites.start(broker, SITES))
      const [one] = centres.values()
      assert.ok(one)
      await until(
        async () => {
          const { sites: known } = (await one.get('/api/v1/fleet/sites')) as { sites: object[] }
          return known.length === SITES.length ? true : undefined
        },
        () => one.errors.join(''),
      )

      const first = await roll(one, 1)
      // Some of the second wave were asked, none has answered.
      const begun = Promise.withResolvers<void>()
      sites.heard = (site) => {
        if (WAVES[1]?.includes(site) === true) begun.resolve()
      }
      await begun.promise
      const led = (await deeds()).find(({ what }) => what.endsWith('wave 2 of 3'))
      const leader = centres.get(Number(/ (\d+)$/.exec(led?.who ?? '')?.[1]))
      assert.ok(leader, `nobody has asked the second wave: ${led?.who}`)
      await leader.kill()
      const [other = assert.fail()] = [...centres.values()].filter((each) => each !== leader)
      const done = await ended(other)
      assert.equal(done.phase, 'done', done.why)
      assert.deepEqual(
        done.waves.map(({ good }) => good),
        [5, 30, 25],
      )
      for (const site of SITES) {
        const asked = sites.asked(site)
        // What was on its way when it was killed is sent once more, and is the same.
        assert.ok(asked.length <= 2, `${site} was asked ${asked.length} times`)
        assert.deepEqual([...new Set(asked)], [`run ${first}`])
      }
      const waves = (await deeds()).filter(({ what }) => /wave \d/.test(what))
      assert.deepEqual(
        waves.map(({ what }) => what),
        ['rollout 1: wave 1 of 3', 'rollout 1: wave 2 of 3', 'rollout 1: wave 3 of 3'],
      )
      assert.equal(new Set(waves.map(({ who }) => who)).size, 2, 'two have led')

      // With the one that was killed back: four of thirty fail, which is more than a tenth.
      await leader.start()
      sites.failing = new Set(WAVES[1]?.slice(0, 4))
      sites.forget()
      const second = await roll(other, 2)
      const stopped = await ended(other)
      assert.equal(stopped.phase, 'stopped')
      assert.match(stopped.why, /In wave 2 of 3 4 of 30 sites failed, and 10 % may\. s5: It is ill/)
      const [wave1, wave2, wave3] = WAVES
      await until(
        async () => {
          const back = [...(wave1 ?? []), ...(wave2 ?? [])]
          return back.every((site) => sites.asked(site).at(-1) === `roll-back ${second}`)
            ? true
            : undefined
        },
        () => other.errors.join(''),
      )
      for (const site of wave3 ?? [])
        assert.ok(
          sites.asked(site).every((each) => each === `run ${first}`),
          'it never saw it',
        )
    })
  },
)
