import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { connectTo } from './open-wire.ts'
import { Diode } from './diode.ts'
import type { Program } from './program.ts'
import { TestedSite, secondsUntil } from './tested-site.ts'

/** Long enough that a manifest comes in between, and no longer. */
const REPEAT_SECONDS = [17, 3]

/** Through a diode: what got lost is missing at the centre, which says so, until it has been repeated. */
export async function oneWay(
  folder: string,
  centre: Program,
  started: AsyncDisposableStack,
): Promise<void> {
  const diode = started.use(
    await Diode.open({ connect: () => connectTo(centre.addresses['mqtt'] ?? '') }),
  )
  const target = (): string => `127.0.0.1:${diode.port}`
  const uplink = ['oneWay: true', `repeatAfterSeconds: [${REPEAT_SECONDS.join(', ')}]`]
  const site = started.use(await TestedSite.start({ id: 'diode', folder, target, uplink }))
  await site.feed(2)
  await secondsUntil(performance.now(), async () => site.isWhole(centre))
  diode.isDark = true
  await site.feed(2)
  await pause(1000)
  diode.isDark = false
  assert.ok(diode.lost > 0)
  const missing = async (): Promise<number> => {
    const shown = await centre.text('/metrics')
    const line = /^busbar_centre_stream_missing\{site="diode",stream="events"\} (\d+)$/m.exec(shown)
    const { streams } = await site.at(centre)
    const events = streams.find(({ stream }) => stream === 'events')
    assert.equal(events?.gaps.length, events?.missing === 0 ? 0 : 1)
    return Math.min(events?.missing ?? 0, Number(line?.[1] ?? 0))
  }
  await secondsUntil(performance.now(), async () => (await missing()) > 0)
  await secondsUntil(performance.now(), async () => site.isWhole(centre))
  await secondsUntil(performance.now(), async () => (await site.uplink()).pending === 0)
  assert.ok(await site.isWhole(centre))
  const { streams } = await site.at(centre)
  const { records = 0, duplicates = 0 } = streams.find(({ stream }) => stream === 'events') ?? {}
  assert.ok(duplicates > records, `${duplicates} of ${records} came again`)
  assert.equal(diode.asked, 0, 'nothing was sent that wants an answer from beyond')
  const { devices } = (await centre.get('/api/v1/devices?site=diode')) as {
    readonly devices: readonly { readonly id: string }[]
  }
  assert.deepEqual(
    devices.map(({ id }) => id),
    ['m1'],
  )
  assert.equal((await site.uplink()).isStuck, false)
}
