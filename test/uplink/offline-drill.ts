import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { loadavg } from 'node:os'
import { Histogram } from '../../src/cli/bench/histogram.ts'
import type { SiteInfo } from '../../src/centre/ledger.ts'
import { uplink } from '../../src/edge/site/uplink.ts'
import { parseTime } from '../../src/core/time.ts'
import { CutOffSite } from './cut-off-site.ts'
import { OfflineDays, idOf } from './offline-days.ts'
import { Program } from './program.ts'

export interface OfflineDrillSettings {
  readonly folder: string
  readonly days: number
  readonly records: number
  /** Of the backlog, when the site is back. */
  readonly recordsPerSecond: number
  /** Of live records, before the site is cut off. */
  readonly liveSeconds: number
  /** Of the drain, before its ETA is taken at its word. */
  readonly settleSeconds: number
  /** The program of the next version, which opens the data folder in between. */
  readonly upgrade: string
  readonly centre: Program
  /** Where sites reach it. */
  readonly broker: string
}

export interface OfflineDrillResult {
  readonly backlog: number
  readonly beforeP99Ms: number
  readonly drainP99Ms: number
  readonly beforeP50Ms: number
  readonly drainP50Ms: number
  readonly etaSeconds: number
  readonly drainSeconds: number
  readonly kills: number
  readonly load: number
}

const SITE = 's29'
/** Nobody listens there. */
const NOWHERE = 'mqtt://127.0.0.1:9'

/** Connected, then cut off for days with reboots, an upgrade and a change of the site file and of the policy, then back: all that was found is there once. */
export async function runOfflineDrill(settings: OfflineDrillSettings): Promise<OfflineDrillResult> {
  const { folder, days: count, records, liveSeconds, broker, recordsPerSecond } = settings
  const directory = join(folder, 'data')
  mkdirSync(directory, { recursive: true })
  const daysOf = { startUs: (Date.now() - count * DAY_MS) * 1000, days: count, records }
  const days = new OfflineDays(daysOf)
  const open = (isChanged: boolean): CutOffSite => {
    const rate = isChanged ? { backfillRecordsPerSecond: recordsPerSecond } : {}
    const settingsOf = uplink.parse({ url: broker, ...rate })
    const rest = { site: SITE, directory, days, isPolicyChanged: isChanged }
    return new CutOffSite({ ...rest, uplink: settingsOf })
  }
  const before = open(false)
  try {
    await until('connected', () => before.status.link === 'up')
    const endMs = performance.now() + liveSeconds * 1000
    await live(before, () => performance.now() < endMs)
    await until('acknowledged', () => before.waiting === 0)
  } finally {
    before.stop()
  }
  const kills = await cutOff({ ...settings, directory, daysOf })
  const after = open(true)
  try {
    const drained = await drain(after, settings.settleSeconds * 1000)
    await until('settled', () => after.waiting === 0 && after.status.pending === 0)
    await compare(settings, days, [before, after])
    assert.ok(after.stretches <= 2, `${after.stretches} stretches: a stream came out of its order`)
    return {
      ...drained,
      beforeP50Ms: before.latency.quantileMs(0.5),
      beforeP99Ms: before.latency.quantileMs(0.99),
      drainP50Ms: after.latency.quantileMs(0.5),
      drainP99Ms: after.latency.quantileMs(0.99),
      kills,
      load: loadavg()[0] ?? 0,
    }
  } finally {
    after.stop()
  }
}

/** Some records a second, as long as it is to go on. */
async function live(site: CutOffSite, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    site.findLive(Date.now() * 1000 + site.live.size)
    await pause(LIVE_EVERY_MS * (0.5 + Math.random()))
  }
}

/** The ETA is the one that is said when the drain has gone on for a while; so long it takes from then on. */
async function drain(site: CutOffSite, settleMs: number) {
  let eta: { readonly seconds: number; readonly atMs: number } | undefined
  let begunMs: number | undefined
  let backlog = 0
  let endMs = 0
  await live(site, () => {
    const { link, etaSeconds, streams, sent } = site.status
    const left = streams.reduce((sum, { backfill }) => sum + backfill, 0)
    if (link !== 'up' || etaSeconds === null) return true
    backlog = Math.max(backlog, left)
    endMs = performance.now()
    if (begunMs === undefined && sent.backfill > 0) {
      begunMs = endMs
      site.latency = new Histogram()
    }
    if (begunMs !== undefined && endMs - begunMs >= settleMs)
      eta ??= { seconds: etaSeconds, atMs: endMs }
    return left > 0
  })
  assert.ok(eta !== undefined)
  return { backlog, etaSeconds: eta.seconds, drainSeconds: (endMs - eta.atMs) / 1000 }
}

interface CutOff extends OfflineDrillSettings {
  readonly directory: string
  readonly daysOf: ConstructorParameters<typeof OfflineDays>[0]
}

/** Boots, of which every second ends with kill -9 in the midst of what it does; half-way another version opens the folder. */
async function cutOff(settings: CutOff): Promise<number> {
  const { records, directory, daysOf } = settings
  let kills = 0
  for (let boot = 1; boot <= BOOTS; boot++) {
    const upTo = Math.round((records * boot) / BOOTS)
    const isKilled = boot % 2 === 1 && boot < BOOTS
    const order = { site: SITE, directory, url: NOWHERE, days: daysOf, upTo }
    const file = join(import.meta.dirname, 'run-cut-off-site.ts')
    const child = spawn(process.execPath, [file, JSON.stringify(order)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    const killAt = upTo - records / BOOTS / 3
    for await (const line of createInterface({ input: child.stdout })) {
      if (!isKilled || Number(line) < killAt) continue
      child.kill('SIGKILL')
      kills++
      break
    }
    const [code] = (await ended) as [number | null]
    assert.equal(code, isKilled ? null : 0)
    if (boot === BOOTS / 2) kills += await upgrade(settings)
  }
  return kills
}

async function upgrade({ folder, directory, upgrade: program }: CutOff): Promise<number> {
  const siteFile = join(folder, 'site.yaml')
  const feeders = Array.from({ length: 8 }, (_, at) => `{ id: f${at}, voltageLevel: 10kv }`)
  writeFileSync(
    siteFile,
    `site: { id: ${SITE}, name: S, frequencyHz: 50, limits: gbt }
uplink: { url: '${NOWHERE.replace('127.0.0.1', 'localhost')}', backfillRecordsPerSecond: 100 }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [${feeders.join(', ')}]
devices: [{ id: m1, kind: rtu, feeder: f1 }]
`,
  )
  const anywhere = ['--mqtt', '127.0.0.1:0', '--http', '127.0.0.1:0']
  const files = ['--site', siteFile, '--data', directory]
  const edge = await Program.start([program, 'edge', ...files, ...anywhere])
  const { uplink: status } = (await edge.get('/api/v1/uplink')) as {
    uplink: { readonly streams: readonly { readonly pending: number }[] }
  }
  assert.ok(
    status.streams.some(({ pending }) => pending > 0),
    'it knows what waits',
  )
  await edge.kill()
  return 1
}

/** What is at the centre, and what should be: to the unit. */
async function compare(
  { centre, records }: OfflineDrillSettings,
  days: OfflineDays,
  sites: readonly CutOffSite[],
): Promise<void> {
  const expected = days.expected()
  for (const { live: found } of sites) for (const [id, value] of found) expected.set(id, value)
  let arrived = 0
  const wrong: string[] = []
  for (const kind of ['event', 'aggregate'] as const) {
    for await (const record of recordsOf(centre, `${kind}s`)) {
      const id = idOf(kind, record.subject.id, parseTime(record.time) ?? 0)
      arrived++
      if (expected.get(id) !== record.fields.value) wrong.push(`${id}: ${record.fields.value}`)
      expected.delete(id)
    }
  }
  assert.deepEqual([wrong.slice(0, 5), [...expected].slice(0, 5)], [[], []])
  const { streams } = (await centre.get(`/api/v1/sites/${SITE}`)) as SiteInfo
  // What the site has said last of its numbers may be ten seconds old.
  for (const { stream, missing, lost, watermark, last } of streams) {
    assert.deepEqual([stream, missing, lost], [stream, 0, 0])
    assert.ok(watermark >= last, `${stream}: ${watermark} of ${last}`)
  }
  assert.ok(arrived > records / 2, `${arrived} of ${records}`)
}

interface Record {
  readonly time: string
  readonly subject: { readonly id: string }
  readonly fields: { readonly value: number }
}

async function* recordsOf(centre: Program, table: string): AsyncGenerator<Record> {
  const all = { from: '2000-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', limit: '10000' }
  for (let next: string | null | undefined; next !== null;) {
    const query = new URLSearchParams({ ...all, ...(next === undefined ? {} : { after: next }) })
    const page = (await centre.get(`/api/v1/${table}?${query.toString()}`)) as {
      readonly next: string | null
    }
    yield* (page as unknown as Readonly<{ [name: string]: readonly Record[] }>)[table] ?? []
    ;({ next } = page)
  }
}

async function until(what: string, isSo: () => boolean, patienceMs = PATIENCE_MS): Promise<void> {
  for (const endMs = Date.now() + patienceMs; !isSo(); await pause(20))
    assert.ok(Date.now() < endMs, `not ${what} within ${patienceMs} ms`)
}

const DAY_MS = 86_400_000
const BOOTS = 4
/** On average. */
const LIVE_EVERY_MS = 20
const PATIENCE_MS = 15_000
