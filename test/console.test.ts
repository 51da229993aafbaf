import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { connectAsync } from 'mqtt'
import type { Browser } from 'playwright-core'
import { english } from '../ui/text/english.ts'
import { chinese } from '../ui/text/chinese.ts'
import { CHROMIUM, ConsoleUnderTest, launchBrowser } from './console/browser.ts'
import { withScratch } from './crash/scratch.ts'
import { type Addresses, DemoUnderTest, isInstalled } from './docs/demo-under-test.ts'

const PAGES = [
  'overview',
  'trends',
  'alarms',
  'quality',
  'transformers',
  'feeders',
  'devices',
  'processors',
  'residency',
] as const
const VIEWS = [...PAGES, 'alarms?view=events', 'alarms?view=steps', 'alarms?view=notify'] as const
const COMPRESSED_MAX = 250_000
/** What is shown for it is text, or a script has run. */
const HOSTILE = '<img src=x onerror=document.title=1>'
const skip = (await isInstalled(CHROMIUM)) ? false : `${CHROMIUM} is not installed`

test('the console in a browser', { skip }, async (t) => {
  await withScratch('console', async (folder) => {
    const demo = new DemoUnderTest('./bin/busbar demo', join(folder, 'demo'))
    t.after(() => demo.abandon())
    const at = await demo.addresses()
    const browser = await launchBrowser()
    t.after(() => browser.close())
    await t.test('every page in both languages', () => everyPage(browser, at))
    await t.test('a trend, by the keyboard', () => trendByKeyboard(browser, at))
    await t.test('an alarm is acknowledged', () => acknowledge(browser, at))
    await t.test('what a device sends is text', () => hostileNames(browser, at))
    await t.test('is small enough for a slow link', () => weigh(browser, at))
    await t.test('an edge that does not answer', (step) => silence(step, { browser, at, demo }))
  })
})

async function everyPage(browser: Browser, { http }: Addresses): Promise<void> {
  for (const language of ['en', 'zh-CN'] as const) {
    const shown = await ConsoleUnderTest.open(browser, http, {
      language,
      theme: language === 'en' ? 'light' : 'dark',
    })
    const texts = language === 'en' ? english : chinese
    for (const view of VIEWS) {
      await shown.show(view)
      const title = texts[`page.${view.split('?')[0] as (typeof PAGES)[number]}`]
      await shown.page.locator('main h1', { hasText: title }).waitFor()
      await shown.page.waitForTimeout(500)
      for (const width of [1366, 768]) {
        await shown.page.setViewportSize({ width, height: 768 })
        assert.deepEqual(await shown.namelessParts(), [], `${view}, ${language}, ${width}`)
      }
      await shown.page.setViewportSize({ width: 1366, height: 768 })
    }
    assert.deepEqual(shown.complaints, [])
    await shown.page.close()
  }
}

/** From the link that skips the list of pages to the values of a point, without a pointer. */
async function trendByKeyboard(browser: Browser, { http }: Addresses): Promise<void> {
  const { page, complaints, ...shown } = await opened(browser, http, 'trends')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate('document.activeElement.tagName'), 'MAIN')
  await page.keyboard.press('Tab')
  await page.keyboard.type('f1-rtu active power')
  await page.locator('.found button').first().waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const row = page.locator('.trends tbody tr')
  await row.filter({ hasText: /MW\s*good/ }).waitFor()
  assert.ok((await page.evaluate<number>(PAINTED)) > 100, 'a line is drawn')
  assert.match(page.url(), /#\/trends\?p=f1-rtu%2Fpower\.active&span=900000$/)

  await page.locator('.chart').focus()
  await page.keyboard.press('+')
  await page.waitForURL(/from=\d+&to=\d+/)
  await page.reload()
  await row.filter({ hasText: 'f1-rtu' }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: english['trends.export'] }).click()
  assert.match((await download).suggestedFilename(), /^trend-.*\.csv$/)
  assert.deepEqual(complaints, [])
  await shown.close()
}

/** Pixels in the colour of the first line. */
const PAINTED = `(() => {
  const canvas = document.querySelector('.chart canvas')
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let count = 0
  for (let at = 0; at < data.length; at += 4)
    if (data[at] === 0x0a && data[at + 1] === 0x6a && data[at + 2] === 0xb6) count++
  return count
})()`

async function acknowledge(browser: Browser, { http, mqtt }: Addresses): Promise<void> {
  await publish(mqtt, 'f8-meter-125', { 'voltage.a': 300 })
  const { page, complaints, ...shown } = await opened(browser, http, 'alarms')
  const row = page.locator('tr', { hasText: 'f8-meter-125' }).filter({ hasText: 'swell' })
  await row.getByRole('button', { name: /^Acknowledge/ }).click()
  await page.getByRole('dialog').getByLabel(english['shell.operator']).fill('ana')
  await page.getByRole('dialog').getByLabel(english['alarms.comment']).fill('crew <b>sent</b>')
  await page.keyboard.press('Enter')
  await row.getByText('acknowledged', { exact: true }).waitFor()
  await row.getByText('crew <b>sent</b>').waitFor()
  const answer = await fetch(`http://${http}/api/v1/alarms?subject=f8-meter-125&state=acknowledged`)
  const { alarms } = (await answer.json()) as { alarms: { acknowledged: { who: string } }[] }
  assert.deepEqual(
    alarms.map(({ acknowledged }) => acknowledged.who),
    ['ana'],
  )
  await row.getByRole('button', { name: /^Shelve/ }).click()
  await page.getByRole('dialog').getByLabel(english['alarms.reason']).fill('filter works')
  await page.keyboard.press('Enter')
  await row.waitFor({ state: 'detached' })
  assert.deepEqual(complaints, [])
  await shown.close()
}

async function hostileNames(browser: Browser, { http, mqtt }: Addresses): Promise<void> {
  await publish(mqtt, 'stranger', { [HOSTILE]: 1 })
  const { page, complaints, ...shown } = await opened(browser, http, 'devices?state=quarantined')
  await page.locator('tr', { hasText: 'stranger' }).waitFor()
  await shown.show('trends')
  await page.getByRole('searchbox').fill('stranger')
  await page.locator('.found button', { hasText: HOSTILE }).click()
  await page.locator('.trends tbody tr', { hasText: HOSTILE }).waitFor()
  assert.notEqual(await page.title(), '1')
  assert.deepEqual(complaints, [])
  await shown.close()
}

/** Everything that the browser loaded for a trend, as a server that compresses would send it. */
async function weigh(browser: Browser, { http }: Addresses): Promise<void> {
  const { page, ...shown } = await opened(browser, http, 'trends')
  const files = await page.evaluate<string[]>(
    `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.includes('/ui/'))`,
  )
  assert.ok(files.length > 20)
  let bytes = 0
  for (const file of files) bytes += gzipSync(await (await fetch(file)).bytes()).length
  assert.ok(bytes < COMPRESSED_MAX, `${bytes} bytes`)
  await shown.close()
}

async function silence(
  t: TestContext,
  { browser, at, demo }: { browser: Browser; at: Addresses; demo: DemoUnderTest },
): Promise<void> {
  const { page, ...shown } = await opened(browser, at.http, 'overview')
  const feeder = page.locator('.diagram .feeder', { hasText: 'f1' })
  await feeder.getByText('MW').waitFor()
  const before = await feeder.textContent()
  await t.test('until then values are live', async () => {
    for (let waitedMs = 0; (await feeder.textContent()) === before; waitedMs += 100) {
      assert.ok(waitedMs < 5000, 'nothing changes')
      await page.waitForTimeout(100)
    }
  })
  await demo.interrupt()
  await page.getByRole('alert').getByText('has not answered').waitFor()
  await feeder.getByText('MW').waitFor()
  await shown.close()
}

async function opened(browser: Browser, http: string, hash: string) {
  const shown = await ConsoleUnderTest.open(browser, http)
  await shown.show(hash)
  const { page, complaints } = shown
  return { page, complaints, show: (other: string) => shown.show(other), close: () => page.close() }
}

async function publish(mqtt: string, device: string, values: object): Promise<void> {
  const client = await connectAsync(`mqtt://${mqtt}`, { protocolVersion: 5 })
  try {
    await client.publishAsync(`grid/${device}/readings`, JSON.stringify({ values }), { qos: 1 })
  } finally {
    await client.endAsync()
  }
}
