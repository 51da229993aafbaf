import type { DatabaseSync } from 'node:sqlite'
import { Micros } from '../../core/time.ts'
import type { AuditEntry } from '../audit.ts'

export interface AuditQuery {
  /** Undefined: of every device. */
  readonly device: string | undefined
  readonly limit: number
}

/** The newest first, read in steps: what is added meanwhile is not in it. */
export function* auditEntries(
  database: DatabaseSync,
  { device, limit }: AuditQuery,
): Generator<AuditEntry> {
  const read = database.prepare(
    `SELECT * FROM audit WHERE number < ?1 AND (?2 IS NULL OR device = ?2) ORDER BY number DESC LIMIT ?3`,
  )
  let before = Number.MAX_SAFE_INTEGER
  for (let left = limit; left > 0;) {
    const step = Math.min(left, STEP_ROWS)
    const rows = read.all(before, device ?? null, step)
    for (const row of rows) {
      before = row['number'] as number
      yield entryOf(row)
    }
    left -= step
    if (rows.length < step) return
  }
}

/** How many had to make room: numbers begin with 1 and have no gaps. */
export function auditDropped(database: DatabaseSync): number {
  const row = database.prepare('SELECT coalesce(min(number), 1) - 1 AS dropped FROM audit').get()
  return row?.['dropped'] as number
}

function entryOf(row: Readonly<Record<string, unknown>>): AuditEntry {
  const text = (name: string): string => row[name] as string
  return {
    time: Micros(row['time'] as number),
    request: text('request'),
    who: text('who'),
    address: text('address'),
    device: text('device'),
    command: text('command'),
    outcome: text('outcome'),
    detail: text('detail'),
    durationMs: (row['duration_ms'] as number | null) ?? undefined,
  }
}

const STEP_ROWS = 256
