import type { Act } from '../core/access.ts'
import { assert } from '../core/assert.ts'
import { limits } from '../core/limits.ts'
import { type Role, roleNamed } from '../core/roles.ts'

export type Row = Readonly<Record<string, unknown>>

/** Runs one statement of the SQL that SQLite and PostgreSQL share; `$1` is the first parameter. What it did is on the disk when it resolves. */
export type Query = (
  sql: string,
  parameters?: readonly (string | number)[],
) => Promise<readonly Row[]>

/** Times in ms since 1970. */
export interface UserRecord {
  readonly name: string
  readonly role: Role
  /** Empty: a program, which has a token instead. */
  readonly hash: string
  readonly addedMs: number
  /** When password, token or role were changed last; sessions from before it have ended. */
  readonly changedMs: number
  /** Of a token; 0: it has no end, for it is a person's. */
  readonly expiresMs: number
  /** When somebody said that it may try again. */
  readonly unlockedMs: number
}

export interface SessionRecord {
  readonly name: string
  readonly role: Role
  readonly createdMs: number
  readonly usedMs: number
}

/** Users, their sessions and what they did. Each change is one statement, so that no crash leaves half of one. */
export class UserTables {
  readonly #query: Query

  constructor(query: Query) {
    this.#query = query
  }

  async hasPeople(): Promise<boolean> {
    return (await this.#query(`SELECT name FROM users WHERE hash <> '' LIMIT 1`)).length > 0
  }

  async users(): Promise<readonly UserRecord[]> {
    return (await this.#query(`SELECT ${COLUMNS} FROM users ORDER BY name`)).map(userOf)
  }

  async user(name: string): Promise<UserRecord | undefined> {
    return (await this.#query(`SELECT ${COLUMNS} FROM users WHERE name = $1`, [name])).map(
      userOf,
    )[0]
  }

  /** The program whose token has this digest. */
  async program(token: string): Promise<UserRecord | undefined> {
    return (await this.#query(`SELECT ${COLUMNS} FROM users WHERE token = $1`, [token])).map(
      userOf,
    )[0]
  }

  /** False: the name is taken, or there are as many as there may be. */
  async add(
    user: Pick<UserRecord, 'name' | 'role' | 'hash' | 'expiresMs'> & { readonly token: string },
    nowMs: number,
  ): Promise<boolean> {
    const { name, role, hash, token, expiresMs } = user
    const added = await this.#query(
      `INSERT INTO users (name, role, hash, token, added, changed, expires, unlocked)
       SELECT $1, $2, $3, $4, CAST($5 AS bigint), CAST($5 AS bigint), CAST($6 AS bigint), 0 WHERE (SELECT count(*) FROM users) < ${limits.users}
       ON CONFLICT (name) DO NOTHING RETURNING name`,
      [name, role, hash, token, nowMs, expiresMs],
    )
    return added.length > 0
  }

  /** Of a person. Ends what sessions it has. */
  async setPassword(name: string, hash: string, nowMs: number): Promise<boolean> {
    const changed = await this.#query(
      `UPDATE users SET hash = $2, ${CHANGED} WHERE name = $1 AND hash <> '' RETURNING name`,
      [name, hash, nowMs],
    )
    return changed.length > 0
  }

  /** Ends what sessions it has. False: it is not there, or the last engineer, who stays one. */
  async setRole(name: string, role: Role, nowMs: number): Promise<boolean> {
    const isKept = role === 'engineer' ? '' : `AND ${NOT_THE_LAST}`
    const changed = await this.#query(
      `UPDATE users SET role = $2, ${CHANGED} WHERE name = $1 ${isKept} RETURNING name`,
      [name, role, nowMs],
    )
    return changed.length > 0
  }

  /** False: it is not there, or the last engineer and `which` says that it stays. */
  async remove(name: string, which: 'any' | 'but the last engineer'): Promise<boolean> {
    const isKept = which === 'any' ? '' : `AND ${NOT_THE_LAST}`
    const gone = await this.#query(`DELETE FROM users WHERE name = $1 ${isKept} RETURNING name`, [
      name,
    ])
    await this.#query('DELETE FROM user_sessions WHERE name NOT IN (SELECT name FROM users)')
    return gone.length > 0
  }

  async unlock(name: string, nowMs: number): Promise<boolean> {
    const done = await this.#query(
      'UPDATE users SET unlocked = $2 WHERE name = $1 RETURNING name',
      [name, nowMs],
    )
    return done.length > 0
  }

  /** As long as its password and role are what they were when it began. */
  async session(key: string): Promise<SessionRecord | undefined> {
    const [row] = await this.#query(
      `SELECT s.name AS name, u.role AS role, s.created AS created, s.used AS used
       FROM user_sessions s JOIN users u ON u.name = s.name AND u.changed = s.changed WHERE s.key = $1`,
      [key],
    )
    if (row === undefined) return undefined
    const { name, role, created, used } = row
    return {
      name: String(name),
      role: knownRole(role),
      createdMs: Number(created),
      usedMs: Number(used),
    }
  }

  /** Those that have ended make room, and of one user the ones unused for longest. */
  async beginSession(key: string, { name, changedMs }: UserRecord, nowMs: number): Promise<void> {
    await this.#query('DELETE FROM user_sessions WHERE used < $1 OR created < $2', [
      nowMs - limits.sessionIdleMs,
      nowMs - limits.sessionMs,
    ])
    await this.#query(
      'INSERT INTO user_sessions (key, name, changed, created, used) VALUES ($1, $2, $3, $4, $4)',
      [key, name, changedMs, nowMs],
    )
    await this.#query(
      `DELETE FROM user_sessions WHERE name = $1 AND key NOT IN (
         SELECT key FROM user_sessions WHERE name = $1 ORDER BY used DESC, created DESC, key LIMIT ${limits.sessionsPerUser})`,
      [name],
    )
  }

  async touchSession(key: string, nowMs: number): Promise<void> {
    await this.#query('UPDATE user_sessions SET used = $2 WHERE key = $1', [key, nowMs])
  }

  async endSession(key: string): Promise<void> {
    await this.#query('DELETE FROM user_sessions WHERE key = $1', [key])
  }

  async countSessions(nowMs: number): Promise<number> {
    const [row] = await this.#query(
      'SELECT count(*) AS count FROM user_sessions WHERE used >= $1 AND created >= $2',
      [nowMs - limits.sessionIdleMs, nowMs - limits.sessionMs],
    )
    return Number(row?.['count'] ?? 0)
  }

  async record({ timeMs, who, address, what, about, outcome, detail }: Act): Promise<void> {
    await this.#query(
      `INSERT INTO user_audit (time, who, address, what, about, outcome, detail)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [timeMs, who, address, what, about, outcome, detail],
    )
    await this.#query(
      `DELETE FROM user_audit WHERE number <= (SELECT max(number) FROM user_audit) - ${limits.userAuditRows}`,
    )
  }

  /** The newest first. */
  async acts(limit: number): Promise<readonly Act[]> {
    const rows = await this.#query(
      `SELECT time, who, address, what, about, outcome, detail FROM user_audit ORDER BY number DESC LIMIT $1`,
      [limit],
    )
    return rows.map(({ time, ...row }) => ({
      ...(row as unknown as Omit<Act, 'timeMs'>),
      timeMs: Number(time),
    }))
  }

  /** Numbers begin at 1, so the first one tells how many made room. */
  async actsDropped(): Promise<number> {
    const [row] = await this.#query('SELECT min(number) AS first FROM user_audit')
    return Math.max(0, Number(row?.['first'] ?? 1) - 1)
  }
}

const COLUMNS = 'name, role, hash, added, changed, expires, unlocked'
/** Later than before in any case: two changes of one millisecond are two. */
const CHANGED = 'changed = CASE WHEN changed >= $3 THEN changed + 1 ELSE $3 END'
/** Programs do not count: they cannot log in. */
const NOT_THE_LAST = `(role <> 'engineer' OR hash = '' OR (SELECT count(*) FROM users WHERE role = 'engineer' AND hash <> '') > 1)`

function userOf(row: Row): UserRecord {
  return {
    name: String(row['name']),
    role: knownRole(row['role']),
    hash: String(row['hash']),
    addedMs: Number(row['added']),
    changedMs: Number(row['changed']),
    expiresMs: Number(row['expires']),
    unlockedMs: Number(row['unlocked']),
  }
}

/** The table takes no other. */
function knownRole(text: unknown): Role {
  const role = roleNamed(text)
  assert(role !== undefined, 'a role of the table of users')
  return role
}
