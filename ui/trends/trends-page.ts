import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import type { Point } from '../edge/answers.ts'
import { type Known, useAsked, usePoll } from '../edge/poll.ts'
import { edgeNowMs } from '../edge/request.ts'
import { shown } from '../element/notice.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { addressOf, showAs } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { Chart } from './chart.ts'
import { cursorTable } from './cursor-table.ts'
import { PointPicker } from './point-picker.ts'
import { rangeBar } from './range-bar.ts'
import { type Resolution, resolutionFor } from './resolution.ts'
import { type TrendData, loadTrend } from './trend-data.ts'
import { type Span, type TrendView, formatView, readView } from './trend-view.ts'

const POINTS_MS = 30_000
const LIVE_MS = 2000
/** A trend of hours changes by less than a pixel in a second. */
const SLOW_MS = 15_000
const SLOW_SPAN_MS = 1_200_000
const EVENTS_LISTED = 20
/** Until the plot says how wide it is. */
const FIRST_WIDTH = 1000

/** Readings over time. */
export function TrendsPage({ query }: { readonly query: URLSearchParams }): VNode {
  const view = readView(query)
  const points = usePoll<{ readonly points: readonly Point[] }>('/api/v1/points', POINTS_MS)
  const [width, setWidth] = useState(FIRST_WIDTH)
  const [cursorMs, setCursorMs] = useState<number | undefined>(undefined)
  const known = useTrend(view, width)
  const show = (next: TrendView): void => showAs('trends', formatView(next))
  const showSpan = ({ fromMs, toMs }: Span): void =>
    show({ ...view, range: { kind: 'fixed', fromMs, toMs } })
  const isEmpty = view.points.length === 0
  return html`<div class="trends">
    <div class="trend-controls">
      ${h(PointPicker, {
        all: points.value?.points ?? [],
        chosen: view.points,
        onAdd: (point) => show({ ...view, points: [...view.points, point] }),
      })}
      ${rangeBar({ view, data: known.value, onView: show, onSpan: showSpan })}
    </div>
    ${isEmpty ? html`<p class="empty">${say('trends.none')}</p>` : ''}
    ${
      isEmpty
        ? ''
        : shown(known, (data) => [
            trendNotes(data),
            h(Chart, {
              data,
              label: say('trends.chart', { points: namesOf(view) }),
              onCursor: setCursorMs,
              onSpan: showSpan,
              onWidth: setWidth,
            }),
            cursorTable(data, cursorMs, (index) =>
              show({ ...view, points: view.points.filter((_, at) => at !== index) }),
            ),
            eventList(data),
          ])
    }
  </div>`
}

function useTrend({ points, range }: TrendView, width: number): Known<TrendData> {
  const spanMs = range.kind === 'follow' ? range.spanMs : range.toMs - range.fromMs
  const resolution: Resolution = resolutionFor(spanMs, width)
  const isLive = range.kind === 'follow'
  const everyMs = isLive ? (spanMs <= SLOW_SPAN_MS ? LIVE_MS : SLOW_MS) : 0
  const key = JSON.stringify([points, range, resolution])
  return useAsked<TrendData>(
    key,
    everyMs,
    points.length > 0
      ? (signal) => loadTrend({ points, span: spanOf(range), resolution, signal })
      : undefined,
  )
}

function spanOf(range: TrendView['range']): Span {
  if (range.kind === 'fixed') return range
  const toMs = edgeNowMs()
  return { fromMs: toMs - range.spanMs, toMs }
}

function namesOf({ points }: TrendView): string {
  return points
    .map(({ device, quantity }) => `${device} ${sayWord('quantity', quantity)}`)
    .join(', ')
}

function trendNotes({ span, resolution, series, isCut }: TrendData): VNode {
  const step = resolution.kind === 'raw' ? '' : resolution.step
  const words = [
    `${dateTime(span.fromMs)} – ${dateTime(span.toMs)}`,
    step === '' ? say('trends.raw') : say('trends.step', { step }),
    ...(series.every(({ times }) => times.length === 0) ? [say('trends.noData')] : []),
    ...(isCut ? [say('trends.cut')] : []),
    say('trends.legend'),
  ]
  return html`<p class="notes">${words.join(' · ')}</p>`
}

function eventList({ events, span }: TrendData): VNode | string {
  const inView = events.filter(
    ({ start }) => Date.parse(start) >= span.fromMs && Date.parse(start) <= span.toMs,
  )
  if (inView.length === 0) return ''
  return html`<section>
    <h2>${say('trends.events')}</h2>
    <ul class="event-lines">
      ${inView.slice(-EVENTS_LISTED).map(
        ({ start, name, subject, key }) =>
          html`<li key=${`${name} ${subject} ${key} ${start}`}>
            <a href=${addressOf('alarms', { view: 'events', subject })}>
              ${dateTime(start)} ${sayWord('event', name)} ${subject}
            </a>
          </li>`,
      )}
    </ul>
  </section>`
}
