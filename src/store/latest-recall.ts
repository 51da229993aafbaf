import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { limits } from '../core/limits.ts'
import { historyPath } from './history/history-file.ts'
import { SpanBody } from './history/span-body.ts'
import { LatestReadings, allocateLatest } from './latest.ts'
import { decodeRow } from './row.ts'
import { type Snapshot, decodeSnapshot } from './snapshot.ts'

/** The latest reading of each point of a folder, for whoever has no writer to ask. */
export function recallLatest(journal: DatabaseSync, directory: string): LatestReadings {
  const latest = new LatestReadings(allocateLatest())
  const stored = journal.prepare('SELECT journal, body FROM snapshot').get()
  const snapshot =
    stored === undefined
      ? undefined
      : decodeSnapshot(stored['journal'] as number, stored['body'] as Uint8Array)
  const missing = restoreLatest(latest, snapshot)
  const after = snapshot?.journal ?? 0
  offerRows(latest, journal, { after, last: Number.MAX_SAFE_INTEGER })
  lookUpLatest(latest, { journal, directory, last: after, missing })
  return latest
}

/** Points whose latest reading is not in the snapshot; undefined: all, for there is none. */
export type Missing = ReadonlySet<number> | undefined

/** In a snapshot, the quality of a point that is missing; as a quality, every bit at once, it makes no sense. */
export const MISSING = 0xffff

export function restoreLatest(latest: LatestReadings, snapshot: Snapshot | undefined): Missing {
  if (snapshot === undefined) return undefined
  const { latest: times, values, qualities } = snapshot
  const missing = new Set<number>()
  for (const [point, quality] of qualities.entries()) {
    const time = times[point] as number
    if (quality === MISSING) missing.add(point)
    else latest.offer(point, { time, value: values[point] as number, quality })
  }
  return missing
}

/**
 * What the snapshot did not have is looked up in the rows of the journal up to `last`, which are not replayed, and in history. That is so once:
 * after a snapshot that was damaged, or one of a version that had no values. A point that is new is in the rows that are replayed.
 */
export function lookUpLatest(
  latest: LatestReadings,
  source: {
    readonly journal: DatabaseSync
    readonly directory: string
    readonly last: number
    readonly missing: Missing
  },
): void {
  const { journal, directory, last, missing } = source
  if (missing?.size === 0) return
  offerRows(latest, journal, { after: 0, last })
  if (!existsSync(historyPath(directory))) return
  const history = new DatabaseSync(historyPath(directory), {
    readOnly: true,
    timeout: limits.readerBusyMs,
  })
  try {
    for (const [device, points] of byDevice(journal, missing)) {
      offerSpans(latest, history, { device, points })
    }
  } finally {
    history.close()
  }
}

function byDevice(journal: DatabaseSync, missing: Missing): Map<number, Set<number>> {
  const devices = new Map<number, Set<number>>()
  for (const row of journal.prepare('SELECT number, device FROM points').iterate()) {
    const point = row['number'] as number
    const device = row['device'] as number
    if (missing?.has(point) === false) continue
    const points = devices.get(device)
    if (points === undefined) devices.set(device, new Set([point]))
    else points.add(point)
  }
  return devices
}

function offerRows(
  latest: LatestReadings,
  journal: DatabaseSync,
  { after, last }: { readonly after: number; readonly last: number },
): void {
  const rows = journal.prepare(
    'SELECT number, body FROM journal WHERE number > ? AND number <= ? ORDER BY number',
  )
  for (const stored of rows.iterate(after, last)) {
    try {
      const row = decodeRow(stored['body'] as Uint8Array, stored['number'] as number)
      const { points, times, values, qualities } = row
      for (let at = 0; at < points.length; at++) {
        latest.offer(points[at] as number, {
          time: times[at] as number,
          value: values[at] as number,
          quality: qualities[at] as number,
        })
      }
    } catch {
      continue // Counted where it is replayed or queried.
    }
  }
}

/** From the span that ends last backwards, until each point is found and no earlier span can have a later reading of it. */
function offerSpans(
  latest: LatestReadings,
  history: DatabaseSync,
  { device, points }: { readonly device: number; readonly points: ReadonlySet<number> },
): void {
  const spans = history.prepare(
    'SELECT number, last_time, rows FROM spans WHERE device = ? ORDER BY last_time DESC',
  )
  const body = history.prepare('SELECT body FROM spans WHERE number = ?')
  for (const span of spans.all(device)) {
    const last = span['last_time'] as number
    const isOpen = (point: number): boolean => (latest.read(point)?.time ?? -Infinity) < last
    const wanted = [...points].filter(isOpen)
    if (wanted.length === 0) return
    const bytes = body.get(span['number'] as number)?.['body'] as Uint8Array
    try {
      offerColumns(latest, new SpanBody(bytes, span['rows'] as number), wanted)
    } catch {
      continue // Damaged; a query says so.
    }
  }
}

function offerColumns(latest: LatestReadings, body: SpanBody, points: readonly number[]): void {
  for (const point of points) {
    const column = body.column(point)
    if (column === undefined) continue
    const at = column.values.length - 1
    const time = body.times[column.rows === undefined ? at : (column.rows[at] as number)] as number
    const value = column.values[at] as number
    latest.offer(point, { time, value, quality: column.qualities[at] as number })
  }
}
