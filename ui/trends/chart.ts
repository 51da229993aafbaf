import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { useCell } from '../cell.ts'
import { html } from '../html.ts'
import { settings } from '../settings.ts'
import { chartOptions } from './chart-options.ts'
import { withGaps } from './gaps.ts'
import type { Series, TrendData } from './trend-data.ts'
import { type Span, moved, zoomed } from './trend-view.ts'

export interface ChartOf {
  readonly data: TrendData
  readonly label: string
  readonly onCursor: (timeMs: number | undefined) => void
  readonly onSpan: (span: Span) => void
  readonly onWidth: (pixels: number) => void
}

const HEIGHT = 380
const WHEEL_FACTOR = 1.25

/** The plot. It is made anew when other points, units or colours are to be shown, and else given new values. */
export function Chart(of: ChartOf): VNode {
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | undefined>(undefined)
  // The plot outlives many a render and asks for what holds when something happens.
  const current = useRef(of)
  current.current = of
  const { theme } = useCell(settings)
  const kind = of.data.series.map(({ point, unit }) => `${point.device}/${point.quantity} ${unit}`)
  useEffect(() => {
    const { current: element } = place
    if (element === null) return undefined
    const options = chartOptions({
      width: element.clientWidth,
      height: HEIGHT,
      latest: () => current.current.data,
      onCursor: (timeMs) => current.current.onCursor(timeMs),
      onSpan: (span) => current.current.onSpan(span),
    })
    const made = new uPlot(options, columnsOf(current.current.data), element)
    plot.current = made
    const wheel = (event: WheelEvent): void => {
      event.preventDefault()
      const aboutMs = made.posToVal(event.clientX - made.over.getBoundingClientRect().left, 'x')
      const factor = event.deltaY < 0 ? 1 / WHEEL_FACTOR : WHEEL_FACTOR
      current.current.onSpan(zoomed(current.current.data.span, factor, aboutMs))
    }
    made.over.addEventListener('wheel', wheel, { passive: false })
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: HEIGHT })
      current.current.onWidth(element.clientWidth)
    })
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.destroy()
    }
  }, [kind.join('\n'), theme])
  useEffect(() => {
    const { fromMs, toMs } = of.data.span
    plot.current?.batch(() => {
      plot.current?.setData(columnsOf(of.data), true)
      plot.current?.setScale('x', { min: fromMs, max: toMs })
    })
  }, [of.data])
  return html`<div
    class="chart"
    tabindex="0"
    role="img"
    aria-label=${of.label}
    ref=${place}
    onKeyDown=${(event: KeyboardEvent) => onKey(event, of)}
  ></div>`
}

function onKey(event: KeyboardEvent, { data, onSpan }: ChartOf): void {
  const { span } = data
  const middleMs = (span.fromMs + span.toMs) / 2
  const next: Readonly<Record<string, Span>> = {
    ArrowLeft: moved(span, -0.2),
    ArrowRight: moved(span, 0.2),
    '+': zoomed(span, 0.5, middleMs),
    '-': zoomed(span, 2, middleMs),
  }
  const chosen = Object.hasOwn(next, event.key) ? next[event.key] : undefined
  if (chosen === undefined) return
  event.preventDefault()
  onSpan(chosen)
}

/** Of each series three columns over common times: the value, the least, the greatest. */
function columnsOf({ series, resolution }: TrendData): uPlot.AlignedData {
  const stepMs = resolution.kind === 'raw' ? 0 : resolution.stepMs
  const tables = series.map((each) => tableOf(each, stepMs))
  if (tables.length === 0) return [[]]
  // Nulls are gaps and stay; where others have a time and this one has not, nothing is broken.
  return uPlot.join(
    tables,
    tables.map((table) => table.map(() => RETAIN)),
  )
}

const RETAIN = 1

function tableOf({ times, values, least, greatest }: Series, stepMs: number): uPlot.AlignedData {
  const columns = [values, least, greatest].map((column) =>
    withGaps({ times, values: column }, stepMs),
  )
  return [[...(columns[0]?.times ?? [])], ...columns.map((column) => [...column.values])]
}
