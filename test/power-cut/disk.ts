import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/core/random.ts'
import { surviveInPart } from './page-survival.ts'

export interface DiskSettings {
  /** Empty, and the caller's to remove. */
  readonly folder: string
  /** Where the interposed library is. */
  readonly library: string
}

/**
 * `strict`: what was not synced is gone. `partial`: of what was not synced some pages and some names are there, for a disk may
 * write what it likes when it likes.
 */
export type Cut = 'strict' | 'partial'

/**
 * The data folder of an edge, and beside it what a power cut would leave of it now (`unsynced.c`). After each cut the survivors become
 * the next data folder.
 */
export class Disk {
  readonly #settings: DiskSettings
  #generation = 0

  constructor(settings: DiskSettings) {
    this.#settings = settings
    mkdirSync(this.directory, { recursive: true })
    this.#prepare()
  }

  /** What an edge gets as `--data`. */
  get directory(): string {
    return join(this.#path, 'data')
  }

  /** What is on the disk. */
  get names(): string {
    return join(this.#path, 'disk/names')
  }

  environment({ delayMs, lie }: { readonly delayMs: number; readonly lie: string }) {
    return {
      LD_PRELOAD: this.#settings.library,
      UNSYNCED_DATA: this.directory,
      UNSYNCED_DISK: join(this.#path, 'disk'),
      UNSYNCED_DELAY_US: String(Math.round(delayMs * 1000)),
      UNSYNCED_LIE: lie,
    }
  }

  /** Once the process is dead. */
  cut(kind: Cut, random: Random): void {
    if (kind === 'partial') this.#surviveInPart(random)
    const survivors = this.names
    const old = this.#path
    this.#generation++
    mkdirSync(this.directory, { recursive: true })
    for (const name of readdirSync(survivors)) {
      copyFileSync(join(survivors, name), join(this.directory, name))
    }
    rmSync(old, { recursive: true })
    this.#prepare()
  }

  /** All that is there when an edge starts has survived, so it is on the disk. */
  #prepare(): void {
    const disk = join(this.#path, 'disk')
    for (const folder of ['names', 'objects']) mkdirSync(join(disk, folder), { recursive: true })
    for (const name of readdirSync(this.directory)) {
      const object = join(disk, 'objects', `0.${name}`)
      copyFileSync(join(this.directory, name), object)
      linkSync(object, join(disk, 'names', name))
    }
  }

  get #path(): string {
    return join(this.#settings.folder, `generation-${this.#generation}`)
  }

  #surviveInPart(random: Random): void {
    const seen = new Set(readdirSync(this.directory).filter((name) => !name.endsWith('-shm')))
    for (const name of new Set([...seen, ...readdirSync(this.names)])) {
      this.#surviveByName(name, seen.has(name) && random() < 0.5)
      const [real, stored] = [join(this.directory, name), join(this.names, name)]
      if (existsSync(real) && existsSync(stored)) surviveInPart(real, stored, random)
    }
    for (const name of readdirSync(this.names)) {
      if (!seen.has(name) && random() < 0.5) unlinkSync(join(this.names, name))
    }
  }

  /** A file that was created, but whose folder was not synced: the disk may have it, as far as its content was written. */
  #surviveByName(name: string, survives: boolean): void {
    if (!survives || existsSync(join(this.names, name))) return
    const objects = join(this.#path, 'disk/objects')
    const serials = readdirSync(objects)
      .filter((object) => object.endsWith(`.${name}`))
      .map((object) => Number.parseInt(object, 10))
    if (serials.length === 0) return
    linkSync(join(objects, `${Math.max(...serials)}.${name}`), join(this.names, name))
  }
}
