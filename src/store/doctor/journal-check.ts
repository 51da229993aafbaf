import { crc32 } from 'node:zlib'
import { Micros } from '../../core/time.ts'
import { errorText } from '../../core/errors.ts'
import { TableWalk, type TableRow } from '../damage/table-walk.ts'
import { kindNumber } from '../../core/accounts.ts'
import { type Row, decodeRow } from '../row.ts'
import type { Books } from './books.ts'
import { BACKUP, type Finding, type Progress, REPAIR } from './finding.ts'

const FILE = 'journal.db'
/** Between two words on how far it is. */
const PROGRESS_ROWS = 1000

export function* examineJournal(
  books: Books,
  { done, total }: Pick<Progress, 'done' | 'total'>,
): Generator<Finding | Progress> {
  const walk = new TableWalk(books.journal, 'journal', 'number')
  let rows = 0
  let bytes = done
  for (const stored of walk.rows()) {
    bytes += (stored['body'] as Uint8Array).length
    if (++rows % PROGRESS_ROWS === 0) yield { what: 'rows of the journal', done: bytes, total }
    yield* examineRow(stored, books)
  }
  books.unreadable += walk.gaps.length
  for (const { after, before } of walk.gaps) {
    yield {
      file: FILE,
      text: `rows after ${after} and before ${before} cannot be read`,
      advice: REPAIR,
    }
  }
  yield* examineConflicts(books)
  yield* examineKept(books)
}

function* examineRow(stored: TableRow, books: Books): Generator<Finding> {
  const number = stored['number'] as number
  const [first, last] = [stored['first_time'], stored['last_time']] as (number | null)[]
  const times = first === null ? {} : { from: Micros(first as number), to: Micros(last as number) }
  let row: Row
  try {
    row = decodeRow(stored['body'] as Uint8Array, number)
  } catch (thrown) {
    books.unreadable++
    const whose = devicesOf(stored['devices'] as number, books)
    yield {
      file: FILE,
      text: `${errorText(thrown)}; ${String(stored['readings'])} readings of ${whose}`,
      ...times,
      advice: BACKUP,
    }
    return
  }
  if (row.points.length !== stored['readings'] || !agrees(row, first ?? null, last ?? null)) {
    yield {
      file: FILE,
      text: `row ${number}: its times or its count are not those of its readings`,
      ...times,
      advice: REPAIR,
    }
  }
  const nameless = new Set<number>()
  for (const point of row.points) {
    const device = books.deviceOf.get(point)
    if (device === undefined) nameless.add(point)
    else {
      if (number > books.sealed) books.find(device, 1)
      if (number > books.snapshotRow) books.count(device, 1)
    }
  }
  countNotes(row, number, books)
  if (nameless.size > 0) {
    const text = `row ${number} has readings of points without a name: ${[...nameless].join(', ')}`
    yield { file: FILE, text, ...times, advice: REPAIR }
  }
}

/** A note may take stored readings as well; so far none does. */
function countNotes(row: Row, number: number, books: Books): void {
  if (number <= books.snapshotRow) return
  for (let at = 0; at < row.notes.length; at += 3) {
    if (row.notes[at + 1] === kindNumber.stored) {
      books.count(row.notes[at] as number, row.notes[at + 2] as number)
    }
  }
}

function agrees(row: Row, first: number | null, last: number | null): boolean {
  if (row.times.length === 0) return first === null
  let [least, most] = [Infinity, -Infinity]
  for (const time of row.times) {
    least = Math.min(least, time)
    most = Math.max(most, time)
  }
  return least === first && most === last
}

/** The row's column says which devices there are, but for 32 it is one of several. */
function devicesOf(bits: number, books: Books): string {
  const names: string[] = []
  for (const device of new Set(books.deviceOf.values())) {
    if (((bits >>> (device & 31)) & 1) === 1) names.push(books.nameOf(device))
  }
  const MOST = 10
  if (names.length === 0) return 'devices that have no name'
  return names.length <= MOST ? names.join(', ') : `${names.length} devices, among them ${names[0]}`
}

function* examineConflicts({ journal, deviceOf }: Books): Generator<Finding> {
  for (const { point } of journal.prepare('SELECT DISTINCT point FROM conflicts').iterate()) {
    if (deviceOf.has(point as number)) continue
    yield {
      file: FILE,
      text: `contradictions of point ${String(point)}, which has no name`,
      advice: REPAIR,
    }
  }
}

function* examineKept({ journal }: Books): Generator<Finding> {
  const version = journal.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'kept'").get()
  if (version === undefined) return
  for (const row of journal.prepare('SELECT key, value, crc FROM kept').iterate()) {
    const [key, value] = [row['key'] as string, row['value'] as Uint8Array]
    if (crc32(value, crc32(key)) === row['crc']) continue
    const advice = 'The next start leaves it out and deletes it; readings are not concerned.'
    yield { file: FILE, text: `kept entry ${key} is damaged`, advice }
  }
}
