import { type VNode, h } from 'preact'
import type { Result } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { edgeNowMs } from '../edge/request.ts'
import { type SiteInfo, useSite } from '../edge/site.ts'
import { selectField } from '../element/field.ts'
import { panel, shown } from '../element/notice.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { showAs } from '../route.ts'
import { say } from '../text/say.ts'
import { complianceTable } from './compliance-table.ts'
import { histogram } from './histogram.ts'

const RESULTS_MS = 60_000
const WEEK_MS = 7 * 86_400_000
/** 1970 began on a Thursday. */
const MONDAY_MS = 4 * 86_400_000
const POINT_KINDS = ['pq-meter', 'rtu']

/** Whether the supply was as it has to be, for each measuring point, a week at a time. Made to be printed. */
export function QualityPage({ query }: { readonly query: URLSearchParams }): VNode {
  const site = useSite()
  return html`<div class="quality">
    ${shown(site, (value) => h(Report, { site: value, query }))}
  </div>`
}

interface ReportOf {
  readonly site: SiteInfo
  readonly query: URLSearchParams
}

interface Aggregates {
  readonly aggregates: readonly Result[]
}

function Report({ site, query }: ReportOf): VNode {
  const points = pointsOf(site)
  const device = query.get('device') ?? points[0] ?? ''
  const about = `subject=${encodeURIComponent(device)}&processor=power-quality&limit=20000`
  const weeks = usePoll<Aggregates>(`/api/v1/aggregates?from=-70d&width=7d&${about}`, RESULTS_MS)
  const beginMs = weekBegin(edgeNowMs())
  const current = usePoll<Aggregates>(
    `/api/v1/aggregates?from=${beginMs}&width=10m&${about}`,
    RESULTS_MS,
  )
  return html`<div>
    <div class="filters">
      ${selectField(say('quality.device'), {
        value: device,
        choices: points.map((id) => ({ value: id, text: id })),
        onChoose: (value) => showAs('quality', { device: value }),
      })}
      <button type="button" onClick=${() => print()}>${say('common.print')}</button>
    </div>
    <p class="notes">
      ${site.site.name} · ${device} · ${site.site.limits === 'gbt' ? 'GB/T' : 'EN 50160'}
    </p>
    ${panel(
      say('quality.weeks'),
      shown(weeks, ({ aggregates }) => weekReports(aggregates)),
    )}
    ${panel(
      `${say('quality.soFar')} (${dateTime(beginMs)} –)`,
      shown(current, ({ aggregates }) => soFar(aggregates)),
    )}
  </div>`
}

/** Those that were made to measure it first, then heads of feeders; meters are too many to list. */
function pointsOf({ devices }: SiteInfo): string[] {
  return POINT_KINDS.flatMap((kind) =>
    devices.filter((device) => device.kind === kind).map(({ id }) => id),
  )
}

function weekBegin(nowMs: number): number {
  return Math.floor((nowMs - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS
}

function weekReports(aggregates: readonly Result[]): unknown {
  const reports = aggregates.filter(({ name }) => name.startsWith('compliance.'))
  const weeks = [...new Set(reports.map(({ start }) => start))].sort().toReversed()
  if (weeks.length === 0) return html`<p class="empty">${say('quality.noWeek')}</p>`
  return weeks.map(
    (week) =>
      html`<section key=${week}>
        <h3>${say('quality.week')} ${dateTime(week)}</h3>
        ${complianceTable(reports.filter(({ start }) => start === week))}
      </section>`,
  )
}

function soFar(aggregates: readonly Result[]): VNode {
  const series = new Map<string, Result[]>()
  for (const result of aggregates) {
    const key = `${result.name} ${result.key}`
    series.set(key, [...(series.get(key) ?? []), result])
  }
  if (series.size === 0) return html`<p class="empty">${say('quality.noValues')}</p>`
  return html`<div class="columns">${[...series.values()].map((each) => histogram(each))}</div>`
}
