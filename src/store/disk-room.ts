import { statfsSync } from 'node:fs'
import { limits } from '../core/limits.ts'

/** The disk has said that it has no room; any other failure of it may pass, and says nothing about room. */
export function isDiskFull(cause: unknown): boolean {
  if (!(cause instanceof Error) || !('errcode' in cause)) return false
  return cause.errcode === SQLITE_FULL || cause.errcode === SQLITE_IOERR_SHMSIZE
}

/** Whether it is worth trying again; where the file system does not say, it is. */
export function mayHaveRoom(directory: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize >= limits.diskProbeBytes
  } catch {
    return true
  }
}

const SQLITE_FULL = 13
/** The index of the WAL could not grow, for which there is no other reason. */
const SQLITE_IOERR_SHMSIZE = 4874
