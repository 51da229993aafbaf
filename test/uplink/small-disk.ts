import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own, which takes the rights of root. */
export class SmallDisk implements Disposable {
  readonly #folder: string

  /** Whether this process may. */
  static get canMount(): boolean {
    const folder = mkdtempSync(join(tmpdir(), 'busbar-disk-'))
    const disk = SmallDisk.mount(folder)
    disk?.[Symbol.dispose]()
    rmSync(folder, { recursive: true })
    return disk !== undefined
  }

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

  /** Whatever others write meanwhile. */
  fill(): void {
    const path = join(this.#folder, 'ballast')
    for (const bytes of [1024 * 1024, 4096]) {
      try {
        for (;;) appendFileSync(path, Buffer.alloc(bytes))
      } catch (thrown) {
        if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC')) throw thrown
      }
    }
  }

  free(): void {
    rmSync(join(this.#folder, 'ballast'))
  }

  [Symbol.dispose](): void {
    execFileSync('umount', ['--lazy', this.#folder])
  }
}
