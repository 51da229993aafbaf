import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const TOOL = join(import.meta.dirname, '../../tools/build-bundle.ts')

/** The program as `npm run bundle` makes it, far from any `node_modules`. */
export class MadeBundle implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'busbar-bundle-'))
  readonly program = join(this.folder, 'dist')
  /** What Node.js is to run. */
  readonly main = join(this.program, 'lib/busbar/main.js')

  constructor() {
    execFileSync(process.execPath, [TOOL, this.program], { stdio: ['ignore', 'ignore', 'pipe'] })
  }

  /** What a command of it prints. */
  run(...words: readonly string[]): string {
    return execFileSync(process.execPath, [this.main, ...words], {
      cwd: this.folder,
      encoding: 'utf8',
    })
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true })
  }
}
