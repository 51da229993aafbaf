import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { GridError, errorText } from '../../core/errors.ts'
import { type Role, type SetFile, type SignedSet, openSet, sha256 } from '../../fleet/set.ts'

/**
 * What a set is made of: `sites/ID.yaml`, `policy.tar.gz` with `policy.tar.gz.sig` and `policy-examples.json`, `processors/NAME.json`, each of which may be absent; `set.json`
 * is the signed set.
 */
export class SetFolder {
  readonly path: string

  constructor(path: string | undefined) {
    if (path === undefined) throw new GridError('usage', 'the folder of the set is missing')
    this.path = path
  }

  get signedPath(): string {
    return join(this.path, 'set.json')
  }

  signed(): SignedSet {
    return openSet(this.#read(this.signedPath).toString('utf8'), this.signedPath)
  }

  files(): readonly (SetFile & { readonly path: string })[] {
    const single = Object.entries(SINGLE).flatMap(([file, role]) =>
      existsSync(join(this.path, file)) ? [this.#file(join(this.path, file), role, '')] : [],
    )
    return [...this.#folder('sites', '.yaml', 'site'), ...single, ...this.#modules()]
  }

  content(path: string): Buffer {
    return this.#read(path)
  }

  #modules(): ReturnType<SetFolder['files']> {
    return this.#folder('processors', '.json', 'processor')
  }

  #folder(name: string, ending: string, role: Role): ReturnType<SetFolder['files']> {
    const folder = join(this.path, name)
    const names = existsSync(folder) ? readdirSync(folder).toSorted() : []
    return names
      .filter((file) => file.endsWith(ending))
      .map((file) => this.#file(join(folder, file), role, basename(file, ending)))
  }

  #file(path: string, role: Role, name: string): SetFile & { readonly path: string } {
    const content = this.#read(path)
    return { role, name, sha256: sha256(content), bytes: content.length, path }
  }

  #read(path: string): Buffer {
    try {
      return readFileSync(path)
    } catch (cause) {
      throw new GridError('input', `${path}: cannot be read (${errorText(cause)})`, { cause })
    }
  }
}

const SINGLE: Readonly<Record<string, Role>> = {
  'policy.tar.gz': 'policy',
  'policy.tar.gz.sig': 'policy-signature',
  'policy-examples.json': 'policy-examples',
}
