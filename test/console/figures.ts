import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type MqttClient, connectAsync } from 'mqtt'
import type { Page } from 'playwright-core'
import { withScratch } from '../crash/scratch.ts'
import { DemoUnderTest } from '../docs/demo-under-test.ts'
import { ConsoleUnderTest, launchBrowser } from './browser.ts'

const ROUNDS = 5
const WATCH_MS = 60_000
const DAY_MS = 86_400_000
const YEAR_MS = 365 * DAY_MS

const FIRST_PAINT = `Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime) + ' ms'`

/** `npm run console:figures`: how long trends take to be drawn, and what a live overview costs the browser. For a quiet machine. */
await withScratch('figures', async (folder) => {
  const demo = new DemoUnderTest('./bin/busbar demo --devices 1000', join(folder, 'demo'))
  const browser = await launchBrowser()
  try {
    const { mqtt, http } = await demo.addresses()
    const client = await connectAsync(`mqtt://${mqtt}`, { protocolVersion: 5 })
    await fill(client, 'day-meter', { everyMs: 1000, lengthMs: DAY_MS })
    await fill(client, 'year-meter', { everyMs: 60_000, lengthMs: YEAR_MS })
    await client.endAsync()
    const { page } = await ConsoleUnderTest.open(browser, http)
    await page.goto(`http://${http}/#/overview`)
    await page.locator('.diagram .feeder').first().waitFor()
    print('first paint', await page.evaluate(FIRST_PAINT))
    await watch(page)
    for (const [device, spanMs] of [
      ['day-meter', DAY_MS],
      ['year-meter', YEAR_MS],
    ] as const) {
      const times: number[] = []
      for (let round = 0; round < ROUNDS; round++) times.push(await trendMs(page, device, spanMs))
      print(`trend of ${device}`, `${times.join(', ')} ms`)
    }
  } finally {
    await browser.close()
    await demo.interrupt()
  }
})

/** A value a second, or a minute, from so long ago until now. */
async function fill(
  client: MqttClient,
  device: string,
  { everyMs, lengthMs }: { readonly everyMs: number; readonly lengthMs: number },
): Promise<void> {
  const end = Date.now()
  for (let at = end - lengthMs; at < end; at += 100 * everyMs) {
    const list = Array.from({ length: 100 }, (_, place) => {
      const ts = at + place * everyMs
      return { ts, values: { 'voltage.a': 230 + 3 * Math.sin(ts / 3e6) + (ts % 7) / 10 } }
    })
    await client.publishAsync(`grid/${device}/readings`, JSON.stringify(list), { qos: 1 })
  }
}

/** From another page to the trend, until its line and the table below it are there. */
async function trendMs(page: Page, device: string, spanMs: number): Promise<number> {
  await page.evaluate(`location.hash = '#/processors'`)
  await pause(1000)
  return page.evaluate<number>(`(async () => {
    const begun = performance.now()
    location.hash = '#/trends?p=${device}%2Fvoltage.a&span=${spanMs}'
    for (;;) {
      await new Promise((resolve) => requestAnimationFrame(resolve))
      const table = document.querySelector('.trends tbody')
      if (document.querySelector('.chart canvas') && /good/.test(table?.textContent ?? '')) break
    }
    return Math.round(performance.now() - begun)
  })()`)
}

async function watch(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const look = async (): Promise<ReadonlyMap<string, number>> => {
    await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    return new Map(metrics.map(({ name, value }) => [name, value]))
  }
  await pause(5000)
  const before = await look()
  await pause(WATCH_MS)
  const after = await look()
  const grown = (name: string): number => (after.get(name) ?? 0) - (before.get(name) ?? 0)
  const share = (100 * grown('TaskDuration')) / grown('Timestamp')
  print('overview, a minute', `${share.toFixed(1)} % of a core`)
  print('its heap grew by', `${(grown('JSHeapUsedSize') / 1000).toFixed(0)} kB`)
  print('its nodes by', String(grown('Nodes')))
}

function print(what: string, figure: string): void {
  process.stdout.write(`${what.padEnd(24)} ${figure}\n`)
}
