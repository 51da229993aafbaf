import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type MqttClient, connectAsync } from 'mqtt'
import { withScratch } from '../crash/scratch.ts'
import { DemoUnderTest } from '../docs/demo-under-test.ts'
import { startFilledCentre } from '../centre/centre-with-console.ts'
import { ConsoleUnderTest, launchBrowser } from './browser.ts'

export const PICTURES = 'docs/pictures'
const LEARN_MS = 75_000
const HOUR_MS = 3_600_000

/** What each page shows in its picture, by the name of the page. */
const VIEWS: Readonly<Record<string, string>> = {
  overview: 'overview',
  trends: `trends?p=old-meter%2Fpower.active,old-meter%2Fvoltage.a&span=${24 * HOUR_MS}`,
  alarms: 'alarms',
  events: 'alarms?view=events&severity=1',
  quality: 'quality',
  transformers: 'transformers',
  feeders: 'feeders',
  devices: 'devices?state=quarantined&device=f3-meter-007',
  processors: 'processors',
  residency: 'residency',
  uplink: 'uplink',
}

/** A day of a meter that the site file does not have, with an hour missing. */
async function tellOfYesterday(client: MqttClient): Promise<void> {
  const now = Date.now()
  const list = []
  for (let at = now - 24 * HOUR_MS; at < now; at += 20_000) {
    const hour = (at / HOUR_MS) % 24
    const age = (now - at) / HOUR_MS
    if (age > 9 && age < 10) continue
    const load = 1.9e6 + 0.9e6 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)
    const wave = 6e4 * Math.sin(at / 3_610_000)
    const voltage = 5910 - (load + wave) / 60_000 + 3 * Math.sin(at / 2_333_000)
    list.push({ ts: at, values: { 'power.active': Math.round(load + wave), 'voltage.a': voltage } })
  }
  for (let at = 0; at < list.length; at += 100)
    await publish(client, 'old-meter', list.slice(at, at + 100))
}

/** Dips and swells of several depths, a payload that nobody can read, and a stranger. */
async function cause(client: MqttClient): Promise<void> {
  for (const [at, voltage] of [300, 175, 90, 0].entries()) {
    const device = `f${at + 1}-meter-12${at}`
    await publish(client, device, { values: { 'voltage.a': voltage } })
    await pause(150 * (at + 1))
    await publish(client, device, { values: { 'voltage.a': at % 2 === 0 ? 231 : voltage } })
  }
  await client
    .publishAsync('grid/f3-meter-007/readings', '{"values":{"voltage.a":23', { qos: 1 })
    .catch(() => {})
}

async function publish(client: MqttClient, device: string, payload: object): Promise<void> {
  await client.publishAsync(`grid/${device}/readings`, JSON.stringify(payload), { qos: 1 })
}

/** Of the console of a centre. */
export const CENTRE_VIEWS: Readonly<Record<string, string>> = {
  sites: 'sites',
  site: 'site?id=south-0002',
  events: 'events',
  reliability: 'reliability?range=90d',
  devices: 'devices?search=0002',
  fleet: 'fleet',
  certificates: 'certificates',
}

async function takeCentre(folder: string): Promise<void> {
  await using centre = await startFilledCentre(folder, 1000)
  await centre.enrol(['east-0001', 'north-0004', 'south-0002', 'west-0003'])
  const browser = await launchBrowser()
  const shown = await ConsoleUnderTest.open(browser, centre.url)
  for (const [name, view] of Object.entries(CENTRE_VIEWS)) {
    await shown.show(view)
    await pause(1500)
    await shown.page.screenshot({ path: join(PICTURES, `centre-${name}.png`) })
  }
  await browser.close()
}

async function take(http: string): Promise<void> {
  const browser = await launchBrowser()
  mkdirSync(PICTURES, { recursive: true })
  const shown = await ConsoleUnderTest.open(browser, http, { operator: 'ana' })
  for (const [name, view] of Object.entries(VIEWS)) {
    await shown.show(view)
    await pause(2500)
    if (name === 'devices') await shown.page.locator('.faults summary').first().click()
    if (name === 'events') await shown.page.locator('tbody button.link').first().click()
    await shown.page.screenshot({ path: join(PICTURES, `console-${name}.png`) })
  }
  await browser.close()
}

/** `npm run pictures`: a picture of each page, for README and docs, of a demo that has run for a minute and of a centre with many sites. */
if (import.meta.main) {
  await withScratch('pictures-centre', takeCentre)
  await withScratch('pictures', async (folder) => {
    const demo = new DemoUnderTest('./bin/busbar demo', join(folder, 'demo'))
    try {
      const { mqtt, http } = await demo.addresses()
      const client = await connectAsync(`mqtt://${mqtt}`, { protocolVersion: 5 })
      await tellOfYesterday(client)
      await pause(LEARN_MS / 2)
      await cause(client)
      await pause(LEARN_MS / 2)
      await client.endAsync()
      await take(http)
    } finally {
      await demo.interrupt()
    }
  })
}
