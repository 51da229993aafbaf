import type uPlot from 'uplot'
import { exactTime, measureText } from '../format.ts'
import { colourOf, seriesColour } from './colours.ts'
import { paintMarks } from './marks.ts'
import type { TrendData } from './trend-data.ts'
import type { Span } from './trend-view.ts'

export interface ChartSettings {
  readonly width: number
  readonly height: number
  /** What is shown now; series and units are those of the first. */
  readonly latest: () => TrendData
  readonly onCursor: (timeMs: number | undefined) => void
  readonly onSpan: (span: Span) => void
}

const AXIS_WIDTH = 72
export function chartOptions({
  width,
  height,
  latest,
  onCursor,
  onSpan,
}: ChartSettings): uPlot.Options {
  const { series } = latest()
  const units = [...new Set(series.map(({ unit }) => unit))]
  return {
    width,
    height,
    ms: 1,
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
    scales: {
      x: { time: true },
      ...Object.fromEntries(units.map((unit) => [scaleOf(unit), { auto: true }])),
    },
    axes: [
      { ...axisColours(), values: (plot, splits) => splits.map((split) => tickText(plot, split)) },
      ...units.map((unit, at) => unitAxis(unit, { at, series })),
    ],
    series: [{}, ...series.flatMap(({ unit }, at) => linesOf(unit, at))],
    bands: series.map((_, at) => ({
      series: [3 * at + 3, 3 * at + 2],
      fill: `${seriesColour(at)}2e`,
    })),
    hooks: {
      draw: [(plot) => paintMarks(plot, latest())],
      setCursor: [
        (plot) => {
          const { left = -1 } = plot.cursor
          onCursor(left < 0 ? undefined : plot.posToVal(left, 'x'))
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width: selected } = plot.select
          if (selected < 4) return
          onSpan({ fromMs: plot.posToVal(left, 'x'), toMs: plot.posToVal(left + selected, 'x') })
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
        },
      ],
    },
  }
}

/** The value as a line; the least and the greatest only bound the band between them. */
function linesOf(unit: string, at: number): uPlot.Series[] {
  const scale = scaleOf(unit)
  const bound: uPlot.Series = { scale, width: 0, points: { show: false } }
  return [{ scale, stroke: seriesColour(at), width: 1.4, points: { size: 4 } }, bound, bound]
}

/** An axis that one line alone is measured on has its colour. */
function unitAxis(
  unit: string,
  { at, series }: { readonly at: number; readonly series: TrendData['series'] },
): uPlot.Axis {
  const own = series.flatMap((each, index) => (each.unit === unit ? [index] : []))
  const [first = 0] = own
  return {
    ...axisColours(),
    ...(own.length === 1 ? { stroke: seriesColour(first) } : {}),
    scale: scaleOf(unit),
    side: at % 2 === 0 ? 3 : 1,
    size: AXIS_WIDTH,
    ...(at === 0 ? {} : { grid: { show: false } }),
    values: (_plot, splits) => splits.map((split) => measureText(split, unit)),
  }
}

function axisColours(): uPlot.Axis {
  const line = { stroke: colourOf('--line'), width: 1 }
  return { stroke: colourOf('--ink-soft'), grid: line, ticks: line, font: AXIS_FONT }
}

const AXIS_FONT = '11px system-ui, sans-serif'
const DAY_MS = 86_400_000

/** As much of a time as tells two ticks apart. */
function tickText(plot: uPlot, timeMs: number): string {
  const { min = 0, max = 0 } = plot.scales['x'] ?? {}
  const text = exactTime(timeMs)
  const spanMs = (max ?? 0) - (min ?? 0)
  if (spanMs > 20 * DAY_MS) return text.slice(0, 10)
  if (spanMs > DAY_MS) return text.slice(5, 16)
  if (spanMs > 600_000) return text.slice(11, 16)
  return spanMs > 5000 ? text.slice(11, 19) : text.slice(14)
}

/** A unit may be empty, and a scale may not be called `x`. */
function scaleOf(unit: string): string {
  return `unit ${unit}`
}
