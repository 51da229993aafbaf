import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** All that is in a data folder, whoever put it there. */
export function folderBytes(directory: string): number {
  let bytes = 0
  for (const name of readdirSync(directory)) {
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0
  }
  return bytes
}
