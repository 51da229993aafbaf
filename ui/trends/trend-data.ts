import type { Reading, Result } from '../edge/answers.ts'
import { type Reply, ask } from '../edge/request.ts'
import type { Resolution } from './resolution.ts'
import type { PointName, Span } from './trend-view.ts'

/** The readings of one point in a range, or of each of its windows the value, the least and the greatest. Columns of equal length. */
export interface Series {
  readonly point: PointName
  readonly unit: string
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
  readonly least: readonly (number | null)[]
  readonly greatest: readonly (number | null)[]
  readonly qualities: readonly string[]
}

export interface TrendData {
  readonly span: Span
  readonly resolution: Resolution
  readonly series: readonly Series[]
  readonly events: readonly Result[]
  /** There were more readings than are shown. */
  readonly isCut: boolean
}

const READINGS_MAX = 50_000
const EVENTS_MAX = 200

interface Readings {
  readonly readings: readonly Reading[]
}

export interface TrendQuestion {
  readonly points: readonly (PointName & { readonly unit: string })[]
  readonly span: Span
  readonly resolution: Resolution
  readonly signal: AbortSignal
}

/** Point by point: the edge takes few questions at a time, and others ask as well. */
export async function loadTrend(question: TrendQuestion): Promise<Reply<TrendData>> {
  const series: Series[] = []
  const events: Result[] = []
  for (const point of question.points) {
    const one = await loadSeries(point, question)
    if (one.kind === 'problem') return one
    series.push(one.value)
  }
  for (const device of new Set(question.points.map((point) => point.device))) {
    const found = await ask<{ readonly events: readonly Result[] }>(
      `/api/v1/events?${rangeQuery(question.span)}&subject=${encodeURIComponent(device)}&limit=${EVENTS_MAX}`,
      question.signal,
    )
    if (found.kind === 'done') events.push(...found.value.events)
  }
  const { span, resolution } = question
  const isCut = series.some(({ times }) => times.length >= READINGS_MAX)
  return { kind: 'done', value: { span, resolution, series, events, isCut } }
}

async function loadSeries(
  point: PointName & { readonly unit: string },
  { span, resolution, signal }: TrendQuestion,
): Promise<Reply<Series>> {
  const words = [
    `device=${encodeURIComponent(point.device)}&quantity=${encodeURIComponent(point.quantity)}`,
    rangeQuery(span),
    `limit=${READINGS_MAX}`,
  ]
  const path = `/api/v1/readings?${words.join('&')}`
  if (resolution.kind === 'raw') {
    const reply = await ask<Readings>(path, signal)
    if (reply.kind === 'problem') return reply
    const { readings } = reply.value
    const values = readings.map(valueOf)
    return { kind: 'done', value: seriesOf(point, readings, { least: values, greatest: values }) }
  }
  const step = `&step=${resolution.step}`
  const replies = await Promise.all(
    ['', '&aggregate=min', '&aggregate=max'].map((aggregate) =>
      ask<Readings>(path + step + aggregate, signal),
    ),
  )
  const lists = replies.map((reply) => (reply.kind === 'done' ? reply.value.readings : undefined))
  const [own, least, greatest] = lists
  const failed = replies.find((reply) => reply.kind === 'problem')
  if (failed !== undefined) return failed
  const at = { least: aligned(own, least), greatest: aligned(own, greatest) }
  return { kind: 'done', value: seriesOf(point, own ?? [], at) }
}

function seriesOf(
  point: PointName & { readonly unit: string },
  readings: readonly Reading[],
  extremes: Pick<Series, 'least' | 'greatest'>,
): Series {
  const { device, quantity, unit } = point
  return {
    point: { device, quantity },
    unit,
    times: readings.map(({ time }) => Date.parse(time)),
    values: readings.map(valueOf),
    qualities: readings.map(({ quality }) => quality),
    ...extremes,
  }
}

/** The newest window grows between two questions, so that one answer may have a window more. */
function aligned(own: readonly Reading[] = [], others: readonly Reading[] = []): (number | null)[] {
  const byTime = new Map(others.map((reading) => [reading.time, reading.value]))
  return own.map(({ time }) => byTime.get(time) ?? null)
}

function valueOf({ value }: Reading): number | null {
  return value
}

function rangeQuery({ fromMs, toMs }: Span): string {
  return `from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`
}
