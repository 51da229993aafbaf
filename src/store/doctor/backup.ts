import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type DatabaseSync, DatabaseSync as Database, backup as copyDatabase } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { sealedIn } from '../history/history-file.ts'
import type { Progress } from './finding.ts'
import { PinnedPair } from './pinned.ts'

const MANIFEST = 'backup.json'
const FORMAT = 1
const CHUNK_BYTES = 1024 * 1024

export interface BackupFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

/** What `backup.json` says. `journal`: the last row of the journal; `sealed`: up to which row all is in history. */
export interface Manifest {
  readonly busbarBackup: number
  readonly takenAt: string
  readonly journal: number
  readonly sealed: number
  readonly files: readonly BackupFile[]
}

/**
 * Copies a data folder as it stands at one moment, beside a running edge or without one. Both files are held by a read transaction
 * meanwhile, so that nothing that is written moves under the copy; the journal's log grows for as long as that takes.
 */
export async function backUp(
  directory: string,
  { out, report }: { readonly out: string; readonly report: (progress: Progress) => void },
): Promise<Manifest> {
  requireEmpty(out)
  const part = `${out}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  // Processors must not be further than the journal: their places are pinned before it is.
  using results = pinned(directory, 'results.db')
  using ownResults = pinned(directory, 'own-results.db')
  using pair = new PinnedPair(directory)
  const { journal, history } = pair
  const sources: [string, DatabaseSync][] = [['journal.db', journal]]
  if (history !== undefined) sources.push(['history.db', history])
  using devices = openOther(directory, 'devices.db')
  if (devices !== undefined) sources.push(['devices.db', devices])
  using users = openOther(directory, 'users.db')
  if (users !== undefined) sources.push(['users.db', users])
  using alarms = openOther(directory, 'alarms.db')
  if (alarms !== undefined) sources.push(['alarms.db', alarms])
  using notify = openOther(directory, 'notify.db')
  if (notify !== undefined) sources.push(['notify.db', notify])
  if (results !== undefined) sources.push(['results.db', results])
  if (ownResults !== undefined) sources.push(['own-results.db', ownResults])
  const row = journal
    .prepare(
      'SELECT max(coalesce((SELECT max(number) FROM journal), 0), coalesce((SELECT journal FROM snapshot), 0)) AS last',
    )
    .get()
  const files: BackupFile[] = []
  for (const [name, source] of sources) {
    const path = join(part, name)
    await copyDatabase(source, path, {
      rate: limits.backupStepPages,
      progress: ({ totalPages, remainingPages }) => {
        report({ what: name, done: totalPages - remainingPages, total: totalPages })
        pause(limits.backupPauseMs)
      },
    })
    // Whoever may read a copy of it could guess passwords at leisure.
    if (source === users) chmodSync(path, statSync(join(directory, name)).mode)
    files.push({ name, ...digest(path) })
  }
  for (const name of ownPackages(directory)) {
    mkdirSync(dirname(join(part, name)), { recursive: true })
    copyFileSync(join(directory, name), join(part, name))
    files.push({ name, ...digest(join(part, name)) })
  }
  const manifest: Manifest = {
    busbarBackup: FORMAT,
    takenAt: new Date().toISOString(),
    journal: row?.['last'] as number,
    sealed: history === undefined ? 0 : sealedIn(history),
    files,
  }
  writeFileSync(join(part, MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`)
  for (const name of [MANIFEST, ...files.map((file) => file.name)]) sync(join(part, name))
  sync(part)
  rmSync(out, { recursive: true, force: true })
  renameSync(part, out)
  return manifest
}

/** Every file is what the manifest says, or `corrupt` is thrown. */
export function verifyBackup(from: string): Manifest {
  const manifest = readManifest(from)
  for (const { name, bytes, sha256 } of manifest.files) {
    const path = join(from, name)
    const found = existsSync(path) ? digest(path) : undefined
    if (found?.bytes === bytes && found.sha256 === sha256) continue
    throw new GridError(
      'corrupt',
      `${path} is not what was backed up: ${found === undefined ? 'it is missing' : 'its checksum differs'}`,
      {
        hint: 'Use another backup. busbar doctor --data says what can be read of this one.',
      },
    )
  }
  return manifest
}

/** Verifies, then copies into a folder that is empty or does not exist. The journal comes last: without it there is nothing to start on. */
export function restore(from: string, directory: string): Manifest {
  const manifest = verifyBackup(from)
  requireEmpty(directory)
  mkdirSync(directory, { recursive: true })
  for (const { name } of manifest.files.toReversed()) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    copyFileSync(join(from, name), `${path}.part`)
    sync(`${path}.part`)
    renameSync(`${path}.part`, path)
  }
  sync(directory)
  return manifest
}

function readManifest(from: string): Manifest {
  const path = join(from, MANIFEST)
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest
    if (manifest.busbarBackup === FORMAT && Array.isArray(manifest.files)) return manifest
    throw new GridError(
      'input',
      `${path}: format ${manifest.busbarBackup}; this program reads ${FORMAT}`,
    )
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('input', `${path}: ${errorText(cause)}`, {
      hint: 'Name a folder that busbar store backup made.',
      cause,
    })
  }
}

function requireEmpty(directory: string): void {
  if (!existsSync(directory) || readdirSync(directory).length === 0) return
  throw new GridError('input', `${directory} is not empty`, {
    hint: 'Name a folder that does not exist yet; nothing is ever written over.',
  })
}

function openOther(directory: string, name: string): DatabaseSync | undefined {
  const path = join(directory, name)
  return existsSync(path)
    ? new Database(path, { readOnly: true, timeout: limits.readerBusyMs })
    : undefined
}

/** Processors of the utility's own, which are replaced as a whole: a copy is one version or the other. */
function ownPackages(directory: string): readonly string[] {
  const folder = join(directory, 'processors')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => `processors/${name}`)
}

/** As it stands now, for as long as it is open. */
function pinned(directory: string, name: string): DatabaseSync | undefined {
  const db = openOther(directory, name)
  db?.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
  return db
}

/** A copy at full speed would take the disk from the edge's commits. */
function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

function digest(path: string): Omit<BackupFile, 'name'> {
  const hash = createHash('sha256')
  const chunk = Buffer.alloc(CHUNK_BYTES)
  const file = openSync(path, 'r')
  for (;;) {
    const count = readSync(file, chunk)
    if (count === 0) break
    hash.update(chunk.subarray(0, count))
  }
  closeSync(file)
  return { bytes: statSync(path).size, sha256: hash.digest('hex') }
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
