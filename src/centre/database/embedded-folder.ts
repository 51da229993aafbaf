import { PGlite } from '@electric-sql/pglite'
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm'

/** PGlite on a folder, which is made where there is none. It comes with fsync switched off. Buffers are memory of this process. */
export async function createEmbedded(dataDir: string, bufferMb: number): Promise<PGlite> {
  const startParams = PGlite.defaultStartParams.filter((each) => each !== '-F')
  // The other ways to sync end in a call that does nothing in WebAssembly.
  const own = ['-c', 'wal_sync_method=fsync', '-c', `shared_buffers=${bufferMb}MB`]
  return PGlite.create({
    dataDir,
    extensions: { pg_trgm },
    // A folder is made by several databases that are thrown away.
    initDbStartParams: ['-c', `shared_buffers=${LEAST_BUFFER_MB}MB`],
    startParams: [...startParams, ...own],
  })
}

/** For what is done once. */
export const LEAST_BUFFER_MB = 8
