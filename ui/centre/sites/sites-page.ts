import { type VNode, h } from 'preact'
import { usePoll } from '../../edge/poll.ts'
import { edgeNowMs } from '../../edge/request.ts'
import { searchField } from '../../element/field.ts'
import { shown } from '../../element/notice.ts'
import { countText } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { Site } from '../answers.ts'
import { orderIn, orderWords, showWith } from '../element/order.ts'
import { SiteGrid } from './site-grid.ts'
import { SiteTable } from './site-table.ts'
import { type Standing, signs, standingOf, standings } from './standing.ts'

const SITES_MS = 5000
const SITES = '/api/v1/sites?limit=10000'

interface Sites {
  readonly sites: readonly Site[]
}

/** All sites at a glance, and in a table. What is searched, chosen and sorted stays while they change. */
export function SitesPage({ query }: { readonly query: URLSearchParams }): VNode {
  const known = usePoll<Sites>(SITES, SITES_MS)
  return html`<div class="sites">
    ${shown(known, ({ sites }) => h(Overview, { sites, query }))}
  </div>`
}

interface OverviewOf {
  readonly sites: readonly Site[]
  readonly query: URLSearchParams
}

function Overview({ sites, query }: OverviewOf): VNode {
  const nowMs = edgeNowMs()
  const text = query.get('text') ?? ''
  const chosen = query.get('state') ?? ''
  const seen = sites.map((site) => ({ site, standing: standingOf(site, nowMs) }))
  const isFound = ({ site, standing }: (typeof seen)[number]): boolean =>
    (chosen === '' || chosen === standing) && matches(site, text)
  const found = seen.filter(isFound)
  const counts = Map.groupBy(seen, ({ standing }) => standing)
  const cells = seen.map((each) => ({
    site: each.site.site,
    standing: each.standing,
    isFound: isFound(each),
  }))
  return html`<div>
    <div class="filters">
      ${searchField(say('common.search'), {
        value: text,
        onType: (typed) => showWith('sites', query, { text: typed }),
      })}
      <div class="standings" role="group" aria-label=${say('column.state')}>
        ${standings.map((standing) =>
          standingButton(standing, {
            count: counts.get(standing)?.length ?? 0,
            isChosen: chosen === standing,
            onChoose: () =>
              showWith('sites', query, { state: chosen === standing ? '' : standing }),
          }),
        )}
      </div>
      <span class="notes" role="status">
        ${say('sites.found', { found: countText(found.length), all: countText(sites.length) })}
      </span>
    </div>
    ${sites.length === 0 ? '' : h(SiteGrid, { cells })}
    ${h(SiteTable, {
      sites: found.map(({ site }) => site),
      nowMs,
      order: orderIn(query, 'state'),
      onOrder: (order) => showWith('sites', query, { sort: orderWords(order) }),
    })}
  </div>`
}

/** Of the id, the version or the set. */
function matches({ site, report }: Site, text: string): boolean {
  const words = `${site} ${report?.version ?? ''} ${report?.set?.state ?? ''}`.toLowerCase()
  return words.includes(text.trim().toLowerCase())
}

/** The legend of the grid, and how to see only those. */
function standingButton(
  standing: Standing,
  of: { readonly count: number; readonly isChosen: boolean; readonly onChoose: () => void },
): VNode {
  return html`<button type="button" aria-pressed=${of.isChosen} onClick=${of.onChoose}>
    <span class=${`cell ${standing}`} aria-hidden="true">${signs[standing]}</span>
    ${sayWord('standing', standing)} <strong>${countText(of.count)}</strong>
  </button>`
}
