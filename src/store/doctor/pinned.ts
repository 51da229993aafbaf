import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { isCorrupt } from '../damage/corrupt.ts'
import { checkFormat } from '../format-check.ts'
import { checkHistory, historyPath, sealedIn } from '../history/history-file.ts'
import { journalPath } from '../journal.ts'

const TRIES = 100

/**
 * Both files as they stood at one moment, beside a running edge or without one, for as long as it is open. History is looked at first: rows
 * that were sealed and taken away between the two looks would be in neither, so such a pair is taken again. What is in both is left out
 * of the journal by whoever reads.
 */
export class PinnedPair implements Disposable {
  readonly journal: DatabaseSync
  /** Undefined: no edge has run on it since there is history. */
  readonly history: DatabaseSync | undefined

  constructor(directory: string) {
    const path = journalPath(directory)
    if (!existsSync(path)) {
      throw new GridError('not-found', `${directory}: no journal.db in this folder`, {
        hint: 'Name the data folder of an edge, the one given to busbar edge --data.',
      })
    }
    const history = historyPath(directory)
    const options = { readOnly: true, timeout: limits.readerBusyMs }
    this.journal = new DatabaseSync(path, options)
    this.history = existsSync(history) ? new DatabaseSync(history, options) : undefined
    try {
      named(path, () => checkFormat(this.journal, path))
      const { history: second } = this
      if (second !== undefined) named(history, () => checkHistory(second, history))
      this.#pin()
    } catch (thrown) {
      this[Symbol.dispose]()
      throw thrown
    }
  }

  [Symbol.dispose](): void {
    this.journal.close()
    this.history?.close()
  }

  #pin(): void {
    for (let tries = 0; tries < TRIES; tries++) {
      for (const db of [this.history, this.journal]) db?.exec('BEGIN')
      const sealed = this.history === undefined ? 0 : sealedIn(this.history)
      const row = this.journal
        .prepare(
          `SELECT (SELECT min(number) FROM journal) AS first,
            (SELECT journal FROM snapshot) AS snapshot`,
        )
        .get()
      const snapshot = (row?.['snapshot'] as number | null) ?? 0
      // Only rows that a snapshot counts are taken away.
      const first = (row?.['first'] as number | null) ?? snapshot + 1
      if (first <= sealed + 1 || this.history === undefined || tries === TRIES - 1) return
      for (const db of [this.history, this.journal]) db?.exec('COMMIT')
    }
  }
}

/** SQLite does not say which file it is that it cannot read. */
function named(path: string, check: () => void): void {
  try {
    check()
  } catch (cause) {
    if (!isCorrupt(cause)) throw cause
    throw new GridError('corrupt', `${path} cannot be opened: ${errorText(cause)}`, { cause })
  }
}
