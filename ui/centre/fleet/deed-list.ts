import type { VNode } from 'preact'
import { usePoll } from '../../edge/poll.ts'
import { shown } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'

const DEEDS_MS = 10_000

interface Deed {
  readonly time: string
  readonly who: string
  readonly what: string
}

/** Who did what with the fleet, and what the centre did by itself. */
export function DeedList(): VNode {
  const known = usePoll<{ readonly deeds: readonly Deed[] }>('/api/v1/fleet/audit', DEEDS_MS)
  return html`<div>
    ${shown(known, ({ deeds }) =>
      table<Deed>({
        caption: sayWord('fleet', 'audit'),
        rows: deeds,
        keyOf: ({ time, what }) => `${time} ${what}`,
        empty: say('users.noActs'),
        columns: [
          { title: say('column.time'), cell: ({ time }) => dateTime(time) },
          { title: say('column.who'), cell: ({ who }) => who },
          { title: say('column.action'), cell: ({ what }) => what, isLong: true },
        ],
      }),
    )}
  </div>`
}
