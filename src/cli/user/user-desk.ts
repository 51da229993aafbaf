import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '../../centre/database/database.ts'
import { GridError } from '../../core/errors.ts'
import { UserFile } from '../../edge/access/user-file.ts'
import { FolderLock } from '../../store/folder-lock.ts'
import { UserDesk } from '../../users/user-desk.ts'
import type { Query } from '../../users/user-tables.ts'
import type { Args } from '../command.ts'

export interface OpenedDesk extends AsyncDisposable {
  readonly desk: UserDesk
}

/** The users of an edge by its data folder, or of a centre by its database. Either may be running. */
export async function openDesk(args: Args): Promise<OpenedDesk> {
  const directory = args.optional('data')
  const url = args.optional('database')
  if (directory !== undefined && url === undefined) return ofFolder(directory)
  if (url !== undefined && directory === undefined) return ofDatabase(url)
  throw new GridError('usage', 'either --data of an edge or --database of a centre is needed', {
    hint: 'Example: busbar user list --data var/demo',
  })
}

/** Of a centre with a database of its own only while it does not run: that has no second user at a time. */
async function ofFolder(directory: string): Promise<OpenedDesk> {
  if (existsSync(join(directory, 'postgres'))) return ofOwnDatabase(directory)
  const file = new UserFile(directory)
  return {
    desk: deskOf(file.query),
    [Symbol.asyncDispose]: async () => file[Symbol.dispose](),
  }
}

async function ofOwnDatabase(directory: string): Promise<OpenedDesk> {
  const lock = new FolderLock(directory)
  try {
    const { openEmbedded } = await import('../../centre/database/embedded-database.ts')
    const opened = await ofCentre(await openEmbedded(directory))
    const close = async (): Promise<void> => {
      await opened[Symbol.asyncDispose]()
      lock.release()
    }
    return { desk: opened.desk, [Symbol.asyncDispose]: close }
  } catch (thrown) {
    lock.release()
    throw thrown
  }
}

async function ofDatabase(url: string): Promise<OpenedDesk> {
  const { openPostgres } = await import('../../centre/database/postgres-database.ts')
  return ofCentre(await openPostgres(url))
}

async function ofCentre(database: Database): Promise<OpenedDesk> {
  const { migrate } = await import('../../centre/database/migrations.ts')
  await migrate(database)
  return {
    desk: deskOf(database.query),
    [Symbol.asyncDispose]: async () => database.close(),
  }
}

function deskOf(query: Query): UserDesk {
  const parts = { query, now: Date.now, addCommand: '', secureHint: '' }
  return new UserDesk({ ...parts, allowsOpen: true })
}
