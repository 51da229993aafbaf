import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { type Desired, decodeDesired, encodeDesired } from '../../fleet/desired.ts'
import {
  type Order,
  type Rollout,
  type RolloutPlan,
  type Seen,
  desiredBy,
  newRollout,
  ordered,
  step,
} from '../../fleet/rollout.ts'
import type { Database, Query, Row } from '../database/database.ts'
import { note } from './audit.ts'

export interface RolloutsParts {
  readonly database: Database
  readonly send: (site: string, desired: Uint8Array) => Promise<void>
}

/** Of the rollouts of one centre: whichever of its workers holds it takes the next step. */
const LEADER = 0x42555353

/** Rollouts in the database, and what sites are asked to run for them. */
export class Rollouts {
  readonly #parts: RolloutsParts
  #isLooking = false
  /** Why no step can be taken; empty: it can. */
  failure = ''

  constructor(parts: RolloutsParts) {
    this.#parts = parts
  }

  async create(plan: RolloutPlan, { who, nowUs }: { who: string; nowUs: number }): Promise<number> {
    return this.#parts.database.transact(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(${LEADER})`)
      const [active] = await query(
        "SELECT id::float8 FROM fleet_rollouts WHERE phase IN ('running', 'paused')",
      )
      if (active !== undefined) {
        throw new GridError('conflict', `rollout ${String(active['id'])} is under way`, {
          hint: 'Let it come to its end, or abort it.',
        })
      }
      const state = newRollout(plan)
      const [row] = await query(
        'INSERT INTO fleet_rollouts (created_at, created_by, phase, state) VALUES ($1::bigint, $2, $3, $4) RETURNING id::float8',
        [nowUs, who, state.phase, JSON.stringify(state)],
      )
      const id = Number(row?.['id'])
      const sites = plan.waves.flat().length
      const what = `rollout ${id} of set ${plan.revision} to ${sites} sites in ${plan.waves.length} waves`
      await note(query, { who, what }, nowUs)
      return id
    })
  }

  /** @throws GridError `not-found`, or `conflict` where it is not in a phase for that. */
  async order(id: number, order: Order, by: { who: string; nowUs: number }): Promise<Rollout> {
    return this.#parts.database.transact(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(${LEADER})`)
      const [row] = await query('SELECT state FROM fleet_rollouts WHERE id = $1::bigint', [id])
      if (row === undefined) throw new GridError('not-found', `there is no rollout ${id}`)
      const before = stateOf(row)
      const after = ordered(before, order, by.who)
      if (after === undefined)
        throw new GridError('conflict', `rollout ${id} is ${before.phase}: it cannot ${order}`)
      await keep(query, { id, before, after })
      await note(query, { who: by.who, what: `${order} of rollout ${id}` }, by.nowUs)
      return after
    })
  }

  async list(): Promise<readonly object[]> {
    const rows = await this.#parts.database.query(
      `SELECT id::float8, created_at::float8 AS at, created_by AS who, state FROM fleet_rollouts ORDER BY id DESC LIMIT ${limits.fleetListed}`,
    )
    return rows.map((row) => {
      const { plan, ...state } = stateOf(row)
      const createdAt = formatTime(Micros(Number(row['at'])))
      return { id: row['id'], createdAt, createdBy: row['who'], ...plan, ...state }
    })
  }

  /** Of what is asked of a site: the set; undefined: nothing. */
  async setOf(site: string): Promise<string | undefined> {
    const [row] = await this.#parts.database.query(
      'SELECT document FROM fleet_desired WHERE site = $1',
      [site],
    )
    const desired = row === undefined ? undefined : decodeDesired(Buffer.from(documentOf(row)))
    return desired?.digest
  }

  /** The broker may have forgotten what it was to keep. */
  async sendAgain(): Promise<void> {
    await this.#parts.database.query('UPDATE fleet_desired SET is_sent = false')
    await this.look(Date.now())
  }

  /** One step of whatever is under way, and what came of it to the sites. */
  async look(nowMs: number): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#parts.database.transact(async (query) => lead(query, nowMs))
      await this.#sendUnsent()
      this.failure = ''
    } catch (thrown) {
      this.failure = errorText(thrown)
    }
    this.#isLooking = false
  }

  async #sendUnsent(): Promise<void> {
    const { database, send } = this.#parts
    const rows = await database.query(
      `SELECT site, document FROM fleet_desired WHERE NOT is_sent LIMIT ${limits.desiredAtOnce}`,
    )
    for (const row of rows) {
      const document = documentOf(row)
      const site = String(row['site'])
      await send(site, Buffer.from(document))
      await database.query(
        'UPDATE fleet_desired SET is_sent = true WHERE site = $1 AND document = $2',
        [site, document],
      )
    }
  }
}

/** In one transaction under the lock: who finds it taken leaves it to the other worker. */
async function lead(query: Query, nowMs: number): Promise<void> {
  const [lock] = await query(`SELECT pg_try_advisory_xact_lock(${LEADER}) AS mine`)
  if (lock?.['mine'] !== true) return
  // A site that comes back after the end is looked at until another rollout takes its place.
  const rows = await query(
    `SELECT id::float8, state FROM fleet_rollouts WHERE phase IN ('running', 'paused') OR id = (SELECT max(id) FROM fleet_rollouts)`,
  )
  for (const row of rows) {
    const before = stateOf(row)
    const seen = await sight(query, before.plan.waves.flat())
    const after = step(before, seen, nowMs)
    const id = Number(row['id'])
    await keep(query, { id, before, after })
    if (after.phase !== before.phase) {
      const what = `rollout ${id} is ${after.phase}. ${after.why}`
      await note(query, { who: 'centre', what }, nowMs * 1000)
    } else if (after.wave !== before.wave) {
      const what = `rollout ${id}: wave ${after.wave + 1} of ${after.plan.waves.length}`
      await note(query, { who: 'centre', what }, nowMs * 1000)
    }
  }
}

async function keep(
  query: Query,
  { id, before, after }: { id: number; before: Rollout; after: Rollout },
): Promise<void> {
  const state = JSON.stringify(after)
  if (state === JSON.stringify(before)) return
  await query('UPDATE fleet_rollouts SET phase = $2, state = $3 WHERE id = $1::bigint', [
    id,
    after.phase,
    state,
  ])
  const rows = [...desiredBy(after, id)].map(([site, desired]) => ({
    site,
    document: documentText(desired),
  }))
  await query(
    `INSERT INTO fleet_desired (site, document) SELECT site, document FROM json_to_recordset($1::text::json) AS k (site text, document text)
     ON CONFLICT (site) DO UPDATE SET document = excluded.document, is_sent = false WHERE fleet_desired.document <> excluded.document`,
    [JSON.stringify(rows)],
  )
}

function documentText(desired: Desired): string {
  return Buffer.from(encodeDesired(desired)).toString('utf8')
}

function documentOf(row: Row): string {
  return String(row['document'])
}

function stateOf(row: Row): Rollout {
  return JSON.parse(String(row['state'])) as Rollout
}

async function sight(query: Query, sites: readonly string[]): Promise<Map<string, Seen>> {
  const rows = await query(
    `SELECT site, heard_at::float8 AS heard, report FROM site_reports WHERE site IN (SELECT json_array_elements_text($1::text::json))`,
    [JSON.stringify(sites)],
  )
  return new Map(rows.map((row) => [String(row['site']), seenIn(row)]))
}

function seenIn(row: Row): Seen {
  const { set, problemsTotal } = JSON.parse(String(row['report'])) as {
    readonly set?: { readonly [Key in 'digest' | 'state' | 'reason']?: unknown }
    readonly problemsTotal?: unknown
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    heardAt: Number(row['heard']) / 1000,
    digest: text(set?.digest),
    state: text(set?.state),
    reason: text(set?.reason),
    problems: Number(problemsTotal ?? 0),
  }
}
