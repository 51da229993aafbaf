import type { Query } from '../database/database.ts'
import type { SourcedRecord } from '../records/rows.ts'

/** What the processor `outage` adds up for a day about its site, and the column that it goes to. */
const COLUMNS = {
  'outage.customers-interrupted': 'interrupted',
  'outage.customer-minutes': 'minutes',
  'outage.momentary-interruptions': 'momentary',
} as const

const IS_OUTAGE = `processor = 'outage' AND subject_kind = 'site' AND "end" - time = 86400000000`

/**
 * The days of those aggregates that `condition` selects, as they stand now, in a small table of their own: five years of a thousand sites are asked for
 * when it is found out which days are major, and they stay when the aggregates themselves have made room.
 */
export function outageDaysFrom(condition: string): string {
  const names = Object.keys(COLUMNS)
  const sums = names.map((name) => `coalesce(max(value) FILTER (WHERE name = '${name}'), 0)`)
  const columns = Object.values(COLUMNS)
  const own = ['served', ...columns]
  return `INSERT INTO outage_days (site, day, ${own.join(', ')})
    SELECT site, time, max(members), ${sums.join(', ')} FROM (
      SELECT DISTINCT ON (site, time, name) site, time, name, ${numberIn('value')} AS value, ${numberIn('members')} AS members
      FROM aggregates WHERE ${IS_OUTAGE} AND name IN (${names.map((name) => `'${name}'`).join(', ')}) AND ${condition}
      ORDER BY site, time, name, epoch DESC, sequence DESC
    ) AS latest GROUP BY site, time
    ON CONFLICT (day, site) DO UPDATE SET ${own.map((each) => `${each} = excluded.${each}`).join(', ')}`
}

/** What a site sends there instead of a number counts as 0, and stops no commit. */
function numberIn(field: string): string {
  const value = `fields::json->'${field}'`
  return `CASE WHEN json_typeof(${value}) = 'number' THEN (fields::json->>'${field}')::float8 ELSE 0 END`
}

/** After the records are in their table, in the same commit. */
export async function keepOutageDays(
  query: Query,
  records: readonly SourcedRecord[],
): Promise<void> {
  const days = new Map<string, { readonly site: string; readonly day: number }>()
  for (const { source, record } of records) {
    if (record.kind !== 'aggregate' || !Object.hasOwn(COLUMNS, record.name)) continue
    if (record.subject.kind !== 'site' || record.processor !== 'outage') continue
    days.set(`${source.site} ${record.time}`, { site: source.site, day: record.time })
  }
  if (days.size === 0) return
  const own =
    '(site, time) IN (SELECT site, day FROM json_to_recordset($1::text::json) AS d (site text, day bigint))'
  await query(outageDaysFrom(own), [JSON.stringify([...days.values()])])
}
