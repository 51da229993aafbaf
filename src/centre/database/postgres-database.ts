import postgres from 'postgres'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Database, Parameter, Query, Row } from './database.ts'

/** @throws GridError `unreachable` where there is none. */
export async function openPostgres(url: string): Promise<Database> {
  const sql = postgres(url, {
    max: limits.centreConnections,
    connect_timeout: limits.uplinkConnectMs / 1000,
    onnotice: () => {},
    connection: { application_name: 'busbar-centre' },
  })
  try {
    await sql.unsafe('SELECT 1')
  } catch (cause) {
    await sql.end({ timeout: 1 })
    throw new GridError('unreachable', `the database of the centre: ${errorText(cause)}`, {
      hint: 'Is PostgreSQL running, and is --database postgres://USER:PASSWORD@HOST:PORT/NAME right?',
      cause,
    })
  }
  return {
    query: queryOf(sql),
    transact: async (work) => {
      const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof work>>>()
      await sql.begin(async (own) => resolve(await work(queryOf(own))))
      return promise
    },
    close: async () => sql.end({ timeout: 5 }),
  }
}

function queryOf(sql: { readonly unsafe: postgres.Sql['unsafe'] }): Query {
  return async (text: string, parameters: readonly Parameter[] = []): Promise<readonly Row[]> =>
    sql.unsafe<Row[]>(text, [...parameters])
}
