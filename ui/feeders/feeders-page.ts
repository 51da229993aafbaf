import { type VNode, h } from 'preact'
import type { Result } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { edgeNowMs } from '../edge/request.ts'
import { type FeederOutline, type SiteInfo, useSite } from '../edge/site.ts'
import { useLive } from '../edge/use-live.ts'
import { panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime, fixed, measureText } from '../format.ts'
import { html } from '../html.ts'
import { type Picture, pictureOf } from '../overview/picture.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { useDemand } from './demand.ts'
import { DurationCurve } from './duration-curve.ts'

const LIVE_MS = 1000
const RESULTS_MS = 30_000

/** What flows out, what of it is lost, and who may have taken it. */
export function FeedersPage({ query }: { readonly query: URLSearchParams }): VNode {
  const site = useSite()
  return html`<div>
    ${shown(site, (value) =>
      value.feeders.length === 0
        ? html`<p class="empty">${say('feeders.none')}</p>`
        : h(Feeders, { site: value, chosen: query.get('feeder') ?? value.feeders[0]?.id ?? '' }),
    )}
  </div>`
}

function Feeders({ site, chosen }: { readonly site: SiteInfo; readonly chosen: string }): VNode {
  const heads = site.feeders.flatMap(({ head }) => head ?? [])
  const picture = pictureOf(site, useLive(heads, LIVE_MS), edgeNowMs())
  const { value } = usePoll<{ readonly aggregates: readonly Result[] }>(
    '/api/v1/aggregates?from=-2d&processor=feeder&limit=10000',
    RESULTS_MS,
  )
  const demands = useDemand(heads)
  const results = value?.aggregates ?? []
  const rows = site.feeders.map((outline) => ({
    outline,
    now: picture.feeder(outline),
    demand: demands.get(outline.head ?? ''),
    balance: newestBalance(results, outline),
  }))
  const feeder = site.feeders.find(({ id }) => id === chosen)
  return html`<div class="feeders">
    ${feederTable(rows, chosen)}
    <div class="columns">
      ${feeder?.head === undefined ? '' : h(DurationCurve, { key: feeder.id, feeder: feeder.id, head: feeder.head })}
      ${panel(say('feeders.suspects'), deviceList(results, 'loss.suspect'))}
      ${panel(
        say('feeders.hints'),
        deviceList(
          results.filter(({ fields }) => fields['mismatch'] === 1),
          'phase.hint',
        ),
      )}
    </div>
  </div>`
}

interface FeederRow {
  readonly outline: FeederOutline
  readonly now: ReturnType<Picture['feeder']>
  readonly demand: number | undefined
  readonly balance: Result | undefined
}

function feederTable(rows: readonly FeederRow[], chosen: string): VNode {
  return table({
    caption: say('page.feeders'),
    rows,
    keyOf: ({ outline }) => outline.id,
    classOf: ({ outline }) => (outline.id === chosen ? 'marked' : ''),
    empty: say('feeders.none'),
    columns: [
      {
        title: sayWord('subject', 'feeder'),
        cell: ({ outline: { id } }) =>
          html`<a
            href=${addressOf('feeders', { feeder: id })}
            aria-label=${say('feeders.choose', { feeder: id })}
          >
            <strong>${id}</strong>
          </a>`,
      },
      { title: say('column.where'), cell: ({ outline }) => outline.voltageLevel },
      {
        title: say('feeders.power'),
        isNumber: true,
        cell: ({ now }) => measureText(now.power.value, 'W'),
      },
      {
        title: say('feeders.current'),
        isNumber: true,
        cell: ({ now }) => measureText(now.current.value, 'A'),
      },
      {
        title: say('feeders.demand'),
        isNumber: true,
        cell: ({ demand }) => measureText(demand, 'W'),
      },
      { title: say('feeders.loss'), isNumber: true, cell: ({ balance }) => lossText(balance) },
      {
        title: say('feeders.technical'),
        isNumber: true,
        cell: ({ balance }) => fieldText(balance, 'technical'),
      },
      {
        title: say('feeders.nontechnical'),
        isNumber: true,
        cell: ({ balance }) => fieldText(balance, 'nontechnical'),
      },
      {
        title: say('feeders.interval'),
        cell: ({ balance }) =>
          balance === undefined ? say('feeders.noBalance') : dateTime(balance.start),
      },
    ],
  })
}

function newestBalance(results: readonly Result[], { id }: FeederOutline): Result | undefined {
  return results.findLast(({ name, subject }) => name === 'energy.balance' && subject === id)
}

function lossText(balance: Result | undefined): string {
  return balance === undefined ? '–' : `${fixed(balance.value, 2)}\u202f%`
}

function fieldText(balance: Result | undefined, field: string): string {
  const value = balance?.fields[field]
  return measureText(typeof value === 'number' ? value : undefined, 'W.h')
}

function deviceList(results: readonly Result[], name: string): VNode {
  const newest = new Map(
    results.filter((result) => result.name === name).map((result) => [result.subject, result]),
  )
  return table({
    caption: name,
    rows: [...newest.values()].sort((one, other) => (other.value ?? 0) - (one.value ?? 0)),
    keyOf: ({ subject }) => subject,
    empty: say('common.none'),
    columns: [
      { title: say('column.device'), cell: ({ subject }) => subject },
      { title: say('feeders.score'), isNumber: true, cell: ({ value }) => fixed(value, 2) },
      { title: say('column.time'), cell: ({ start }) => dateTime(start) },
    ],
  })
}
