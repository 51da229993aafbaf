import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { decodeDesired } from '../../fleet/desired.ts'
import {
  type Order,
  type Rollout,
  type RolloutPlan,
  newRollout,
  ordered,
  step,
} from '../../fleet/rollout.ts'
import type { Database, Query, Row } from '../database/database.ts'
import { note } from './audit.ts'
import type { Post } from './post.ts'
import { RolloutBook } from './rollout-book.ts'
import { Sight } from './sight.ts'

export interface RolloutsParts {
  readonly database: Database
  readonly post: Post
  /** This worker, in the audit. */
  readonly worker: string
}

/** Of the rollouts of one centre: whichever of its workers holds it takes the next step. */
const LEADER = 0x42555353

/** Rollouts in the database, and what sites are asked to run for them. */
export class Rollouts {
  readonly #parts: RolloutsParts
  readonly #book = new RolloutBook()
  readonly #sight = new Sight()
  #isLooking = false
  /** Why no step can be taken; empty: it can. */
  failure = ''

  constructor(parts: RolloutsParts) {
    this.#parts = parts
  }

  async create(plan: RolloutPlan, by: { who: string; nowUs: number }): Promise<number> {
    return this.#parts.database.transact(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(${LEADER})`)
      const last = await this.#book.last(query)
      if (last !== undefined && ['running', 'paused'].includes(last.rollout.phase)) {
        throw new GridError('conflict', `rollout ${last.id} is under way`, {
          hint: 'Let it come to its end, or abort it.',
        })
      }
      const id = await this.#book.add(query, newRollout(plan), by)
      const sites = plan.waves.flat().length
      const what = `rollout ${id} of set ${plan.revision} to ${sites} sites in ${plan.waves.length} waves`
      await note(query, { who: by.who, what }, by.nowUs)
      return id
    })
  }

  /** @throws GridError `not-found`, or `conflict` where it is not in a phase for that, or another has taken its place. */
  async order(id: number, order: Order, by: { who: string; nowUs: number }): Promise<Rollout> {
    return this.#parts.database.transact(async (query) => {
      await query(`SELECT pg_advisory_xact_lock(${LEADER})`)
      const last = await this.#book.last(query)
      if (last === undefined || id > last.id || id < 1)
        throw new GridError('not-found', `there is no rollout ${id}`)
      if (id < last.id)
        throw new GridError('conflict', `rollout ${last.id} has taken the place of rollout ${id}`)
      const after = ordered(last.rollout, order, by.who)
      if (after === undefined)
        throw new GridError(
          'conflict',
          `rollout ${id} is ${last.rollout.phase}: it cannot ${order}`,
        )
      await this.#book.keep(query, last, after)
      await note(query, { who: by.who, what: `${order} of rollout ${id}` }, by.nowUs)
      return after
    })
  }

  /** The last first, and of each how far its waves are. */
  async list(): Promise<readonly object[]> {
    const { query } = this.#parts.database
    const [found] = await query(
      `WITH r AS (SELECT * FROM fleet_rollouts ORDER BY id DESC LIMIT ${limits.rolloutsListed}),
         w AS (SELECT rollout, wave, count(*) AS sites, ${COUNTS} FROM fleet_members WHERE rollout IN (SELECT id FROM r) GROUP BY rollout, wave),
         f AS (SELECT rollout, site, why, row_number() OVER (PARTITION BY rollout ORDER BY wave, place) AS place FROM fleet_members
           WHERE rollout IN (SELECT id FROM r) AND state = 'failed')
       SELECT coalesce(json_agg(json_build_object('id', id, 'at', created_at, 'who', created_by, 'state', state::json,
         'waves', (SELECT json_agg(json_build_object('sites', sites, 'asked', asked, 'good', good, 'failed', failed) ORDER BY wave) FROM w WHERE rollout = r.id),
         'failures', (SELECT coalesce(json_agg(json_build_object('site', site, 'why', why) ORDER BY place), '[]') FROM f
           WHERE rollout = r.id AND place <= ${limits.fleetListed})) ORDER BY id DESC), '[]')::text AS rollouts FROM r`,
    )
    const rows = JSON.parse(String(found?.['rollouts'])) as readonly Row[]
    return rows.map(({ id, at, who, state, waves, failures }) => {
      const { plan, ...head } = state as { readonly plan: object }
      const createdAt = formatTime(Micros(Number(at)))
      return { id, createdAt, createdBy: who, ...plan, ...head, waves, failures }
    })
  }

  /** How it is with each of its sites. @throws GridError `not-found` */
  async sites(id: number): Promise<readonly object[]> {
    const rows = await this.#parts.database.query(
      `SELECT site, wave, state, asked_at::float8 AS asked, why FROM fleet_members WHERE rollout = $1::bigint ORDER BY wave, place`,
      [id],
    )
    if (rows.length === 0) throw new GridError('not-found', `there is no rollout ${id}`)
    return rows.map(({ asked, ...row }) => ({
      ...row,
      askedAt: asked === 0 ? null : formatTime(Micros(Number(asked) * 1000)),
    }))
  }

  /** Of what is asked of a site: the set; undefined: nothing. */
  async setOf(site: string): Promise<string | undefined> {
    const [row] = await this.#parts.database.query(
      'SELECT document FROM fleet_desired WHERE site = $1',
      [site],
    )
    const desired =
      row === undefined ? undefined : decodeDesired(Buffer.from(String(row['document'])))
    return desired?.digest
  }

  /** The broker may have forgotten what it was to keep. */
  async sendAgain(): Promise<void> {
    await this.#parts.post.again()
    await this.look(Date.now())
  }

  /** One step of whatever is under way, and what came of it to the sites. */
  async look(nowMs: number): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    try {
      await this.#parts.database.transact(async (query) => this.#lead(query, nowMs))
      await this.#parts.post.deliver()
      this.failure = ''
    } catch (thrown) {
      this.failure = errorText(thrown)
    }
    this.#isLooking = false
  }

  /** In one transaction under the lock, which ends with whoever holds it: who finds it taken leaves the step to the other worker. */
  async #lead(query: Query, nowMs: number): Promise<void> {
    const [lock] = await query(`SELECT pg_try_advisory_xact_lock(${LEADER}) AS mine`)
    if (lock?.['mine'] !== true) return
    // A site that comes back after the end is looked at until another rollout takes its place.
    const last = await this.#book.last(query)
    if (last === undefined) return
    const { id, rollout } = last
    const after = step(rollout, await this.#sight.look(query), nowMs)
    await this.#book.keep(query, last, after)
    const by = (what: string): { who: string; what: string } => {
      return { who: this.#parts.worker, what: `rollout ${id}${what}` }
    }
    if (after.phase !== rollout.phase) {
      await note(query, by(` is ${after.phase}. ${after.why}`.trimEnd()), nowMs * 1000)
    } else if (after.wave !== rollout.wave) {
      const what = `: wave ${after.wave + 1} of ${after.plan.waves.length}`
      await note(query, by(what), nowMs * 1000)
    }
  }
}

const COUNTS = ['asked', 'good', 'failed']
  .map((state) => `count(*) FILTER (WHERE state = '${state}') AS ${state}`)
  .join(', ')
