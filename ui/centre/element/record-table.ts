import type { VNode } from 'preact'
import { severityTone } from '../../alarms/tone.ts'
import { badge } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { dateTime, fixed, lengthText } from '../../format.ts'
import { say, sayWord } from '../../text/say.ts'
import type { CentreRecord } from '../answers.ts'
import { siteLink } from './site-link.ts'

/** Have columns of their own, or say nothing to people. */
const SHOWN = new Set(['severity', 'value', 'state', 'quality'])
const DETAIL_MAX = 120

/** Events as sites have sent them. */
export function eventTable(events: readonly CentreRecord[]): VNode {
  return table<CentreRecord>({
    caption: say('page.events'),
    rows: events,
    keyOf: (event) =>
      [
        event.site,
        event.stream,
        event.processor,
        event.name,
        event.subject.id,
        event.key,
        event.time,
      ].join(' '),
    empty: say('alarms.noEvents'),
    columns: [
      { title: say('column.time'), cell: ({ time }) => dateTime(time) },
      { title: say('column.site'), cell: ({ site }) => siteLink(site) },
      { title: say('column.severity'), cell: severityBadge },
      { title: say('column.name'), cell: ({ name }) => sayWord('event', name) },
      {
        title: say('column.subject'),
        cell: ({ subject }) => `${sayWord('subject', subject.kind)} ${subject.id}`,
      },
      { title: say('column.duration'), isNumber: true, cell: durationText },
      {
        title: say('column.value'),
        isNumber: true,
        cell: ({ fields }) =>
          typeof fields['value'] === 'number' ? fixed(fields['value'], 2) : '',
      },
      { title: say('column.detail'), cell: detailText, isLong: true },
    ],
  })
}

function severityBadge({ fields }: CentreRecord): VNode | string {
  const severity = fields['severity']
  if (typeof severity !== 'number') return ''
  return badge(sayWord('severity', String(severity)), severityTone(severity))
}

function durationText({ time, end }: CentreRecord): string {
  if (end === null) return say('alarms.goesOn')
  return lengthText((Date.parse(end) - Date.parse(time)) / 1000)
}

function detailText({ fields }: CentreRecord): string {
  const words = Object.entries(fields)
    .filter(([name, value]) => !SHOWN.has(name) && typeof value !== 'object')
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ')
  return words.length > DETAIL_MAX ? `${words.slice(0, DETAIL_MAX)} …` : words
}

function valueText(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? fixed(value, 3) : String(value)
}
