import type { VNode } from 'preact'
import { usePoll } from '../../edge/poll.ts'
import { shown } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { Report } from '../answers.ts'
import { siteLink } from '../element/site-link.ts'

const REPORTS_MS = 10_000

type Told = Report & { readonly site: string }

/** Sites that are other than their set has it, for somebody changed them on the spot; and those that did not take it. */
export function DriftList(): VNode {
  const known = usePoll<{ readonly sites: readonly Told[] }>('/api/v1/fleet/sites', REPORTS_MS)
  return html`<div>
    <p class="notes">${say('fleet.driftText')}</p>
    ${shown(known, ({ sites }) =>
      table<Told>({
        caption: sayWord('fleet', 'drift'),
        rows: sites.filter(isOther),
        keyOf: ({ site }) => site,
        empty: say('fleet.noDrift'),
        columns: [
          { title: say('column.site'), cell: ({ site }) => siteLink(site) },
          {
            title: say('sites.set'),
            cell: ({ set }) => `${set?.revision ?? ''} ${sayWord('set', set?.state ?? 'none')}`,
          },
          { title: say('fleet.drifted'), cell: ({ set }) => set?.drift.join(', '), isLong: true },
          { title: say('devices.why'), cell: ({ set }) => set?.reason, isLong: true },
          { title: say('site.told'), cell: ({ heardAt }) => dateTime(heardAt) },
        ],
      }),
    )}
  </div>`
}

function isOther({ set }: Told): boolean {
  if (set === null) return false
  return set.drift.length > 0 || set.state === 'failed' || set.state === 'rolled-back'
}
