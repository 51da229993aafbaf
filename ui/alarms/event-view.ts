import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import type { Result } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { searchField, selectField } from '../element/field.ts'
import { badge, panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime, fixed, lengthText } from '../format.ts'
import { html } from '../html.ts'
import { showAs } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { curvePlot } from './curve-plot.ts'
import { severityTone } from './tone.ts'

const EVENTS_MS = 5000
/** The newest so many; the curve shows those too that are beyond the end of the list. */
const EVENTS_MAX = 2000
const EVENTS_SHOWN = 300
const RANGES = ['1h', '1d', '7d', '30d']
const SEVERITIES = [0, 1, 2, 3, 4]

/** What processors found, the newest first, and where dips and swells lie on the curves. */
export function EventView({ query }: { readonly query: URLSearchParams }): VNode {
  const given = Object.fromEntries(query)
  const { subject = '', range = '1d', name = '', severity = '0' } = given
  const [shownKey, setShownKey] = useState('')
  const words = [
    `from=-${RANGES.includes(range) ? range : '1d'}`,
    'order=desc',
    `limit=${EVENTS_MAX}`,
  ]
  if (severity !== '0') words.push(`severity=${encodeURIComponent(severity)}`)
  if (subject !== '') words.push(`subject=${encodeURIComponent(subject)}`)
  const known = usePoll<{ readonly events: readonly Result[] }>(
    `/api/v1/events?${words.join('&')}`,
    EVENTS_MS,
  )
  const filter = (change: Readonly<Record<string, string>>): void =>
    showAs('alarms', { ...given, view: 'events', ...change })
  return html`<div>
    <div class="filters" role="search">
      ${selectField(say('trends.range'), {
        value: range,
        choices: RANGES.map((each) => ({ value: each, text: sayWord('range', each) })),
        onChoose: (value) => filter({ range: value }),
      })}
      ${selectField(say('column.severity'), {
        value: severity,
        choices: SEVERITIES.map((each) => ({
          value: String(each),
          text: `≥ ${sayWord('severity', String(each))}`,
        })),
        onChoose: (value) => filter({ severity: value }),
      })}
      ${searchField(say('column.subject'), { value: subject, onType: (value) => filter({ subject: value }) })}
      ${searchField(say('column.name'), { value: name, onType: (value) => filter({ name: value }) })}
    </div>
    ${shown(known, ({ events }) => {
      const rows = events.filter((event) => matches(event, name))
      return html`<div class="event-columns">
        <div>
          ${eventTable(rows.slice(0, EVENTS_SHOWN), setShownKey)}
          ${
            rows.length > EVENTS_SHOWN
              ? html`<p class="notes">
                  ${say('alarms.moreEvents', { count: rows.length - EVENTS_SHOWN })}
                </p>`
              : ''
          }
        </div>
        <div>
          ${panel(say('alarms.curve'), curvePlot(rows))}
          ${eventDetail(rows.find((event) => keyOf(event) === shownKey))}
        </div>
      </div>`
    })}
  </div>`
}

function matches({ name }: Result, text: string): boolean {
  return `${name} ${sayWord('event', name)}`.toLowerCase().includes(text.toLowerCase())
}

function keyOf({ processor, name, subject, key, start }: Result): string {
  return [processor, name, subject, key, start].join(' ')
}

function eventTable(rows: readonly Result[], show: (key: string) => void): VNode {
  return table({
    caption: say('alarms.events'),
    rows,
    keyOf,
    empty: say('alarms.noEvents'),
    columns: [
      { title: say('column.start'), cell: ({ start }) => dateTime(start) },
      {
        title: say('column.severity'),
        cell: ({ severity }) =>
          badge(sayWord('severity', String(severity)), severityTone(severity)),
      },
      {
        title: say('column.name'),
        cell: (event) =>
          html`<button
            type="button"
            class="link"
            aria-label=${say('alarms.showDetail', { name: sayWord('event', event.name), subject: event.subject })}
            onClick=${() => show(keyOf(event))}
          >
            ${sayWord('event', event.name)}
          </button>`,
      },
      { title: say('column.subject'), cell: ({ subject }) => subject },
      { title: say('column.duration'), isNumber: true, cell: durationText },
      { title: say('column.value'), isNumber: true, cell: ({ value }) => fixed(value, 2) },
    ],
  })
}

function durationText({ start, end }: Result): string {
  if (end === null) return say('alarms.goesOn')
  return lengthText((Date.parse(end) - Date.parse(start)) / 1000)
}

function eventDetail(event: Result | undefined): VNode | string {
  if (event === undefined) return ''
  const { name, subject, processor, start, end, quality, fields } = event
  const rows: readonly (readonly [string, string])[] = [
    [say('column.name'), `${sayWord('event', name)} (${name})`],
    [say('column.subject'), subject],
    [say('column.processor'), processor],
    [say('column.start'), dateTime(start)],
    [say('column.end'), end === null ? say('alarms.goesOn') : dateTime(end)],
    [say('column.quality'), quality],
    ...Object.entries(fields).map(
      ([field, value]) => [field, typeof value === 'number' ? fixed(value, 3) : value] as const,
    ),
  ]
  return panel(
    say('alarms.eventDetail'),
    html`<dl class="figures" aria-live="polite">
      ${rows.map(
        ([term, text]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${text}</dd>
          </div>`,
      )}
    </dl>`,
  )
}
