import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { GridError, errorCode } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import { type Package, openPackage } from '../../kernel/package.ts'

/** Whose modules run on this edge. */
export interface Trust {
  readonly allowUnsigned: boolean
  /** Public keys, as `publicText` has them. */
  readonly trustedKeys: readonly string[]
}

/**
 * The modules of the utility's own that an edge has been given: `processors/NAME.json` in the data folder, and beside each the one that it
 * took the place of, `NAME.before.json`.
 */
export class OwnPackages {
  readonly #folder: string

  constructor(directory: string) {
    this.#folder = join(directory, 'processors')
  }

  /** When the last of them came, so that it is cheap to ask whether one has; 0: there is none. */
  get changedMs(): number {
    return this.names().reduce((latest, name) => {
      return Math.max(latest, statSync(this.#path(name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    }, 0)
  }

  names(): readonly string[] {
    try {
      return readdirSync(this.#folder)
        .filter((file) => FILE.test(file))
        .map((file) => file.slice(0, -'.json'.length))
        .toSorted()
    } catch (cause) {
      if (errorCode(cause) === 'ENOENT') return []
      throw cause
    }
  }

  /** @throws GridError `input` where it may not run here. */
  load(name: string, trust: Trust): Package {
    const found = this.#read(name)
    requireTrust(found, trust)
    return found
  }

  /** The one that the module of that name took the place of. @throws as `load`. */
  loadBefore(name: string, trust: Trust): Package | undefined {
    const path = this.#before(name)
    if (!existsSync(path)) return undefined
    const found = openPackage(readFileSync(path, 'utf8'), path)
    requireTrust(found, trust)
    return found
  }

  /** Takes the place of the module of that name, if there is one. @throws GridError `input` for what is no package. */
  put(text: string, path: string): Package {
    const found = openPackage(text, path)
    const { name } = found.manifest
    mkdirSync(this.#folder, { recursive: true })
    if (!this.names().includes(name) && this.names().length >= limits.ownProcessors) {
      throw new GridError('input', `an edge runs ${limits.ownProcessors} modules of its own`, {
        hint: 'Take one out of the folder processors in the data folder.',
      })
    }
    const fresh = join(this.#folder, `${name}.new`)
    writeFileSync(fresh, text, { flush: true })
    if (this.names().includes(name)) renameSync(this.#path(name), this.#before(name))
    renameSync(fresh, this.#path(name))
    return found
  }

  /** Gives its place back to the module before. @throws GridError `not-found` where there was none. */
  rollBack(name: string): Package {
    // Also what is no name of a file of this folder.
    if (!this.names().includes(name))
      throw new GridError('not-found', `there is no module ${name.slice(0, 100)}`)
    const fresh = join(this.#folder, `${name}.new`)
    try {
      writeFileSync(fresh, readFileSync(this.#before(name)), { flush: true })
    } catch (cause) {
      throw new GridError('not-found', `there is no module before ${name}`, { cause })
    }
    renameSync(this.#path(name), this.#before(name))
    renameSync(fresh, this.#path(name))
    return this.#read(name)
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`)
  }

  #before(name: string): string {
    return join(this.#folder, `${name}.before.json`)
  }

  #read(name: string): Package {
    const path = this.#path(name)
    return openPackage(readFileSync(path, 'utf8'), path)
  }
}

/** @throws GridError `input` where it is signed by nobody who is trusted. */
export function requireTrust(
  { manifest, signer }: Package,
  { allowUnsigned, trustedKeys }: Trust,
): void {
  if (signer === undefined ? allowUnsigned : trustedKeys.includes(signer)) return
  const reason = signer === undefined ? 'is not signed' : 'is signed with a key that is not known'
  throw new GridError('input', `processor ${manifest.name} ${reason} here`, {
    hint: 'Keys are listed in the site file under processors.trustedKeys; busbar processor sign signs.',
  })
}

const FILE = /^[a-z][a-z0-9-]{0,63}\.json$/
