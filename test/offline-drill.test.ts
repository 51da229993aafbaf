import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseArgs } from 'node:util'
import { limits } from '../src/core/limits.ts'
import { MadeBundle } from './bundle/made-bundle.ts'
import { nextVersion } from './bundle/next-version.ts'
import { withScratch } from './crash/scratch.ts'
import { type OfflineDrillResult, runOfflineDrill } from './uplink/offline-drill.ts'
import { Program } from './uplink/program.ts'
import { noMosquitto, noPostgres, startMosquitto, startPostgres } from './uplink/servers.ts'

const { values } = parseArgs({
  options: { days: { type: 'string' }, records: { type: 'string' }, rate: { type: 'string' } },
})
const isLong = values.days !== undefined || values.records !== undefined
const days = Number(values.days ?? (isLong ? 14 : 2))
const records = Number(values.records ?? (isLong ? 280_000 : 12_000))
const recordsPerSecond = Number(values.rate ?? (isLong ? 5000 : 1500))

const ETA_SHARE = 0.2
/** It is told in whole seconds, and what is left is counted each second. */
const ETA_SECONDS = 2
/** What the backlog may cost what is new, and a pause of a collector or a checkpoint that hits the one and not the other: a P99 of some hundred samples is the third worst of them. */
const LATER_MS = limits.backfillDelayMs + (isLong ? 50 : 100)
/** A machine that is busy is busy with the one and with the other, and not equally. */
const LATER_SHARE = isLong ? 0.25 : 0.5

async function drill(folder: string, isServer: boolean): Promise<OfflineDrillResult> {
  await using started = new AsyncDisposableStack()
  const words = ['src/cli/main.ts', 'centre', '--http', '127.0.0.1:0']
  let broker = ''
  if (isServer) {
    const { port } = started.use(await startPostgres(folder))
    const mosquitto = started.use(await startMosquitto(folder))
    broker = `mqtt://127.0.0.1:${mosquitto.port}`
    words.push('--database', `postgres://busbar@127.0.0.1:${port}/postgres`, '--broker', broker)
  } else words.push('--data', join(folder, 'centre'), '--mqtt', '127.0.0.1:0')
  const centre = started.use(await Program.start(words))
  if (!isServer) broker = `mqtt://${centre.addresses['mqtt']}`
  const seconds = isLong
    ? { liveSeconds: 30, settleSeconds: 5 }
    : { liveSeconds: 4, settleSeconds: 1 }
  const bundle = started.use(new MadeBundle())
  const rest = { folder, days, records, recordsPerSecond, ...seconds, upgrade: nextVersion(bundle) }
  return await runOfflineDrill({ ...rest, centre, broker })
}

function check(result: OfflineDrillResult): void {
  const { etaSeconds, drainSeconds, beforeP99Ms, drainP99Ms, backlog } = result
  const words = JSON.stringify(result)
  assert.ok(
    Math.abs(drainSeconds - etaSeconds) <= Math.max(ETA_SECONDS, etaSeconds * ETA_SHARE),
    words,
  )
  assert.ok(drainP99Ms <= beforeP99Ms * (1 + LATER_SHARE) + LATER_MS, words)
  assert.ok(Math.abs(backlog - records) <= records * 0.1, words)
}

const what = `${days} days without the centre, ${records} records: all of it arrives, once`

test(`${what}, with our broker and PGlite`, async (t) => {
  await withScratch('offline', async (folder) => {
    const result = await drill(folder, false)
    t.diagnostic(JSON.stringify(result))
    check(result)
  })
})

const skip = noMosquitto || noPostgres || (isLong ? false : 'on demand: npm run drill:offline')
test(`${what}, with Mosquitto and PostgreSQL`, { skip }, async (t) => {
  await withScratch('offline', async (folder) => {
    const result = await drill(folder, true)
    t.diagnostic(JSON.stringify(result))
    check(result)
  })
})
