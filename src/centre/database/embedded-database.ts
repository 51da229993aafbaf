import { fsyncSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'
import { GridError, errorText } from '../../core/errors.ts'
import type { Database, Parameter, Query, Row } from './database.ts'

/**
 * PostgreSQL in this process. It comes with fsync switched off and with a file system that has none: both are put right here, or what
 * the centre acknowledges would be lost with the power.
 */
export async function openEmbedded(directory: string): Promise<Database> {
  const dataDir = join(directory, 'postgres')
  try {
    mkdirSync(directory, { recursive: true })
    const startParams = PGlite.defaultStartParams.filter((each) => each !== '-F')
    // The other ways to sync end in a call that does nothing in WebAssembly.
    const db = await PGlite.create({
      dataDir,
      extensions: { pg_trgm },
      startParams: [...startParams, '-c', 'wal_sync_method=fsync'],
    })
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
