import type { DatabaseSync } from 'node:sqlite'
import { GridError } from '../core/errors.ts'
import { APPLICATION_ID, FORMAT_VERSION, OLDEST_VERSION } from './schema.ts'

/** A file of another program, or of a newer version, is refused before anything of it is believed. Returns its version. */
export function checkFormat(db: DatabaseSync, path: string): number {
  const pragma = (name: string): number => db.prepare(`PRAGMA ${name}`).get()?.[name] as number
  if (pragma('application_id') !== APPLICATION_ID) {
    throw new GridError('input', `${path}: an SQLite file, but not a journal of Busbar`, {
      hint: 'Give the folder of an edge, or an empty one, with --data.',
    })
  }
  const version = pragma('user_version')
  if (version < OLDEST_VERSION || version > FORMAT_VERSION) {
    throw new GridError(
      'input',
      `${path}: format ${version}; this program reads formats ${OLDEST_VERSION} to ${FORMAT_VERSION}`,
      { hint: 'Use the version of busbar that wrote it, or a later one.' },
    )
  }
  return version
}
