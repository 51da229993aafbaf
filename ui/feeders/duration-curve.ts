import type { VNode } from 'preact'
import type { Reading } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { panel, shown } from '../element/notice.ts'
import { measureText } from '../format.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

const CURVE_MS = 60_000
const WIDTH = 420
const HEIGHT = 220
const LEFT = 62
const BOTTOM = 34
const TOP = 10
const RIGHT = 22

/** The power of a week, the highest first: for what share of the time it was at least so much. */
export function DurationCurve({
  feeder,
  head,
}: {
  readonly feeder: string
  readonly head: string
}): VNode {
  const words = `device=${encodeURIComponent(head)}&quantity=power.active`
  const known = usePoll<{ readonly readings: readonly Reading[] }>(
    `/api/v1/readings?${words}&from=-7d&step=15m&aggregate=mean`,
    CURVE_MS,
  )
  return panel(
    say('feeders.curve', { feeder }),
    shown(known, ({ readings }) => curve(readings.flatMap(({ value }) => value ?? []))),
  )
}

function curve(values: readonly number[]): VNode {
  const sorted = values.toSorted((one, other) => other - one)
  const [most = 0] = sorted
  if (most <= 0) return html`<p class="empty">${say('trends.noData')}</p>`
  const xOf = (share: number): number => LEFT + share * (WIDTH - LEFT - RIGHT)
  const yOf = (value: number): number => TOP + (1 - value / most) * (HEIGHT - TOP - BOTTOM)
  // Each value holds for its share of the time: a single one is a line as well.
  const path = sorted
    .map((value, at) => {
      const [left, right] = [xOf(at / sorted.length), xOf((at + 1) / sorted.length)]
      return `${at === 0 ? 'M' : 'L'}${left} ${yOf(value)}L${right} ${yOf(value)}`
    })
    .join('')
  const text = `${measureText(most, 'W')} – ${measureText(sorted.at(-1), 'W')}`
  return html`<figure class="curve">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${text}>
      <g class="grid">
        ${[0, 0.25, 0.5, 0.75, 1].map(
          (share) =>
            html`<g>
              <line x1=${xOf(share)} x2=${xOf(share)} y1=${TOP} y2=${HEIGHT - BOTTOM} />
              <text x=${xOf(share)} y=${HEIGHT - BOTTOM + 14} text-anchor="middle"
                >${share * 100} %</text
              >
              <line
                x1=${LEFT}
                x2=${WIDTH - RIGHT}
                y1=${yOf(most * share)}
                y2=${yOf(most * share)}
              />
              <text x=${LEFT - 6} y=${yOf(most * share) + 4} text-anchor="end">
                ${measureText(most * share, 'W')}
              </text>
            </g>`,
        )}
        <text x=${WIDTH / 2} y=${HEIGHT - 4} text-anchor="middle">${say('feeders.curveX')}</text>
      </g>
      <path class="duration" d=${path} />
    </svg>
  </figure>`
}
