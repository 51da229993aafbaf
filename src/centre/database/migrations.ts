import { GridError } from '../../core/errors.ts'
import { outageDaysFrom } from '../reliability/outage-days.ts'
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
    ...partitioned('events', ''),
    ...partitioned('aggregates', ', "end"'),
    `CREATE TABLE retention_drops (
      records_of text NOT NULL,
      since bigint NOT NULL,
      until bigint NOT NULL,
      records bigint NOT NULL,
      dropped bigint NOT NULL
    )`,
    `CREATE TABLE outage_days (
      site text NOT NULL,
      day bigint NOT NULL,
      served float8 NOT NULL DEFAULT 0,
      interrupted float8 NOT NULL DEFAULT 0,
      minutes float8 NOT NULL DEFAULT 0,
      momentary float8 NOT NULL DEFAULT 0,
      PRIMARY KEY (day, site)
    )`,
    'CREATE INDEX outage_days_site ON outage_days (site, day)',
    outageDaysFrom('true'),
    `CREATE TABLE inventories (
      site text PRIMARY KEY,
      pages int NOT NULL,
      heard bigint NOT NULL,
      devices int NOT NULL DEFAULT 0,
      silent int NOT NULL DEFAULT 0,
      quarantined int NOT NULL DEFAULT 0,
      withheld int NOT NULL DEFAULT 0
    )`,
    `CREATE TABLE inventory_pages (
      site text NOT NULL,
      page int NOT NULL,
      digest text NOT NULL,
      devices int NOT NULL,
      silent int NOT NULL,
      quarantined int NOT NULL,
      PRIMARY KEY (site, page)
    )`,
    // Bytes in their order: so a prefix is a stretch of an index in any language.
    `CREATE TABLE devices (
      site text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      page int NOT NULL,
      kind text NOT NULL,
      feeder text NOT NULL,
      transformer text NOT NULL,
      voltage_level text NOT NULL,
      state text NOT NULL,
      heard bigint NOT NULL,
      PRIMARY KEY (site, id)
    )`,
    'CREATE UNIQUE INDEX devices_id ON devices (id, site)',
    "CREATE INDEX devices_state ON devices (state, id, site) WHERE state <> 'known'",
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    'CREATE INDEX devices_part ON devices USING gin (id gin_trgm_ops)',
    `CREATE TABLE reconciliations (
      site text NOT NULL,
      stream text NOT NULL,
      asked bigint NOT NULL DEFAULT 0,
      answered bigint NOT NULL DEFAULT 0,
      hours bigint NOT NULL DEFAULT 0,
      open bigint NOT NULL DEFAULT 0,
      differing bigint NOT NULL DEFAULT 0,
      resent bigint NOT NULL DEFAULT 0,
      PRIMARY KEY (site, stream)
    )`,
    `CREATE TABLE reconciled_hours (
      site text NOT NULL,
      stream text NOT NULL,
      epoch bigint NOT NULL,
      hour bigint NOT NULL,
      digest text NOT NULL,
      PRIMARY KEY (site, stream, epoch, hour)
    )`,
  ],
  // Of users, times are milliseconds since 1970, as in users.db of an edge.
  [
    `CREATE TABLE users (
      name text PRIMARY KEY,
      role text NOT NULL CHECK (role IN ('viewer', 'operator', 'engineer')),
      hash text NOT NULL,
      token text NOT NULL,
      added bigint NOT NULL,
      changed bigint NOT NULL,
      expires bigint NOT NULL,
      unlocked bigint NOT NULL
    )`,
    `CREATE UNIQUE INDEX users_token ON users (token) WHERE token <> ''`,
    `CREATE TABLE user_sessions (
      key text PRIMARY KEY,
      name text NOT NULL,
      changed bigint NOT NULL,
      created bigint NOT NULL,
      used bigint NOT NULL
    )`,
    `CREATE TABLE user_audit (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      time bigint NOT NULL,
      who text NOT NULL,
      address text NOT NULL,
      what text NOT NULL,
      about text NOT NULL,
      outcome text NOT NULL,
      detail text NOT NULL
    )`,
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
  // What changes with each look at a rollout is rows of few bytes. Numbers rise with the commits, for who gives them has locked the others out.
  [
    'CREATE SEQUENCE site_reports_number',
    `ALTER TABLE site_reports ADD number bigint NOT NULL DEFAULT 0, ADD set_digest text NOT NULL DEFAULT '',
       ADD set_state text NOT NULL DEFAULT '', ADD set_reason text NOT NULL DEFAULT '', ADD problems int NOT NULL DEFAULT 0,
       ADD problem text NOT NULL DEFAULT ''`,
    'CREATE INDEX site_reports_numbers ON site_reports (number)',
    `CREATE TABLE fleet_members (
      rollout bigint NOT NULL,
      site text NOT NULL,
      wave int NOT NULL,
      place int NOT NULL,
      version bigint NOT NULL,
      state text NOT NULL,
      asked_at bigint NOT NULL,
      since bigint NOT NULL,
      problems int NOT NULL,
      why text NOT NULL,
      PRIMARY KEY (rollout, site)
    )`,
    'CREATE INDEX fleet_members_version ON fleet_members (rollout, version)',
    `INSERT INTO fleet_members
       SELECT r.id, s.site, w.number - 1, s.number - 1, 0, coalesce(p.own->>'state', 'waiting'), coalesce(p.own->>'askedAt', '0')::float8::bigint,
         coalesce(p.own->>'since', '0')::float8::bigint, coalesce(p.own->>'problems', '0')::int, coalesce(p.own->>'why', '')
       FROM fleet_rollouts r, json_array_elements(r.state::json->'plan'->'waves') WITH ORDINALITY AS w (sites, number),
         json_array_elements_text(w.sites) WITH ORDINALITY AS s (site, number), LATERAL (SELECT r.state::json->'sites'->s.site AS own) p`,
    'ALTER TABLE fleet_rollouts ADD version bigint NOT NULL DEFAULT 0',
    `UPDATE fleet_rollouts SET state = ((state::jsonb #- '{plan,waves}') - 'sites')::text`,
    'CREATE SEQUENCE fleet_desired_number',
    `ALTER TABLE fleet_desired ADD number bigint NOT NULL DEFAULT nextval('fleet_desired_number'), DROP is_sent`,
    'CREATE UNIQUE INDEX fleet_desired_numbers ON fleet_desired (number)',
    // Of a broker that several centres share; what its own has been told each knows by itself.
    'CREATE TABLE fleet_sent (broker text PRIMARY KEY, number bigint NOT NULL)',
  ],
  // When another machine was enrolled; null again where the one before went on, for only its certificate was another.
  ['ALTER TABLE streams ADD replaced_at bigint'],
]

/** The rows wait in the partition for what has no other, from where they are given places at the start. */
function partitioned(name: string, end: string): readonly string[] {
  return [
    `ALTER TABLE ${name} RENAME TO ${name}_whole`,
    `ALTER INDEX ${name}_time RENAME TO ${name}_whole_time`,
    `CREATE TABLE ${name} (
      LIKE ${name}_whole,
      PRIMARY KEY (site, time, stream, subject, name, processor, subject_kind, key${end})
    ) PARTITION BY RANGE (time)`,
    `CREATE INDEX ${name}_time ON ${name} (time)`,
    `CREATE TABLE ${name}_default PARTITION OF ${name} DEFAULT`,
    `INSERT INTO ${name} SELECT * FROM ${name}_whole`,
    `DROP TABLE ${name}_whole`,
  ]
}

/** Of all centres in the world, so that two workers that start together do not both migrate. */
const LOCK = 0x42555352

/** Brings the tables to what this program writes, or an earlier one did. A database of a later one is refused. */
export async function migrate(database: Database, upTo: number = MIGRATIONS.length): Promise<void> {
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
      if (at < version || at >= upTo) continue
      for (const statement of statements) await query(statement)
      await query('INSERT INTO busbar_schema VALUES ($1)', [at + 1])
    }
  })
}
