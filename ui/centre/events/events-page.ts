import type { VNode } from 'preact'
import { searchField, selectField } from '../../element/field.ts'
import { shown } from '../../element/notice.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { CentreRecord } from '../answers.ts'
import { showWith } from '../element/order.ts'
import { usePages } from '../element/pages.ts'
import { eventTable } from '../element/record-table.ts'

const EVENTS_MS = 5000
const PAGE_ROWS = 100
const RANGES = ['1h', '6h', '1d', '7d', '30d', '1y'] as const
const USUAL_RANGE = '1d'
const SEVERITIES = ['', '1', '2', '3', '4']
/** A year as the server writes it. */
const AGES: Readonly<Record<string, string>> = { '1y': '365d' }
const FILTERS = ['site', 'name', 'subject', 'severity'] as const

interface Events {
  readonly events: readonly CentreRecord[]
  readonly next: string | null
}

/** What happened at all sites, the newest first. */
export function EventsPage({ query }: { readonly query: URLSearchParams }): VNode {
  const range = RANGES.find((each) => each === query.get('range')) ?? USUAL_RANGE
  const words = new URLSearchParams({ limit: String(PAGE_ROWS), from: `-${AGES[range] ?? range}` })
  for (const name of FILTERS) {
    const value = query.get(name)?.trim() ?? ''
    if (value !== '') words.set(name, value)
  }
  const { known, turner } = usePages<Events>(`/api/v1/events?${words}`, EVENTS_MS)
  const choose = (name: string) => (value: string) => showWith('events', query, { [name]: value })
  const search = (name: 'site' | 'name' | 'subject', label: string): VNode =>
    searchField(label, { value: query.get(name) ?? '', onType: choose(name) })
  return html`<div class="events">
    <div class="filters">
      ${search('site', say('column.site'))} ${search('name', say('events.name'))}
      ${search('subject', say('column.subject'))}
      ${selectField(say('events.severity'), {
        value: query.get('severity') ?? '',
        choices: SEVERITIES.map((value) => ({
          value,
          text: value === '' ? say('common.all') : sayWord('severity', value),
        })),
        onChoose: choose('severity'),
      })}
      ${selectField(say('trends.range'), {
        value: range,
        choices: RANGES.map((value) => ({ value, text: sayWord('range', value) })),
        onChoose: choose('range'),
      })}
    </div>
    <p class="notes">${say('events.exact')}</p>
    ${shown(known, ({ events }) => eventTable(events))} ${turner}
  </div>`
}
