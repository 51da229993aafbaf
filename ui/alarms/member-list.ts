import type { VNode } from 'preact'
import type { Alarm } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { badge, panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime, fixed } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'
import { toneOf } from './tone.ts'

const MEMBERS_MS = 2000

/** The alarms that one alarm of a flood stands for. */
export function MemberList({ id }: { readonly id: number }): VNode {
  const known = usePoll<{ readonly members: readonly Alarm[] }>(
    `/api/v1/alarms/${id}/members`,
    MEMBERS_MS,
  )
  return panel(
    say('alarms.membersOf', { id }),
    html`<div aria-live="polite">${shown(known, ({ members }) => memberTable(members))}</div>`,
  )
}

function memberTable(members: readonly Alarm[]): VNode {
  return table({
    caption: say('alarms.memberList'),
    rows: members,
    keyOf: ({ id }) => id,
    empty: say('alarms.none'),
    columns: [
      {
        title: say('alarms.priority'),
        cell: ({ priority }) => badge(sayWord('priority', priority), toneOf(priority)),
      },
      {
        title: say('column.state'),
        cell: ({ active }) => say(active ? 'alarms.active' : 'alarms.inactive'),
      },
      { title: say('column.name'), cell: ({ name }) => sayWord('event', name) },
      {
        title: say('column.subject'),
        cell: ({ subject }) => `${sayWord('subject', subject.kind)} ${subject.id}`,
      },
      { title: say('column.since'), cell: ({ since }) => dateTime(since) },
      { title: say('column.value'), isNumber: true, cell: ({ value }) => fixed(value, 2) },
    ],
  })
}
