import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GridError, errorText } from '../core/errors.ts'

/**
 * One edge to a data folder. The lock is the operating system's on an otherwise empty database, so it goes with the process,
 * however that ends.
 */
export class FolderLock {
  readonly #db: DatabaseSync

  constructor(directory: string) {
    try {
      makeFolder(resolve(directory))
      this.#db = new DatabaseSync(join(directory, 'lock.db'))
      this.#db.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=OFF; BEGIN EXCLUSIVE')
    } catch (cause) {
      if (/locked/.test(errorText(cause))) {
        throw new GridError('in-use', `the data folder ${directory} is in use by another edge`, {
          hint: 'Stop that edge, or choose another folder with --data DIR.',
          cause,
        })
      }
      throw new GridError('disk', `opening the data folder ${directory}: ${errorText(cause)}`, {
        hint: 'Choose a folder that can be written to with --data DIR.',
        cause,
      })
    }
  }

  release(): void {
    this.#db.close()
  }
}

/** A new folder outlives a power cut only once every folder that names it, or a folder above it, is synced. */
function makeFolder(directory: string): void {
  const topmost = mkdirSync(directory, { recursive: true })
  if (topmost === undefined) return
  for (let made = directory; ; made = dirname(made)) {
    const parent = openSync(dirname(made), 'r')
    fsyncSync(parent)
    closeSync(parent)
    if (made === resolve(topmost)) return
  }
}
