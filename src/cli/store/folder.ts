import { statSync } from 'node:fs'
import { GridError } from '../../core/errors.ts'

/** A mistyped folder is not to be made, locked or found healthy. */
export function requireFolder(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true) return
  throw new GridError('not-found', `${directory}: there is no such folder`, {
    hint: 'Name the data folder of an edge, the one given to busbar edge --data.',
  })
}
