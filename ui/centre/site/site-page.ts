import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { usePoll } from '../../edge/poll.ts'
import { edgeNowMs } from '../../edge/request.ts'
import { searchField } from '../../element/field.ts'
import { panel, shown } from '../../element/notice.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { addressOf } from '../../route.ts'
import { say } from '../../text/say.ts'
import type { CentreRecord, Site, WholeReport } from '../answers.ts'
import { DeviceList } from '../devices/device-list.ts'
import { eventTable } from '../element/record-table.ts'
import { standingBadge } from '../sites/site-table.ts'
import { standingOf } from '../sites/standing.ts'
import { AggregateChart } from './aggregate-chart.ts'
import { problemList, reportFigures } from './report-figures.ts'
import { processorTable } from './processor-table.ts'
import { streamTable } from './stream-table.ts'

const SITE_MS = 5000
const EVENTS_SHOWN = 20

/** All that the centre knows of one site. */
export function SitePage({ query }: { readonly query: URLSearchParams }): VNode {
  const id = query.get('id') ?? ''
  const known = usePoll<Site<WholeReport>>(`/api/v1/sites/${encodeURIComponent(id)}`, SITE_MS)
  return html`<div class="site">
    <p class="site-title">
      <a href=${addressOf('sites')}>${say('page.sites')}</a> › <strong>${id}</strong>
    </p>
    ${shown(known, (site) => h(Known, { site, query }))}
  </div>`
}

interface KnownOf {
  readonly site: Site<WholeReport>
  readonly query: URLSearchParams
}

function Known({ site, query }: KnownOf): VNode {
  const { report, streams } = site
  return html`<div>
    <div class="columns">
      <div class="stacked">
        ${panel(say('site.link'), [linkLine(site), problemList(report)])}
        ${panel(say('page.processors'), processorTable(report))}
      </div>
      ${panel(say('site.report'), reportFigures(report))}
    </div>
    ${panel(say('uplink.streams'), streamTable(streams))}
    ${panel(say('site.chart'), h(AggregateChart, { site: site.site, query }))}
    ${panel(say('site.events'), h(LatestEvents, { site: site.site }))}
    ${panel(say('page.devices'), h(OwnDevices, { site: site.site }))}
  </div>`
}

function linkLine(site: Site<WholeReport>): VNode {
  // A page of one site may know less than the list: what its policy keeps is absent.
  const standing = standingOf(site as Site, edgeNowMs())
  return html`<p>
    ${standingBadge(standing)} ${say('site.heard', { time: dateTime(site.lastHeard) })}${' '}
    ${say('site.since', { time: dateTime(site.firstHeard) })}
  </p>`
}

function LatestEvents({ site }: { readonly site: string }): VNode {
  const words = new URLSearchParams({ site, from: '-30d', limit: String(EVENTS_SHOWN) })
  const known = usePoll<{ readonly events: readonly CentreRecord[] }>(
    `/api/v1/events?${words}`,
    SITE_MS,
  )
  return html`<div>
    ${shown(known, ({ events }) => eventTable(events))}
    <p class="notes"><a href=${addressOf('events', { site })}>${say('site.allEvents')}</a></p>
  </div>`
}

function OwnDevices({ site }: { readonly site: string }): VNode {
  const [search, setSearch] = useState('')
  return html`<div>
    <div class="filters">
      ${searchField(say('devices.search'), { value: search, onType: setSearch })}
    </div>
    ${h(DeviceList, { site, search, state: '' })}
  </div>`
}
