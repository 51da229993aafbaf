import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { type SignedSet, filesFor, openSet, sha256 } from '../../fleet/set.ts'
import type { Database } from '../database/database.ts'
import { note } from './audit.ts'

/** Sets and what is in them, in the database. Nobody here can change one: sites look at the signature. */
export class SetShelf {
  readonly #database: Database
  /** Manifests of the sets that were asked for last. */
  readonly #sets = new Map<string, SignedSet>()

  constructor(database: Database) {
    this.#database = database
  }

  /** Before the set that names it. */
  async keep(content: Uint8Array, nowUs: number): Promise<string> {
    const digest = sha256(content)
    await this.#database.query(
      `INSERT INTO fleet_contents VALUES ($1, decode($2, 'base64'), $3::bigint) ON CONFLICT DO NOTHING`,
      [digest, Buffer.from(content).toString('base64'), nowUs],
    )
    return digest
  }

  /** @throws GridError `input` for what is no set, `conflict` where something of it is not here. */
  async add(text: string, { who, nowUs }: { who: string; nowUs: number }): Promise<SignedSet> {
    const set = openSet(text, 'the set')
    const { revision, title, files } = set.manifest
    const missing = await this.#missing(files.map((file) => file.sha256))
    if (missing.length > 0) {
      throw new GridError('conflict', `the set names what is not here: ${missing.join(', ')}`, {
        hint: 'Put it to /api/v1/fleet/contents first; busbar fleet upload does.',
      })
    }
    await this.keep(Buffer.from(text), nowUs)
    await this.#database.transact(async (query) => {
      const known = await query('SELECT 1 FROM fleet_sets WHERE digest = $1', [set.digest])
      if (known.length > 0) return
      await query(
        'INSERT INTO fleet_sets VALUES ($1, $2::bigint, $3, $4, $5::bigint, $6) ON CONFLICT DO NOTHING',
        [set.digest, revision, title, set.signer, nowUs, who],
      )
      await note(query, { who, what: `uploaded set ${revision} (${set.digest}), ${title}` }, nowUs)
    })
    return set
  }

  async list(): Promise<readonly object[]> {
    const rows = await this.#database.query(
      `SELECT digest, revision::float8, title, signer, uploaded_at::float8 AS at, uploaded_by AS who FROM fleet_sets
       ORDER BY revision DESC, uploaded_at DESC LIMIT ${limits.fleetListed}`,
    )
    return rows.map(({ at, who, ...row }) => ({
      ...row,
      uploadedAt: formatTime(Micros(Number(at))),
      uploadedBy: who,
    }))
  }

  /** @throws GridError `not-found` */
  async get(digest: string): Promise<SignedSet> {
    const known = this.#sets.get(digest)
    if (known !== undefined) return known
    const [row] = await this.#database.query(
      `SELECT convert_from(content, 'UTF8') AS text FROM fleet_contents JOIN fleet_sets USING (digest) WHERE digest = $1`,
      [digest],
    )
    if (row === undefined) throw new GridError('not-found', `there is no set ${digest}`)
    const set = openSet(String(row['text']), 'the set')
    const [oldest] = this.#sets.keys()
    if (this.#sets.size >= limits.fleetSetsInMemory && oldest !== undefined)
      this.#sets.delete(oldest)
    this.#sets.set(digest, set)
    return set
  }

  /** A piece of the set itself or of what a site needs of it: the site file of another site may hold what is not for everybody. Undefined: not for this site. */
  async piece(
    site: string,
    { set, digest, offset }: { set: string; digest: string; offset: number },
  ): Promise<{ readonly total: number; readonly bytes: Uint8Array } | undefined> {
    const { manifest } = await this.get(set)
    const isIts = filesFor(manifest, site).some((file) => file.sha256 === digest)
    if (digest !== set && !isIts) return undefined
    const [row] = await this.#database.query(
      `SELECT length(content)::float8 AS total, encode(substring(content FROM $2::int FOR ${limits.pieceBytes}), 'base64') AS piece
       FROM fleet_contents WHERE digest = $1`,
      [digest, offset + 1],
    )
    if (row === undefined) return undefined
    return { total: Number(row['total']), bytes: Buffer.from(String(row['piece']), 'base64') }
  }

  async #missing(digests: readonly string[]): Promise<readonly string[]> {
    const rows = await this.#database.query(
      `SELECT value FROM json_array_elements_text($1::text::json) WHERE value NOT IN (SELECT digest FROM fleet_contents)`,
      [JSON.stringify(digests)],
    )
    return rows.map((row) => String(row['value']))
  }
}
