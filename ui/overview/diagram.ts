import type { VNode } from 'preact'
import type { SiteInfo, TransformerOutline } from '../edge/site-info.ts'
import { measureText } from '../format.ts'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { formatPoints } from '../trends/trend-view.ts'
import type { Drawing } from './drawing.ts'
import type { Breaker, Picture, Shown } from './picture.ts'

/** A smaller drawing than that is moved and not shrunk: its letters could not be read. */
const LEGIBLE = 0.75

export interface DiagramOf {
  readonly site: SiteInfo
  readonly drawing: Drawing
  readonly picture: Picture
  /** How many alarms are open about something or what hangs below it, by its id. */
  readonly alarms: ReadonlyMap<string, number>
}

/** Every part is a link to its trend and has a name that says what the drawing shows. */
export function diagram(of: DiagramOf): VNode {
  const { width, height, bars, transformers, feeders } = of.drawing
  return html`<div
    class="diagram-frame"
    tabindex="0"
    role="region"
    aria-label=${say('overview.diagram')}
  >
    <svg
      class="diagram"
      viewBox=${`0 0 ${width} ${height}`}
      width=${width}
      style=${{ minWidth: `${Math.round(width * LEGIBLE)}px` }}
      role="group"
      aria-label=${say('overview.diagram')}
    >
      ${transformers.map((place) => transformerPart(of, place))}
      ${feeders.map((place) => feederPart(of, place))} ${bars.map((place) => barPart(of, place))}
    </svg>
  </div>`
}

type Place<List extends keyof Drawing> = Drawing[List] extends readonly (infer One)[] ? One : never

function barPart({ picture, alarms }: DiagramOf, { id, x, y, width }: Place<'bars'>): VNode {
  const { voltage, frequency, supply } = picture.level(id)
  const name = [id, say(`overview.${supply}`), spoken(voltage), alarmWords(alarms, id)]
  return html`<g class=${`bar ${supply}`} role="img" aria-label=${sentence(name)}>
    <line x1=${x} y1=${y} x2=${x + width} y2=${y} />
    <text class="name" x=${x} y=${y - 12}>${id}</text>
    ${valueText(voltage, { x: x + 58, y: y - 12, anchor: 'start' })}
    ${frequency.value === undefined ? '' : valueText(frequency, { x: x + width / 2 + 14, y: y - 12, anchor: 'start' })}
    ${alarmMark(alarms, id, { x: x + width - 12, y: y - 16 })}
  </g>`
}

function transformerPart(
  { site, picture, alarms }: DiagramOf,
  { id, x, top, bottom }: Place<'transformers'>,
): VNode {
  const outline = site.transformers.find((each) => each.id === id)
  if (outline === undefined) return html`<g></g>`
  const { power, load, oil } = picture.transformer(outline)
  const upper = picture.level(outline.from).supply
  const lower = picture.level(outline.to).supply
  const middle = (top + bottom - 26) / 2
  const words = [
    sayWord('subject', 'transformer'),
    [`${id} ${ratedText(outline)}`, ...[power, load, oil].map(valueOf)].join(' '),
    ...[power, load, oil].map(standingOf),
    alarmWords(alarms, id),
  ]
  return html`<a
    href=${addressOf('transformers')}
    aria-label=${sentence(words)}
    class="part transformer"
  >
    <rect class="reach" x=${x - 30} y=${middle - 46} width="196" height="92" rx="4" />
    <line class=${upper} x1=${x} y1=${top} x2=${x} y2=${middle - 28} />
    <line class=${lower} x1=${x} y1=${middle + 28} x2=${x} y2=${bottom} />
    <circle class=${upper} cx=${x} cy=${middle - 10} r="18" />
    <circle class=${lower} cx=${x} cy=${middle + 10} r="18" />
    <text class="name" x=${x + 30} y=${middle - 30}>${`${id} ${ratedText(outline)} `}</text>
    ${valueText(power, { x: x + 30, y: middle - 10, anchor: 'start' })}
    ${valueText(load, { x: x + 30, y: middle + 9, anchor: 'start' })}
    ${valueText(oil, { x: x + 30, y: middle + 28, anchor: 'start' })}
    ${alarmMark(alarms, id, { x: x - 34, y: middle - 12 })}
  </a>`
}

function ratedText({ ratedVa, cooling }: TransformerOutline): string {
  return `${ratedVa / 1e6}\u202fMVA ${cooling}`
}

function feederPart({ site, picture, alarms }: DiagramOf, { id, x, y }: Place<'feeders'>): VNode {
  const outline = site.feeders.find((each) => each.id === id)
  if (outline === undefined) return html`<g></g>`
  const { power, current, breaker } = picture.feeder(outline)
  const above = picture.level(outline.voltageLevel).supply
  const below = breaker === 'open' ? 'dead' : breaker === 'closed' ? above : 'unknown'
  const { head: device } = outline
  const points = ['power.active', 'current.a'].map((quantity) => ({
    device: device ?? '',
    quantity,
  }))
  const query = device === undefined ? {} : { p: formatPoints(points) }
  const words = [
    sayWord('subject', 'feeder'),
    [id, valueOf(power), valueOf(current)].join(' '),
    breakerWord(breaker),
    ...[power, current].map(standingOf),
    say(`overview.${below}`),
    alarmWords(alarms, id),
  ]
  return html`<a
    href=${addressOf('trends', query)}
    class="part feeder"
    aria-label=${sentence(words)}
  >
    <rect class="reach" x=${x - 44} y=${y + 8} width="88" height="168" rx="4" />
    <line class=${above} x1=${x} y1=${y} x2=${x} y2=${y + 34} />
    ${breakerSign(breaker, { x, y: y + 44 })}
    <line class=${below} x1=${x} y1=${y + 54} x2=${x} y2=${y + 92} />
    <path class=${`arrow ${below}`} d=${`M${x - 6} ${y + 86}l6 12l6 -12z`} />
    <text class="name" text-anchor="middle" x=${x} y=${y + 122}>${`${id} `}</text>
    ${valueText(power, { x, y: y + 143, anchor: 'middle' })}
    ${valueText(current, { x, y: y + 163, anchor: 'middle' })}
    ${alarmMark(alarms, id, { x: x + 26, y: y + 44 })}
  </a>`
}

/** Filled where it is closed, hollow where it is open, crossed where nobody knows. */
function breakerSign(
  breaker: Breaker,
  { x, y }: { readonly x: number; readonly y: number },
): VNode {
  const [left, upper] = [x - 10, y - 10]
  return html`<g class=${`breaker ${breaker}`}>
    <rect x=${left} y=${upper} width="20" height="20" />
    ${breaker === 'unknown' ? html`<path d=${`M${left} ${upper}l20 20m0 -20l-20 20`} />` : ''}
  </g>`
}

const SIGNS: Readonly<Record<Shown['standing'], string>> = {
  normal: '',
  near: '▲',
  beyond: '▲▲',
  doubtful: '?',
  bad: '✕',
  stale: '⌛\uFE0E',
  none: '',
}

function valueText(
  { value, unit, standing }: Shown,
  { x, y, anchor }: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'middle' },
): VNode {
  return html`<text class=${`value ${standing}`} text-anchor=${anchor} x=${x} y=${y}>
    ${measureText(value, unit)} ${SIGNS[standing]}
  </text>`
}

function alarmMark(
  alarms: ReadonlyMap<string, number>,
  id: string,
  { x, y }: { readonly x: number; readonly y: number },
): VNode | string {
  const count = alarms.get(id)
  if (count === undefined) return ''
  return html`<g class="alarm-mark" aria-hidden="true">
    <circle cx=${x} cy=${y} r="9" />
    <text text-anchor="middle" x=${x} y=${y + 4}>${count}</text>
  </g>`
}

function breakerWord(breaker: Breaker): string {
  switch (breaker) {
    case 'open':
      return say('overview.breakerOpen')
    case 'closed':
      return say('overview.breakerClosed')
    case 'unknown':
      return say('overview.breakerUnknown')
  }
}

function spoken({ value, unit, standing }: Shown): string {
  const words = sayWord('standing', standing)
  return standing === 'none' ? words : `${measureText(value, unit)} ${words}`
}

/** As it stands in the drawing: whoever speaks to a page says what he sees. */
function valueOf({ value, unit }: Shown): string {
  return measureText(value, unit)
}

/** What is as it should be need not be said. */
function standingOf({ standing }: Shown): string {
  return standing === 'normal' ? '' : sayWord('standing', standing)
}

function alarmWords(alarms: ReadonlyMap<string, number>, id: string): string {
  const count = alarms.get(id)
  return count === undefined ? '' : say('overview.alarmCount', { count })
}

function sentence(words: readonly string[]): string {
  return words.filter((word) => word !== '').join(', ')
}
