import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A file system of its own, which takes the rights of root. */
export class SmallDisk implements Disposable {
  readonly #folder: string

  /** Undefined: it cannot be mounted, and the folder is one like any other. */
  static mount(folder: string): SmallDisk | undefined {
    mkdirSync(folder, { recursive: true })
    try {
      const words = ['-t', 'tmpfs', '-o', 'size=200m,mode=0755', 'tmpfs', folder]
      execFileSync('mount', words, { stdio: 'ignore' })
      return new SmallDisk(folder)
    } catch {
      return undefined
    }
  }

  private constructor(folder: string) {
    this.#folder = folder
  }

  fill(): void {
    const { bavail, bsize } = statfsSync(this.#folder)
    writeFileSync(join(this.#folder, 'ballast'), Buffer.alloc(bavail * bsize))
  }

  free(): void {
    rmSync(join(this.#folder, 'ballast'))
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#folder])
  }
}
