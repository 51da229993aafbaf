import type { VNode } from 'preact'
import type { Alarm } from '../edge/answers.ts'
import { badge } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { may } from '../login/session.ts'
import { say, sayWord } from '../text/say.ts'
import type { Action } from './action-dialog.ts'
import { isOpen } from './open-alarms.ts'
import { toneOf } from './tone.ts'

export interface AlarmTableOf {
  readonly chosen: ReadonlySet<number>
  readonly choose: (id: number) => void
  readonly act: (action: Action) => void
  /** Of an alarm that stands for several. */
  readonly showMembers: (id: number) => void
  /** The alarm that a link was about. */
  readonly shownId: number
}

export function alarmTable(
  alarms: readonly Alarm[],
  { chosen, choose, act, showMembers, shownId }: AlarmTableOf,
): VNode {
  return table({
    caption: say('alarms.list'),
    rows: alarms,
    keyOf: ({ id }) => id,
    classOf: ({ id, state }) => `${state} ${id === shownId ? 'marked' : ''}`,
    empty: say('alarms.none'),
    columns: [
      {
        title: say('alarms.chosen'),
        cell: ({ id, state }) =>
          html`<input
            type="checkbox"
            aria-label=${say('alarms.choose', { id })}
            checked=${chosen.has(id)}
            disabled=${!isOpen(state)}
            onChange=${() => choose(id)}
          />`,
      },
      {
        title: say('alarms.priority'),
        cell: ({ priority }) => badge(sayWord('priority', priority), toneOf(priority)),
      },
      {
        title: say('column.state'),
        cell: ({ state }) =>
          html`<span class=${`state ${state}`}>${sayWord('state', state)}</span>`,
      },
      { title: say('column.name'), cell: ({ name }) => sayWord('event', name) },
      {
        title: say('column.subject'),
        cell: ({ subject }) => `${sayWord('subject', subject.kind)} ${subject.id}`,
      },
      { title: say('alarms.raised'), cell: ({ raised }) => dateTime(raised) },
      { title: say('column.detail'), isLong: true, cell: (alarm) => detailOf(alarm, showMembers) },
      { title: say('column.action'), cell: (alarm) => actionsOf(alarm, act) },
    ],
  })
}

function detailOf(
  { id, name, members, acknowledged, shelved }: Alarm,
  showMembers: (id: number) => void,
): VNode {
  const words: string[] = []
  if (acknowledged !== null) {
    const { who, at, comment } = acknowledged
    words.push(say('alarms.acknowledgedBy', { who, time: dateTime(at), comment }))
  }
  if (shelved !== null) {
    const { who, until, reason } = shelved
    words.push(say('alarms.shelvedUntil', { who, time: dateTime(until), reason }))
  }
  const list =
    members === null
      ? ''
      : html`<button
          type="button"
          class="link"
          aria-label=${`${say('alarms.members', { ...members })}, ${sayWord('event', name)} ${id}`}
          onClick=${() => showMembers(id)}
        >
          ${say('alarms.members', { ...members })}
        </button> `
  return html`<span class="detail">${list}${words.join(' · ')}</span>`
}

function actionsOf(alarm: Alarm, act: (action: Action) => void): VNode {
  if (!may('operator')) return html`<span></span>`
  const button = (kind: Action['kind']): VNode =>
    html`<button
      type="button"
      aria-label=${say('alarms.title', { action: say(`alarms.${kind}`), name: sayWord('event', alarm.name), subject: alarm.subject.id })}
      onClick=${() => act({ kind, alarms: [alarm] })}
    >
      ${say(`alarms.${kind}`)}
    </button>`
  if (alarm.state === 'shelved') return html`<span class="buttons">${button('unshelve')}</span>`
  const canShelve = isOpen(alarm.state) || alarm.state === 'acknowledged'
  return html`<span class="buttons">
    ${isOpen(alarm.state) ? button('acknowledge') : ''} ${canShelve ? button('shelve') : ''}
  </span>`
}
