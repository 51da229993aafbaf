import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Database, Query } from '../src/centre/database/database.ts'
import { openEmbedded } from '../src/centre/database/embedded-database.ts'
import { migrate } from '../src/centre/database/migrations.ts'
import { openPostgres } from '../src/centre/database/postgres-database.ts'
import { OwnPost } from '../src/centre/fleet/post.ts'
import { Rollouts } from '../src/centre/fleet/rollouts.ts'
import { SiteReports } from '../src/centre/fleet/site-reports.ts'
import { decodeDesired } from '../src/fleet/desired.ts'

// What a rollout to many sites costs a centre each second: `node bench/rollout.ts`, with --sites N, --seconds N, --database postgres://….
// Sites are simulated: each says how it is every minute, and that it has found the set good some seconds after it was asked.

const { values } = parseArgs({
  options: {
    sites: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    database: { type: 'string' },
  },
})
const DIGEST = 'd'.repeat(64)
const sites = Array.from({ length: Number(values.sites) }, (_, at) => `site-${at}`)
const seconds = Number(values.seconds)
const traffic = { bytes: 0, statements: 0 }

const folder = mkdtempSync(join(tmpdir(), 'bench-rollout-'))
const database = counted(
  values.database === undefined
    ? await openEmbedded(join(folder, 'centre'))
    : await openPostgres(values.database),
)
await migrate(database)
const reports = new SiteReports(database)
const asked = new Set<string>()
const post = new OwnPost(database, async (site, document) => {
  if (decodeDesired(document)?.action === 'run') asked.add(site)
})
const rollouts = new Rollouts({ database, post, worker: 'bench' })
for (const site of sites) say(site, 'none')
await settled()
await measure('sites report, no rollout', 0)
const half = sites.length / 2
const waves = [sites.slice(0, 1), sites.slice(1, half), sites.slice(half)]
const plan = { digest: DIGEST, revision: 1, waves, failedPercent: 10, silentSeconds: 3600 }
await rollouts.create({ ...plan, soakSeconds: 2 }, { who: 'bench', nowUs: Date.now() * 1000 })
await rollouts.look(Date.now())
await rollouts.look(Date.now())
for (const site of asked) say(site, 'good')
await lookOn()
await measure('half of the sites are asked, none answers', 0)
await measure('they answer, fifty a second', 50)
await rollouts.look(Date.now())
for (const site of sites) if (asked.has(site)) say(site, 'good')
await lookOn()
for (const site of asked) say(site, 'good')
await lookOn()
await measure('it is over', 0)
const started = performance.now()
const bytes = JSON.stringify(await rollouts.list()).length
console.log(`a list of rollouts: ${bytes} bytes, ${(performance.now() - started).toFixed(0)} ms`)
await database.close()
rmSync(folder, { recursive: true })

/** A report as an edge with eight processors makes it. */
function say(site: string, state: string): void {
  const processor = { name: 'power-quality', version: '1.0.0', digest: DIGEST, state: 'running' }
  const report = {
    format: 1,
    version: '0.1.0',
    siteFile: DIGEST,
    policy: 'shipped',
    processors: Array.from({ length: 8 }, () => ({ ...processor, fault: '' })),
    set: { state, digest: state === 'none' ? '' : DIGEST, revision: 1, reason: '', drift: [] },
    problems: [],
    problemsTotal: 0,
    alarms: { low: 0, medium: 0, high: 0, critical: 0 },
    uplink: { pending: 0, oldest: null, isStuck: false },
    readings: Date.now(),
  }
  const bytes = Buffer.from(JSON.stringify(report))
  reports.heard({ site, bytes, heardAt: Date.now() * 1000 })
}

async function settled(): Promise<void> {
  do await pause(50)
  while (reports.counters.stored < sites.length)
  await pause(500)
}

/** Until what was said has had its effect. */
async function lookOn(): Promise<void> {
  await settled()
  for (let second = 0; second < 5; second++) {
    await pause(1000)
    await rollouts.look(Date.now())
  }
}

/** Looks each second, as a centre does, while sites report each minute, and `answers` more of them a second that the set is good. */
async function measure(what: string, answers: number): Promise<void> {
  Object.assign(traffic, { bytes: 0, statements: 0 })
  const before = process.cpuUsage()
  const startMs = performance.now()
  let lookMs = 0
  const waiting = [...asked]
  for (let second = 0; second < seconds; second++) {
    for (let at = 0; at < sites.length / 60; at++)
      say(sites[(second * 17 + at) % sites.length] ?? '', asked.size > 1 ? 'good' : 'none')
    for (const site of waiting.splice(0, answers)) say(site, 'good')
    const lookedMs = performance.now()
    await rollouts.look(Date.now())
    lookMs += performance.now() - lookedMs
    await pause(1000 - ((performance.now() - startMs) % 1000))
  }
  const { user, system } = process.cpuUsage(before)
  const spentMs = (performance.now() - startMs) / 100
  const core = ((user + system) / 1000 / spentMs).toFixed(2)
  const kilobytes = (traffic.bytes / 1000 / seconds).toFixed(0)
  console.log(
    `${what}: ${core} % of a core, ${kilobytes} kB/s from and to the database, a look takes ${(lookMs / seconds).toFixed(1)} ms`,
  )
}

function counted(given: Database): Database {
  const count = (own: Query): Query => {
    return async (sql, parameters = []) => {
      const rows = await own(sql, parameters)
      for (const each of [sql, parameters, rows]) traffic.bytes += JSON.stringify(each).length
      traffic.statements++
      return rows
    }
  }
  return {
    query: count(given.query),
    transact: async (work) => given.transact(async (own) => work(count(own))),
    close: async () => given.close(),
  }
}
