import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { openHistory, historyPath } from '../history/history-file.ts'
import { Journal, journalPath } from '../journal.ts'
import { copyTables } from './copy-tables.ts'
import { asidePath } from './corrupt.ts'
import { type Loss, lostByGap, lostByIndex } from './losses.ts'
import { openDamaged } from './open-damaged.ts'

export type Kind = Loss['source']

export const pathOf: Readonly<Record<Kind, (directory: string) => string>> = {
  journal: journalPath,
  history: historyPath,
}

/** Where a new file grows; whatever stands there belongs to a salvage that was cut off. */
function workshop(directory: string): string {
  return join(directory, 'salvage')
}

/** Complete, and to take the place of the damaged one: from here on a salvage that is cut off is only finished. */
function successor(directory: string, kind: Kind): string {
  return `${pathOf[kind](directory)}.salvaged`
}

/**
 * Copies what can be read into a new file, puts the old one aside and the new one in its place. Returns what is lost; rows of the journal up to
 * `sealed` are in history and no loss.
 */
export function salvage(directory: string, kind: Kind, sealed: number): Loss[] {
  const shop = workshop(directory)
  rmSync(shop, { recursive: true, force: true })
  mkdirSync(shop)
  closeNew(openNew(shop, kind))
  const template = join(shop, 'template.db')
  const made = pathOf[kind](shop)
  renameSync(made, template)
  const target = openNew(shop, kind)
  const source = openDamaged({
    path: pathOf[kind](directory),
    template,
    copy: join(shop, 'copy.db'),
  })
  const losses = copyAll(source, target, { kind, after: kind === 'journal' ? sealed : 0 })
  source?.close()
  closeNew(target)
  sync(made)
  renameSync(made, successor(directory, kind))
  finishSalvage(directory)
  rmSync(shop, { recursive: true, force: true })
  return losses
}

/** Puts what a salvage has completed in its place; it may have been cut off anywhere in here. */
export function finishSalvage(directory: string): void {
  for (const kind of ['journal', 'history'] as const) {
    const next = successor(directory, kind)
    if (!existsSync(next)) continue
    const path = pathOf[kind](directory)
    const aside = asidePath(path)
    // The log goes with its file, or SQLite would take it for the new one's.
    for (const end of ['-wal', '-shm', '']) {
      if (existsSync(path + end)) renameSync(path + end, aside + end)
    }
    sync(directory)
    renameSync(next, path)
    sync(directory)
  }
}

function openNew(shop: string, kind: Kind): DatabaseSync {
  return kind === 'journal' ? new Journal(shop).db : openHistory(shop)
}

/** All of it is in the file itself afterwards, and no log beside it. */
function closeNew(db: DatabaseSync): void {
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  db.close()
}

function copyAll(
  source: DatabaseSync | undefined,
  target: DatabaseSync,
  { kind, after }: { readonly kind: Kind; readonly after: number },
): Loss[] {
  const gaps = copyTables(source, target)
  const listed = source === undefined ? [] : lostByIndex(source, target, { kind, after })
  const main = kind === 'journal' ? 'journal' : 'spans'
  const isExplained = (table: string): boolean => table === main && listed.length > 0
  const others = gaps.filter(({ table }) => !isExplained(table))
  return [...listed, ...others.map((gap) => lostByGap(target, kind, gap))]
}

function sync(path: string): void {
  const file = openSync(path, 'r')
  fsyncSync(file)
  closeSync(file)
}
