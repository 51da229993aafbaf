import type { VNode } from 'preact'
import { table } from '../element/table.ts'
import { exactTime, measureText } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'
import { seriesNumber } from './colours.ts'
import type { Series, TrendData } from './trend-data.ts'

/** The values at the cursor, and what they are between in all that is shown. */
export function cursorTable(
  { series }: TrendData,
  cursorMs: number | undefined,
  onRemove: (index: number) => void,
): VNode {
  const rows = series.map((each, index) => ({ each, index, at: placeAt(each, cursorMs) }))
  const column = (
    title: string,
    value: (row: (typeof rows)[number]) => number | null | undefined,
  ) =>
    ({
      title,
      isNumber: true,
      cell: (row: (typeof rows)[number]) => measureText(value(row), row.each.unit),
    }) as const
  const time = cursorMs === undefined ? '' : ` ${exactTime(cursorMs)}`
  return table({
    caption: say('trends.cursor'),
    rows,
    keyOf: ({ each }) => `${each.point.device}/${each.point.quantity}`,
    empty: '',
    columns: [
      {
        title: say('column.device'),
        cell: ({ each, index }) =>
          html`<span
            ><i class=${`swatch series-${seriesNumber(index)}`} aria-hidden="true"></i>
            ${each.point.device}</span
          >`,
      },
      {
        title: say('column.quantity'),
        cell: ({ each }) => sayWord('quantity', each.point.quantity),
      },
      column(`${say('trends.cursor')}${time}`, ({ each, at }) => each.values[at]),
      { title: say('column.quality'), cell: ({ each, at }) => each.qualities[at] ?? '' },
      column(say('trends.min'), ({ each }) => extreme(each.least, Math.min)),
      column(say('trends.mean'), ({ each }) => mean(each.values)),
      column(say('trends.max'), ({ each }) => extreme(each.greatest, Math.max)),
      {
        title: say('column.action'),
        cell: ({ each, index }) =>
          html`<button
            type="button"
            class="quiet"
            aria-label=${say('trends.remove', { name: `${each.point.device} ${each.point.quantity}` })}
            onClick=${() => onRemove(index)}
          >
            ✕
          </button>`,
      },
    ],
  })
}

/** The last reading up to the cursor; without one, the newest. */
function placeAt({ times }: Series, cursorMs: number | undefined): number {
  if (cursorMs === undefined) return times.length - 1
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) <= cursorMs) low = middle + 1
    else high = middle
  }
  return low - 1
}

function extreme(
  values: readonly (number | null)[],
  choose: (one: number, other: number) => number,
): number | undefined {
  let found: number | undefined
  for (const value of values)
    if (value !== null) found = found === undefined ? value : choose(found, value)
  return found
}

function mean(values: readonly (number | null)[]): number | undefined {
  let [sum, count] = [0, 0]
  for (const value of values) {
    if (value === null) continue
    sum += value
    count++
  }
  return count === 0 ? undefined : sum / count
}
