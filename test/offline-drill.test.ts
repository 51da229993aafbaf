import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseArgs } from 'node:util'
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
const recordsPerSecond = Number(values.rate ?? (isLong ? 5000 : 4000))

/** How exact an ETA is: in the midst of other tests the machine is not its own. */
const ETA_SHARE = isLong ? 0.2 : 0.5
const ETA_SECONDS = isLong ? 1 : 3
/** What a clock of a few hundred samples cannot tell apart. */
const NOISE_MS = isLong ? 20 : 500

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
  const liveSeconds = isLong ? 20 : 2
  const upgrade = 'src/cli/main.ts'
  const rest = { folder, days, records, recordsPerSecond, liveSeconds, upgrade }
  return await runOfflineDrill({ ...rest, centre, broker })
}

function check(result: OfflineDrillResult): void {
  const { etaSeconds, drainSeconds, beforeP99Ms, drainP99Ms, backlog } = result
  const words = JSON.stringify(result)
  assert.ok(backlog > records / 2, words)
  assert.ok(
    Math.abs(drainSeconds - etaSeconds) <= Math.max(ETA_SECONDS, etaSeconds * ETA_SHARE),
    words,
  )
  assert.ok(drainP99Ms <= beforeP99Ms + NOISE_MS, words)
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
