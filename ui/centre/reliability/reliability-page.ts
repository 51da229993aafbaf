import { type VNode, h } from 'preact'
import { usePoll } from '../../edge/poll.ts'
import { edgeNowMs } from '../../edge/request.ts'
import { selectField, textIn } from '../../element/field.ts'
import { panel, shown } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { countText, fixed } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import { saveAs } from '../../trends/csv.ts'
import type { Indices, Reliability } from '../answers.ts'
import { LongTable } from '../element/long-table.ts'
import { type SortedColumn, orderIn, orderWords, showWith } from '../element/order.ts'
import { siteLink } from '../element/site-link.ts'
import { reliabilityCsv } from './reliability-csv.ts'

const RANGES = ['30d', '90d', '1y', '3y', 'own'] as const
const DAYS: Readonly<Record<string, number>> = { '30d': 30, '90d': 90, '1y': 365, '3y': 1095 }
const DAY_MS = 86_400_000

/** How reliable the supply was, for all sites together and each of them, with and without major event days. Made to be printed. */
export function ReliabilityPage({ query }: { readonly query: URLSearchParams }): VNode {
  const { from, to } = spanIn(query)
  const known = usePoll<Reliability>(`/api/v1/reliability?from=${from}&to=${to}`, 0)
  return html`<div class="reliability">
    ${rangeFields(query, { from, to })} ${shown(known, (answer) => report(answer, query))}
  </div>`
}

interface Dates {
  readonly from: string
  readonly to: string
}

/** Whole days, UTC: the last of them is over tomorrow. */
function spanIn(query: URLSearchParams): Dates {
  const isOwn = query.get('range') === 'own'
  const [from, to] = [query.get('from') ?? '', query.get('to') ?? '']
  if (isOwn && from !== '' && to !== '' && from < to)
    return { from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` }
  const toMs = Math.ceil(edgeNowMs() / DAY_MS) * DAY_MS
  const days = DAYS[query.get('range') ?? '1y'] ?? 365
  return { from: dayText(toMs - days * DAY_MS), to: dayText(toMs) }
}

function dayText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 10)}T00:00:00Z`
}

function rangeFields(query: URLSearchParams, { from, to }: Dates): VNode {
  const range = RANGES.find((each) => each === query.get('range')) ?? '1y'
  const [first, last] = [from.slice(0, 10), to.slice(0, 10)]
  const choose = (change: Readonly<Record<string, string>>): void =>
    showWith('reliability', query, change)
  const date = (name: 'from' | 'to', value: string): VNode =>
    html`<label class="field">
      <span>${say(`reliability.${name}`)}</span>
      <input
        type="date"
        value=${value}
        onChange=${(event: Event) =>
          choose({ range: 'own', from: first, to: last, [name]: textIn(event) })}
      />
    </label>`
  return html`<div class="filters">
    ${selectField(say('trends.range'), {
      value: range,
      choices: RANGES.map((value) => ({ value, text: sayWord('range', value) })),
      onChoose: (value) => choose({ range: value, from: first, to: last }),
    })}
    ${date('from', first)} ${date('to', last)}
    <button type="button" onClick=${() => print()}>${say('common.print')}</button>
  </div>`
}

function report(answer: Reliability, query: URLSearchParams): VNode {
  const { from, to, sites } = answer
  const save = (): void =>
    saveAs(`reliability-${from.slice(0, 10)}-${to.slice(0, 10)}.csv`, {
      type: 'text/csv',
      text: reliabilityCsv(answer),
    })
  return html`<div>
    <p class="notes">
      ${say('reliability.span', { from: from.slice(0, 10), to: to.slice(0, 10) })}
    </p>
    ${panel(say('reliability.system'), systemTable(answer))}
    ${panel(say('reliability.major'), majorDays(answer))}
    <section class="panel">
      <h2>${say('reliability.sites')}</h2>
      <p class="actions">
        <button type="button" onClick=${save}>${say('trends.export')}</button>
      </p>
      ${h(LongTable<Reliability['sites'][number]>, {
        caption: say('reliability.sites'),
        rows: sites,
        columns: [
          siteColumn,
          ...indexColumns<Reliability['sites'][number]>(({ all }) => all),
          withoutMajor,
        ],
        keyOf: ({ site }) => site,
        empty: say('sites.none'),
        isWhole: true,
        order: orderIn(query, '-saidi'),
        onOrder: (order) => showWith('reliability', query, { sort: orderWords(order) }),
      })}
    </section>
  </div>`
}

const siteColumn: SortedColumn<Reliability['sites'][number]> = {
  name: 'site',
  get title() {
    return say('column.site')
  },
  value: ({ site }) => site,
  cell: ({ site }) => siteLink(site),
}

const withoutMajor: SortedColumn<Reliability['sites'][number]> = {
  name: 'without',
  get title() {
    return say('reliability.saidiWithout')
  },
  isNumber: true,
  value: ({ withoutMajorDays }) => withoutMajorDays.saidiMinutes ?? -1,
  cell: ({ withoutMajorDays }) => fixed(withoutMajorDays.saidiMinutes, 2),
}

function indexColumns<Row>(of: (row: Row) => Indices): readonly SortedColumn<Row>[] {
  const column = (
    name: string,
    value: (indices: Indices) => number | null,
    places: number,
  ): SortedColumn<Row> => ({
    name,
    title: sayWord('index', name),
    isNumber: true,
    value: (row) => value(of(row)) ?? -1,
    cell: (row) => (places === 0 ? countText(value(of(row)) ?? 0) : fixed(value(of(row)), places)),
  })
  return [
    column('saidi', ({ saidiMinutes }) => saidiMinutes, 2),
    column('saifi', ({ saifi }) => saifi, 4),
    column('caidi', ({ caidiMinutes }) => caidiMinutes, 1),
    column('asai', ({ asai }) => asai, 6),
    column('maifi', ({ maifi }) => maifi, 4),
    column('served', ({ customersServed }) => customersServed, 0),
    column('interrupted', ({ customersInterrupted }) => customersInterrupted, 0),
  ]
}

function systemTable({ system }: Reliability): VNode {
  const rows = [
    { title: say('reliability.with'), indices: system.all },
    { title: say('reliability.without'), indices: system.withoutMajorDays },
  ]
  return table({
    caption: say('reliability.system'),
    rows,
    keyOf: ({ title }) => title,
    empty: '',
    columns: [
      { title: '', cell: ({ title }) => title },
      ...indexColumns<(typeof rows)[number]>(({ indices }) => indices),
      {
        title: say('reliability.days'),
        isNumber: true,
        cell: ({ indices }) => countText(indices.days),
      },
    ],
  })
}

function majorDays({ majorEventDays: { threshold, days } }: Reliability): VNode {
  const { minutes, daysWithOutages } = threshold
  return html`<div>
    <p class="notes">
      ${
        minutes === null
          ? say('reliability.noThreshold', { days: daysWithOutages })
          : say('reliability.threshold', { minutes: fixed(minutes, 2), days: daysWithOutages })
      }
    </p>
    ${table({
      caption: say('reliability.major'),
      rows: days,
      keyOf: ({ day }) => day,
      empty: say('reliability.noMajor'),
      columns: [
        {
          title: say('reliability.day'),
          cell: ({ day }) => html`<strong>${day.slice(0, 10)}</strong>`,
        },
        {
          title: sayWord('index', 'saidi'),
          isNumber: true,
          cell: ({ saidiMinutes }) => fixed(saidiMinutes, 2),
        },
        {
          title: sayWord('index', 'interrupted'),
          isNumber: true,
          cell: ({ customersInterrupted }) => countText(customersInterrupted),
        },
        {
          title: say('reliability.minutes'),
          isNumber: true,
          cell: ({ customerMinutes }) => countText(customerMinutes),
        },
      ],
    })}
  </div>`
}
