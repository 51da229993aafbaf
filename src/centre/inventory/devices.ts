import { Micros, formatTime } from '../../core/time.ts'
import type { Database, Row } from '../database/database.ts'

export interface DeviceInfo {
  readonly site: string
  readonly id: string
  readonly kind: string
  readonly feeder: string | null
  readonly transformer: string | null
  readonly voltageLevel: string | null
  /** `known`: in the site file, and heard of late; `silent`: not heard for long; `quarantined`: in no site file. */
  readonly state: 'known' | 'silent' | 'quarantined'
  /** Of a device that is heard all the time: when its site last said so. Null: it has never been. */
  readonly lastHeard: string | null
}

export interface DevicesQuestion {
  readonly site: string | undefined
  /** A part of the id; of one or two characters: how it begins. */
  readonly search: string | undefined
  readonly state: DeviceInfo['state'] | undefined
  /** The last of the page before. */
  readonly after: { readonly id: string; readonly site: string } | undefined
  readonly limit: number
}

const COLUMNS =
  'd.site, d.id, d.kind, d.feeder, d.transformer, d.voltage_level, d.state, d.heard::float8, i.heard::float8 AS told'

/** All devices of all sites, in order of id and site. */
export class Devices {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One more than asked for, where there are more. */
  async page(asked: DevicesQuestion): Promise<readonly DeviceInfo[]> {
    const { conditions, parameters } = conditionsOf(asked)
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
    const rows = await this.#database.query(
      `SELECT ${COLUMNS} FROM (
         SELECT * FROM devices ${where} ORDER BY id, site LIMIT ${asked.limit + 1}
       ) d LEFT JOIN inventories i ON i.site = d.site ORDER BY d.id, d.site`,
      parameters,
    )
    return rows.map(deviceOf)
  }
}

/** Only what is asked for stands in the statement, so that the database sees which index answers it. */
function conditionsOf({ site, search, state, after }: DevicesQuestion): {
  readonly conditions: readonly string[]
  readonly parameters: readonly string[]
} {
  const parameters: string[] = []
  const next = (value: string): string => `$${parameters.push(value)}::text`
  const conditions: string[] = []
  if (site !== undefined) conditions.push(`site = ${next(site)}`)
  if (state !== undefined) {
    conditions.push(`state = ${next(state)}`)
    if (state !== 'known') conditions.push("state <> 'known'")
  }
  if (after !== undefined) conditions.push(`(id, site) > (${next(after.id)}, ${next(after.site)})`)
  if (search === undefined) return { conditions, parameters }
  if (search.length < TRIGRAM) {
    conditions.push(`id >= ${next(search)} AND id < ${next(behind(search))}`)
    return { conditions, parameters }
  }
  const numbers = numbersIn(search)
  const looked = numbers.length === 0 ? [search] : numbers
  for (const each of looked)
    conditions.push(`id LIKE ${next(`%${each.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`)}`)
  if (looked[0] !== search) conditions.push(`strpos(id, ${next(search)}) > 0`)
  return { conditions, parameters }
}

/** What tells ids apart, and is looked up: of `f1-meter-0777` the `0777`, for a `meter` is nearly all there is, and the index has a million rows for each three letters of it. */
function numbersIn(search: string): readonly string[] {
  const words = search.match(/[\p{L}\p{N}]+/gu) ?? []
  return words.filter((word) => word.length >= TRIGRAM && /\p{N}/u.test(word))
}

/** What is shorter has no entry in an index of parts. */
const TRIGRAM = 3

/** The first of all words that neither begin so nor stand before those that do. */
function behind(prefix: string): string {
  return `${prefix}\u{10ffff}`
}

function deviceOf(row: Row): DeviceInfo {
  const text = (name: string): string | null => (row[name] === '' ? null : String(row[name]))
  const state = String(row['state']) as DeviceInfo['state']
  const heard = Number(state === 'known' ? (row['told'] ?? 0) : row['heard'])
  return {
    site: String(row['site']),
    id: String(row['id']),
    kind: String(row['kind']),
    feeder: text('feeder'),
    transformer: text('transformer'),
    voltageLevel: text('voltage_level'),
    state,
    lastHeard: heard === 0 ? null : formatTime(Micros(heard)),
  }
}
