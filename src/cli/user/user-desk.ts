import { GridError } from '../../core/errors.ts'
import { UserFile } from '../../edge/access/user-file.ts'
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

function ofFolder(directory: string): OpenedDesk {
  const file = new UserFile(directory)
  return {
    desk: deskOf(file.query),
    [Symbol.asyncDispose]: async () => file[Symbol.dispose](),
  }
}

async function ofDatabase(url: string): Promise<OpenedDesk> {
  const { openPostgres } = await import('../../centre/database/postgres-database.ts')
  const { migrate } = await import('../../centre/database/migrations.ts')
  const database = await openPostgres(url)
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
