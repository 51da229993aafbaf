import type { DatabaseSync } from 'node:sqlite'
import { Micros } from '../../core/time.ts'
import type { AuditQuery } from './audit-list.ts'

/** A payload that was refused, as far as it is kept. */
export interface StoredFault {
  readonly number: number
  readonly device: string
  readonly time: Micros
  readonly reason: string
  readonly complaint: string
  readonly bytes: Uint8Array
}

/** The newest first; they are few enough for one read. */
export function* faultsOf(
  database: DatabaseSync,
  { device, limit }: AuditQuery,
): Generator<StoredFault> {
  const read = database.prepare(
    `SELECT e.number, d.name, e.time, e.reason, e.complaint, e.bytes FROM evidence e
     JOIN devices d ON d.number = e.device WHERE ?1 IS NULL OR d.name = ?1 ORDER BY e.number DESC LIMIT ?2`,
  )
  for (const { number, name, time, reason, complaint, bytes } of read.all(device ?? null, limit)) {
    yield {
      number: number as number,
      device: name as string,
      time: Micros(time as number),
      reason: reason as string,
      complaint: complaint as string,
      bytes: bytes as Uint8Array,
    }
  }
}
