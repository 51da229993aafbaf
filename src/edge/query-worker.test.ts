import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import { QueryThread, type QueryThreadOptions } from '../store/reader/query-thread.ts'
import type { ReadingsChunk } from '../store/reader/readings-query.ts'
import { WrittenJournal } from '../store/reader/written-journal.test.ts'

const EVER = { device: undefined, quantity: undefined, from: Micros(0), to: Micros(4e15) }

const WORKER = new URL('./query-worker.ts', import.meta.url)

class Setting {
  readonly journal = new WrittenJournal().define('m1/p', 'm2/p')
  readonly thread: QueryThread

  constructor(options: Partial<QueryThreadOptions> = {}) {
    const { directory } = this.journal
    this.thread = new QueryThread({ directory, entry: WORKER, ...options })
  }

  fill(readings: number): this {
    for (let start = 0; start < readings; start += 16_000) {
      const count = Math.min(16_000, readings - start)
      this.journal.row(
        Array.from({ length: count }, (_, at) => ({ point: at & 1, time: start + at })),
      )
    }
    return this
  }

  cursor(): AsyncIterator<ReadingsChunk, undefined> {
    return this.thread.readings(EVER)[Symbol.asyncIterator]()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.thread.close()
    this.journal[Symbol.dispose]()
  }
}

async function count(chunks: AsyncIterable<ReadingsChunk>): Promise<number> {
  let readings = 0
  for await (const { times } of chunks) readings += times.length
  return readings
}

describe('a query thread', () => {
  test('answers several queries at once, completely', async () => {
    await using setting = new Setting().fill(50_000)
    const queries = Array.from({ length: limits.queries }, () => setting.thread.readings(EVER))
    assert.deepEqual(
      await Promise.all(queries.map(count)),
      queries.map(() => 50_000),
    )
    assert.equal(await count(setting.thread.readings({ ...EVER, device: 'm2' })), 25_000)
  })

  test('refuses one query too many, and takes it when another ended', async () => {
    await using setting = new Setting().fill(50_000)
    const cursors = Array.from({ length: limits.queries }, () => setting.cursor())
    for (const cursor of cursors) await cursor.next()
    const late = setting.cursor()
    await assert.rejects(late.next(), { code: 'in-use', message: /queries are running already/ })
    await cursors[0]?.return?.()
    assert.equal((await late.next()).done, false)
  })

  test('reads no further than two chunks ahead of its consumer', async () => {
    await using setting = new Setting().fill(100_000)
    const cursor = setting.cursor()
    await cursor.next()
    await pause(50)
    // Had it read on, it would have met the last row before the disk lost it.
    setting.journal.damage(7)
    let readings = limits.queryChunkReadings
    let damagedRows = 0
    for (let next = await cursor.next(); next.done !== true; next = await cursor.next()) {
      readings += next.value.times.length
      damagedRows += next.value.damagedRows
    }
    assert.deepEqual([readings, damagedRows], [96_000, 1])
  })

  test('a return ends a query at once, even while a next is waiting', async () => {
    await using setting = new Setting()
    const cursor = setting.cursor()
    const waiting = cursor.next()
    await cursor.return?.()
    assert.deepEqual(await waiting, { done: true, value: undefined })
    assert.deepEqual(await cursor.next(), { done: true, value: undefined })
  })

  test('ends when idle and starts again when asked', async () => {
    await using setting = new Setting({ idleMs: 20 }).fill(10)
    assert.equal(setting.thread.running, false)
    assert.equal(await count(setting.thread.readings(EVER)), 10)
    assert.equal(setting.thread.running, true)
    await pause(60)
    assert.equal(setting.thread.running, false)
    assert.equal(await count(setting.thread.readings(EVER)), 10)
  })

  test('a worker that breaks fails its queries, and the next query starts another', async () => {
    const entry = new URL('data:text/javascript,process.exit(3)')
    await using setting = new Setting({ entry })
    for (const _ of ['one', 'another']) {
      await assert.rejects(setting.cursor().next(), {
        code: 'bug',
        message: 'the query thread stopped: exit code 3',
      })
      assert.equal(setting.thread.running, false)
    }
  })

  test('passes on what is wrong with the store', async () => {
    await using setting = new Setting()
    setting.journal.database.exec('PRAGMA user_version = 9')
    await assert.rejects(setting.cursor().next(), { code: 'input', message: /format 9/ })
  })

  test('close ends running queries with an error, and no other starts', async () => {
    await using setting = new Setting().fill(50_000)
    const cursor = setting.cursor()
    await cursor.next()
    await setting.thread.close()
    const rest = (async () => {
      while ((await cursor.next()).done !== true);
    })()
    await assert.rejects(rest, { message: /the edge is stopping/ })
    await assert.rejects(setting.cursor().next(), { message: /the edge is stopping/ })
  })
})
