import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import type { SiteInfo } from '../../src/centre/ledger.ts'
import { uplink } from '../../src/edge/site/uplink.ts'
import type { WireMode } from '../../src/simulator/fleet/wire.ts'
import { WornMachine } from '../drill/worn-machine.ts'
import { whyNoPowerCut } from '../power-cut/interposer.ts'
import { CutOffSite } from './cut-off-site.ts'
import { OfflineDays } from './offline-days.ts'
import type { Program } from './program.ts'
import { type Server, noMosquitto, noPostgres, startMosquitto, startPostgres } from './servers.ts'
import { SmallDisk } from './small-disk.ts'
import { startCentre } from './tested-centre.ts'
import { TestedSite, secondsUntil } from './tested-site.ts'

/** What a row is given. */
export interface FaultBench {
  readonly t: TestContext
  /** Of this row alone. */
  readonly folder: string
  readonly started: AsyncDisposableStack
  /** With a broker of its own, for all rows in which nothing happens to it. */
  readonly centre: Program
  /** Of this row alone; undefined: there is only PGlite. */
  readonly database: string | undefined
}

export interface Fault {
  readonly name: string
  readonly skip: string | false
  readonly run: (bench: FaultBench) => Promise<void>
}

const noSmallDisk = (): string | false => {
  return SmallDisk.canMount ? false : 'no small file system can be mounted here'
}

/** Whatever happens: nothing is lost, and within half a minute somebody is told. */
export const faults: readonly Fault[] = [
  { name: 'a black hole', skip: false, run: swallowed('hole') },
  { name: 'a link that brings nothing back', skip: false, run: swallowed('mute') },
  {
    name: 'a link that takes everything away and delivers nothing',
    skip: false,
    run: swallowed('deaf'),
  },
  {
    name: 'an edge that loses its power, of which nobody tells the centre',
    skip: false,
    run: dead,
  },
  { name: 'our broker is killed, of which nobody tells the edge', skip: false, run: ourBroker },
  { name: 'Mosquitto is killed, and has kept nothing', skip: noMosquitto, run: mosquitto(false) },
  {
    name: 'Mosquitto is killed, and has kept what it had',
    skip: noMosquitto,
    run: mosquitto(true),
  },
  {
    name: 'PostgreSQL is down for longer than anybody has room',
    skip: noPostgres,
    run: noDatabase,
  },
  {
    name: 'the disk of PostgreSQL is full',
    skip: noPostgres || noSmallDisk(),
    run: fullDisk('postgres'),
  },
  { name: 'the disk of PGlite is full', skip: noSmallDisk(), run: fullDisk('pglite') },
  { name: 'a clock that is wrong by a day', skip: whyNoPowerCut() ?? false, run: wrongClock },
]

function swallowed(mode: WireMode): Fault['run'] {
  return async (bench) => {
    const { centre } = bench
    const site = await siteOf(bench, mode, () => centre.addresses['mqtt'] ?? '')
    const sinceMs = performance.now()
    site.wire.mode = mode
    await site.feed(3)
    await Promise.all([
      tell(bench, 'the edge', site.alarmedSeconds(sinceMs)),
      mode === 'mute' ? undefined : tell(bench, 'the centre', silentSeconds(site, centre, sinceMs)),
    ])
    site.wire.mode = 'open'
    await healed(site, centre)
  }
}

async function dead(bench: FaultBench): Promise<void> {
  const { centre } = bench
  const site = await siteOf(bench, 'dead', () => centre.addresses['mqtt'] ?? '')
  const sinceMs = performance.now()
  site.wire.mode = 'deaf'
  await site.feed(2)
  await site.edge.kill()
  await tell(bench, 'the centre', silentSeconds(site, centre, sinceMs))
  site.wire.mode = 'open'
  await site.edge.start()
  await site.feed(1)
  await healed(site, centre)
}

async function ourBroker(bench: FaultBench): Promise<void> {
  const centre = await ownCentre(bench, undefined)
  const site = await siteOf(bench, 'ours', () => centre.addresses['mqtt'] ?? '')
  const sinceMs = performance.now()
  site.wire.mode = 'hole'
  await centre.kill()
  await site.feed(3)
  await tell(bench, 'the edge', site.alarmedSeconds(sinceMs))
  await centre.start()
  site.wire.mode = 'open'
  await healed(site, centre)
}

function mosquitto(keeps: boolean): Fault['run'] {
  return async (bench) => {
    const { folder, started } = bench
    const kept = ['persistence true', `persistence_location ${folder}/`, 'autosave_interval 1']
    const words = keeps ? [...kept, 'user root'] : []
    let server = await startMosquitto(folder, words)
    started.defer(async () => server[Symbol.asyncDispose]())
    const { port } = server
    const centre = await ownCentre(bench, `mqtt://127.0.0.1:${port}`)
    const site = await siteOf(bench, 'mosquitto', () => `127.0.0.1:${port}`)
    await site.feed(1)
    const sinceMs = performance.now()
    await server.kill()
    await site.feed(3)
    const isSaid = async (): Promise<boolean> => says(centre, /no connection to the broker/)
    await Promise.all([
      tell(bench, 'the centre', secondsUntil(sinceMs, isSaid)),
      tell(bench, 'the edge', site.alarmedSeconds(sinceMs)),
    ])
    server = await startMosquitto(folder, words, port)
    await healed(site, centre)
    assert.equal(await says(centre, /./), false)
  }
}

/** An hour is what nobody can keep who waits for it: more than fits into what is on its way. */
async function noDatabase(bench: FaultBench): Promise<void> {
  const { folder, started } = bench
  chmodSync(folder, 0o711) // PostgreSQL is not root.
  let server = await startPostgres(join(folder, 'database'))
  started.defer(async () => server[Symbol.asyncDispose]())
  const { port } = server
  const centre = started.use(
    await startCentre({ folder, database: urlOf(server), broker: undefined }),
  )
  const site = await siteOf(bench, 'down', () => centre.addresses['mqtt'] ?? '')
  const sinceMs = performance.now()
  await server[Symbol.asyncDispose]()
  await site.feed(3)
  const other = cutOffSite(bench, `mqtt://${centre.addresses['mqtt']}`)
  other.find(BACKLOG)
  const isSaid = async (): Promise<boolean> => says(centre, /The database cannot be reached/)
  await Promise.all([
    tell(bench, 'the centre', secondsUntil(sinceMs, isSaid)),
    tell(bench, 'the edge', site.alarmedSeconds(sinceMs)),
  ])
  server = await startPostgres(join(folder, 'database'), port)
  await healed(site, centre)
  await allThere(other, centre)
}

/** Each record of the days once: all revisions of an event had been found before anything was sent. */
async function allThere(site: CutOffSite, centre: Program): Promise<void> {
  while (site.status.streams.some(({ last, acknowledged }) => acknowledged < last)) await pause(200)
  const { streams, missing } = (await centre.get(`/api/v1/sites/${OTHER}`)) as SiteInfo
  const found = [...DAYS.expected({ withKept: true }).keys()]
  const records = ['event', 'aggregate'].map((kind) => {
    const there = streams.find(({ stream }) => stream === `${kind}s`)?.records
    return [there, found.filter((id) => id.startsWith(kind)).length]
  })
  for (const [there, wanted] of records) assert.equal(there, wanted)
  assert.equal(missing, 0)
}

function fullDisk(kind: 'postgres' | 'pglite'): Fault['run'] {
  return async (bench) => {
    const { folder, started } = bench
    chmodSync(folder, 0o711)
    const place = join(folder, kind === 'postgres' ? 'database' : 'centre')
    const disk = SmallDisk.mount(place)
    assert.ok(disk !== undefined)
    started.use(disk)
    const server = kind === 'postgres' ? started.use(await startPostgres(place)) : undefined
    const database = server && urlOf(server)
    const centre = started.use(await startCentre({ folder, database, broker: undefined }))
    const site = await siteOf(bench, 'full', () => centre.addresses['mqtt'] ?? '')
    const sinceMs = performance.now()
    disk.fill()
    const other = cutOffSite(bench, `mqtt://${centre.addresses['mqtt']}`)
    other.find(BACKLOG)
    await site.feed(3)
    const isSaid = async (): Promise<boolean> =>
      says(centre, /The disk of the database is full.*Make room/)
    await tell(bench, 'the centre', secondsUntil(sinceMs, isSaid))
    disk.free()
    await healed(site, centre)
    await allThere(other, centre)
  }
}

/** Ahead, then behind, then set right while records wait. */
async function wrongClock(bench: FaultBench): Promise<void> {
  const { centre, folder, started } = bench
  const machine = started.use(new WornMachine(folder))
  const { environment } = machine
  const target = (): string => centre.addresses['mqtt'] ?? ''
  const site = await siteOf(bench, 'clock', target, environment)
  for (const seconds of [DAY_SECONDS, -DAY_SECONDS]) {
    const sinceMs = performance.now()
    machine.set('stepUs', seconds * 1_000_000)
    await tell(bench, 'the centre', clockSeconds(site, centre, sinceMs, seconds))
    await site.feed(2)
    site.wire.mode = 'cut'
    await site.feed(2)
    machine.set('stepUs', 0)
    await site.feed(2)
    site.wire.mode = 'open'
    await healed(site, centre)
    await clockSeconds(site, centre, performance.now(), 0)
  }
}

async function clockSeconds(
  site: TestedSite,
  centre: Program,
  sinceMs: number,
  seconds: number,
): Promise<number> {
  return secondsUntil(sinceMs, async () => {
    const { clockOffsetSeconds, isClockWrong } = await site.at(centre)
    const name = `busbar_centre_site_clock_offset_seconds{site="${site.id}"}`
    const line = (await centre.text('/metrics')).split('\n').find((each) => each.startsWith(name))
    const isShown = Math.abs(Number(line?.slice(name.length)) - seconds) < 5
    const isSeen = clockOffsetSeconds !== null && Math.abs(clockOffsetSeconds - seconds) < 5
    return isShown && isSeen && isClockWrong === (seconds !== 0)
  })
}

/** With something that is there already. */
async function siteOf(
  { folder, started, centre: shared }: FaultBench,
  id: string,
  target: () => string,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestedSite> {
  const site = started.use(await TestedSite.start({ id, folder, target, environment }))
  await site.feed(2)
  const endMs = performance.now() + 60_000
  const isSent = async (): Promise<boolean> => {
    const { streams, pending } = await site.uplink()
    return pending === 0 && streams.some(({ acknowledged }) => acknowledged > 0)
  }
  while (!(await isSent())) {
    assert.ok(performance.now() < endMs, `${site.edge.errors.join('')}${shared.errors.join('')}`)
    await pause(200)
  }
  return site
}

/** Has found more than all that may be on its way. */
function cutOffSite({ folder, started }: FaultBench, url: string): CutOffSite {
  const directory = join(folder, OTHER)
  mkdirSync(directory, { recursive: true })
  const settings = uplink.parse({ url, backfillRecordsPerSecond: 100_000 })
  const rest = { site: OTHER, directory, days: DAYS, isPolicyChanged: false }
  const site = new CutOffSite({ ...rest, uplink: settings })
  started.defer(() => site.stop())
  return site
}

async function ownCentre(
  { folder, started, database }: FaultBench,
  broker: string | undefined,
): Promise<Program> {
  return started.use(await startCentre({ folder, database, broker }))
}

async function healed(site: TestedSite, centre: Program): Promise<void> {
  await site.settled(centre)
  await secondsUntil(performance.now(), async () => !(await site.uplink()).isStuck)
}

async function silentSeconds(site: TestedSite, centre: Program, sinceMs: number): Promise<number> {
  return secondsUntil(sinceMs, async () => (await site.at(centre)).isSilent)
}

async function says(centre: Program, words: RegExp): Promise<boolean> {
  const { problems = [] } = (await centre.get('/healthz')) as { problems?: readonly string[] }
  return problems.some((each) => words.test(each))
}

async function tell({ t }: FaultBench, who: string, seconds: Promise<number>): Promise<void> {
  t.diagnostic(`${who} says so after ${(await seconds).toFixed(1)} s`)
}

function urlOf({ port }: Server): string {
  return `postgres://busbar@127.0.0.1:${port}/postgres`
}

const OTHER = 'days'
/** Four times what may be on its way: 24 envelopes of 500. */
const BACKLOG = 48_000
const DAY_SECONDS = 86_400
const DAYS = new OfflineDays({
  startUs: (Date.now() - DAY_SECONDS * 14_000) * 1000,
  days: 14,
  records: BACKLOG,
})
