import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import type { Database, Row } from '../database/database.ts'
import type { RecordTable } from './kept.ts'

export interface RecordsQuestion {
  readonly site: string | undefined
  readonly name: string | undefined
  readonly subject: string | undefined
  /** Events of at least this one. */
  readonly severity?: number | undefined
  /** Microseconds since 1970, `to` exclusive. */
  readonly from: number
  readonly to: number
  /** The last of the page before: its time, site, stream and sequence. */
  readonly after: readonly string[] | undefined
  readonly limit: number
}

export interface RecordInfo {
  readonly site: string
  readonly stream: string
  readonly processor: string
  readonly name: string
  readonly subject: { readonly kind: string; readonly id: string }
  readonly key: number
  readonly time: string
  readonly end: string | null
  readonly revision: number
  readonly fields: Readonly<Record<string, unknown>>
}

export interface RecordsPage {
  readonly rows: readonly RecordInfo[]
  /** Undefined: there is nothing behind it. */
  readonly last: readonly (string | number)[] | undefined
}

/** What sites have sent, the newest first. */
export class Records {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async page(table: RecordTable, asked: RecordsQuestion): Promise<RecordsPage> {
    const most = Math.min(asked.limit, limits.centreRows)
    const { conditions, parameters } = conditionsOf(asked)
    const found = await this.#database.query(
      `SELECT site, stream, processor, name, subject_kind, subject, key::float8, time::float8 AS time_us, "end"::float8, revision::float8, fields,
       sequence::float8 FROM ${table} WHERE ${conditions.join(' AND ')}
       ORDER BY ${ORDER.map((each) => `${table}.${each} DESC`).join(', ')} LIMIT ${most + 1}`,
      parameters,
    )
    const rows = found.slice(0, most)
    const end = found.length > most ? rows.at(-1) : undefined
    const last = end && ['time_us', 'site', 'stream', 'sequence'].map((name) => String(end[name]))
    return { rows: rows.map(recordOf), last }
  }
}

const ORDER = ['time', 'site', 'stream', 'sequence']

/** Only what is asked for stands in the statement, so that the database sees which index answers it. */
function conditionsOf(asked: RecordsQuestion): {
  readonly conditions: readonly string[]
  readonly parameters: readonly (string | number)[]
} {
  const { site, name, subject, severity, from, to, after } = asked
  const parameters: (string | number)[] = []
  const next = (value: string | number): string => `$${parameters.push(value)}`
  const conditions = [`time >= ${next(from)}::bigint`, `time < ${next(to)}::bigint`]
  for (const [column, value] of Object.entries({ site, name, subject }))
    if (value !== undefined) conditions.push(`${column} = ${next(value)}::text`)
  if (severity !== undefined) {
    const own = "fields::json->'severity'"
    conditions.push(
      `CASE WHEN json_typeof(${own}) = 'number' THEN (${own})::text::float8 >= ${next(severity)}::float8 ELSE false END`,
    )
  }
  if (after !== undefined) {
    const [time = '', ofSite = '', stream = '', sequence = ''] = after
    const values = `${next(time)}::bigint, ${next(ofSite)}::text, ${next(stream)}::text, ${next(sequence)}::bigint`
    conditions.push(`(${ORDER.join(', ')}) < (${values})`, `time <= ${next(time)}::bigint`)
  }
  return { conditions, parameters }
}

function recordOf(row: Row): RecordInfo {
  const text = (name: string): string => String(row[name])
  return {
    site: text('site'),
    stream: text('stream'),
    processor: text('processor'),
    name: text('name'),
    subject: { kind: text('subject_kind'), id: text('subject') },
    key: Number(row['key']),
    time: timeOf(row['time_us']),
    end: row['end'] === 0 ? null : timeOf(row['end']),
    revision: Number(row['revision']),
    fields: JSON.parse(text('fields')) as RecordInfo['fields'],
  }
}

function timeOf(value: unknown): string {
  return formatTime(Micros(Number(value)))
}
