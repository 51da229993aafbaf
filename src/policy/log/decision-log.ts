import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Clock } from '../../core/time.ts'
import { decodeBeginning } from './beginning.ts'
import {
  type SignedHead,
  isSignedHead,
  readAnchor,
  signHead,
  signText,
  writeAnchor,
} from './log-head.ts'
import { type LogKey, openLogKey } from './log-key.ts'
import { type Decided, NO_HASH, decidedDigest, note, notes, rowHash } from './log-row.ts'
import {
  ANCHOR_FILE,
  LOG_FILE,
  checkLogFormat,
  rowsOf,
  storedBeginning,
  storedHead,
} from './log-rows.ts'
import { SCHEMA } from './schema.ts'
import { summedUp } from './summed-up.ts'
import { Totals } from './totals.ts'

/** Equal decisions, first to last. */
export interface Entry extends Decided {
  readonly first: number
  readonly last: number
  readonly records: number
}

export interface LogSettings {
  readonly directory: string
  /** Where the head is kept as well; absent: beside the log. */
  readonly anchorPath?: string | undefined
  readonly rowsMost?: number
  /** It was put down and is taken up again, which is no news. */
  readonly isResumed?: boolean
}

export interface LogWorld {
  readonly clock: Clock
  /** Told in a sentence what is wrong with the log as it was found, or with the place of its head. */
  readonly onAlarm: (text: string) => void
}

/** Writes the decision log: what `append` returns from is on the disk, chained and signed. One writer a folder. */
export class DecisionLog {
  readonly #db: DatabaseSync
  readonly #key: LogKey
  readonly #anchorPath: string
  readonly #rowsMost: number
  readonly #world: LogWorld
  readonly #statements: Statements
  #number: number
  #hash: string
  /** Kinds of decisions of the interval by their digest, to their rows of `decided`. */
  readonly #kinds = new Map<string, number>()
  #interval = 0
  /** Rows of `decided`: counted once, for it takes a walk. */
  #kindsKept = 0
  #anchorFault = ''

  /** Throws a GridError where the log cannot be opened: then nothing may leave. */
  static open(settings: LogSettings, world: LogWorld): DecisionLog {
    try {
      return new DecisionLog(settings, world)
    } catch (cause) {
      if (cause instanceof GridError) throw cause
      throw new GridError('disk', `opening the decision log: ${errorText(cause)}`, { cause })
    }
  }

  private constructor(settings: LogSettings, world: LogWorld) {
    const { directory, anchorPath, rowsMost = limits.decisionRows } = settings
    const path = join(directory, LOG_FILE)
    this.#world = world
    this.#rowsMost = rowsMost
    this.#key = openLogKey(directory)
    this.#anchorPath = anchorPath ?? join(directory, ANCHOR_FILE)
    this.#db = openForWriting(path)
    try {
      checkLogFormat(this.#db, path)
      this.#statements = prepare(this.#db)
      this.#kindsKept = this.#countKinds()
      const faults = this.#faults()
      const last = this.#statements.last.get()
      const before = storedBeginning(this.#db)
      this.#number = Math.max(Number(last?.['number'] ?? before.number), this.#numbersUsed())
      this.#hash = String(last?.['hash'] ?? before.hash)
      for (const fault of faults) world.onAlarm(fault)
      const news = settings.isResumed === true ? faults : [notes.opened, ...faults]
      this.append(news.map((text) => this.#noteNow(text)))
    } catch (thrown) {
      this.#db.close()
      throw thrown
    }
  }

  /** Throws what SQLite throws: nothing of it is written then. */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    const kindsKept = this.#kindsKept
    let head: SignedHead
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      head = this.#write(entries)
      this.#prune()
      this.#db.exec('COMMIT')
    } catch (thrown) {
      this.#kinds.clear()
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      this.#kindsKept = kindsKept
      throw thrown
    }
    this.#number = head.number
    this.#hash = head.hash
    this.#keepHead(head)
  }

  close(): void {
    try {
      this.append([this.#noteNow(notes.closed)])
    } finally {
      this.#db.close()
    }
  }

  /** It will be taken up again: nobody is told. */
  rest(): void {
    this.#db.close()
  }

  #write(entries: readonly Entry[]): SignedHead {
    const there = Number(this.#statements.last.get()?.['number'] ?? 0)
    if (there > this.#number) {
      throw new GridError('in-use', 'another process writes to the decision log')
    }
    let number = this.#number
    let hash = this.#hash
    for (const entry of entries) {
      const { first, last, records } = entry
      const decided = this.#bounded(entry)
      hash = rowHash(hash, { ...decided, number: ++number, first, last, records })
      const id = this.#decidedId(decided)
      this.#statements.row.run(number, id, first, last, records, Buffer.from(hash, 'hex'))
    }
    const head = signHead({ number, hash, time: this.#world.clock() }, this.#key)
    this.#statements.head.run(head.number, head.hash, head.time, head.signature)
    return head
  }

  /** One kind of decision too many in an interval is logged by its class and road: the count stays right, and the log bounded. */
  #bounded(entry: Entry): Decided {
    const { revision, question, allow, reason, redact } = entry
    const decided = { revision, question, allow, reason, redact }
    const interval = Math.floor(entry.first / (limits.decisionIntervalMs * 1000))
    if (interval !== this.#interval) this.#kinds.clear()
    this.#interval = interval
    const isMore = this.#kinds.size >= limits.decisionKinds
    return isMore && !this.#kinds.has(decidedDigest(decided)) ? summedUp(decided) : decided
  }

  #decidedId(decided: Decided): number {
    const digest = decidedDigest(decided)
    const known = this.#kinds.get(digest)
    if (known !== undefined) return known
    const { revision, question, allow, reason, redact } = decided
    const bytes = Buffer.from(digest, 'hex')
    const names = JSON.stringify(redact)
    const verdict = allow ? 1 : 0
    const { decided: insert } = this.#statements
    const { changes } = insert.run(bytes, revision, question, verdict, reason, names)
    this.#kindsKept += Number(changes)
    const id = Number(this.#statements.decidedId.get(bytes)?.['id'])
    this.#kinds.set(digest, id)
    return id
  }

  /** A few of the oldest rows make room, and what they sum up to goes into the signed beginning. */
  #prune(): void {
    const before = storedBeginning(this.#db)
    const rows = Number(this.#statements.last.get()?.['number'] ?? 0) - before.number
    if (rows <= this.#rowsMost && this.#kindsKept <= limits.decisionKindsKept) return
    const totals = new Totals(before.totals)
    let last: { readonly number: number; readonly hash: string } | undefined
    let left = Math.min(limits.decisionPruneRows, rows - 1)
    for (const row of rowsOf(this.#db)) {
      if (left-- <= 0) break
      totals.add(row)
      last = row
    }
    if (last === undefined) return
    const body = JSON.stringify({ number: last.number, hash: last.hash, totals: totals.all() })
    decodeBeginning(body)
    this.#statements.beginning.run(body, signText(body, this.#key.secret))
    this.#db.prepare('DELETE FROM rows WHERE number <= ?').run(last.number)
    this.#db.exec('DELETE FROM decided WHERE id NOT IN (SELECT decided FROM rows)')
    this.#kinds.clear()
    this.#kindsKept = this.#countKinds()
  }

  #countKinds(): number {
    return Number(this.#statements.kinds.get()?.['kinds'])
  }

  /** A head that cannot be kept elsewhere weakens the log, but does not lose anything of it. */
  #keepHead(head: SignedHead): void {
    let fault = ''
    try {
      writeAnchor(this.#anchorPath, head)
    } catch (thrown) {
      fault = `the head of the decision log cannot be kept in ${this.#anchorPath}: ${errorText(thrown)}`
    }
    if (fault !== '' && fault !== this.#anchorFault) this.#world.onAlarm(fault)
    this.#anchorFault = fault
  }

  #noteNow(text: string): Entry {
    const time = this.#world.clock()
    return { ...note(text), first: time, last: time, records: 0 }
  }

  /** What is wrong with the end of the log as it is found; `verifyLog` looks at every row. */
  #faults(): string[] {
    const last = this.#statements.last.get()
    const number = Number(last?.['number'] ?? 0)
    const hash = String(last?.['hash'] ?? NO_HASH)
    const faults: string[] = []
    const head = storedHead(this.#db)
    const fits = head === undefined ? number === 0 : head.number === number && head.hash === hash
    if (!fits || (head !== undefined && !isSignedHead(head, this.#key.public))) {
      faults.push(
        `the decision log ends with row ${number}, which its signed head does not confirm`,
      )
    }
    const anchor = this.#anchor()
    if (anchor === undefined) {
      if (number > 0) faults.push(`the head of the decision log that was kept elsewhere is missing`)
    } else if (!isSignedHead(anchor, this.#key.public)) {
      faults.push('the head of the decision log that was kept elsewhere is not signed by this edge')
    } else if (anchor.number > number) {
      faults.push(`the decision log ends with row ${number}, but had ${anchor.number} of them`)
    } else if (this.#hashOf(anchor.number) !== anchor.hash) {
      faults.push(`row ${anchor.number} of the decision log is not the one that was written`)
    }
    return faults
  }

  /** Numbers are not used twice, so that a gap stays a gap; what anybody else may have written there does not count. */
  #numbersUsed(): number {
    const anchor = this.#anchor()
    return anchor !== undefined && isSignedHead(anchor, this.#key.public) ? anchor.number : 0
  }

  /** Undefined too where what is there is no head. */
  #anchor(): SignedHead | undefined {
    try {
      return readAnchor(this.#anchorPath)
    } catch {
      return undefined
    }
  }

  #hashOf(number: number): string | undefined {
    const found = this.#statements.hashOf.get(number)?.['hash']
    return typeof found === 'string' ? found : undefined
  }
}

function openForWriting(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: limits.readerBusyMs })
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF')
  const isNew = db.prepare('SELECT count(*) AS tables FROM sqlite_master').get()?.['tables'] === 0
  if (isNew) db.exec(`BEGIN; ${SCHEMA} COMMIT`)
  return db
}

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>

const SQL = {
  last: 'SELECT number, lower(hex(hash)) AS hash FROM rows ORDER BY number DESC LIMIT 1',
  hashOf: 'SELECT lower(hex(hash)) AS hash FROM rows WHERE number = ?',
  row: 'INSERT INTO rows (number, decided, first, last, records, hash) VALUES (?, ?, ?, ?, ?, ?)',
  decided: `INSERT OR IGNORE INTO decided (digest, revision, question, allow, reason, redact)
    VALUES (?, ?, ?, ?, ?, ?)`,
  decidedId: 'SELECT id FROM decided WHERE digest = ?',
  head: 'INSERT OR REPLACE INTO head (id, number, hash, time, signature) VALUES (0, ?, ?, ?, ?)',
  beginning: 'INSERT OR REPLACE INTO beginning (id, body, signature) VALUES (0, ?, ?)',
  kinds: 'SELECT count(*) AS kinds FROM decided',
} as const

function prepare(db: DatabaseSync): Statements {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])
  return Object.fromEntries(prepared) as Statements
}
