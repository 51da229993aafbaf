import { type ComponentChild, h } from 'preact'
import { AlarmsPage } from '../alarms/alarms-page.ts'
import { DevicesPage } from '../devices/devices-page.ts'
import { FeedersPage } from '../feeders/feeders-page.ts'
import { OverviewPage } from '../overview/overview-page.ts'
import { ProcessorsPage } from '../processors/processors-page.ts'
import { QualityPage } from '../quality/quality-page.ts'
import { ResidencyPage } from '../residency/residency-page.ts'
import { TransformersPage } from '../transformers/transformers-page.ts'
import { TrendsPage } from '../trends/trends-page.ts'
import { UsersPage } from '../users/users-page.ts'
import { UplinkPage } from '../uplink/uplink-page.ts'
import { html } from '../html.ts'
import { may } from '../login/session.ts'
import { type EdgePage, type Route, addressOf, edgePages } from '../route.ts'
import type { Console } from '../shell/shell.ts'
import { TopBar } from '../shell/top-bar.ts'
import { say, sayWord } from '../text/say.ts'
import type { AlarmList } from './answers.ts'
import { usePoll } from './poll.ts'
import { useSite } from './site.ts'

/** The console of one substation. */
export const edgeConsole: Console<EdgePage> = {
  pages: edgePages,
  isListed: (page) => page !== 'users' || may('engineer'),
  pageOf,
  bar: EdgeBar,
  useName,
}

const ALARMS_MS = 2000

/** Which substation, and how many alarms wait. */
function EdgeBar(): ComponentChild {
  const { value: list } = usePoll<AlarmList>('/api/v1/alarms?limit=1', ALARMS_MS)
  const waiting = list?.counts['unacknowledged'] ?? 0
  const bell = html`<a class=${`bell ${waiting > 0 ? 'waiting' : ''}`} href=${addressOf('alarms')}>
    ${say('alarms.counts', { count: waiting, state: sayWord('state', 'unacknowledged') })}
  </a>`
  const { value: site } = useSite()
  return h(TopBar, {
    home: 'overview',
    name: site?.site.name ?? '',
    content: bell,
    asksOperator: true,
  })
}

function useName(): string {
  const { value: site } = useSite()
  return site?.site.name ?? 'Busbar'
}

function pageOf({ page, query }: Route<EdgePage>): ComponentChild {
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
