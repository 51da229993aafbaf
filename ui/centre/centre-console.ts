import { type ComponentChild, h } from 'preact'
import { usePoll } from '../edge/poll.ts'
import { html } from '../html.ts'
import { may } from '../login/session.ts'
import { type CentrePage, type Route, centrePages } from '../route.ts'
import type { Console } from '../shell/shell.ts'
import { TopBar } from '../shell/top-bar.ts'
import { say } from '../text/say.ts'
import { UsersPage } from '../users/users-page.ts'
import { CertificatesPage } from './certificates/certificates-page.ts'
import { DevicesPage } from './devices/devices-page.ts'
import { EventsPage } from './events/events-page.ts'
import { FleetPage } from './fleet/fleet-page.ts'
import { ReliabilityPage } from './reliability/reliability-page.ts'
import { SitePage } from './site/site-page.ts'
import { SitesPage } from './sites/sites-page.ts'

/** The console of many substations. */
export const centreConsole: Console<CentrePage> = {
  pages: centrePages,
  isListed: (page) => page !== 'site' && (page !== 'users' || may('engineer')),
  pageOf,
  bar: CentreBar,
  useName: () => say('centre.name'),
}

const HEALTH_MS = 10_000

/** How the centre itself is. */
function CentreBar(): ComponentChild {
  const { value } = usePoll<{ readonly problems?: readonly string[] }>('/healthz', HEALTH_MS)
  const problems = value?.problems ?? []
  const content = html`<span class="own-health ${problems.length > 0 ? 'wrong' : ''}">
    ${problems.join(' ')}
  </span>`
  return h(TopBar, { home: 'sites', name: say('centre.name'), content, asksOperator: false })
}

function pageOf({ page, query }: Route<CentrePage>): ComponentChild {
  switch (page) {
    case 'sites':
      return h(SitesPage, { query })
    case 'site':
      // Another site is another page: nothing of the one before stays.
      return h(SitePage, { query, key: query.get('id') })
    case 'events':
      return h(EventsPage, { query })
    case 'reliability':
      return h(ReliabilityPage, { query })
    case 'devices':
      return h(DevicesPage, { query })
    case 'fleet':
      return h(FleetPage, { query })
    case 'certificates':
      return h(CertificatesPage, {})
    case 'users':
      return h(UsersPage, {})
  }
}
