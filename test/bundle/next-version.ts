import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MadeBundle } from './made-bundle.ts'

/** Files of the bundle with another version in them: what an upgrade exchanges. */
export function nextVersion(bundle: MadeBundle): string {
  const folder = join(bundle.folder, 'next')
  cpSync(bundle.program, folder, { recursive: true })
  for (const file of ['package.json', ...globSync('lib/busbar/*.js', { cwd: folder })]) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    const next = text.replace(
      /(\bversion"?\s*[:=]\s*["`])\d+\.\d+\.\d+/,
      (_, head: string) => `${head}99.0.0`,
    )
    if (file === 'package.json' || file.includes('/package-')) writeFileSync(path, next)
  }
  const main = join(folder, 'lib/busbar/main.js')
  const said = execFileSync(process.execPath, [main, '--version'], { encoding: 'utf8' })
  assert.match(said, /^busbar 99\.0\.0,/)
  return main
}
