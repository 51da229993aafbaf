import type { DatabaseSync } from 'node:sqlite'
import { ACCOUNT_STRIDE, kindNumber } from '../../core/accounts.ts'
import { SpanBody } from '../history/span-body.ts'
import { decodeRow } from '../row.ts'
import { MISSING } from '../latest-recall.ts'
import { decodeSnapshot, encodeSnapshot } from '../snapshot.ts'

/** Both files of a folder, open for writing, while no edge runs on it. */
export interface Files {
  readonly journal: DatabaseSync
  readonly history: DatabaseSync
}

/**
 * Rows up to the first one that is still in the journal were sealed, or they would be there. What was sealed above that is sealed again, which
 * a query cannot tell.
 */
export function mendSealed({ journal, history }: Files): boolean {
  if (history.prepare('SELECT 1 FROM sealed').get() !== undefined) return false
  const sql = `SELECT coalesce((SELECT min(number) - 1 FROM journal), (SELECT journal FROM snapshot), 0) AS sealed`
  const sealed = journal.prepare(sql).get()?.['sealed'] as number
  history.prepare('INSERT INTO sealed VALUES (0, ?)').run(sealed)
  return true
}

/**
 * Gives names to the devices and points that rows and spans refer to and that have none any more, so that their readings can be queried and
 * none of their numbers goes to another. Returns how many points.
 */
export function mendNames(files: Files): number {
  const { journal } = files
  const known = new Set<number>()
  for (const row of journal.prepare('SELECT number FROM points').iterate()) {
    known.add(row['number'] as number)
  }
  const missing = new Map<number, number>()
  for (const [point, device] of pointsInUse(files)) {
    if (!known.has(point)) missing.set(point, device)
  }
  const addPoint = journal.prepare('INSERT OR IGNORE INTO points VALUES (?, ?, ?, ?)')
  const addDevice = journal.prepare('INSERT OR IGNORE INTO devices VALUES (?, ?)')
  const devices = new Set(missing.values())
  for (const row of journal.prepare('SELECT DISTINCT device FROM points').all()) {
    devices.add(row['device'] as number)
  }
  journal.exec('BEGIN IMMEDIATE')
  for (const device of devices) addDevice.run(device, `(lost ${device})`)
  for (const [point, device] of missing) addPoint.run(point, device, `lost.${point}`, '')
  journal.exec('COMMIT')
  return missing.size
}

/** The device of a point that only rows of the journal refer to nobody can say: it gets one of its own. */
function* pointsInUse({ journal, history }: Files): Generator<[number, number]> {
  const spoken = new Set<number>()
  for (const row of history.prepare('SELECT device, rows, body FROM spans').iterate()) {
    try {
      const body = new SpanBody(row['body'] as Uint8Array, row['rows'] as number)
      for (const point of body.points) {
        if (!spoken.has(point)) yield [point, row['device'] as number]
        spoken.add(point)
      }
    } catch {
      // The checksum of a body is a matter of queries and the doctor.
    }
  }
  const bounds = 'SELECT max(number) + 1 AS next FROM devices'
  const ofSpans = history.prepare('SELECT max(device) + 1 AS next FROM spans').get()?.['next']
  const orphan = Math.max(
    (journal.prepare(bounds).get()?.['next'] as number | null) ?? 0,
    (ofSpans as number | null) ?? 0,
  )
  for (const row of journal.prepare('SELECT number, body FROM journal').iterate()) {
    try {
      for (const point of decodeRow(row['body'] as Uint8Array, row['number'] as number).points) {
        if (!spoken.has(point)) yield [point, orphan]
        spoken.add(point)
      }
    } catch {
      // As above.
    }
  }
}

/**
 * Where the snapshot is gone, so are duplicates and refusals of the rows that were trimmed; `stored` can be counted in the spans, and in what is noted of those that went. The latest
 * time of a device stands for that of each of its points: what is earlier is looked up before it is called new.
 */
export function mendAccounts({ journal, history }: Files): boolean {
  const stored = journal.prepare('SELECT journal, body FROM snapshot').get()
  const sealed = history.prepare('SELECT journal FROM sealed').get()?.['journal'] as number
  const isWhole =
    stored !== undefined && decodeSnapshot(0, stored['body'] as Uint8Array) !== undefined
  if (isWhole || sealed === 0) return false
  const points = journal.prepare('SELECT number, device FROM points ORDER BY number').all()
  const count = (points.at(-1)?.['number'] as number | undefined) ?? -1
  const latest = new Float64Array(count + 1)
  const deviceOf = new Uint16Array(count + 1)
  const spans = history
    .prepare(
      'SELECT device, sum(readings) AS readings, max(last_time) AS last FROM spans GROUP BY device',
    )
    .all()
  const last = new Map(spans.map(({ device, last }) => [device, last as number]))
  for (const { number, device } of points) {
    latest[number as number] = last.get(device as number) ?? 0
    deviceOf[number as number] = device as number
  }
  const devices = journal.prepare('SELECT max(number) + 1 AS devices FROM devices').get()
  const accounts = new Float64Array(((devices?.['devices'] as number | null) ?? 0) * ACCOUNT_STRIDE)
  const thinned = history.prepare('SELECT device, readings FROM thinned').all()
  for (const { device, readings } of [...spans, ...thinned]) {
    const at = (device as number) * ACCOUNT_STRIDE + kindNumber.stored
    accounts[at] = (accounts[at] as number) + (readings as number)
  }
  const values = new Float64Array(latest.length)
  const qualities = new Uint16Array(latest.length).fill(MISSING)
  const body = encodeSnapshot({ latest, accounts, values, deviceOf, qualities })
  journal.prepare('INSERT OR REPLACE INTO snapshot VALUES (0, ?, ?)').run(sealed, body)
  return true
}
