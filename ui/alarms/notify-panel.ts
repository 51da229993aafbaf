import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { usePoll } from '../edge/poll.ts'
import { type Problem, tell } from '../edge/request.ts'
import { badge, problemText, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'

interface Contact {
  readonly name: string
  readonly kind: string
  readonly host: string
  readonly priorities: readonly string[]
  readonly afterMinutes: number
  readonly isQuiet: boolean
  readonly waiting: number
  readonly isFailing: boolean
  readonly why: string
  readonly delivered: string | null
  readonly withheldWhy: string
}

interface Notify {
  readonly notify: { readonly contacts: readonly Contact[] } | null
}

type Outcome =
  | { readonly kind: 'sending' | 'sent'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly problem: Problem }

const NOTIFY_MS = 3000

/** Who is told of alarms, whether that works, and a button to try it. */
export function NotifyPanel(): VNode {
  const known = usePoll<Notify>('/api/v1/notify', NOTIFY_MS)
  const [outcome, setOutcome] = useState<Outcome | undefined>(undefined)
  const send = async (name: string): Promise<void> => {
    setOutcome({ kind: 'sending', name })
    const reply = await tell(`/api/v1/notify/${name}/test`, {})
    setOutcome(
      reply.kind === 'done'
        ? { kind: 'sent', name }
        : { kind: 'failed', name, problem: reply.problem },
    )
  }
  const isSending = outcome?.kind === 'sending'
  return html`<div class="notify">
    <div role="status">${outcome === undefined ? '' : outcomeText(outcome)}</div>
    ${shown(known, ({ notify }) =>
      table<Contact>({
        caption: say('alarms.notify'),
        rows: notify?.contacts ?? [],
        keyOf: ({ name }) => name,
        empty: say('notify.none'),
        columns: [
          { title: say('column.name'), cell: ({ name }) => name },
          {
            title: say('notify.road'),
            cell: ({ kind, host }) => `${sayWord('contact', kind)}, ${host}`,
          },
          { title: say('notify.told'), isLong: true, cell: toldText },
          { title: say('column.state'), isLong: true, cell: stateOf },
          { title: say('notify.waiting'), isNumber: true, cell: ({ waiting }) => waiting },
          {
            title: say('notify.delivered'),
            cell: ({ delivered }) => (delivered === null ? '–' : dateTime(delivered)),
          },
          {
            title: say('column.action'),
            cell: ({ name }) =>
              html`<button type="button" disabled=${isSending} onClick=${() => void send(name)}>
                ${say('notify.test', { name })}
              </button>`,
          },
        ],
      }),
    )}
  </div>`
}

function toldText({ priorities, afterMinutes }: Contact): string {
  const words = priorities.map((each) => sayWord('priority', each)).join(', ')
  return afterMinutes === 0 ? words : say('notify.after', { words, minutes: afterMinutes })
}

function stateOf({ isFailing, isQuiet, why, withheldWhy }: Contact): unknown {
  if (isFailing)
    return [badge(say('notify.failing'), 'beyond'), html` <span lang="en">${why}</span>`]
  if (withheldWhy !== '')
    return [badge(say('notify.withheld'), 'near'), html` <span lang="en">${withheldWhy}</span>`]
  return badge(say(isQuiet ? 'notify.quiet' : 'notify.ready'), isQuiet ? 'plain' : 'good')
}

function outcomeText(outcome: Outcome): unknown {
  switch (outcome.kind) {
    case 'sending':
    case 'sent':
      return html`<p>${say(`notify.${outcome.kind}`, { name: outcome.name })}</p>`
    case 'failed':
      return problemText(outcome.problem)
  }
}
