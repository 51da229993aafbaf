import type { DatabaseSync } from 'node:sqlite'
import { isCorrupt } from './corrupt.ts'
import type { TableLoss } from './copy-tables.ts'
import { HIGHEST } from './table-walk.ts'

/** What could not be read any more, as exactly as what is left says. Times in micros since 1970. */
export interface Loss {
  readonly source: 'journal' | 'history'
  /** Number of the row or span; 0: of more than one, or of another table. */
  readonly number: number
  /** Undefined: of several, or nobody can say. */
  readonly device: number | undefined
  readonly firstTime: number | undefined
  readonly lastTime: number | undefined
  readonly text: string
}

/** How many single rows or spans are listed; beyond that a range of them has to do. */
const LISTED = 10_000

/** Rows of the journal, and spans, that an index still lists and that are not in the new file: it says of which time they were. */
export function lostByIndex(
  source: DatabaseSync,
  target: DatabaseSync,
  { kind, after }: { readonly kind: Loss['source']; readonly after: number },
): Loss[] {
  const { table, sql } = INDEXES[kind]
  const losses: Loss[] = []
  const has = target.prepare(`SELECT 1 FROM ${table} WHERE number = ?`)
  try {
    for (const row of source.prepare(sql).iterate()) {
      const number = row['number'] as number
      if (number <= after || has.get(number) !== undefined) continue
      losses.push({
        source: kind,
        number,
        device: (row['device'] as number | null) ?? undefined,
        firstTime: row['first_time'] as number,
        lastTime: row['last_time'] as number,
        text: `${String(row['readings'])} readings in a damaged page`,
      })
      if (losses.length === LISTED) break
    }
  } catch (thrown) {
    if (!isCorrupt(thrown) && !/no such/.test(String(thrown))) throw thrown
  }
  return losses
}

const INDEXES = {
  journal: {
    table: 'journal',
    sql: `SELECT number, NULL AS device, first_time, last_time, readings FROM journal INDEXED BY journal_time
      WHERE first_time IS NOT NULL`,
  },
  history: {
    table: 'spans',
    sql: 'SELECT number, device, first_time, last_time, readings FROM spans INDEXED BY spans_device',
  },
} as const

/** Where an index says nothing, the neighbours bound what is gone. */
export function lostByGap(
  target: DatabaseSync,
  kind: Loss['source'],
  { table, after, before }: TableLoss,
): Loss {
  const isReadings = table === INDEXES[kind].table
  const neighbour = (condition: string, bound: number): Record<string, unknown> | undefined =>
    isReadings && bound < HIGHEST
      ? target
          .prepare(`SELECT first_time, last_time FROM ${table} WHERE number ${condition} ? LIMIT 1`)
          .get(bound)
      : undefined
  const isAll = before >= HIGHEST
  const text = isAll
    ? `of the table ${table} all or a part cannot be read`
    : `rows ${after + 1} to ${before - 1} of the table ${table} cannot be read`
  // Spans are not in the order of their times; rows of the journal nearly are.
  const isOrdered = kind === 'journal'
  return {
    source: kind,
    number: 0,
    device: undefined,
    firstTime: isOrdered ? (neighbour('=', after)?.['first_time'] as number) : undefined,
    lastTime: isOrdered ? (neighbour('=', before)?.['last_time'] as number) : undefined,
    text,
  }
}
