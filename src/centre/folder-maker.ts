import { LEAST_BUFFER_MB, createEmbedded } from './database/embedded-folder.ts'

/** A program of its own that makes a folder with an empty database: what that takes, half a gigabyte, goes with it. */
const [, , dataDir = ''] = process.argv
const db = await createEmbedded(dataDir, LEAST_BUFFER_MB)
await db.close()
