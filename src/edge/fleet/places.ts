import { readFileSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { errorCode } from '../../core/errors.ts'
import { sha256 } from '../../fleet/set.ts'
import { syncFolder, writeDurably } from './durable-file.ts'

/** Where a file of a set goes: for the site file, beside it, or among the modules of the data folder. Never anywhere else. */
export interface PlacedFile {
  readonly place: 'site-file' | 'beside' | 'processor'
  readonly name: string
  /** Null: there is none. */
  readonly sha256: string | null
}

/** The files that an edge runs, and nothing of what they say. */
export class Places {
  readonly #siteFile: string
  readonly #directory: string

  constructor(siteFile: string, directory: string) {
    this.#siteFile = siteFile
    this.#directory = directory
  }

  get siteFile(): string {
    return this.#siteFile
  }

  /** Undefined: there is none. */
  read(file: Pick<PlacedFile, 'place' | 'name'>): Buffer<ArrayBuffer> | undefined {
    try {
      return readFileSync(this.#path(file))
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return undefined
      throw cause
    }
  }

  /** What is other than it should be. */
  changed(files: readonly PlacedFile[]): readonly PlacedFile[] {
    return files.filter((file) => {
      const bytes = this.read(file)
      return (bytes === undefined ? null : sha256(bytes)) !== file.sha256
    })
  }

  /** Each at once or not at all; done twice it is as done once. Undefined: it is taken away. */
  put(file: Pick<PlacedFile, 'place' | 'name'>, bytes: Uint8Array | undefined): void {
    const path = this.#path(file)
    if (bytes !== undefined) return writeDurably(path, bytes)
    rmSync(path, { force: true })
    syncFolder(dirname(path))
  }

  #path({ place, name }: Pick<PlacedFile, 'place' | 'name'>): string {
    switch (place) {
      case 'site-file':
        return this.#siteFile
      case 'beside':
        return join(dirname(this.#siteFile), basename(name))
      case 'processor':
        return join(this.#directory, 'processors', `${basename(name)}.json`)
    }
  }
}
