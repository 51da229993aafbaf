import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { quality } from '../../core/quality.ts'
import { Micros } from '../../core/time.ts'
import type { EdgeView, PointInfo, ReadingsChunk, ReadingsQuery } from '../ports.ts'
import type { Report } from '../route.ts'
import { otherWork } from '../text-stream.ts'
import { type LabelMatcher, labelMatcher } from './label-matcher.ts'
import type { PatternBudget } from './pattern.ts'
import type { ReadQuery } from './read-request.ts'
import {
  type Family,
  type Labels,
  compareLabels,
  familyOf,
  isPossible,
  labelOf,
  labelsOf,
} from './series-labels.ts'
import { SeriesSamples } from './series-samples.ts'

export interface Series {
  readonly labels: Labels
  readonly samples: SeriesSamples
}

/** What all queries of one request may still take. */
export interface ReadBudget extends PatternBudget {
  series: number
  samples: number
}

export interface GatherOptions {
  readonly view: EdgeView
  readonly budget: ReadBudget
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal
  readonly report: Report
}

/** Points looked at before others have their turn: under a millisecond. */
const SLICE_POINTS = 512

/**
 * The series of one query, sorted by their labels. They are gathered before the first is sent, because readings come in order of time
 * and series are wanted one after the other; the budget bounds what that takes.
 */
export async function gatherSeries(query: ReadQuery, options: GatherOptions): Promise<Series[]> {
  const range = rangeOf(query)
  const matchers = query.matchers.map((words) => labelMatcher(words, options.budget))
  const isOurs = matchers.every(({ kind, name, value }) => kind !== '=' || isPossible(name, value))
  if (range === undefined || !isOurs) return []
  const wanted = await wantedPoints(matchers, options)
  if (wanted.length === 0) return []
  const site = options.view.health().site
  const gathered = new Map<number, SeriesSamples>()
  await gatherSamples({ ...range, ...commonNames(wanted) }, { gathered, wanted, ...options })
  const families = new Families()
  return wanted
    .flatMap((point) => {
      const samples = gathered.get(point.point)
      if (samples === undefined) return []
      return [{ labels: labelsOf({ point, family: families.of(point.quantity), site }), samples }]
    })
    .toSorted((a, b) => compareLabels(a.labels, b.labels))
}

/** A millisecond of Prometheus is a thousand of our microseconds, all of which belong to it. */
function rangeOf({ startMs, endMs }: ReadQuery): Pick<ReadingsQuery, 'from' | 'to'> | undefined {
  const from = Math.max(startMs, -MOMENT_MS_MAX) * 1000
  const to = (Math.min(endMs, MOMENT_MS_MAX) + 1) * 1000
  return from < to ? { from: Micros(from), to: Micros(to) } : undefined
}

/** Beyond it microseconds are no longer whole; Prometheus asks for all times by 292 million years. */
const MOMENT_MS_MAX = 8_640_000_000_000

async function wantedPoints(
  matchers: readonly LabelMatcher[],
  { view, budget, signal }: GatherOptions,
): Promise<PointInfo[]> {
  const site = view.health().site
  const families = new Families()
  const wanted: PointInfo[] = []
  let looked = 0
  for (const point of view.points()) {
    if (++looked % SLICE_POINTS === 0) await otherWork()
    signal.throwIfAborted()
    const source = { point, family: families.of(point.quantity), site }
    if (!matchers.every(({ name, matches }) => matches(labelOf(name, source)))) continue
    wanted.push(point)
    if (--budget.series >= 0) continue
    throw new GridError(
      'input',
      `the request matches more than ${limits.remoteReadSeries} series`,
      {
        hint: 'Name a device, a quantity or a phase.',
      },
    )
  }
  return wanted
}

/** The device and the quantity that all of them share: less is read. */
function commonNames(points: readonly PointInfo[]): Pick<ReadingsQuery, 'device' | 'quantity'> {
  const [first] = points
  const same = (key: 'device' | 'quantity'): string | undefined =>
    points.every((point) => point[key] === first?.[key]) ? first?.[key] : undefined
  return { device: same('device'), quantity: same('quantity') }
}

interface Gathering extends GatherOptions {
  readonly gathered: Map<number, SeriesSamples>
  readonly wanted: readonly PointInfo[]
}

async function gatherSamples(query: ReadingsQuery, gathering: Gathering): Promise<void> {
  const { view, signal, report, wanted } = gathering
  const isWanted = new Uint8Array(wanted.reduce((max, { point }) => Math.max(max, point), 0) + 1)
  for (const { point } of wanted) isWanted[point] = 1
  const chunks = view.readings(query)[Symbol.asyncIterator]()
  // Ends a query that is still looking for its first reading, too.
  const stop = (): void => void chunks.return?.().catch(report)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      takeChunk(next.value, isWanted, gathering)
      await otherWork()
    }
    signal.throwIfAborted()
  } finally {
    signal.removeEventListener('abort', stop)
    await chunks.return?.()
  }
}

function takeChunk(chunk: ReadingsChunk, isWanted: Uint8Array, gathering: Gathering): void {
  const { points, times, values, qualities } = chunk
  const { gathered, budget } = gathering
  for (const [row, point] of points.entries()) {
    if (isWanted[point] !== 1) continue
    let samples = gathered.get(point)
    if (samples === undefined) {
      samples = new SeriesSamples()
      gathered.set(point, samples)
    }
    const value = values[row] as number
    const isValid =
      Number.isFinite(value) && ((qualities[row] as number) & 0b11) !== quality.invalid
    const timeMs = Math.floor((times[row] as number) / 1000)
    if (samples.add(timeMs, isValid ? value : Number.NaN)) budget.samples--
  }
  if (budget.samples >= 0) return
  throw new GridError('input', `the request is for more than ${limits.remoteReadSamples} samples`, {
    hint: 'Ask for a shorter time, or for fewer devices and quantities.',
  })
}

/** Worked out once for each quantity. */
class Families {
  readonly #families = new Map<string, Family>()

  of(quantity: string): Family {
    let family = this.#families.get(quantity)
    if (family === undefined) {
      family = familyOf(quantity)
      if (this.#families.size >= limits.httpNamesKept) this.#families.clear()
      this.#families.set(quantity, family)
    }
    return family
  }
}
