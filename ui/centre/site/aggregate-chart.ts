import { type VNode, h } from 'preact'
import { useMemo } from 'preact/hooks'
import { usePoll } from '../../edge/poll.ts'
import { edgeNowMs } from '../../edge/request.ts'
import { selectField } from '../../element/field.ts'
import { shown } from '../../element/notice.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import { Chart } from '../../trends/chart.ts'
import type { CentreRecord } from '../answers.ts'
import { showWith } from '../element/order.ts'
import { nameOf, seriesOf, seriesNames } from './aggregate-series.ts'

const NAMES_MS = 60_000
const VALUES_MS = 15_000
/** Of an hour, as many as say which there are. */
const NAMES_ROWS = 2000
const ROWS_MAX = 10_000
const SPANS = ['6h', '1d', '7d', '30d'] as const
const SPAN_MS = { '6h': 21_600_000, '1d': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 }

interface Aggregates {
  readonly aggregates: readonly CentreRecord[]
}

interface Chosen {
  readonly site: string
  readonly query: URLSearchParams
}

/** One quantity of one thing over time, as the centre has it. */
export function AggregateChart({ site, query }: Chosen): VNode {
  const words = new URLSearchParams({ site, from: '-1d', limit: String(NAMES_ROWS) })
  const known = usePoll<Aggregates>(`/api/v1/aggregates?${words}`, NAMES_MS)
  return html`<div>
    ${shown(known, ({ aggregates }) => {
      const names = seriesNames(aggregates)
      if (names.length === 0) return html`<p class="empty">${say('site.noAggregates')}</p>`
      return h(Choice, { site, query, names })
    })}
  </div>`
}

function Choice({ site, query, names }: Chosen & { readonly names: readonly string[] }): VNode {
  const series = query.get('series') ?? names[0] ?? ''
  const span = SPANS.find((each) => each === query.get('span')) ?? '1d'
  const choose = (name: string) => (value: string) => showWith('site', query, { [name]: value })
  return html`<div>
    <div class="filters">
      ${selectField(say('site.series'), {
        value: series,
        choices: names.map((value) => ({ value, text: wordsOf(value) })),
        onChoose: choose('series'),
      })}
      ${selectField(say('trends.range'), {
        value: span,
        choices: SPANS.map((value) => ({ value, text: sayWord('range', value) })),
        onChoose: choose('span'),
      })}
    </div>
    ${h(Plot, { site, series, span })}
  </div>`
}

function wordsOf(series: string): string {
  const { subject, name, key, minutes } = nameOf(series)
  return `${subject}: ${sayWord('quantity', name)}${key === 0 ? '' : ` (${key})`}, ${minutes} min`
}

interface PlotOf {
  readonly site: string
  readonly series: string
  readonly span: (typeof SPANS)[number]
}

function Plot({ site, series, span }: PlotOf): VNode {
  const { subject, name } = nameOf(series)
  const words = new URLSearchParams({
    site,
    subject,
    name,
    from: `-${span}`,
    limit: String(ROWS_MAX),
  })
  const known = usePoll<Aggregates>(`/api/v1/aggregates?${words}`, VALUES_MS)
  const data = useMemo(
    () =>
      seriesOf(known.value?.aggregates ?? [], { series, toMs: edgeNowMs(), spanMs: SPAN_MS[span] }),
    [known.value, series, span],
  )
  return html`<div>
    ${shown(known, () =>
      h(Chart, {
        data,
        label: say('site.chartOf', { series: wordsOf(series) }),
        onCursor: () => {},
        onSpan: () => {},
        onWidth: () => {},
      }),
    )}
  </div>`
}
