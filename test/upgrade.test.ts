import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { MadeBundle } from './bundle/made-bundle.ts'
import { nextVersion } from './bundle/next-version.ts'
import { writeBacklog } from './store/backlog.ts'
import { LiveDevices } from './upgrade/live-devices.ts'
import { Program } from './uplink/program.ts'
import { freePort } from './uplink/servers.ts'

/** What a device may have to wait while its edge is another version. */
const GAP_MS = 5000
/** Of the journal before the first version starts: nothing of it is sealed. */
const BACKLOG_SECONDS = 1000
const SITE = (centre: number): string => `site: { id: s1, name: S, frequencyHz: 50, limits: gbt }
access: { anonymous: true }
uplink: { url: 'mqtt://127.0.0.1:${centre}' }
voltageLevels: [{ id: 10kv, nominalV: 10000 }]
feeders: [{ id: f1, voltageLevel: 10kv }]
devices: [{ id: 'd{0..${LiveDevices.names.length - 1}}', kind: rtu, feeder: f1 }]
`

test('N to N+1 and back, with live devices and a backlog: nothing acknowledged is lost, no device waits long', async (t) => {
  using bundle = new MadeBundle()
  const { folder } = bundle
  const versions = [bundle.main, nextVersion(bundle), bundle.main]
  const [mqtt, http, centrePort] = [await freePort(), await freePort(), await freePort()]
  const [site, data] = [join(folder, 'site.yaml'), join(folder, 'data')]
  writeFileSync(site, SITE(centrePort))
  writeBacklog(data, { from: 0, to: BACKLOG_SECONDS })
  const where = ['edge', '--site', site, '--data', data]
  const ports = ['--mqtt', `127.0.0.1:${mqtt}`, '--http', `127.0.0.1:${http}`]
  const launch = (main: string): Promise<Program> => Program.start([main, ...where, ...ports])

  let edge = await launch(versions[0] as string)
  const errors = [edge.errors]
  try {
    await using devices = new LiveDevices(`mqtt://127.0.0.1:${mqtt}`)
    await pause(2000)
    for (const main of versions.slice(1)) {
      devices.watch()
      await edge[Symbol.asyncDispose]()
      edge = await launch(main)
      errors.push(edge.errors)
      await pause(1500)
      t.diagnostic(`longest time without an acknowledgement: ${devices.gapMs} ms`)
      assert.ok(devices.gapMs < GAP_MS, `${devices.gapMs} ms without an acknowledgement`)
    }
    await devices.settle()
    const sent = devices.devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0)
    assert.ok(sent > 500, `${sent} messages`)
    missesNothing(bundle, data, devices)

    // What waited for the centre through both changes arrives.
    const behind = await uplink(edge)
    assert.ok(behind.pending > 0, JSON.stringify(behind))
    const address = ['--mqtt', `127.0.0.1:${centrePort}`, '--http', '127.0.0.1:0']
    const words = ['centre', '--data', join(folder, 'centre'), ...address]
    await using centre = await Program.start([bundle.main, ...words])
    for (let tries = 0; (await uplink(edge)).pending > 0; tries++) {
      assert.ok(tries < 300, JSON.stringify(await uplink(edge)))
      await pause(100)
    }
    const { streams } = (await centre.get('/api/v1/sites/s1')) as Arrived
    const owed = await uplink(edge)
    for (const { stream, last, acknowledged } of owed.streams) {
      const there = streams.find((each) => each.stream === stream)
      assert.equal(acknowledged, last, stream)
      assert.equal(there?.missing, 0, stream)
      assert.equal(there.lost, 0, stream)
    }
  } finally {
    await edge[Symbol.asyncDispose]()
  }
  assert.deepEqual(errors.flat(), [])
})

/** Every reading that was acknowledged, with its value, and all of the backlog. */
function missesNothing(bundle: MadeBundle, data: string, devices: LiveDevices): void {
  const text = bundle.run('query', '--data', data, '--from=-1h', '--format', 'csv')
  const rows = text.matchAll(/^(d\d+),voltage\.a,[^,]*,(\d+),/gm)
  const found = new Set([...rows].map(([, device, number]) => `${device},${number}`))
  const lost = devices.devices.flatMap(({ device, acknowledged }) =>
    acknowledged.map((number) => `${device},${number}`).filter((each) => !found.has(each)),
  )
  assert.deepEqual(lost, [])
  const examined = JSON.parse(bundle.run('doctor', '--data', data, '--json')) as {
    healthy: boolean
  }
  assert.equal(examined.healthy, true)
}

interface Uplink {
  readonly pending: number
  readonly streams: readonly {
    readonly stream: string
    readonly last: number
    readonly acknowledged: number
  }[]
}

interface Arrived {
  readonly streams: readonly {
    readonly stream: string
    readonly missing: number
    readonly lost: number
  }[]
}

async function uplink(edge: Program): Promise<Uplink> {
  return ((await edge.get('/api/v1/uplink')) as { readonly uplink: Uplink }).uplink
}
