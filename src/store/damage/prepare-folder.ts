import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { formatTime, Micros } from '../../core/time.ts'
import { checkHistory, openHistory, sealedIn } from '../history/history-file.ts'
import { Journal } from '../journal.ts'
import { asidePath, isCorrupt, readMarker, removeMarker } from './corrupt.ts'
import type { Loss } from './losses.ts'
import { type Files, mendAccounts, mendNames, mendSealed } from './mend.ts'
import { type Kind, finishSalvage, pathOf, salvage } from './salvage.ts'

export interface Prepared {
  readonly salvaged: readonly Kind[]
  readonly losses: readonly Loss[]
  /** In sentences, for a log: which file, what became of it, and each loss. */
  readonly report: readonly string[]
}

const NOTHING: Prepared = { salvaged: [], losses: [], report: [] }

/**
 * What an edge does with its folder before it opens it, and `busbar doctor --repair` when it is asked to: a file that cannot be opened is
 * salvaged. A look at each table's root is all that a start takes, unless the process before left word that it had met damage, or
 * `thorough` says so: then every page is looked at.
 */
export function prepareFolder(directory: string, thorough: boolean): Prepared {
  finishSalvage(directory)
  const isThere = {
    journal: hasBytes(directory, 'journal'),
    history: hasBytes(directory, 'history'),
  }
  if (!isThere.journal && !isThere.history) return NOTHING
  const isThorough = thorough || readMarker(directory) !== undefined
  const report = KINDS.flatMap((kind) => putLogAside(pathOf[kind](directory)))
  const salvaged = KINDS.filter(
    (kind) => isThere[kind] && !isSound(pathOf[kind](directory), isThorough),
  )
  const losses: Loss[] = []
  const sealed = sealedOf(directory)
  // Where nothing was ever sealed, a journal that is missing is one that was not made yet.
  if (!isThere.journal && sealed !== 0) {
    salvaged.unshift('journal')
    losses.push(lost('journal', 'journal.db is missing, and with it what was not sealed'))
  }
  for (const kind of salvaged) losses.push(...trySalvage(directory, kind, sealed ?? 0))
  if (!isThere.history && hasTrimmed(directory)) {
    losses.push(lost('history', 'history.db is missing, and with it all readings that were sealed'))
  }
  const names: Map<number, string> = new Map()
  if (salvaged.length > 0 || losses.length > 0) losses.push(...settle(directory, names))
  const texts = losses.map((loss) => lossText(loss, names))
  for (const kind of salvaged) {
    report.push(
      `${pathOf[kind](directory)} is damaged or missing. What can be read is in a new file; the old one is kept beside it.`,
    )
  }
  report.push(...texts)
  if (report.length > 0) leaveReport(directory, report)
  if (losses.length > 0) record(directory, { losses, texts })
  removeMarker(directory)
  return { salvaged, losses, report }
}

function trySalvage(directory: string, kind: Kind, sealed: number): Loss[] {
  try {
    return salvage(directory, kind, sealed)
  } catch (cause) {
    throw new GridError('disk', `salvaging ${pathOf[kind](directory)}: ${errorText(cause)}`, {
      hint: 'Nothing was deleted or moved. Make room for a second copy of that file, or go back to a backup.',
      cause,
    })
  }
}

/** A power cut may leave the name of a file that was just made, and nothing in it. */
function hasBytes(directory: string, kind: Kind): boolean {
  return (statSync(pathOf[kind](directory), { throwIfNoEntry: false })?.size ?? 0) > 0
}

/** A file for people, which /healthz goes by. */
function leaveReport(directory: string, report: readonly string[]): void {
  writeFileSync(asidePath(join(directory, 'report')), `${report.join('\n')}\n`)
}

/** Undefined: nobody can say. */
function sealedOf(directory: string): number | undefined {
  if (!hasBytes(directory, 'history')) return 0
  if (!isSound(pathOf.history(directory), false)) return undefined
  using history = new DatabaseSync(pathOf.history(directory), READ_ONLY)
  checkHistory(history, pathOf.history(directory))
  return history.prepare('SELECT 1 FROM sealed').get() === undefined ? undefined : sealedIn(history)
}

type Names = ReadonlyMap<number, string>

/** A look writes nothing, and leaves the log to the writer. */
const READ_ONLY = { readOnly: true, timeout: limits.readerBusyMs } as const

const KINDS = ['journal', 'history'] as const

function lossText(
  { source, number, device, firstTime, lastTime, text }: Loss,
  names: Names,
): string {
  const what = number === 0 ? '' : source === 'journal' ? ` row ${number}` : ` span ${number}`
  const whose = device === undefined ? '' : `, device ${names.get(device) ?? `number ${device}`}`
  const time = (at: number): string => formatTime(Micros(at))
  const from = firstTime === undefined ? '' : `, from ${time(firstTime)}`
  const to = lastTime === undefined ? '' : ` to ${time(lastTime)}`
  return `lost of ${source}${what}${whose}${from}${to}: ${text}`
}

function isSound(path: string, thorough: boolean): boolean {
  const db = new DatabaseSync(path, READ_ONLY)
  try {
    const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
    for (const { name } of tables) db.prepare(`SELECT 1 FROM "${String(name)}" LIMIT 1`).get()
    if (!thorough) return true
    return db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'] === 'ok'
  } catch (thrown) {
    if (isCorrupt(thrown)) return false
    throw thrown
  } finally {
    db.close()
  }
}

const LOG_HEADER_BYTES = 32
const LOG_MAGIC: ReadonlySet<number> = new Set([0x377f0682, 0x377f0683])

/** A log that is none SQLite would overwrite without a word; what was committed into it last is lost. */
function putLogAside(path: string): string[] {
  const log = `${path}-wal`
  if (!existsSync(log) || statSync(log).size < LOG_HEADER_BYTES) return []
  if (LOG_MAGIC.has(readFileSync(log).readUInt32BE(0))) return []
  renameSync(log, asidePath(log))
  return [
    `${log} is damaged and was put aside: what was committed in the last seconds may be missing.`,
  ]
}

/** Rows were taken away because history had them. */
function hasTrimmed(directory: string): boolean {
  const { db } = new Journal(directory)
  const row = db
    .prepare(
      'SELECT (SELECT min(number) FROM journal) AS first, (SELECT journal FROM snapshot) AS last',
    )
    .get()
  db.close()
  const first = row?.['first'] as number | null
  return first === null ? ((row?.['last'] as number | null) ?? 0) > 0 : first > 1
}

/** Makes two files that belong together of what is left, and writes down what is not. */
function settle(directory: string, names: Map<number, string>): Loss[] {
  const { db: journal } = new Journal(directory)
  const history = openHistory(directory)
  const files: Files = { journal, history }
  const losses: Loss[] = []
  try {
    if (mendSealed(files))
      losses.push(lost('history', 'how far the journal was sealed; it was worked out'))
    const nameless = mendNames(files)
    for (const { number, name } of journal.prepare('SELECT number, name FROM devices').iterate()) {
      names.set(number as number, name as string)
    }
    if (nameless > 0)
      losses.push(lost('journal', `the names of ${nameless} points; they are called lost.<number>`))
    if (mendAccounts(files))
      losses.push(
        lost('journal', 'duplicates and refusals of the ledger; stored was counted in history'),
      )
    return losses
  } finally {
    journal.close()
    history.close()
  }
}

function record(
  directory: string,
  { losses, texts }: { readonly losses: readonly Loss[]; readonly texts: readonly string[] },
): void {
  using history = openHistory(directory)
  const insert = history.prepare(
    `INSERT INTO quarantine (source, source_number, first_time, last_time, complaint, bytes)
     VALUES (?, ?, ?, ?, ?, zeroblob(0))`,
  )
  history.exec('BEGIN IMMEDIATE')
  for (const [at, { source, number, firstTime, lastTime }] of losses.entries()) {
    insert.run(source, number, firstTime ?? null, lastTime ?? null, texts[at] ?? '')
  }
  history.exec('COMMIT')
}

function lost(source: Kind, text: string): Loss {
  return { source, number: 0, device: undefined, firstTime: undefined, lastTime: undefined, text }
}
