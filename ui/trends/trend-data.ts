import type { ReadingColumns, Result } from '../edge/answers.ts'
import { type Reply, ask } from '../edge/request.ts'
import type { Resolution } from './resolution.ts'
import type { PointName, Span } from './trend-view.ts'

/** The readings of one point in a range, or of each of its windows the value, the least and the greatest. Columns of equal length. */
export interface Series {
  readonly point: PointName
  /** Empty also where there is no reading in the range. */
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

interface Columns {
  readonly columns: readonly ReadingColumns[]
}

export interface TrendQuestion {
  readonly points: readonly PointName[]
  readonly span: Span
  readonly resolution: Resolution
  readonly signal: AbortSignal
}

/** Point by point: the edge takes few questions at a time, and others ask as well. */
export async function loadTrend(question: TrendQuestion): Promise<Reply<TrendData>> {
  const asked = loadEvents(question)
  const series: Series[] = []
  for (const point of question.points) {
    const one = await loadSeries(point, question)
    if (one.kind === 'problem') return one
    series.push(one.value)
  }
  const events = await asked
  const { span, resolution } = question
  const isCut = series.some(({ times }) => times.length >= READINGS_MAX)
  return { kind: 'done', value: { span, resolution, series, events, isCut } }
}

/** Without them the plot is still worth looking at. */
async function loadEvents({ points, span, signal }: TrendQuestion): Promise<Result[]> {
  const events: Result[] = []
  for (const device of new Set(points.map((point) => point.device))) {
    const found = await ask<{ readonly events: readonly Result[] }>(
      `/api/v1/events?${rangeQuery(span)}&subject=${encodeURIComponent(device)}&order=desc&limit=${EVENTS_MAX}`,
      signal,
    )
    if (found.kind === 'done') events.push(...found.value.events)
  }
  return events
}

async function loadSeries(
  point: PointName,
  { span, resolution, signal }: TrendQuestion,
): Promise<Reply<Series>> {
  const words = [
    `device=${encodeURIComponent(point.device)}&quantity=${encodeURIComponent(point.quantity)}`,
    rangeQuery(span),
    `limit=${READINGS_MAX}&format=columns`,
    ...(resolution.kind === 'raw' ? [] : [`step=${resolution.step}`]),
  ]
  const reply = await ask<Columns>(`/api/v1/readings?${words.join('&')}`, signal)
  if (reply.kind === 'problem') return reply
  return { kind: 'done', value: seriesOf(point, reply.value.columns) }
}

/** A long answer comes in pieces. A reading is its own least and greatest. */
function seriesOf(point: PointName, pieces: readonly ReadingColumns[]): Series {
  return {
    point,
    unit: pieces[0]?.unit ?? '',
    times: pieces.flatMap(({ times }) => times),
    values: pieces.flatMap(({ values }) => values),
    least: pieces.flatMap(({ least, values }) => least ?? values),
    greatest: pieces.flatMap(({ greatest, values }) => greatest ?? values),
    qualities: pieces.flatMap(qualitiesOf),
  }
}

function qualitiesOf({ times, qualities }: ReadingColumns): string[] {
  return qualities.flatMap(([from, quality], turn) => {
    const to = qualities[turn + 1]?.[0] ?? times.length
    return Array.from({ length: to - from }, () => quality)
  })
}

function rangeQuery({ fromMs, toMs }: Span): string {
  return `from=${Math.floor(fromMs)}&to=${Math.ceil(toMs)}`
}
