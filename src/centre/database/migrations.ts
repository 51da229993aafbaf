import { GridError } from '../../core/errors.ts'
import type { Database } from './database.ts'

/** Each is run once, in this order, and never changed: what is to be another way is another one. Times are microseconds since 1970. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE sites (
      site text PRIMARY KEY,
      first_heard bigint NOT NULL,
      last_heard bigint NOT NULL
    )`,
    `CREATE TABLE streams (
      site text NOT NULL,
      stream text NOT NULL,
      epoch bigint NOT NULL,
      ranges text NOT NULL DEFAULT '[]',
      last bigint NOT NULL DEFAULT 0,
      pending bigint NOT NULL DEFAULT 0,
      lost bigint NOT NULL DEFAULT 0,
      oldest bigint NOT NULL DEFAULT 0,
      records bigint NOT NULL DEFAULT 0,
      duplicates bigint NOT NULL DEFAULT 0,
      withheld bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (site, stream, epoch)
    )`,
    `CREATE TABLE events (
      site text NOT NULL,
      stream text NOT NULL,
      processor text NOT NULL,
      name text NOT NULL,
      subject_kind text NOT NULL,
      subject text NOT NULL,
      key bigint NOT NULL,
      time bigint NOT NULL,
      "end" bigint NOT NULL,
      revision bigint NOT NULL,
      fields text NOT NULL,
      epoch bigint NOT NULL,
      sequence bigint NOT NULL,
      PRIMARY KEY (site, stream, time, subject, name, processor, subject_kind, key)
    )`,
    'CREATE INDEX events_time ON events (time)',
    `CREATE TABLE aggregates (
      site text NOT NULL,
      stream text NOT NULL,
      processor text NOT NULL,
      name text NOT NULL,
      subject_kind text NOT NULL,
      subject text NOT NULL,
      key bigint NOT NULL,
      time bigint NOT NULL,
      "end" bigint NOT NULL,
      revision bigint NOT NULL,
      fields text NOT NULL,
      epoch bigint NOT NULL,
      sequence bigint NOT NULL,
      PRIMARY KEY (site, stream, time, subject, name, processor, subject_kind, key, "end")
    )`,
    'CREATE INDEX aggregates_time ON aggregates (time)',
  ],
  [
    `CREATE TABLE site_reports (
      site text PRIMARY KEY,
      heard_at bigint NOT NULL,
      report text NOT NULL
    )`,
  ],
  [
    `CREATE TABLE fleet_contents (
      digest text PRIMARY KEY,
      content bytea NOT NULL,
      uploaded_at bigint NOT NULL
    )`,
    // A piece of it is read without all of it.
    'ALTER TABLE fleet_contents ALTER COLUMN content SET STORAGE EXTERNAL',
    `CREATE TABLE fleet_sets (
      digest text PRIMARY KEY,
      revision bigint NOT NULL,
      title text NOT NULL,
      signer text NOT NULL,
      uploaded_at bigint NOT NULL,
      uploaded_by text NOT NULL
    )`,
    `CREATE TABLE fleet_rollouts (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      created_at bigint NOT NULL,
      created_by text NOT NULL,
      phase text NOT NULL,
      state text NOT NULL
    )`,
    `CREATE TABLE fleet_desired (
      site text PRIMARY KEY,
      document text NOT NULL,
      is_sent boolean NOT NULL DEFAULT false
    )`,
    `CREATE TABLE fleet_audit (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      time bigint NOT NULL,
      who text NOT NULL,
      what text NOT NULL
    )`,
    `CREATE TABLE fleet_tokens (
      hash text PRIMARY KEY,
      site text NOT NULL,
      ends_at bigint NOT NULL,
      used_at bigint
    )`,
    `CREATE TABLE fleet_certificates (
      serial text PRIMARY KEY,
      site text NOT NULL,
      pem text NOT NULL,
      issued_at bigint NOT NULL,
      ends_at bigint NOT NULL,
      revoked_at bigint,
      reason text NOT NULL DEFAULT ''
    )`,
    'CREATE INDEX fleet_certificates_site ON fleet_certificates (site)',
  ],
]

/** Of all centres in the world, so that two workers that start together do not both migrate. */
const LOCK = 0x42555352

/** Brings the tables to what this program writes. A database of a later one is refused. */
export async function migrate(database: Database): Promise<void> {
  await database.transact(async (query) => {
    await query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    await query('CREATE TABLE IF NOT EXISTS busbar_schema (version int NOT NULL)')
    const [row] = await query(
      'SELECT coalesce(max(version), 0)::float8 AS version FROM busbar_schema',
    )
    const version = Number(row?.['version'])
    if (version > MIGRATIONS.length) {
      throw new GridError(
        'input',
        `the database of the centre has tables of version ${version}; this program knows ${MIGRATIONS.length}`,
        { hint: 'Use the version of busbar that wrote it, or a later one.' },
      )
    }
    for (const [at, statements] of MIGRATIONS.entries()) {
      if (at < version) continue
      for (const statement of statements) await query(statement)
      await query('INSERT INTO busbar_schema VALUES ($1)', [at + 1])
    }
  })
}
