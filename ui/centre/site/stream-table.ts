import type { VNode } from 'preact'
import { table } from '../../element/table.ts'
import { countText, dateTime } from '../../format.ts'
import { say } from '../../text/say.ts'
import type { Stream } from '../answers.ts'

const GAPS_SHOWN = 4

/** What is here of each stream, and what is not. */
export function streamTable(streams: readonly Stream[]): VNode {
  const number = (title: string, of: (stream: Stream) => number) =>
    ({ title, isNumber: true, cell: (stream: Stream) => countText(of(stream)) }) as const
  return table<Stream>({
    caption: say('uplink.streams'),
    rows: streams,
    keyOf: ({ stream }) => stream,
    empty: say('common.none'),
    columns: [
      { title: say('uplink.stream'), cell: ({ stream }) => stream },
      number(say('site.records'), ({ records }) => records),
      number(say('site.complete'), ({ watermark }) => watermark),
      number(say('uplink.last'), ({ last }) => last),
      number(say('sites.missing'), ({ missing }) => missing),
      { title: say('site.gaps'), cell: gapText, isLong: true },
      number(say('sites.pending'), ({ pending }) => pending),
      {
        title: say('uplink.oldest'),
        cell: ({ oldest }) => (oldest === null ? '' : dateTime(oldest)),
      },
      number(say('sites.lost'), ({ lost }) => lost),
      number(say('site.withheld'), ({ withheld }) => withheld),
      number(say('devices.duplicates'), ({ duplicates }) => duplicates),
    ],
  })
}

function gapText({ gaps }: Stream): string {
  const words = gaps
    .slice(0, GAPS_SHOWN)
    .map(([first, last]) => (first === last ? String(first) : `${first}–${last}`))
  return `${words.join(', ')}${gaps.length > GAPS_SHOWN ? ` … (${gaps.length})` : ''}`
}
