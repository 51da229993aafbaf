import { X509Certificate, createHash, randomBytes, verify } from 'node:crypto'
import { GridError } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { Micros, formatTime } from '../../core/time.ts'
import { readRequest } from '../../fleet/certificates.ts'
import type { Request } from '../../fleet/transfer.ts'
import type { Database, Query } from '../database/database.ts'
import { note } from '../fleet/audit.ts'
import type { Authority } from './authority.ts'

interface By {
  readonly who: string
  readonly nowUs: number
}

/** Which certificates sites have, in the database. */
export class Enrolment {
  readonly #database: Database
  readonly #authority: Authority
  #standing: ReadonlySet<string> = new Set()

  constructor(database: Database, authority: Authority) {
    this.#database = database
    this.#authority = authority
  }

  get authority(): Authority {
    return this.#authority
  }

  /** One that the database does not know was revoked as far as anybody can tell: a database that is lost lets nobody in again. */
  isStanding(serial: string): boolean {
    return this.#standing.has(serial)
  }

  /** From time to time: another worker may have been told. */
  async look(): Promise<void> {
    const rows = await this.#database.query(
      'SELECT serial FROM fleet_certificates WHERE revoked_at IS NULL AND ends_at > $1::bigint',
      [Date.now() * 1000],
    )
    this.#standing = new Set(rows.map((row) => String(row['serial'])))
  }

  /** A word that lets one machine become this site, once and for a while. Only its digest is kept. */
  async invite(site: string, { who, nowUs }: By): Promise<{ token: string; ends: string }> {
    if (!/^[a-z0-9-]{1,64}$/.test(site))
      throw new GridError('usage', `site ${site}: 1 to 64 characters of a-z 0-9 - are needed`)
    const token = randomBytes(24).toString('hex')
    const endsAt = nowUs + limits.enrolTokenMs * 1000
    await this.#database.transact(async (query) => {
      await query('DELETE FROM fleet_tokens WHERE ends_at < $1::bigint', [nowUs])
      await query('INSERT INTO fleet_tokens (hash, site, ends_at) VALUES ($1, $2, $3::bigint)', [
        hashOf(token),
        site,
        endsAt,
      ])
      await note(query, { who, what: `invited a machine to become site ${site}` }, nowUs)
    })
    return { token, ends: formatTime(Micros(endsAt)) }
  }

  /** @throws GridError `input` where the token is none, was used, or is too old. What the site had before is revoked. */
  async enroll(
    { token, csr }: { readonly token: string; readonly csr: string },
    { who, nowUs }: By,
  ): Promise<{ readonly site: string; readonly certificate: string; readonly ca: string }> {
    const key = await readRequest(csr)
    const enrolled = await this.#database.transact(async (query) => {
      const [row] = await query(
        `UPDATE fleet_tokens SET used_at = $2::bigint WHERE hash = $1 AND used_at IS NULL AND ends_at > $2::bigint RETURNING site`,
        [hashOf(token), nowUs],
      )
      if (row === undefined) {
        throw new GridError('input', 'this token is none, was used before, or is too old', {
          hint: 'busbar centre enroll makes another one.',
        })
      }
      const site = String(row['site'])
      await revokeWhere(
        query,
        { column: 'site', value: site },
        nowUs,
        'replaced by another machine',
      )
      await query(
        `UPDATE streams s SET replaced_at = $2::bigint WHERE site = $1
         AND epoch = (SELECT max(epoch) FROM streams o WHERE o.site = s.site AND o.stream = s.stream)`,
        [site, nowUs],
      )
      const certificate = await this.#issue(query, { site, key, nowUs })
      await note(query, { who, what: `a machine became site ${site}` }, nowUs)
      return { site, certificate, ca: this.#authority.certificate }
    })
    await this.look()
    return enrolled
  }

  /** Whoever has a certificate that stands may have another one for the same site. @throws GridError `input` */
  async renew(
    site: string,
    { csr, proof, serial }: Extract<Request, { readonly kind: 'renew' }>,
    nowUs: number,
  ): Promise<string> {
    const key = await readRequest(csr)
    const renewed = await this.#database.transact(async (query) => {
      const [row] = await query(
        'SELECT pem FROM fleet_certificates WHERE serial = $1 AND site = $2 AND revoked_at IS NULL AND ends_at > $3::bigint',
        [serial, site, nowUs],
      )
      const old = row === undefined ? undefined : new X509Certificate(String(row['pem']))
      const isProved =
        old !== undefined &&
        verify('sha256', Buffer.from(csr), old.publicKey, Buffer.from(proof, 'base64'))
      if (!isProved) throw new GridError('input', `site ${site} shows no certificate that stands`)
      await note(query, { who: `site ${site}`, what: 'renewed its certificate' }, nowUs)
      return this.#issue(query, { site, key, nowUs })
    })
    await this.look()
    return renewed
  }

  /** How many certificates that is. */
  async revoke(
    which: { readonly column: 'site' | 'serial'; readonly value: string },
    { who, nowUs }: By,
  ): Promise<number> {
    const revoked = await this.#database.transact(async (query) => {
      const count = await revokeWhere(query, which, nowUs, `revoked by ${who}`)
      const what = `revoked ${count} certificates of ${which.column} ${which.value}`
      await note(query, { who, what }, nowUs)
      return count
    })
    await this.look()
    return revoked
  }

  /** PEM of a list of all that were revoked before their time. */
  async revocations(nowUs: number): Promise<string> {
    const rows = await this.#database.query(
      `SELECT pem, revoked_at::float8 AS at FROM fleet_certificates WHERE revoked_at IS NOT NULL AND ends_at > $1::bigint`,
      [nowUs],
    )
    const revoked = rows.map((row) => ({
      serialNumber: new X509Certificate(String(row['pem'])).serialNumber,
      revokedMs: Number(row['at']) / 1000,
    }))
    return this.#authority.revocations(revoked, nowUs / 1000)
  }

  async list(): Promise<readonly object[]> {
    const rows = await this.#database.query(
      `SELECT serial, site, issued_at::float8 AS issued, ends_at::float8 AS ends, revoked_at::float8 AS revoked, reason FROM fleet_certificates
       ORDER BY site, issued_at DESC LIMIT ${limits.centreRows}`,
    )
    const time = (value: unknown): string => formatTime(Micros(Number(value)))
    return rows.map(({ issued, ends, revoked, ...row }) => ({
      ...row,
      issuedAt: time(issued),
      endsAt: time(ends),
      revokedAt: revoked === null ? null : time(revoked),
    }))
  }

  async #issue(
    query: Query,
    {
      site,
      key,
      nowUs,
    }: { site: string; key: Awaited<ReturnType<typeof readRequest>>; nowUs: number },
  ): Promise<string> {
    const serial = randomBytes(16).toString('hex')
    const pem = await this.#authority.issue({ site, serial, nowMs: nowUs / 1000 }, key)
    const endsAt = Date.parse(new X509Certificate(pem).validTo) * 1000
    await query(
      'INSERT INTO fleet_certificates (serial, site, pem, issued_at, ends_at) VALUES ($1, $2, $3, $4::bigint, $5::bigint)',
      [serial, site, pem, nowUs, endsAt],
    )
    return pem
  }
}

async function revokeWhere(
  query: Query,
  { column, value }: { readonly column: 'site' | 'serial'; readonly value: string },
  nowUs: number,
  reason: string,
): Promise<number> {
  const rows = await query(
    `UPDATE fleet_certificates SET revoked_at = $2::bigint, reason = $3 WHERE ${column} = $1 AND revoked_at IS NULL RETURNING serial`,
    [value, nowUs, reason],
  )
  return rows.length
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
