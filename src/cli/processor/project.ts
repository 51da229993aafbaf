import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { compileProcessor } from '../../kernel/compile.ts'
import { type Manifest, parseManifest } from '../../kernel/manifest.ts'

/** A folder that `busbar processor new` made: module.ts, manifest.json, the SDK, and what it is tried on. */
export class Project {
  readonly folder: string

  /** `word` empty: the folder one stands in. */
  constructor(word: string) {
    this.folder = resolve(word === '' ? '.' : word)
  }

  get name(): string {
    return basename(this.folder)
  }

  manifest(): Manifest {
    const path = join(this.folder, 'manifest.json')
    return parseManifest(readText(path), path)
  }

  async compile(): Promise<Uint8Array<ArrayBuffer>> {
    const made = await compileProcessor({ folder: this.folder, entry: 'module.ts', sdk: 'sdk' })
    return new Uint8Array(made)
  }
}

/** @throws GridError `not-found`, so that a mistyped name is no fault of ours. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new GridError('not-found', `${path} cannot be read: ${errorText(cause)}`, { cause })
  }
}

/** @throws GridError `usage` where the word that an action needs is missing. */
export function requireWord(word: string, what: string): string {
  if (word !== '') return word
  throw new GridError('usage', `${what} is missing`, { hint: 'See busbar processor --help.' })
}
