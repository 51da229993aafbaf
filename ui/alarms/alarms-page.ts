import { type ComponentChild, type VNode, h } from 'preact'
import { usePoll } from '../edge/poll.ts'
import type { AlarmStep } from '../edge/answers.ts'
import { shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { tabs } from '../element/tabs.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { AlarmView } from './alarm-view.ts'
import { EventView } from './event-view.ts'
import { NotifyPanel } from './notify-panel.ts'

const VIEWS = ['list', 'events', 'steps', 'notify'] as const
const STEPS_MS = 5000

/** Alarms that want somebody, events that processors found, and what was done. */
export function AlarmsPage({ query }: { readonly query: URLSearchParams }): VNode {
  const view = VIEWS.find((each) => each === query.get('view')) ?? 'list'
  return html`<div class="alarms">
    ${tabs(
      say('alarms.tabs'),
      VIEWS.map((each) => ({
        text: say(`alarms.${each}`),
        address: addressOf('alarms', each === 'list' ? {} : { view: each }),
        isCurrent: each === view,
      })),
    )}
    ${viewOf(view, query)}
  </div>`
}

function viewOf(view: (typeof VIEWS)[number], query: URLSearchParams): ComponentChild {
  switch (view) {
    case 'list':
      return h(AlarmView, { query })
    case 'events':
      return h(EventView, { query })
    case 'steps':
      return h(StepView, {})
    case 'notify':
      return h(NotifyPanel, {})
  }
}

function StepView(): VNode {
  const known = usePoll<{ readonly steps: readonly AlarmStep[] }>(
    '/api/v1/alarms/steps?limit=300',
    STEPS_MS,
  )
  return html`<div>
    ${shown(known, ({ steps }) =>
      table({
        caption: say('alarms.steps'),
        rows: steps,
        keyOf: ({ time, alarm, what }) => `${time} ${alarm} ${what}`,
        empty: say('common.none'),
        columns: [
          { title: say('column.time'), cell: ({ time }) => dateTime(time) },
          { title: '№', isNumber: true, cell: ({ alarm }) => alarm },
          { title: say('column.name'), cell: ({ name }) => sayWord('event', name) },
          { title: say('column.subject'), cell: ({ subject }) => subject },
          { title: say('column.action'), cell: ({ what }) => sayWord('what', what) },
          { title: say('column.who'), cell: ({ who }) => who },
          { title: say('column.detail'), isLong: true, cell: ({ detail }) => detail },
        ],
      }),
    )}
  </div>`
}
