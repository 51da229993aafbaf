import { type ComponentChild, type VNode, h } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { AlarmsPage } from '../alarms/alarms-page.ts'
import { useCell } from '../cell.ts'
import { DevicesPage } from '../devices/devices-page.ts'
import { useSite } from '../edge/site.ts'
import { LoginPage, useWho } from '../login/login-page.ts'
import { may, session } from '../login/session.ts'
import { FeedersPage } from '../feeders/feeders-page.ts'
import { html } from '../html.ts'
import { OverviewPage } from '../overview/overview-page.ts'
import { ProcessorsPage } from '../processors/processors-page.ts'
import { QualityPage } from '../quality/quality-page.ts'
import { ResidencyPage } from '../residency/residency-page.ts'
import { type Page, type Route, addressOf, pages, useRoute } from '../route.ts'
import { settings } from '../settings.ts'
import { say } from '../text/say.ts'
import { TransformersPage } from '../transformers/transformers-page.ts'
import { TrendsPage } from '../trends/trends-page.ts'
import { UsersPage } from '../users/users-page.ts'
import { EntryBar, TopBar } from './top-bar.ts'
import { UplinkPage } from '../uplink/uplink-page.ts'

/** What every page has in common; before that, who looks at it. */
export function Shell(): VNode {
  const { kind } = useCell(session)
  const { language } = useCell(settings)
  useWho()
  useEffect(() => {
    if (kind === 'out') document.title = `${say('page.login')} · Busbar`
  }, [kind, language])
  if (kind === 'in') return h(Pages, {})
  return html`<div class="shell entry" key=${language}>
    ${h(EntryBar, {})}
    <main class="page">
      <h1>${kind === 'out' ? say('page.login') : say('common.waiting')}</h1>
      ${kind === 'out' ? h(LoginPage, {}) : ''}
    </main>
  </div>`
}

/** The bar above, the list of pages, and a place for the page itself. */
function Pages(): VNode {
  const route = useRoute()
  const { language } = useCell(settings)
  const { value: site } = useSite()
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  useEffect(() => {
    document.title = [say(`page.${route.page}`), site?.site.name ?? 'Busbar'].join(' · ')
  }, [route.page, language, site])
  useEffect(() => {
    if (first.current) {
      first.current = false
      return
    }
    // A screen reader begins with the new page, not again with the list of pages.
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [route.page])
  const skip = (event: Event): void => {
    event.preventDefault()
    main.current?.focus()
  }
  return html`<div class="shell" key=${language}>
    <a class="skip" href=${addressOf(route.page)} onClick=${skip}>${say('shell.skip')}</a>
    ${h(TopBar, { site })} ${navigation(route.page)}
    <main ref=${main} tabindex="-1" class=${`page page-${route.page}`}>
      <h1>${say(`page.${route.page}`)}</h1>
      ${pageOf(route)}
    </main>
  </div>`
}

function navigation(current: Page): VNode {
  return html`<nav class="navigation" aria-label=${say('shell.navigation')}>
    <ul>
      ${pages.filter(isShown).map(
        (page) =>
          html`<li>
            <a href=${addressOf(page)} aria-current=${page === current ? 'page' : undefined}>
              ${say(`page.${page}`)}
            </a>
          </li>`,
      )}
    </ul>
  </nav>`
}

/** What nobody may open is not offered. */
function isShown(page: Page): boolean {
  return page !== 'users' || may('engineer')
}

function pageOf({ page, query }: Route): ComponentChild {
  switch (page) {
    case 'overview':
      return h(OverviewPage, {})
    case 'trends':
      return h(TrendsPage, { query })
    case 'alarms':
      return h(AlarmsPage, { query })
    case 'quality':
      return h(QualityPage, { query })
    case 'transformers':
      return h(TransformersPage, {})
    case 'feeders':
      return h(FeedersPage, { query })
    case 'devices':
      return h(DevicesPage, { query })
    case 'processors':
      return h(ProcessorsPage, {})
    case 'residency':
      return h(ResidencyPage, {})
    case 'users':
      return h(UsersPage, {})
    case 'uplink':
      return h(UplinkPage, {})
  }
}
