import type { DatabaseSync } from 'node:sqlite'
import { ACCOUNT_STRIDE, kindNumber } from '../../core/accounts.ts'
import { isCorrupt } from '../damage/corrupt.ts'
import { sealedIn } from '../history/history-file.ts'
import { decodeSnapshot } from '../snapshot.ts'
import { BACKUP, type Finding, REPAIR } from './finding.ts'
import type { PinnedPair } from './pinned.ts'

/** Names, and the readings of each device as the accounts have them and as they are found. */
export class Books {
  readonly journal: DatabaseSync
  readonly history: DatabaseSync | undefined
  /** Up to this row the accounts were written down. */
  readonly snapshotRow: number
  readonly sealed: number
  readonly deviceOf = new Map<number, number>()
  readonly #names = new Map<number, string>()
  readonly #stored = new Map<number, number>()
  readonly #found = new Map<number, number>()
  readonly #hasSnapshot: boolean
  /** Whatever cannot be read is not there to be counted. */
  unreadable = 0

  constructor({ journal, history }: PinnedPair) {
    this.journal = journal
    this.history = history
    this.sealed = history === undefined ? 0 : (attempt(() => sealedIn(history)) ?? 0)
    for (const { number, name } of rowsOf(journal, 'SELECT number, name FROM devices')) {
      this.#names.set(number as number, String(name))
    }
    for (const { number, device } of rowsOf(journal, 'SELECT number, device FROM points')) {
      this.deviceOf.set(number as number, device as number)
    }
    if (history !== undefined) this.#countThinned(history)
    const [stored] = rowsOf(journal, 'SELECT journal, body FROM snapshot')
    const number = (stored?.['journal'] as number | undefined) ?? 0
    const snapshot =
      stored === undefined ? undefined : decodeSnapshot(number, stored['body'] as Uint8Array)
    this.#hasSnapshot = stored === undefined || snapshot !== undefined
    this.snapshotRow = snapshot?.journal ?? 0
    const accounts = snapshot?.accounts ?? []
    for (let device = 0; device < accounts.length / ACCOUNT_STRIDE; device++) {
      this.count(device, accounts[device * ACCOUNT_STRIDE + kindNumber.stored] ?? 0)
    }
  }

  /** Readings that had to make room were stored, and are not there. */
  #countThinned(history: DatabaseSync): void {
    for (const { device, readings } of rowsOf(history, 'SELECT device, readings FROM thinned')) {
      this.find(device as number, readings as number)
    }
  }

  nameOf(device: number): string {
    return this.#names.get(device) ?? `(no name, number ${device})`
  }

  isNamed(device: number): boolean {
    return this.#names.has(device)
  }

  /** Counted as stored. */
  count(device: number, readings: number): void {
    this.#stored.set(device, (this.#stored.get(device) ?? 0) + readings)
  }

  find(device: number, readings: number): void {
    this.#found.set(device, (this.#found.get(device) ?? 0) + readings)
  }

  *differences(): Generator<Finding> {
    const file = 'journal.db'
    if (!this.#hasSnapshot)
      yield { file, text: 'the snapshot of the accounts is damaged', advice: REPAIR }
    const first = this.journal.prepare('SELECT min(number) AS first FROM journal').get()?.['first']
    if (typeof first === 'number' && first > this.sealed + 1) {
      const text = `rows ${this.sealed + 1} to ${first - 1} are neither here nor in history`
      yield { file, text, advice: BACKUP }
    }
    // What is damaged was named above; here it would be named once more for every device.
    if (this.unreadable > 0 || !this.#hasSnapshot) return
    for (const device of new Set([...this.#stored.keys(), ...this.#found.keys()])) {
      const [stored, found] = [this.#stored.get(device) ?? 0, this.#found.get(device) ?? 0]
      if (stored === found) continue
      const text = `its account says ${stored} readings stored, and ${found} are there`
      const advice =
        stored > found
          ? 'A part of the folder is missing or older than the rest, or late readings were stored twice unchecked and are there once now.'
          : 'A part of the folder is older than the rest; nothing that is there is lost.'
      yield { file, text, device: this.nameOf(device), advice }
    }
  }
}

function rowsOf(db: DatabaseSync, sql: string): Record<string, unknown>[] {
  return attempt(() => db.prepare(sql).all()) ?? []
}

/** Undefined where a page is damaged: the look at the pages has said so. */
function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (thrown) {
    if (isCorrupt(thrown)) return undefined
    throw thrown
  }
}
