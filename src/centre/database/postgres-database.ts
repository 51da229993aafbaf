import { Client, type ClientConfig, Pool } from 'pg'
import { GridError, errorText } from '../../core/errors.ts'
import { limits } from '../../core/limits.ts'
import type { Database, Parameter, Query, Row } from './database.ts'

/** @throws GridError `unreachable` where there is none. */
export async function openPostgres(url: string): Promise<Database> {
  const pool = new Pool({
    connectionString: url,
    Client: PromptClient,
    max: limits.centreConnections,
    idleTimeoutMillis: 0,
    keepAlive: true,
    application_name: 'busbar-centre',
  })
  // Whoever asks next is told; without anybody who listens the process would end.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await pool.query('SELECT 1')
  } catch (cause) {
    await pool.end()
    throw new GridError('unreachable', `the database of the centre: ${errorText(cause)}`, {
      hint: 'Is PostgreSQL running, and is --database postgres://USER:PASSWORD@HOST:PORT/NAME right?',
      cause,
    })
  }
  return {
    query: queryOf(pool),
    transact: async (work) => {
      const client = await pool.connect()
      let isDone = false
      try {
        await client.query('BEGIN')
        const result = await work(queryOf(client))
        await client.query('COMMIT')
        isDone = true
        return result
      } finally {
        // A connection on which something has failed is closed: that takes back what was begun, whether it can still be talked over or not.
        client.release(!isDone)
      }
    },
    close: async () => pool.end(),
  }
}

/** Only making a connection takes no longer than this; a pool with the limit of its own would also bound how long somebody waits for one. */
class PromptClient extends Client {
  constructor(config?: string | ClientConfig) {
    const settings = typeof config === 'string' ? { connectionString: config } : config
    super({ ...settings, connectionTimeoutMillis: limits.uplinkConnectMs })
  }
}

function queryOf(client: Pick<Pool, 'query'>): Query {
  return async (text: string, parameters: readonly Parameter[] = []): Promise<readonly Row[]> => {
    const { rows } = await client.query<Row>(text, [...parameters])
    return rows
  }
}
