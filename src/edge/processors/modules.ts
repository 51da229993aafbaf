import { createHash } from 'node:crypto'
import { errorText } from '../../core/errors.ts'
import { type Built, builtInProcessors, loadBuiltIn } from '../../kernel/built-in.ts'
import { checkModule } from '../../kernel/module-check.ts'
import type { Loaded } from '../../kernel/running.ts'
import { OwnPackages } from './own-packages.ts'
import type { ModuleSet } from './protocol.ts'

export interface LoadedModules {
  readonly loaded: readonly Loaded[]
  /** Those that may not run here, and why. */
  readonly refused: ReadonlyMap<string, string>
}

/** Where the modules of a thread come from. */
export class Modules {
  readonly #set: ModuleSet
  readonly #own: OwnPackages | undefined
  #changedMs = 0

  constructor(directory: string, set: ModuleSet) {
    this.#set = set
    this.#own = set.of === 'own' ? new OwnPackages(directory) : undefined
  }

  /** Since they were loaded last. */
  get haveChanged(): boolean {
    return this.#own !== undefined && this.#own.changedMs !== this.#changedMs
  }

  async load(): Promise<LoadedModules> {
    const loaded: Loaded[] = []
    const refused = new Map<string, string>()
    this.#changedMs = this.#own?.changedMs ?? 0
    for (const name of this.#names()) {
      try {
        loaded.push(this.#checked(await this.#module(name)))
      } catch (cause) {
        refused.set(name, errorText(cause))
      }
    }
    return { loaded, refused }
  }

  /**
   * Those that a thread begins with: where a module that ran, as its record says, is there beside the one that is to take its place, the one that
   * ran. So the other comes by way of the shadow also after a restart.
   */
  before(loaded: readonly Loaded[], records: readonly { digest: string }[]): readonly Loaded[] {
    const ran = new Set(records.map(({ digest }) => digest))
    return loaded.map((one) => {
      if (ran.has(one.digest)) return one
      const before = this.#before(one.name)
      return before !== undefined && ran.has(before.digest) ? before : one
    })
  }

  #before(name: string): Loaded | undefined {
    if (this.#set.of !== 'own' || this.#own === undefined) return undefined
    try {
      const found = this.#own.loadBefore(name, this.#set.trust)
      return found === undefined ? undefined : this.#checked(found)
    } catch {
      // What cannot be taken as it is now is not what ran.
      return undefined
    }
  }

  #names(): readonly string[] {
    if (this.#set.of === 'own') return this.#own?.names() ?? []
    const { off } = this.#set
    return builtInProcessors.filter((name) => !off.includes(name))
  }

  async #module(name: string): Promise<Built> {
    if (this.#set.of === 'own' && this.#own !== undefined)
      return this.#own.load(name, this.#set.trust)
    return loadBuiltIn(name)
  }

  #checked({ manifest, bytes }: Built): Loaded {
    const { name, version, reads } = manifest
    const settings = this.#set.settings[name] ?? {}
    const digest = createHash('sha256')
      .update(bytes)
      .update(JSON.stringify([manifest, settings]))
      .digest('hex')
    return { name, version, digest, reads, settings, module: checkModule(bytes, name) }
  }
}
