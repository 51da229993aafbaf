import type { VNode } from 'preact'
import type { Result } from '../edge/answers.ts'
import { fixed } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'

const WIDTH = 300
const HEIGHT = 130
const BOTTOM = 22
const BINS = 24
const CHANNELS = ['a', 'b', 'c', 'ab', 'bc', 'ca']

/** How often each value came, of the ten-minute values of one parameter. Flagged ones are not judged and not counted. */
export function histogram(results: readonly Result[]): VNode {
  const [first] = results
  const values = results
    .flatMap(({ value, fields }) => (value === null || fields['flagged'] === 1 ? [] : [value]))
    .sort((one, other) => one - other)
  const low = values[0] ?? 0
  const high = Math.max(values.at(-1) ?? 0, low + 1e-6)
  const counts = Array.from({ length: BINS }, () => 0)
  for (const value of values) {
    const bin = Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = Math.max(1, ...counts)
  const at = (share: number): string =>
    fixed(values[Math.min(values.length - 1, Math.floor(share * values.length))], 2)
  const text = say('quality.values', {
    count: values.length,
    low: at(0.05),
    middle: at(0.5),
    high: at(0.95),
  })
  const channel = CHANNELS[first?.key ?? -1]
  const title = [
    sayWord('quantity', first?.name ?? ''),
    channel === undefined ? '' : sayWord('phase', channel),
  ].join(' ')
  return html`<figure class="histogram">
    <figcaption><strong>${title}</strong> ${text}</figcaption>
    <svg
      viewBox=${`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label=${`${say('quality.histogram')}: ${title}, ${text}`}
    >
      ${counts.map((count, bin) => {
        const height = (count / most) * (HEIGHT - BOTTOM - 4)
        return html`<rect
          x=${(bin * WIDTH) / BINS + 1}
          y=${HEIGHT - BOTTOM - height}
          width=${WIDTH / BINS - 2}
          height=${height}
        />`
      })}
      <line x1="0" x2=${WIDTH} y1=${HEIGHT - BOTTOM} y2=${HEIGHT - BOTTOM} />
      <text x="2" y=${HEIGHT - 6}>${fixed(low, 2)} %</text>
      <text x=${WIDTH - 2} y=${HEIGHT - 6} text-anchor="end">${fixed(high, 2)} %</text>
    </svg>
  </figure>`
}
