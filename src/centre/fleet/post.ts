import { limits } from '../../core/limits.ts'
import type { Database, Query, Row } from '../database/database.ts'

/** Takes a message to a broker; rejects where it has not taken it. */
export type Send = (site: string, desired: Uint8Array) => Promise<void>

/** Brings what sites are asked to a broker, each thing once and in its order. */
export interface Post {
  /** The broker may have forgotten what it was to keep. */
  again(): Promise<void>
  deliver(): Promise<void>
}

/** To the broker of this process, which hears of no other worker. */
export class OwnPost implements Post {
  readonly #database: Database
  readonly #send: Send
  #number = 0

  constructor(database: Database, send: Send) {
    this.#database = database
    this.#send = send
  }

  async again(): Promise<void> {
    this.#number = 0
  }

  async deliver(): Promise<void> {
    for (;;) {
      const before = this.#number
      const last = await sendSome(this.#database.query, before, this.#send)
      if (last === undefined) return
      // Unless all of it has to be sent again by now.
      if (this.#number === before) this.#number = last
    }
  }
}

/** Of those that share one broker. */
const SENDER = 0x42555356

/**
 * To a broker that several workers share: how far they have come is in the database, and one of them sends at a time, so that nothing that is out of date is sent
 * behind what took its place. What one had sent when it was killed is sent once more, and is known there.
 */
export class SharedPost implements Post {
  readonly #database: Database
  readonly #broker: string
  readonly #send: Send

  constructor(database: Database, broker: string, send: Send) {
    this.#database = database
    this.#broker = broker
    this.#send = send
  }

  async again(): Promise<void> {
    await this.#database.query('DELETE FROM fleet_sent WHERE broker = $1', [this.#broker])
  }

  async deliver(): Promise<void> {
    for (;;) {
      const isDone = await this.#database.transact(async (query) => this.#deliverSome(query))
      if (isDone) return
    }
  }

  async #deliverSome(query: Query): Promise<boolean> {
    const [lock] = await query(`SELECT pg_try_advisory_xact_lock(${SENDER}) AS mine`)
    if (lock?.['mine'] !== true) return true
    const [mark] = await query('SELECT number::float8 FROM fleet_sent WHERE broker = $1', [
      this.#broker,
    ])
    const last = await sendSome(query, Number(mark?.['number'] ?? 0), this.#send)
    if (last === undefined) return true
    await query(
      'INSERT INTO fleet_sent VALUES ($1, $2::bigint) ON CONFLICT (broker) DO UPDATE SET number = excluded.number',
      [this.#broker, last],
    )
    return false
  }
}

/** The number of the last that was sent; undefined: there is nothing new. */
async function sendSome(query: Query, above: number, send: Send): Promise<number | undefined> {
  const rows = await query(
    `SELECT site, document, number::float8 FROM fleet_desired WHERE number > $1::bigint ORDER BY number LIMIT ${limits.desiredAtOnce}`,
    [above],
  )
  await Promise.all(
    rows.map(async (row: Row) => send(String(row['site']), Buffer.from(String(row['document'])))),
  )
  return rows.length === 0 ? undefined : Number(rows.at(-1)?.['number'])
}
