import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, fsyncSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PGlite } from '@electric-sql/pglite'
import { GridError, errorText } from '../../core/errors.ts'
import { createEmbedded } from './embedded-folder.ts'
import type { Database, Parameter, Query, Row } from './database.ts'

/**
 * PostgreSQL in this process. It comes with fsync switched off and with a file system that has none: both are put right here, or what
 * the centre acknowledges would be lost with the power.
 */
export async function openEmbedded(directory: string): Promise<Database> {
  const dataDir = join(directory, 'postgres')
  try {
    mkdirSync(directory, { recursive: true })
    if (!existsSync(join(dataDir, 'PG_VERSION'))) await makeFolder(dataDir)
    const db = await createEmbedded(dataDir, BUFFER_MB)
    syncFiles(db)
    return {
      query: queryOf(db),
      transact: async (work) => db.transaction(async (own) => work(queryOf(own))),
      close: async () => db.close(),
    }
  } catch (cause) {
    throw new GridError('disk', `opening the database ${dataDir}: ${errorText(cause)}`, {
      hint: 'Is another centre running on this folder?',
      cause,
    })
  }
}

/** Rejects, or leaves it to whoever opens the folder to say what is wrong with it. */
async function makeFolder(dataDir: string): Promise<void> {
  const execArgv = [...process.execArgv, ...THRIFTY]
  const child = fork(new URL('../folder-maker.ts', import.meta.url), [dataDir], { execArgv })
  await once(child, 'exit')
}

/** Half of what is usual with PostgreSQL. */
const BUFFER_MB = 64

/** What runs for seconds only is not worth the optimising compiler of WebAssembly, which takes 110 MB and most of the time. */
const THRIFTY = ['--liftoff-only', '--max-semi-space-size=1']

interface OpenFile {
  readonly nfd: number
}

function syncFiles(db: PGlite): void {
  const operations: Record<string, unknown> = db.Module.NODEFS.stream_ops
  operations['fsync'] = ({ nfd }: OpenFile): number => {
    fsyncSync(nfd)
    return 0
  }
}

function queryOf(db: Pick<PGlite, 'query'>): Query {
  return async (text: string, parameters: readonly Parameter[] = []): Promise<readonly Row[]> => {
    const { rows } = await db.query<Row>(text, [...parameters])
    return rows
  }
}
