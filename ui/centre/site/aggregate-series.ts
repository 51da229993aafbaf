import type { Series, TrendData } from '../../trends/trend-data.ts'
import type { CentreRecord } from '../answers.ts'

export interface SeriesName {
  readonly subject: string
  readonly name: string
  readonly key: number
  readonly minutes: number
}

/** Aggregates with a value, by what they are of, about what, and how long their windows are. */
export function seriesNames(aggregates: readonly CentreRecord[]): readonly string[] {
  const valued = aggregates.filter(({ fields }) => typeof fields['value'] === 'number')
  return [...new Set(valued.map(seriesText))].sort()
}

/** Ids and names have no spaces in them that would be lost: each part is written as in an address. */
function seriesText(record: CentreRecord): string {
  const { subject, name, key } = record
  return [subject.id, name, key, minutesOf(record)].map(encodeURIComponent).join('/')
}

export function nameOf(text: string): SeriesName {
  const [subject = '', name = '', key = '', minutes = ''] = text.split('/').map(decodeURIComponent)
  return { subject, name, key: Number(key), minutes: Number(minutes) }
}

export interface SeriesRange {
  readonly series: string
  readonly toMs: number
  readonly spanMs: number
}

/** As the plot of trends takes it. */
export function seriesOf(
  aggregates: readonly CentreRecord[],
  { series, toMs, spanMs }: SeriesRange,
): TrendData {
  const { subject, name, minutes } = nameOf(series)
  // They come the newest first.
  const own = aggregates.filter((each) => seriesText(each) === series).toReversed()
  const column = (field: string): readonly (number | null)[] =>
    own.map(({ fields }) => numberIn(fields[field]) ?? numberIn(fields['value']))
  const unit = own.at(-1)?.fields['unit']
  const one: Series = {
    point: { device: subject, quantity: name },
    unit: typeof unit === 'string' ? unit : '',
    times: own.map(({ time }) => Date.parse(time)),
    values: column('value'),
    least: column('min'),
    greatest: column('max'),
    qualities: own.map(({ fields }) => qualityIn(fields['quality'])),
  }
  return {
    span: { fromMs: toMs - spanMs, toMs },
    resolution: { kind: 'windows', step: `${minutes}m`, stepMs: minutes * 60_000 },
    series: [one],
    events: [],
    isCut: false,
  }
}

function minutesOf({ time, end }: CentreRecord): number {
  return end === null ? 0 : Math.round((Date.parse(end) - Date.parse(time)) / 60_000)
}

function numberIn(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function qualityIn(value: unknown): string {
  return typeof value === 'string' ? value : 'good'
}
