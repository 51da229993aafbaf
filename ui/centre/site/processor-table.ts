import type { VNode } from 'preact'
import { badge } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { say } from '../../text/say.ts'
import type { WholeReport } from '../answers.ts'
import { digestText } from './report-figures.ts'

type Processor = NonNullable<WholeReport['processors']>[number]

export function processorTable(report: WholeReport | null): VNode {
  return table<Processor>({
    caption: say('page.processors'),
    rows: report?.processors ?? [],
    keyOf: ({ name }) => name,
    empty: say('common.none'),
    columns: [
      { title: say('column.processor'), cell: ({ name }) => name },
      { title: say('column.version'), cell: ({ version }) => version },
      {
        title: say('column.state'),
        cell: ({ state }) =>
          state === 'running'
            ? badge(say('processors.runs'), 'good')
            : badge(say('processors.stopped'), 'beyond'),
      },
      { title: say('site.digest'), cell: ({ digest }) => digestText(digest) },
      { title: say('column.detail'), cell: ({ fault }) => fault, isLong: true },
    ],
  })
}
