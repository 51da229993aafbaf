import type { Envelope } from '../../uplink/envelope.ts'
import type { UplinkRecord } from '../../uplink/record.ts'
import type { Query } from '../database/database.ts'
import { keepOutageDays } from '../reliability/outage-days.ts'
import type { RecordTable } from './kept.ts'

/** A record with where it is from. */
export interface SourcedRecord {
  readonly source: Pick<Envelope, 'site' | 'stream' | 'epoch'>
  readonly record: UplinkRecord
}

const COLUMNS =
  'site, stream, processor, name, subject_kind, subject, key, time, "end", revision, fields, epoch, sequence'
const KEY = 'site, stream, time, subject, name, processor, subject_kind, key'
const CHANGED = ['"end"', 'revision', 'fields', 'epoch', 'sequence']

const TABLES = {
  event: { name: 'events', key: KEY },
  aggregate: { name: 'aggregates', key: `${KEY}, "end"` },
} as const

/** Puts them into their tables. Of a record that was changed the later number stays, in whatever order they come. */
export async function storeRecords(query: Query, records: readonly SourcedRecord[]): Promise<void> {
  for (const kind of ['event', 'aggregate'] as const) {
    const rows = latestOfEach(records.filter(({ record }) => record.kind === kind))
    if (rows.length === 0) continue
    const { name, key } = TABLES[kind]
    await query(
      `INSERT INTO ${name} AS old (${COLUMNS})
       SELECT ${COLUMNS} FROM json_to_recordset($1::text::json) AS new (
         site text, stream text, processor text, name text, subject_kind text, subject text, key bigint, time bigint, "end" bigint,
         revision bigint, fields text, epoch bigint, sequence bigint)
       ON CONFLICT (${key}) DO UPDATE SET ${CHANGED.map((each) => `${each} = excluded.${each}`).join(', ')}
       WHERE (old.epoch, old.sequence) < (excluded.epoch, excluded.sequence)`,
      [JSON.stringify(rows)],
    )
  }
  await keepOutageDays(query, records)
}

/** When the records of each table are. */
export function timesOf(
  envelopes: readonly Envelope[],
): Readonly<Record<RecordTable, readonly number[]>> {
  const times: Record<RecordTable, number[]> = { events: [], aggregates: [] }
  for (const { body } of envelopes) {
    if (body.kind !== 'records' && body.kind !== 'again') continue
    for (const { kind, time } of body.records) times[TABLES[kind].name].push(time)
  }
  return times
}

/** One statement may not put the same row twice. */
function latestOfEach(records: readonly SourcedRecord[]): readonly object[] {
  const latest = new Map<string, SourcedRecord>()
  for (const each of records) {
    const key = keyOf(each)
    const known = latest.get(key)
    if (known === undefined || isLater(each, known)) latest.set(key, each)
  }
  return [...latest.values()].map(rowOf)
}

function keyOf({ source: { site, stream }, record }: SourcedRecord): string {
  const { kind, processor, name, subject, key, time, end } = record
  const words = [site, stream, processor, name, subject.kind, subject.id, key, time]
  return JSON.stringify(kind === 'event' ? words : [...words, end])
}

function isLater(one: SourcedRecord, other: SourcedRecord): boolean {
  if (one.source.epoch !== other.source.epoch) return one.source.epoch > other.source.epoch
  return one.record.sequence > other.record.sequence
}

function rowOf({ source, record }: SourcedRecord): object {
  const { processor, name, subject, key, time, end, revision, sequence, fields } = record
  return {
    ...source,
    processor,
    name,
    subject_kind: subject.kind,
    subject: subject.id,
    key,
    time,
    end,
    revision,
    fields: JSON.stringify(fields),
    sequence,
  }
}
