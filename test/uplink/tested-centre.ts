import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Program } from './program.ts'
import type { Server } from './servers.ts'

export interface TestedCentreSettings {
  readonly folder: string
  /** URL of a database; undefined: PGlite in the folder. */
  readonly database: string | undefined
  /** URL of a broker; undefined: its own. */
  readonly broker: string | undefined
}

export async function startCentre(settings: TestedCentreSettings): Promise<Program> {
  const { folder, database, broker } = settings
  const words = ['src/cli/main.ts', 'centre', '--http', '127.0.0.1:0']
  if (database === undefined) words.push('--data', join(folder, 'centre'))
  else words.push('--database', database)
  if (broker === undefined) words.push('--mqtt', '127.0.0.1:0')
  else words.push('--broker', broker)
  return Program.start(words)
}

/** One of many in a server: its URL. */
export function makeDatabase({ port }: Server, name: string): string {
  runSql(`postgres://busbar@127.0.0.1:${port}/postgres`, `CREATE DATABASE ${name}`)
  return `postgres://busbar@127.0.0.1:${port}/${name}`
}

/** What it prints, without heads. */
export function runSql(database: string, sql: string): string {
  const words = [database, '-q', '-A', '-t', '-c', sql]
  return execFileSync('psql', words, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' })
}
