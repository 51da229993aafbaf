import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { type Browser, type Page, chromium } from 'playwright-core'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const CHROMIUM = 'chromium'

export interface Look {
  readonly language?: 'en' | 'zh-CN'
  readonly theme?: 'light' | 'dark'
  readonly operator?: string
}

/** A page of the console, and everything that it complains of. */
export class ConsoleUnderTest {
  readonly page: Page
  readonly complaints: string[]
  readonly #url: string

  private constructor(page: Page, complaints: string[], url: string) {
    this.page = page
    this.complaints = complaints
    this.#url = url
  }

  /** `http`: the address, or a URL. */
  static async open(browser: Browser, http: string, look: Look = {}): Promise<ConsoleUnderTest> {
    const viewport = { width: 1366, height: 768 }
    // A centre has a certificate of its own authority.
    const page = await browser.newPage({ viewport, ignoreHTTPSErrors: true })
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(String(error.stack)))
    page.on('console', (message) => {
      // That a question was refused is said by the page itself: an edge may have no decision log, and want a password.
      const isAnswer = /status of 40[0134]|net::ERR_CONNECTION_REFUSED/.test(message.text())
      if (message.type() === 'error' && !isAnswer) complaints.push(message.text())
    })
    const settings = { language: 'en', theme: 'light', operator: '', ...look }
    await page.addInitScript((text) => {
      if (localStorage.getItem('busbar.settings') === null)
        localStorage.setItem('busbar.settings', text)
    }, JSON.stringify(settings))
    const url = http.includes('://') ? http : `http://${http}`
    return new ConsoleUnderTest(page, complaints, `${url}/`)
  }

  async show(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}#/${hash}`)
    await this.page.locator('main h1').waitFor()
  }

  /** What axe finds that keeps people from using the page: serious and critical. */
  async accessibilityFaults(): Promise<readonly string[]> {
    await this.page.evaluate(AXE)
    return this.page.evaluate(`axe
      .run(document, { resultTypes: ['violations'] })
      .then(({ violations }) => violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))`)
  }

  /** Controls without a name, and what else a screen reader would miss. */
  async namelessParts(): Promise<readonly string[]> {
    return this.page.evaluate(NAMELESS)
  }
}

/** Runs in the page: each control has a name, each table a caption, and there is one of each landmark. */
const NAMELESS = `(() => {
  const faults = []
  const nameOf = (element) =>
    element.getAttribute('aria-label') ||
    [...(element.labels ?? [])].map((label) => label.textContent).join('').trim() ||
    element.textContent.trim()
  for (const element of document.querySelectorAll('button, a, input, select, [tabindex="0"], [role=img]'))
    if (!nameOf(element)) faults.push(element.outerHTML.slice(0, 200))
  for (const table of document.querySelectorAll('table'))
    if (!table.caption?.textContent.trim()) faults.push('a table without a caption')
  for (const landmark of ['main', 'header', 'nav.navigation', 'h1'])
    if (document.querySelectorAll(landmark).length !== 1) faults.push(landmark + ' is not there once')
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  if (new Set(ids).size !== ids.length) faults.push('an id twice')
  if (!document.documentElement.lang) faults.push('no language')
  if (document.documentElement.scrollWidth > innerWidth) faults.push('wider than the screen')
  return faults
})()`

export async function launchBrowser(): Promise<Browser> {
  // A gate runs as root in a container of its own, where the browser's sandbox cannot be.
  return chromium.launch({ executablePath: `/usr/bin/${CHROMIUM}`, args: ['--no-sandbox'] })
}
