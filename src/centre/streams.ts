import { decodeRanges } from '../uplink/ranges.ts'
import type { Received } from '../uplink/receiver.ts'
import type { Row } from './database/database.ts'

/** Columns that `receivedOf` reads. */
export const STATE =
  's.ranges, s.last::float8, s.pending::float8, s.lost::float8, s.oldest::float8, s.records::float8, s.duplicates::float8, s.withheld::float8'

export function receivedOf(row: Row): Received {
  const number = (name: string): number => Number(row[name])
  return {
    ranges: decodeRanges(JSON.parse(String(row['ranges']))) ?? [],
    manifest: {
      last: number('last'),
      pending: number('pending'),
      lost: number('lost'),
      oldest: number('oldest'),
    },
    records: number('records'),
    duplicates: number('duplicates'),
    withheld: number('withheld'),
  }
}
