import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts')

/** Runs one command to its end. */
export function busbar(...words: readonly string[]): string {
  const done = spawnSync(process.execPath, [MAIN, ...words], { encoding: 'utf8', timeout: 60_000 })
  if (done.status !== 0) throw new Error(`busbar ${words.join(' ')}: ${done.stderr}`)
  return done.stdout.trim()
}
