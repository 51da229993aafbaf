import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright-core'
import { formatAddress } from '../src/core/address.ts'
import { english } from '../ui/text/english.ts'
import { chinese } from '../ui/text/chinese.ts'
import { CHROMIUM, ConsoleUnderTest, launchBrowser } from './console/browser.ts'
import { isInstalled } from './docs/demo-under-test.ts'
import { TestedEdge } from './mqtt/tested-edge.ts'
import { PHRASE, Visitor } from './users/visitor.ts'

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))
const skip = (await isInstalled(CHROMIUM)) ? false : `${CHROMIUM} is not installed`

test('logging in to the console', { skip }, async (t) => {
  await using edge = await TestedEdge.start()
  const browser = await launchBrowser()
  t.after(() => browser.close())
  const http = formatAddress(edge.http)
  await t.test('the first user is added on the machine itself', () => firstUser(browser, http))
  await t.test('a viewer, in Chinese, by the keyboard', () => viewer(browser, http))
  await t.test('another password, and the end of a session', () => sessionEnd(browser, http, edge))
})

async function firstUser(browser: Browser, http: string): Promise<void> {
  const { page, complaints, ...shown } = await opened(browser, http, 'users')
  await page.getByText(english['login.local']).waitFor()
  const add = async (name: string, role: string): Promise<void> => {
    const form = page.locator('.new-user')
    await form.getByLabel(english['login.name']).fill(name)
    await form.getByLabel(english['users.role']).selectOption(role)
    await form.getByLabel(english['login.password']).fill(PHRASE)
    await page.keyboard.press('Enter')
  }
  await add('ana', 'engineer')
  await page.locator('main h1', { hasText: english['page.login'] }).waitFor()
  await page.getByLabel(english['login.name']).fill('ana')
  await page.getByLabel(english['login.password']).fill('not this one')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('name or password is wrong').waitFor()
  await page.getByLabel(english['login.password']).fill(PHRASE)
  await page.keyboard.press('Enter')
  // The same view as before.
  await page.locator('main h1', { hasText: english['page.users'] }).waitFor()
  await page.locator('.account strong', { hasText: 'ana' }).waitFor()
  await add('bo', 'viewer')
  await page.locator('td', { hasText: 'bo' }).first().waitFor()
  assert.deepEqual(await shown.namelessParts(), [])
  assert.deepEqual(complaints, [])
  await page.close()
}

async function viewer(browser: Browser, http: string): Promise<void> {
  const { page, complaints } = await opened(browser, http, 'devices', 'zh-CN')
  await page.locator('main h1', { hasText: chinese['page.login'] }).waitFor()
  await page.keyboard.type('bo')
  await page.keyboard.press('Tab')
  await page.keyboard.type(PHRASE)
  await page.keyboard.press('Enter')
  await page.locator('main h1', { hasText: chinese['page.devices'] }).waitFor()
  await page.locator('.account', { hasText: chinese['role.viewer'] }).waitFor()
  assert.equal(await page.getByRole('link', { name: chinese['page.users'] }).count(), 0)
  await page.getByRole('button', { name: chinese['login.leave'] }).click()
  await page.locator('main h1', { hasText: chinese['page.login'] }).waitFor()
  assert.deepEqual(complaints, [])
  await page.close()
}

async function sessionEnd(browser: Browser, http: string, edge: TestedEdge): Promise<void> {
  const { page, complaints } = await opened(browser, http, 'processors')
  await page.getByLabel(english['login.name']).fill('bo')
  await page.getByLabel(english['login.password']).fill(PHRASE)
  await page.keyboard.press('Enter')
  await page.locator('main h1', { hasText: english['page.processors'] }).waitFor()
  await page.locator('.account').getByRole('button', { name: english['login.password'] }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel(english['login.old']).fill(PHRASE)
  await dialog.getByLabel(english['login.new'], { exact: true }).fill('password1234')
  await dialog.getByLabel(english['login.again']).fill('password1234')
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').getByText('tried first').waitFor()
  await dialog.getByLabel(english['login.new'], { exact: true }).fill('wide rivers run slowly')
  await dialog.getByLabel(english['login.again']).fill('wide rivers run slowly')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  assert.equal((await new Visitor(http).login('bo', 'wide rivers run slowly')).status, 200)
  const data = join(edge.directory, 'data')
  const words = ['user', 'role', 'bo', '--role', 'operator', '--data', data]
  assert.equal(spawnSync(process.execPath, [MAIN, ...words]).status, 0)
  await page.locator('main h1', { hasText: english['page.login'] }).waitFor()
  assert.match(page.url(), /#\/processors$/)
  assert.deepEqual(complaints, [])
  await page.close()
}

async function opened(browser: Browser, http: string, hash: string, language?: 'zh-CN') {
  const shown = await ConsoleUnderTest.open(browser, http, language ? { language } : {})
  // Every context has cookies of its own, a page of the same one shares them.
  await shown.show(hash)
  return {
    page: shown.page,
    complaints: shown.complaints,
    namelessParts: () => shown.namelessParts(),
  }
}
