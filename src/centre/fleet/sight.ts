import type { Seen } from '../../fleet/rollout.ts'
import type { Query, Row } from '../database/database.ts'

/** What sites have said last, as far as rollouts look at it: what is new is read, and all of it is kept. */
export class Sight {
  readonly #seen = new Map<string, Seen>()
  #number = -1

  async look(query: Query): Promise<ReadonlyMap<string, Seen>> {
    const rows = await query(
      `SELECT site, number::float8, heard_at::float8 AS heard, set_digest, set_state, set_reason, problems, problem FROM site_reports
       WHERE number > $1::bigint ORDER BY number`,
      [this.#number],
    )
    for (const row of rows) {
      this.#seen.set(String(row['site']), seenIn(row))
      this.#number = Number(row['number'])
    }
    return this.#seen
  }
}

function seenIn(row: Row): Seen {
  return {
    heardAt: Number(row['heard']) / 1000,
    digest: String(row['set_digest']),
    state: String(row['set_state']),
    reason: String(row['set_reason']),
    problems: Number(row['problems']),
    problem: String(row['problem']),
  }
}
