import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import type { Alarm, AlarmList } from '../edge/answers.ts'
import { useAsked } from '../edge/poll.ts'
import { ask } from '../edge/request.ts'
import { searchField, selectField } from '../element/field.ts'
import { shown } from '../element/notice.ts'
import { html } from '../html.ts'
import { showAs } from '../route.ts'
import { may } from '../login/session.ts'
import { say, sayWord } from '../text/say.ts'
import { type Action, ActionDialog } from './action-dialog.ts'
import { alarmTable } from './alarm-table.ts'
import { MemberList } from './member-list.ts'
import { isOpen } from './open-alarms.ts'

const ALARMS_MS = 1000
const STATES = [
  'unacknowledged',
  'acknowledged',
  'returned',
  'shelved',
  'suppressed',
  'out-of-service',
  'normal',
  'all',
]
const PRIORITIES = ['low', 'medium', 'high', 'critical']

/** The list that a person works through. */
export function AlarmView({ query }: { readonly query: URLSearchParams }): VNode {
  const [state, priority, text] = ['state', 'priority', 'text'].map((name) => query.get(name) ?? '')
  const [action, setAction] = useState<Action | undefined>(undefined)
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [membersOf, setMembersOf] = useState<number | undefined>(undefined)
  const words = [
    ...(state === '' ? [] : [`state=${state}`]),
    ...(priority === '' ? [] : [`priority=${priority}`]),
  ]
  const path = `/api/v1/alarms?${words.join('&')}`
  const known = useAsked<AlarmList>(path, ALARMS_MS, (signal) => ask<AlarmList>(path, signal))
  const filter = (change: Readonly<Record<string, string>>): void =>
    showAs('alarms', { ...Object.fromEntries(query), ...change })
  const choose = (id: number): void => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  return html`<div>
    ${filters({ state, priority, text, filter })}
    ${shown(known, ({ alarms, counts }) => {
      const rows = alarms.filter((alarm) => matches(alarm, text ?? ''))
      const marked = rows.filter(({ id, state: own }) => chosen.has(id) && isOpen(own))
      return [
        countLine(counts),
        html`<p class="actions" hidden=${marked.length === 0 || !may('operator')}>
          <button
            type="button"
            class="primary"
            onClick=${() => setAction({ kind: 'acknowledge', alarms: marked })}
          >
            ${say('alarms.acknowledgeSome', { count: marked.length })}
          </button>
        </p>`,
        alarmTable(rows, {
          chosen,
          choose,
          act: setAction,
          showMembers: setMembersOf,
          shownId: Number(query.get('id')),
        }),
      ]
    })}
    ${membersOf === undefined ? '' : h(MemberList, { id: membersOf, key: membersOf })}
    ${
      action === undefined
        ? ''
        : h(ActionDialog, {
            action,
            onClose: () => {
              setAction(undefined)
              setChosen(new Set())
              known.again()
            },
          })
    }
  </div>`
}

interface Filters {
  readonly state: string | undefined
  readonly priority: string | undefined
  readonly text: string | undefined
  readonly filter: (change: Readonly<Record<string, string>>) => void
}

function filters({ state = '', priority = '', text = '', filter }: Filters): VNode {
  return html`<div class="filters" role="search">
    ${selectField(say('alarms.stateFilter'), {
      value: state,
      choices: [
        { value: '', text: say('alarms.open') },
        ...STATES.map((each) => ({
          value: each,
          text: each === 'all' ? say('common.all') : sayWord('state', each),
        })),
      ],
      onChoose: (value) => filter({ state: value }),
    })}
    ${selectField(say('alarms.priority'), {
      value: priority,
      choices: [
        { value: '', text: say('common.all') },
        ...PRIORITIES.map((each) => ({ value: each, text: sayWord('priority', each) })),
      ],
      onChoose: (value) => filter({ priority: value }),
    })}
    ${searchField(say('common.search'), { value: text, onType: (value) => filter({ text: value }) })}
  </div>`
}

function countLine(counts: AlarmList['counts']): VNode {
  const words = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => say('alarms.counts', { count, state: sayWord('state', state) }))
  return html`<p class="notes">${words.join(' · ')}</p>`
}

function matches({ id, name, subject }: Alarm, text: string): boolean {
  const all = `${id} ${name} ${sayWord('event', name)} ${subject.id}`.toLowerCase()
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word))
}
