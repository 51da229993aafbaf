import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { assert } from '../../core/assert.ts'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type DeviceKind, deviceKinds } from '../site/device-kinds.ts'

/** What is kept of a secret, in two forms. */
export interface SecretForms {
  /** See `password-hash.ts`; empty: it has no secret, and may come in by certificate only. */
  readonly hash: string
  /** See `scram-verifier.ts`; empty: its secret is older than SCRAM. */
  readonly scram: string
}

/** A device that is not in the site file and was told to be one of the site all the same. */
export interface AdoptedDevice {
  readonly id: string
  readonly kind: DeviceKind
  /** Where it hangs; undefined: nobody said. */
  readonly feeder: string | undefined
  readonly who: string
  readonly atMs: number
}

export interface DeviceRecord extends SecretForms {
  readonly id: string
  readonly addedMs: number
  /** When it got the secret it has. */
  readonly changedMs: number
  readonly revokedMs: number | undefined
}

/**
 * Devices and the hashes of their secrets: `devices.db` in the data folder. The command line writes while an edge reads, so it
 * is SQLite with a WAL of its own; a process keeps all of it in memory and looks whether it has changed.
 */
export class DeviceStore implements Disposable {
  /** Of the decoys that are shown for names without a verifier (`scram-verifier.ts#decoyVerifier`). */
  readonly decoyKey: Uint8Array
  readonly #db: DatabaseSync
  readonly #versionNow: StatementSync
  readonly #warn: (text: string) => void
  #records: ReadonlyMap<string, DeviceRecord> = new Map()
  #adopted: ReadonlyMap<string, AdoptedDevice> = new Map()
  #version: unknown
  #isFailing = false

  /** Makes the folder and the file where they are missing. */
  constructor(directory: string, warn: (text: string) => void = () => {}) {
    this.#warn = warn
    const path = join(directory, 'devices.db')
    try {
      mkdirSync(directory, { recursive: true })
      this.#db = new DatabaseSync(path)
      this.#db.exec(`PRAGMA busy_timeout=${limits.readerBusyMs}; PRAGMA journal_mode=WAL`)
      this.#db.exec('PRAGMA synchronous=FULL')
      this.decoyKey = prepared(this.#db)
      this.#versionNow = this.#db.prepare('PRAGMA data_version')
      this.#renew()
    } catch (cause) {
      throw new GridError('disk', `opening ${path}: ${errorText(cause)}`, {
        hint: 'Run as the user of the edge, who must be able to write to the data folder.',
        cause,
      })
    }
  }

  get(id: string): DeviceRecord | undefined {
    return this.#records.get(id)
  }

  list(): readonly DeviceRecord[] {
    return [...this.#records.values()]
  }

  /** Takes in what another process has written. What cannot be read leaves all as it was known, and is told once. */
  look(): void {
    try {
      this.#renew()
      this.#isFailing = false
    } catch (cause) {
      if (!this.#isFailing) {
        this.#warn(`devices.db cannot be read (${errorText(cause)}); what was known before holds`)
      }
      this.#isFailing = true
    }
  }

  /** A new device, or one whose secret is replaced; it is no longer revoked. */
  save(id: string, { hash, scram }: SecretForms, nowMs: number): void {
    if (!this.#records.has(id) && this.#records.size >= limits.devices) {
      throw new GridError('input', `device ${id}: a site has at most ${limits.devices} devices`)
    }
    this.#db
      .prepare(
        `INSERT INTO devices VALUES (?, ?, ?, ?, NULL, ?) ON CONFLICT (id) DO UPDATE
         SET hash = excluded.hash, scram = excluded.scram,
             changed = max(excluded.changed, changed + 1), revoked = NULL`,
      )
      .run(id, hash, nowMs, nowMs, scram)
    this.#read()
  }

  /** Also of a device that was never added: its certificate lets it in no more. */
  revoke(id: string, nowMs: number): void {
    this.#db
      .prepare(
        `INSERT INTO devices VALUES (?, '', ?, ?, ?, '') ON CONFLICT (id) DO UPDATE
         SET hash = '', scram = '', revoked = excluded.revoked`,
      )
      .run(id, nowMs, nowMs, nowMs)
    this.#read()
  }

  adopted(): readonly AdoptedDevice[] {
    return [...this.#adopted.values()]
  }

  isAdopted(id: string): boolean {
    return this.#adopted.has(id)
  }

  /** Or says of one that was adopted something else. */
  adopt({ id, kind, feeder, who, atMs }: AdoptedDevice): void {
    if (!this.#adopted.has(id) && this.#adopted.size >= limits.adoptedDevices) {
      throw new GridError('input', `at most ${limits.adoptedDevices} devices can be adopted`, {
        hint: 'Put those that are into the site file: busbar device list --site-file prints the lines.',
      })
    }
    this.#db
      .prepare(
        `INSERT INTO adopted VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
         SET kind = excluded.kind, feeder = excluded.feeder, who = excluded.who, at = excluded.at`,
      )
      .run(id, kind, feeder ?? null, who, atMs)
    this.#read()
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #renew(): void {
    const version = this.#versionNow.get()?.['data_version']
    if (version === this.#version) return
    this.#read()
    this.#version = version
  }

  #read(): void {
    const rows = this.#db.prepare('SELECT * FROM devices ORDER BY id').all()
    this.#records = new Map(
      rows.map(({ id, hash, scram, added, changed, revoked }) => [
        String(id),
        {
          id: String(id),
          hash: String(hash),
          scram: String(scram),
          addedMs: Number(added),
          changedMs: Number(changed),
          revokedMs: revoked === null ? undefined : Number(revoked),
        },
      ]),
    )
    const adopted = this.#db.prepare('SELECT * FROM adopted ORDER BY id').all()
    this.#adopted = new Map(adopted.map(adoptedOf).map((each) => [each.id, each]))
  }
}

function adoptedOf({
  id,
  kind,
  feeder,
  who,
  at,
}: Readonly<Record<string, unknown>>): AdoptedDevice {
  return {
    id: id as string,
    // What is not one of these a later version wrote.
    kind: deviceKinds.find((each) => each === kind) ?? 'meter',
    feeder: feeder === null ? undefined : (feeder as string),
    who: who as string,
    atMs: Number(at),
  }
}

/** The tables as they are to be, and the key. A file from before SCRAM has no column for it; two processes may find that at once. */
function prepared(db: DatabaseSync): Uint8Array {
  db.exec(`BEGIN IMMEDIATE; ${DEVICES_SCHEMA}`)
  const columns = db.prepare('PRAGMA table_info(devices)').all()
  if (!columns.some(({ name }) => name === 'scram')) {
    db.exec(`ALTER TABLE devices ADD COLUMN scram TEXT NOT NULL DEFAULT ''`)
  }
  db.prepare(`INSERT OR IGNORE INTO keys VALUES ('decoy', ?)`).run(randomBytes(KEY_BYTES))
  const key = db.prepare(`SELECT value FROM keys WHERE name = 'decoy'`).get()?.['value']
  assert(key instanceof Uint8Array, 'a key that was just written')
  db.exec('COMMIT')
  return key
}

const KEY_BYTES = 32

/** Times in ms since 1970. */
export const DEVICES_SCHEMA = `CREATE TABLE IF NOT EXISTS devices (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL, revoked INTEGER,
  scram TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS keys (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS adopted (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, feeder TEXT, who TEXT NOT NULL, at INTEGER NOT NULL
) STRICT, WITHOUT ROWID`
