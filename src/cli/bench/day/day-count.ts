import { DatabaseSync } from 'node:sqlite'
import { GridError } from '../../../core/errors.ts'
import { historyPath } from '../../../store/history/history-file.ts'
import { SpanBody } from '../../../store/history/span-body.ts'
import { journalPath } from '../../../store/journal.ts'
import { decodeRow } from '../../../store/row.ts'
import { type Expected, meterOf, deviceName } from './day-data.ts'

/** Sums are of the same numbers in another order. */
const SUM_TOLERANCE = 1e-9

export interface Stored {
  /** In history. */
  readonly sealed: number
  /** In the journal. */
  readonly unsealed: number
}

/** Counts what history and journal hold, and compares count and sum of every point with what was sent. Throws `differs`. */
export function countStored(
  directory: string,
  devices: number,
  expected: readonly Readonly<Record<string, Expected>>[],
): Stored {
  const found = new Map<number, { count: number; sum: number }>()
  const add = (point: number, count: number, sum: number): void => {
    const known = found.get(point) ?? { count: 0, sum: 0 }
    found.set(point, { count: known.count + count, sum: known.sum + sum })
  }
  using history = new DatabaseSync(historyPath(directory), { readOnly: true })
  using journal = new DatabaseSync(journalPath(directory), { readOnly: true })
  let sealed = 0
  for (const row of history.prepare('SELECT rows, body FROM spans').iterate()) {
    const body = new SpanBody(row['body'] as Uint8Array, row['rows'] as number)
    for (const point of body.points) {
      const { count = 0, sum = 0 } = body.statistics(point) ?? {}
      sealed += count
      add(point, count, sum)
    }
  }
  let unsealed = 0
  const last = history.prepare('SELECT journal FROM sealed').get()?.['journal'] as number
  const rows = journal.prepare('SELECT number, body FROM journal WHERE number > ?')
  for (const row of rows.iterate(last)) {
    const { points, values } = decodeRow(row['body'] as Uint8Array, row['number'] as number)
    unsealed += points.length
    for (const [at, point] of points.entries()) add(point, 1, values[at] as number)
  }
  compare(journal, { devices, expected, found })
  return { sealed, unsealed }
}

interface Comparison {
  readonly devices: number
  readonly expected: readonly Readonly<Record<string, Expected>>[]
  readonly found: ReadonlyMap<number, Expected>
}

function compare(journal: DatabaseSync, { devices, expected, found }: Comparison): void {
  const pointOf = new Map<string, number>()
  const names = journal.prepare(
    'SELECT points.number AS number, name, quantity FROM points JOIN devices ON devices.number = device',
  )
  for (const row of names.iterate()) {
    pointOf.set(`${String(row['name'])} ${String(row['quantity'])}`, row['number'] as number)
  }
  for (let device = 0; device < devices; device++) {
    for (const [quantity, wanted] of Object.entries(expected[meterOf(device)] ?? {})) {
      const name = `${deviceName(device)} ${quantity}`
      const has = found.get(pointOf.get(name) ?? -1) ?? { count: 0, sum: 0 }
      const off = Math.abs(has.sum - wanted.sum)
      if (has.count === wanted.count && off <= Math.abs(wanted.sum) * SUM_TOLERANCE) continue
      throw new GridError(
        'differs',
        `${name}: ${wanted.count} readings of the sum ${wanted.sum} were sent, ${has.count} of the sum ${has.sum} are stored`,
      )
    }
  }
}
