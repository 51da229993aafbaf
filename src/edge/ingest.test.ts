import assert from 'node:assert/strict'
import { KeptState } from './kept-state.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { accountOf } from '../core/accounts.ts'
import { limits } from '../core/limits.ts'
import { Micros } from '../core/time.ts'
import { NO_ROOM } from '../mqtt/ports.ts'
import { reason } from '../mqtt/reasons.ts'
import { journalPath } from '../store/journal.ts'
import { JournalWriter } from '../store/journal-writer.ts'
import { StoreReader } from '../store/reader/store-reader.ts'
import { Names } from '../store/names.ts'
import { append } from '../payload/reading.ts'
import { type ForeignDevice, Ingest } from './ingest.ts'

let directory: string
let writer: JournalWriter
let db: DatabaseSync
let names: Names
let ingest: Ingest

describe('ingest', () => {
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'busbar-ingest-'))
    writer = await JournalWriter.start(directory, {
      durable: (serial) => ingest.settled(serial),
      refused: (batch) => ingest.refused(batch),
      failed: (error) => assert.fail(error),
    })
    db = new DatabaseSync(journalPath(directory), { readOnly: true })
    names = new Names(db)
    ingest = new Ingest({
      writer,
      names,
      kept: new KeptState(),
      isWelcome: (device) => device !== 'stranger',
      foreign,
    })
    ingest.setArrival(T)
  })

  /** `foreign/<device>`: reads a reading of 1, or nothing of an empty payload; every message is heard. */
  function foreign(topic: string): ForeignDevice | undefined {
    const device = /^foreign\/(.*)$/.exec(topic)?.[1]
    if (device === undefined) return undefined
    return {
      device,
      newDecoder: (points, draft) => ({
        decode: (_, start, end, now) => {
          heard.push(device)
          draft.count = 0
          const context = { names: points, draft, device, now }
          const one = { name: 'voltage.a', unit: '', time: now, value: 1, bits: 0 }
          return start === end ? 'ok' : append(context, one)
        },
      }),
    }
  }
  const heard: string[] = []

  afterEach(async () => {
    await ingest.finish()
    db.close()
    await writer.stop()
    rmSync(directory, { recursive: true })
  })

  const T = 1_764_000_000_000

  function send(device: string, payload: string): number {
    const source = ingest.open(`grid/${device}/readings`)
    assert.ok(source !== undefined)
    const bytes = Buffer.from(payload)
    return ingest.take(source, bytes, 0, bytes.length)
  }

  function reading(ts: number, value = 1): string {
    return `{"ts":${ts},"values":{"voltage.a":${value}}}`
  }

  async function durable(): Promise<void> {
    while (ingest.durableBatch < ingest.takenBatch)
      await new Promise((resolve) => setTimeout(resolve, 1))
  }

  function accountNamed(name: string): ReturnType<typeof accountOf> & { readonly taken: number } {
    const device = names.device(name)
    assert.ok(device !== undefined)
    return {
      ...accountOf(writer.accounts, device.number),
      taken: ingest.received[device.number] ?? 0,
    }
  }

  test('one reading is durable without company, after a short wait', async () => {
    assert.equal(send('m1', reading(T)), reason.success)
    assert.ok(ingest.takenBatch > ingest.durableBatch)
    assert.equal(accountNamed('m1').taken, 1)
    assert.equal(accountNamed('m1').stored, 0)
    await durable()
    assert.equal(accountNamed('m1').stored, 1)
  })

  test('when the clock is set back, the time of arrival goes with it, and a record of it is kept', async () => {
    ingest.setArrival(T + 3_600_000)
    assert.equal(send('m1', '{"values":{"voltage.a":1}}'), reason.success)
    const [since, before, after] = [0, 3_600, 1].map((seconds) =>
      Micros((T + seconds * 1000) * 1000),
    )
    assert.ok(since !== undefined && before !== undefined && after !== undefined)
    ingest.clockStepped({ since, before, after })
    ingest.setArrival(T + 1000)
    assert.equal(send('m1', '{"values":{"voltage.a":2}}'), reason.success)
    await durable()
    const reader = StoreReader.open(directory)
    const ever = { device: undefined, quantity: undefined, from: Micros(0), to: Micros(9e15) }
    const times = [...reader.readings(ever)].flatMap((chunk) => [...chunk.times])
    assert.deepEqual(times, [after + 1, before + 1])
    assert.deepEqual(reader.clockSteps(), [{ number: 1, journal: 0, since, before, after }])
    reader.close()
  })

  test('a flood that runs ahead of the clock is not brought back by it: no two arrivals are the same', async () => {
    ingest.setArrival(T + 2000)
    assert.equal(send('m1', '{"values":{"voltage.a":1}}'), reason.success)
    ingest.setArrival(T)
    assert.equal(send('m1', '{"values":{"voltage.a":1}}'), reason.success)
    await durable()
    assert.equal(accountNamed('m1').stored, 2)
  })

  test('a message without readings holds up no others', async () => {
    assert.equal(send('m1', '{"values":{}}'), reason.success)
    await new Promise((resolve) => setTimeout(resolve, 3 * limits.commitWaitMs))
    assert.equal(send('m1', reading(T)), reason.success)
    await durable()
    assert.equal(accountNamed('m1').stored, 1)
  })

  test('with no slot free nothing is taken, and everything that was taken is stored', async () => {
    // Another holds the disk, so that the writer, which may be the faster one, has to wait.
    const other = new DatabaseSync(journalPath(directory))
    other.exec('BEGIN IMMEDIATE')
    let taken = 0
    while (send('m1', reading(T + taken)) === reason.success) taken++
    assert.equal(send('m1', reading(T + taken)), NO_ROOM)
    other.exec('ROLLBACK')
    other.close()
    assert.ok(taken >= limits.slotReadings * (limits.slots - 1))
    await durable()
    assert.equal(accountNamed('m1').stored, taken)
    assert.equal(send('m1', reading(T + taken)), reason.success)
  })

  test('a message that does not fit into what is left of a slot goes into the next, whole', async () => {
    const many = Array.from({ length: limits.slotReadings - 1 }, (_, index) => reading(T + index))
    assert.equal(send('m1', `[${many.join(',')}]`), reason.success)
    const first = ingest.takenBatch
    assert.equal(send('m2', `[${reading(T)},${reading(T + 1)}]`), reason.success)
    assert.equal(ingest.takenBatch, first + 1)
    await durable()
    assert.equal(accountNamed('m1').stored, limits.slotReadings - 1)
    assert.equal(accountNamed('m2').stored, 2)
  })

  describe('a record of the audit', () => {
    const audit = (): unknown[] =>
      db
        .prepare('SELECT detail FROM audit ORDER BY number')
        .all()
        .map(({ detail }) => detail)
    const record = (detail: string): number =>
      ingest.record({
        time: Micros(T * 1000),
        request: 'r',
        who: 'w',
        address: '',
        device: 'm1',
        command: 'read-now',
        outcome: 'requested',
        detail,
        durationMs: undefined,
      })

    test('is durable with the batch it was promised for, readings or none', async () => {
      const alone = record('alone')
      assert.ok(alone > ingest.durableBatch)
      assert.deepEqual(audit(), [])
      await durableUpTo(alone)
      assert.deepEqual(audit(), ['alone'])
      send('m1', reading(T))
      const beside = record('beside')
      await durableUpTo(beside)
      assert.deepEqual(audit(), ['alone', 'beside'])
      assert.equal(accountNamed('m1').stored, 1)
    })

    test('keeps its place while the writer is busy, and is written when all ends', async () => {
      const serials: number[] = []
      for (let at = 0; at < 50; at++) {
        send('m1', reading(T + at))
        serials.push(record(`${at}`))
        if (at % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      assert.deepEqual(
        serials,
        serials.toSorted((one, other) => one - other),
      )
      await ingest.finish()
      assert.deepEqual(
        audit(),
        serials.map((_, at) => `${at}`),
      )
    })
  })

  async function durableUpTo(batch: number): Promise<void> {
    while (ingest.durableBatch < batch) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  describe('what is refused', () => {
    test('is counted for its device, and its first bytes are kept', async () => {
      assert.equal(send('m1', 'garbage'), reason.payloadFormatInvalid)
      assert.equal(send('m1', '{"ts":1e300,"values":{"voltage.a":1}}'), reason.payloadFormatInvalid)
      await durable()
      const account = accountNamed('m1')
      assert.deepEqual(account.refused, { unreadable: 1, badTime: 1 })
      assert.equal(account.received, account.taken)
      const evidence = db
        .prepare('SELECT reason, complaint, bytes FROM evidence ORDER BY number')
        .all()
      assert.equal(evidence[0]?.['complaint'], 'not JSON')
      assert.equal(Buffer.from(evidence[0]?.['bytes'] as Uint8Array).toString(), 'garbage')
      assert.equal(evidence[1]?.['reason'], 'badTime')
    })

    test('leaves nothing of itself in the batch', async () => {
      send('m1', reading(T))
      send('m1', `[${reading(T + 1)},{"ts":${T + 2},"values":{"voltage.a":"text"}}]`)
      send('m1', reading(T + 3))
      await durable()
      assert.equal(accountNamed('m1').stored, 2)
      assert.deepEqual(accountNamed('m1').refused, { unreadable: 1 })
    })

    test('an unwelcome device, or one whose name no device may have, under one account', async () => {
      assert.equal(send('stranger', reading(T)), reason.notAuthorised)
      assert.equal(send('a b', reading(T)), reason.notAuthorised)
      assert.equal(send('', reading(T)), reason.notAuthorised)
      assert.equal(send('x'.repeat(limits.deviceBytes + 1), reading(T)), reason.notAuthorised)
      await durable()
      assert.deepEqual(accountNamed('(unknown)').refused, { unknownDevice: 4 })
      assert.equal(names.devicesTotal, 1)
    })

    test('the point that is one too many, while the others go on', async () => {
      const values = Array.from({ length: limits.pointsPerDevice }, (_, index) => `"q${index}":1`)
      assert.equal(send('m1', `{"ts":${T},"values":{${values.join(',')}}}`), reason.success)
      assert.equal(send('m1', `{"ts":${T + 1},"values":{"one.more":1}}`), reason.quotaExceeded)
      assert.equal(send('m1', `{"ts":${T + 1},"values":{"q0":1}}`), reason.success)
      await durable()
      assert.deepEqual(accountNamed('m1').refused, { tooManyPoints: 1 })
    })

    test('names no points: a message of nonsense does not use up those that are left', async () => {
      send('m1', reading(T))
      const points = names.pointsTotal
      const values = Array.from({ length: limits.pointsPerDevice }, (_, index) => `"q${index}":1`)
      assert.equal(
        send('m1', `{"ts":${T + 1},"values":{${values.join(',')}}}`),
        reason.quotaExceeded,
      )
      assert.equal(
        send('m1', `{"ts":${T + 1},"values":{"new":1,"worse":"text"}}`),
        reason.payloadFormatInvalid,
      )
      assert.equal(names.pointsTotal, points)
      assert.equal(send('m2', `{"ts":${T},"values":{"q0":5}}`), reason.success)
      assert.equal(send('m1', `{"ts":${T + 2},"values":{"q0":7,"voltage.a":8}}`), reason.success)
      await durable()
      const stored = db.prepare(
        'SELECT d.name, p.quantity FROM points p JOIN devices d ON d.number = p.device ORDER BY p.number',
      )
      assert.deepEqual(
        stored.all().map((row) => `${String(row['name'])} ${String(row['quantity'])}`),
        ['m1 voltage.a', 'm2 q0', 'm1 q0'],
      )
      assert.equal(accountNamed('m1').stored, 3)
      assert.equal(accountNamed('m2').stored, 1)
    })
  })

  test('readings without a time arrive one after another, never at once', async () => {
    for (let message = 0; message < 100; message++) send('m1', '{"values":{"voltage.a":1}}')
    await durable()
    assert.equal(accountNamed('m1').stored, 100)
  })

  test('a foreign topic: a device like any other, and a stranger is heard and refused', async () => {
    const sendForeign = (device: string, text: string): number => {
      const source = ingest.open(`foreign/${device}`)
      assert.ok(source !== undefined)
      const bytes = Buffer.from(text)
      return ingest.take(source, bytes, 0, bytes.length)
    }
    assert.equal(sendForeign('m1', 'x'), reason.success)
    assert.equal(sendForeign('m1', ''), reason.success)
    for (const device of ['stranger', 'a b', '']) {
      assert.equal(sendForeign(device, 'x'), reason.notAuthorised)
      assert.equal(sendForeign(device, ''), reason.notAuthorised)
    }
    await durable()
    assert.deepEqual(heard, ['m1', 'm1', 'stranger', 'stranger', 'a b', 'a b', '', ''])
    assert.equal(accountNamed('m1').stored, 1)
    assert.deepEqual(accountNamed('(unknown)').refused, { unknownDevice: 6 })
  })

  test('a topic that is no device is nobody here', () => {
    for (const topic of ['grid', 'grid/m1', 'grid/m1/readings/x', 'x/m1/readings']) {
      assert.equal(ingest.open(topic), undefined, topic)
    }
  })
})
