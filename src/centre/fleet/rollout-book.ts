import { encodeDesired } from '../../fleet/desired.ts'
import {
  type Phase,
  type Progress,
  type Rollout,
  type RolloutPlan,
  desiredBy,
} from '../../fleet/rollout.ts'
import type { Query, Row } from '../database/database.ts'

export interface BookedRollout {
  readonly id: number
  readonly version: number
  readonly rollout: Rollout
}

/** What is written of a rollout itself; its sites are rows of their own, of which few change at a time. */
interface Head {
  readonly plan: Omit<RolloutPlan, 'waves'>
  readonly phase: Phase
  readonly why: string
  readonly wave: number
}

/**
 * The last rollout, which is the one that is under way if any is, as it stands in the database. What is known of it is kept in memory, and only what
 * another worker, or this one, has changed since is read again. All of it is called by whoever has locked the others out.
 */
export class RolloutBook {
  #known: BookedRollout | undefined

  async last(query: Query): Promise<BookedRollout | undefined> {
    const [row] = await query(
      'SELECT id::float8, version::float8, state FROM fleet_rollouts ORDER BY id DESC LIMIT 1',
    )
    if (row === undefined) return undefined
    const [id, version] = [Number(row['id']), Number(row['version'])]
    const known = this.#known?.id === id ? this.#known : undefined
    if (known?.version === version) return known
    const { plan, ...head } = JSON.parse(String(row['state'])) as Head
    const members = await query(
      `SELECT site, wave, state, asked_at::float8 AS asked, since::float8, problems, why FROM fleet_members
       WHERE rollout = $1::bigint AND version > $2::bigint ORDER BY wave, place`,
      [id, known?.version ?? -1],
    )
    const waves = known?.rollout.plan.waves ?? wavesIn(members)
    const sites = { ...known?.rollout.sites, ...sitesIn(members) }
    this.#known = { id, version, rollout: { ...head, plan: { ...plan, waves }, sites } }
    return this.#known
  }

  async add(
    query: Query,
    rollout: Rollout,
    { who, nowUs }: { readonly who: string; readonly nowUs: number },
  ): Promise<number> {
    const [row] = await query(
      'INSERT INTO fleet_rollouts (created_at, created_by, phase, state) VALUES ($1::bigint, $2, $3, $4) RETURNING id::float8',
      [nowUs, who, rollout.phase, headText(rollout)],
    )
    const id = Number(row?.['id'])
    const members = rollout.plan.waves.flatMap((sites, wave) =>
      sites.map((site, place) => ({ site, wave, place })),
    )
    await query(
      `INSERT INTO fleet_members SELECT $2::bigint, site, wave, place, 0, 'waiting', 0, 0, 0, ''
       FROM json_to_recordset($1::text::json) AS k (site text, wave int, place int)`,
      [JSON.stringify(members), id],
    )
    return id
  }

  /** What has changed, and what follows from it for the sites. */
  async keep(query: Query, { id, version, rollout }: BookedRollout, after: Rollout): Promise<void> {
    const isMoved = headText(after) !== headText(rollout)
    const changed = Object.entries(after.sites).filter(
      ([site, progress]) => rollout.sites[site] !== progress,
    )
    if (!isMoved && changed.length === 0) return
    await query(
      'UPDATE fleet_rollouts SET phase = $2, state = $3, version = $4::bigint WHERE id = $1::bigint',
      [id, after.phase, headText(after), version + 1],
    )
    await query(
      `UPDATE fleet_members m SET version = $3::bigint, state = k.state, asked_at = k."askedAt", since = k.since, problems = k.problems, why = k.why
       FROM json_to_recordset($1::text::json) AS k (site text, state text, "askedAt" bigint, since bigint, problems int, why text)
       WHERE m.rollout = $2::bigint AND m.site = k.site`,
      [JSON.stringify(changed.map(([site, progress]) => ({ site, ...progress }))), id, version + 1],
    )
    if (isMoved) await wish(query, { id, rollout: after })
  }
}

/** Of each site that was asked. What it is asked already is not asked again. */
async function wish(
  query: Query,
  { id, rollout }: Pick<BookedRollout, 'id' | 'rollout'>,
): Promise<void> {
  const rows = [...desiredBy(rollout, id)].map(([site, desired]) => ({
    site,
    document: Buffer.from(encodeDesired(desired)).toString('utf8'),
  }))
  await query(
    `INSERT INTO fleet_desired (site, document)
     SELECT k.site, k.document FROM json_to_recordset($1::text::json) AS k (site text, document text)
       LEFT JOIN fleet_desired d ON d.site = k.site WHERE d.document IS DISTINCT FROM k.document
     ON CONFLICT (site) DO UPDATE SET document = excluded.document, number = excluded.number`,
    [JSON.stringify(rows)],
  )
}

function headText({ plan, phase, why, wave }: Rollout): string {
  const { digest, revision, soakSeconds, failedPercent, silentSeconds } = plan
  const own = { digest, revision, soakSeconds, failedPercent, silentSeconds }
  const head: Head = { plan: own, phase, why, wave }
  return JSON.stringify(head)
}

function wavesIn(members: readonly Row[]): readonly (readonly string[])[] {
  const waves = Map.groupBy(members, (row) => Number(row['wave']))
  return [...waves.values()].map((rows) => rows.map((row) => String(row['site'])))
}

function sitesIn(members: readonly Row[]): Rollout['sites'] {
  const asked = members.filter((row) => row['state'] !== 'waiting')
  return Object.fromEntries(asked.map((row) => [String(row['site']), progressIn(row)]))
}

function progressIn(row: Row): Progress {
  return {
    state: String(row['state']) as Progress['state'],
    askedAt: Number(row['asked']),
    since: Number(row['since']),
    problems: Number(row['problems']),
    why: String(row['why']),
  }
}
