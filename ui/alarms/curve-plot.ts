import type { VNode } from 'preact'
import type { Result } from '../edge/answers.ts'
import { lengthText } from '../format.ts'
import { html } from '../html.ts'
import { say, sayWord } from '../text/say.ts'

const WIDTH = 420
const HEIGHT = 280
const LEFT = 40
const BOTTOM = 34
const TOP = 10
const RIGHT = 20
const PERCENT_MAX = 200
const SECONDS_MIN = 0.001
const SECONDS_MAX = 100

/** The steps of the curves as the power-quality processor has them: [to so many seconds, so many percent]. */
const ITIC_UPPER = [
  [0.001, 200],
  [0.003, 140],
  [0.5, 120],
  [SECONDS_MAX, 110],
] as const
const ITIC_LOWER = [
  [0.02, 0],
  [0.5, 70],
  [10, 80],
  [SECONDS_MAX, 90],
] as const
const F47 = [
  [0.02, 0],
  [0.2, 50],
  [0.5, 70],
  [1, 80],
] as const

interface Disturbance {
  readonly event: Result
  readonly seconds: number
  readonly percent: number
}

/** Duration against residual voltage. What lies between the curves, equipment is to bear. */
export function curvePlot(events: readonly Result[]): VNode {
  const found = events.flatMap(disturbanceOf)
  const outside = found.filter(({ event }) =>
    /no-damage|prohibited/.test(String(event.fields['itic'])),
  ).length
  const f47 = found.filter(({ event }) => event.fields['f47'] === 'beyond').length
  const text = say('alarms.curveText', { count: found.length, outside, f47 })
  return html`<figure class="curve">
    <svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${text}>
      ${grid()}
      <path class="itic" d=${stepsPath(ITIC_UPPER)} />
      <path class="itic" d=${stepsPath(ITIC_LOWER)} />
      <path class="f47" d=${stepsPath(F47)} />
      <text class="curve-name" x=${WIDTH - RIGHT} y=${yOf(96)} text-anchor="end">ITIC</text>
      <text class="curve-name f47-name" x=${xOf(0.025)} y=${yOf(36)}>SEMI F47</text>
      ${found.map(({ event, seconds, percent }) => {
        const isOutside = event.fields['itic'] !== 'no-interruption'
        return html`<circle
          class=${isOutside ? 'outside' : 'within'}
          cx=${xOf(seconds)}
          cy=${yOf(percent)}
          r="4"
        >
          <title>
            ${`${event.subject} ${sayWord('event', event.name)} ${lengthText(seconds)} ${percent.toFixed(1)} %`}
          </title>
        </circle>`
      })}
    </svg>
    <figcaption>${text}</figcaption>
  </figure>`
}

function disturbanceOf(event: Result): Disturbance[] {
  const { percent } = event.fields
  if (!/^voltage\.(?:dip|swell|interruption)$/.test(event.name)) return []
  if (typeof percent !== 'number' || event.end === null) return []
  return [{ event, percent, seconds: (Date.parse(event.end) - Date.parse(event.start)) / 1000 }]
}

function xOf(seconds: number): number {
  const bounded = Math.min(SECONDS_MAX, Math.max(SECONDS_MIN, seconds))
  const share = Math.log10(bounded / SECONDS_MIN) / Math.log10(SECONDS_MAX / SECONDS_MIN)
  return LEFT + share * (WIDTH - LEFT - RIGHT)
}

function yOf(percent: number): number {
  return TOP + (1 - Math.min(PERCENT_MAX, percent) / PERCENT_MAX) * (HEIGHT - TOP - BOTTOM)
}

function stepsPath(steps: readonly (readonly [number, number])[]): string {
  let path = ''
  let fromSeconds = SECONDS_MIN
  for (const [toSeconds, percent] of steps) {
    path += `${path === '' ? 'M' : 'L'}${xOf(fromSeconds)} ${yOf(percent)}L${xOf(toSeconds)} ${yOf(percent)}`
    fromSeconds = toSeconds
  }
  return path
}

function grid(): VNode {
  const seconds = [0.001, 0.01, 0.1, 1, 10, 100]
  const percents = [0, 50, 100, 150, 200]
  return html`<g class="grid">
    ${seconds.map(
      (each) =>
        html`<g>
          <line x1=${xOf(each)} x2=${xOf(each)} y1=${TOP} y2=${HEIGHT - BOTTOM} />
          <text x=${xOf(each)} y=${HEIGHT - BOTTOM + 14} text-anchor="middle">
            ${each < 1 ? `${each * 1000} ms` : `${each} s`}
          </text>
        </g>`,
    )}
    ${percents.map(
      (each) =>
        html`<g>
          <line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${yOf(each)} y2=${yOf(each)} />
          <text x=${LEFT - 6} y=${yOf(each) + 4} text-anchor="end">${each}</text>
        </g>`,
    )}
    <text x=${WIDTH / 2} y=${HEIGHT - 4} text-anchor="middle"
      >${say('alarms.curveX')} / ${say('alarms.curveY')}</text
    >
  </g>`
}
