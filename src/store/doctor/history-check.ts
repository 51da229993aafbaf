import { Micros } from '../../core/time.ts'
import { errorText } from '../../core/errors.ts'
import { TableWalk, type TableRow } from '../damage/table-walk.ts'
import { SpanBody } from '../history/span-body.ts'
import type { Books } from './books.ts'
import { BACKUP, type Finding, type Progress, REPAIR } from './finding.ts'

const FILE = 'history.db'
/** Between two words on how far it is. */
const PROGRESS_SPANS = 50

export function* examineHistory(
  books: Books,
  { done, total }: Pick<Progress, 'done' | 'total'>,
): Generator<Finding | Progress> {
  const { history } = books
  if (history === undefined) return
  const walk = new TableWalk(history, 'spans', 'number')
  let spans = 0
  let bytes = done
  for (const span of walk.rows()) {
    bytes += (span['body'] as Uint8Array).length
    if (++spans % PROGRESS_SPANS === 0) yield { what: 'spans of history', done: bytes, total }
    yield* examineSpan(span, books)
  }
  books.unreadable += walk.gaps.length
  for (const { after, before } of walk.gaps) {
    yield {
      file: FILE,
      text: `spans after ${after} and before ${before} cannot be read`,
      advice: REPAIR,
    }
  }
  if (walk.gaps.length > 0) yield* listed(books)
  for (const row of history.prepare('SELECT * FROM quarantine').iterate()) {
    books.unreadable++
    const [first, last] = [row['first_time'], row['last_time']] as (number | null)[]
    yield {
      file: FILE,
      text: `in quarantine: ${String(row['complaint'])}`,
      ...timesOf(first ?? null, last ?? null),
      advice: BACKUP,
    }
  }
}

function* examineSpan(span: TableRow, books: Books): Generator<Finding> {
  const number = span['number'] as number
  const device = span['device'] as number
  const rows = span['rows'] as number
  const about = {
    file: FILE,
    device: books.nameOf(device),
    ...timesOf(span['first_time'] as number, span['last_time'] as number),
  }
  if (!books.isNamed(device))
    yield { ...about, text: `span ${number}: its device has no name`, advice: REPAIR }
  let body: SpanBody
  let times: Float64Array
  try {
    body = new SpanBody(span['body'] as Uint8Array, rows)
    times = body.times
  } catch (thrown) {
    books.unreadable++
    const text = `span ${number} with ${String(span['readings'])} readings: ${errorText(thrown)}`
    yield { ...about, text, advice: BACKUP }
    return
  }
  if (times[0] !== span['first_time'] || times.at(-1) !== span['last_time'])
    yield {
      ...about,
      text: `span ${number}: its times are not those that the table says`,
      advice: REPAIR,
    }
  if ((span['since'] as number) > books.sealed)
    yield { ...about, text: `span ${number} is of rows that are not sealed`, advice: REPAIR }
  let readings = 0
  for (const point of body.points) {
    try {
      const count = body.column(point)?.values.length ?? 0
      readings += count
      if (count !== body.statistics(point)?.count)
        yield {
          ...about,
          text: `span ${number}, point ${point}: another count than its directory says`,
          advice: BACKUP,
        }
    } catch (thrown) {
      books.unreadable++
      readings += body.statistics(point)?.count ?? 0
      yield {
        ...about,
        text: `span ${number}, point ${point}: ${errorText(thrown)}`,
        advice: BACKUP,
      }
    }
    if (books.deviceOf.get(point) !== device)
      yield {
        ...about,
        text: `span ${number}: point ${point} is not one of this device`,
        advice: REPAIR,
      }
  }
  if (readings !== span['readings'])
    yield {
      ...about,
      text: `span ${number} has ${readings} readings where the table says ${String(span['readings'])}`,
      advice: REPAIR,
    }
  books.find(device, readings)
}

/** What the index says of spans that cannot be read. */
function* listed(books: Books): Generator<Finding> {
  const { history } = books
  if (history === undefined) return
  const entries =
    'SELECT number, device, first_time, last_time, readings FROM spans INDEXED BY spans_device'
  const body = history.prepare('SELECT body FROM spans WHERE number = ?')
  for (const row of history.prepare(entries).iterate()) {
    try {
      body.get(row['number'] as number)
    } catch {
      yield {
        file: FILE,
        text: `span ${String(row['number'])} with ${String(row['readings'])} readings is in a damaged page`,
        device: books.nameOf(row['device'] as number),
        ...timesOf(row['first_time'] as number, row['last_time'] as number),
        advice: BACKUP,
      }
    }
  }
}

function timesOf(first: number | null, last: number | null): Partial<Pick<Finding, 'from' | 'to'>> {
  return first === null || last === null ? {} : { from: Micros(first), to: Micros(last) }
}
