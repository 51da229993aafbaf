import type { VNode } from 'preact'
import type { UplinkInfo, UplinkStreamInfo } from '../../src/api/ports.ts'
import { usePoll } from '../edge/poll.ts'
import { badge, panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { countText, dateTime, lengthText } from '../format.ts'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say } from '../text/say.ts'

const UPLINK_MS = 1000

/** As JSON has it. */
type Stream = Omit<UplinkStreamInfo, 'oldest'> & { readonly oldest: string | null }
type Uplink = Omit<UplinkInfo, 'streams'> & { readonly streams: readonly Stream[] }

/** How what waits for the centre gets there, and why where it does not. */
export function UplinkPage(): VNode {
  const known = usePoll<{ readonly uplink: Uplink | null }>('/api/v1/uplink', UPLINK_MS)
  return html`<div class="uplink">
    ${shown(known, ({ uplink }) =>
      uplink === null ? html`<p class="empty">${say('uplink.none')}</p>` : panels(uplink),
    )}
  </div>`
}

function panels(uplink: Uplink): VNode {
  return html`<div>
    <div class="columns">
      ${panel(say('uplink.link'), connection(uplink))} ${panel(say('uplink.sent'), sent(uplink))}
    </div>
    ${panel(say('uplink.streams'), streamTable(uplink.streams))}
  </div>`
}

function connection(uplink: Uplink): VNode {
  const { url, mode, link, why, held, pending, etaSeconds, silentSeconds, isStuck } = uplink
  const tone = isStuck ? 'beyond' : link === 'up' ? 'good' : 'near'
  return html`<dl class="figures">
    ${figure(say('uplink.state'), badge(say(isStuck ? 'uplink.stuck' : 'uplink.moves'), tone))}
    ${figure(say('uplink.link'), say(`uplink.link.${link}`))} ${figure(say('uplink.url'), url)}
    ${figure(say('uplink.mode'), say(`uplink.mode.${mode}`))}
    ${figure(say('uplink.pending'), countText(pending))}
    ${figure(say('uplink.eta'), pending === 0 ? say('uplink.lane.empty') : lengthText(etaSeconds ?? undefined))}
    ${figure(say('uplink.silent'), say('uplink.ago', { length: lengthText(silentSeconds) }))}
    ${why === '' ? '' : figure(say('uplink.why'), inEnglish(why))}
    ${held === '' ? '' : figure(say('uplink.held'), inEnglish(held))}
  </dl>`
}

function sent({ sent: counts }: Uplink): VNode {
  return html`<div>
    <dl class="figures">
      ${figure(say('uplink.recordsLive'), countText(counts.live))}
      ${figure(say('uplink.recordsBackfill'), countText(counts.backfill))}
      ${figure(say('uplink.withheld'), countText(counts.withheld))}
      ${figure(say('uplink.again'), countText(counts.resent))}
      ${figure(say('uplink.failed'), countText(counts.oversized))}
      ${figure(say('uplink.givenUp'), countText(counts.stuck))}
    </dl>
    <p class="notes"><a href=${addressOf('residency')}>${say('uplink.whatStays')}</a></p>
  </div>`
}

function streamTable(streams: readonly Stream[]): VNode {
  return table({
    caption: say('uplink.streams'),
    rows: streams,
    keyOf: ({ stream }) => stream,
    empty: say('common.none'),
    columns: [
      {
        title: say('uplink.stream'),
        cell: ({ stream }) => html`<strong>${stream}</strong>`,
      },
      { title: say('uplink.lane'), cell: laneOf },
      {
        title: say('uplink.lane.live'),
        isNumber: true,
        cell: ({ pending, backfill }) => countText(pending - backfill),
      },
      {
        title: say('uplink.lane.backfill'),
        isNumber: true,
        cell: ({ backfill }) => countText(backfill),
      },
      { title: say('uplink.oldest'), cell: ({ oldest }) => dateTime(oldest ?? undefined) },
      { title: say('uplink.last'), isNumber: true, cell: ({ last }) => countText(last) },
      {
        title: say('uplink.acknowledged'),
        isNumber: true,
        cell: ({ acknowledged }) => countText(acknowledged),
      },
      { title: say('uplink.lost'), isNumber: true, cell: ({ lost }) => countText(lost) },
    ],
  })
}

function laneOf({ pending, backfill }: Stream): VNode {
  if (backfill > 0) return badge(say('uplink.lane.backfill'), 'near')
  return badge(say(pending > 0 ? 'uplink.lane.live' : 'uplink.lane.empty'), 'good')
}

/** Reasons come from the edge as they are. */
function inEnglish(text: string): VNode {
  return html`<span lang="en">${text}</span>`
}

function figure(term: string, text: unknown): VNode {
  return html`<div>
    <dt>${term}</dt>
    <dd>${text}</dd>
  </div>`
}
