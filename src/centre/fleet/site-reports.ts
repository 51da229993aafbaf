import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { decodeReport } from '../../fleet/report.ts'
import type { Seen } from '../../fleet/rollout.ts'
import type { Database, Row } from '../database/database.ts'

export interface HeardReport {
  readonly site: string
  readonly bytes: Uint8Array
  readonly heardAt: number
}

/** Of stores by several workers, so that numbers rise with the commits. */
const NUMBERS = 0x42555355

interface Waiting extends HeardReport {
  /** What rollouts look at. */
  readonly seen: Omit<Seen, 'heardAt'>
}

export interface StoredReport {
  readonly site: string
  readonly heardAt: string
  readonly heardSecondsAgo: number
  /** As the site said it; what its policy keeps is not in it. */
  readonly report: Readonly<Record<string, unknown>>
}

/** What sites say of themselves: the last of each, in the database. */
export class SiteReports {
  readonly #database: Database
  /** Of each site the latest that is not stored yet. */
  readonly #waiting = new Map<string, Waiting>()
  #isStoring = false
  readonly counters = { stored: 0, refused: 0, dropped: 0 }
  /** Why they cannot be stored; empty: they can. */
  failure = ''

  constructor(database: Database) {
    this.#database = database
  }

  /** What is no report is counted. */
  heard(report: HeardReport): void {
    let seen: Waiting['seen']
    try {
      seen = seenIn(decodeReport(report.bytes))
    } catch (thrown) {
      if (!(thrown instanceof GridError)) throw thrown
      this.counters.refused++
      return
    }
    const isNew = !this.#waiting.has(report.site)
    if (isNew && this.#waiting.size >= limits.reportsWaiting) this.counters.dropped++
    else this.#waiting.set(report.site, { ...report, seen })
    void this.store()
  }

  /** All that wait, with one statement: while it runs others come together. Those of a failure come again with the next. */
  async store(): Promise<void> {
    if (this.#isStoring || this.#waiting.size === 0) return
    this.#isStoring = true
    try {
      while (this.#waiting.size > 0) await this.#storeAll()
      this.failure = ''
    } catch (thrown) {
      this.failure = String(thrown)
    }
    this.#isStoring = false
  }

  async #storeAll(): Promise<void> {
    const reports = [...this.#waiting.values()].toSorted((a, b) => (a.site < b.site ? -1 : 1))
    const rows = reports.map(({ site, heardAt, bytes, seen }) => ({
      site,
      heard_at: heardAt,
      report: Buffer.from(bytes).toString('utf8'),
      ...seen,
    }))
    await this.#database.transact(async (query) => {
      const list = [JSON.stringify(rows)]
      const given =
        'FROM json_to_recordset($1::text::json) AS k (site text, heard_at bigint, report text, digest text, state text, reason text, problems int, problem text)'
      await query(`SELECT pg_advisory_xact_lock(${NUMBERS})`)
      await query(
        `INSERT INTO sites (site, first_heard, last_heard) SELECT site, heard_at, heard_at ${given}
         ON CONFLICT (site) DO UPDATE SET last_heard = greatest(sites.last_heard, excluded.last_heard)`,
        list,
      )
      await query(
        `INSERT INTO site_reports (site, heard_at, report, number, set_digest, set_state, set_reason, problems, problem)
         SELECT site, heard_at, report, nextval('site_reports_number'), digest, state, reason, problems, problem ${given}
         ON CONFLICT (site) DO UPDATE SET heard_at = excluded.heard_at, report = excluded.report, number = excluded.number, set_digest = excluded.set_digest,
           set_state = excluded.set_state, set_reason = excluded.set_reason, problems = excluded.problems, problem = excluded.problem
         WHERE site_reports.heard_at <= excluded.heard_at`,
        list,
      )
    })
    this.counters.stored += reports.length
    for (const each of reports)
      if (this.#waiting.get(each.site) === each) this.#waiting.delete(each.site)
  }

  async all(nowUs: number): Promise<readonly StoredReport[]> {
    const rows = await this.#database.query(`${SELECT} ORDER BY site LIMIT ${limits.centreRows}`)
    return rows.map((row) => storedReport(row, nowUs))
  }

  /** By their sites. */
  async some(sites: readonly string[], nowUs: number): Promise<Map<string, StoredReport>> {
    const rows = await this.#database.query(
      `${SELECT} WHERE site IN (SELECT json_array_elements_text($1::text::json))`,
      [JSON.stringify(sites)],
    )
    return new Map(rows.map((row) => [String(row['site']), storedReport(row, nowUs)]))
  }
}

const SELECT = 'SELECT site, heard_at::float8 AS heard, report FROM site_reports'

function storedReport(row: Row, nowUs: number): StoredReport {
  const heard = Number(row['heard'])
  const report = JSON.parse(String(row['report'])) as Record<string, unknown>
  return {
    site: String(row['site']),
    heardAt: formatTime(Micros(heard)),
    heardSecondsAgo: Math.max(0, Math.round((nowUs - heard) / 1e6)),
    report,
  }
}

/** That the link was cut until now, or that nothing got through, says nothing of what the site runs. */
function seenIn(report: Readonly<Record<string, unknown>>): Waiting['seen'] {
  const { set, problems, problemsTotal, uplink } = report as {
    readonly set?: { readonly [Key in 'digest' | 'state' | 'reason']?: unknown }
    readonly problems?: unknown
    readonly problemsTotal?: unknown
    readonly uplink?: { readonly isStuck?: unknown }
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  const isStuck = uplink?.isStuck === true
  const sentences = Array.isArray(problems) ? problems.map(text) : []
  const own = Number.isSafeInteger(problemsTotal) ? Number(problemsTotal) : 0
  return {
    digest: text(set?.digest),
    state: text(set?.state),
    reason: text(set?.reason),
    problems: Math.max(0, own - (isStuck ? 1 : 0)),
    problem: sentences.join(' ').slice(0, limits.reportProblemCharacters),
  }
}
