import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'

/** A file that has its name only once it is whole and on the disk; until then it is called `NAME.NUMBER.partial`. */
export class PartialFile implements Disposable {
  readonly #path: string
  readonly #partialPath: string
  readonly #handle: number
  #isOpen = true
  bytes = 0

  constructor(path: string) {
    this.#path = path
    this.#partialPath = `${path}.${process.pid}.partial`
    this.#handle = attempt(path, () => {
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
        throw new GridError('input', `${path} is a folder`, { hint: 'Name a file with --out.' })
      }
      return openSync(this.#partialPath, 'w')
    })
  }

  write(bytes: Uint8Array): void {
    attempt(this.#path, () => {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(this.#handle, bytes, done, bytes.length - done)
      }
    })
    this.bytes += bytes.length
  }

  /** Takes the place of a file that had the name before. */
  complete(): void {
    attempt(this.#path, () => {
      fsyncSync(this.#handle)
      this.#close()
      renameSync(this.#partialPath, this.#path)
      const folder = openSync(dirname(this.#path), 'r')
      fsyncSync(folder)
      closeSync(folder)
    })
  }

  /** What is not complete is removed. */
  [Symbol.dispose](): void {
    this.#close()
    rmSync(this.#partialPath, { force: true })
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#handle)
    this.#isOpen = false
  }
}

function attempt<Result>(path: string, act: () => Result): Result {
  try {
    return act()
  } catch (cause) {
    if (cause instanceof GridError) throw cause
    throw new GridError('disk', `${path} cannot be written: ${errorText(cause)}`, {
      hint: 'Is there room, and is the folder one that may be written?',
      cause,
    })
  }
}
