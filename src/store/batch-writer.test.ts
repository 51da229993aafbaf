import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import fc from 'fast-check'
import { accountOf, allocateAccounts, kindNumber } from '../core/accounts.ts'
import { allocateSlots, slotsOf } from '../core/batch.ts'
import { limits } from '../core/limits.ts'
import { quality } from '../core/quality.ts'
import { Micros } from '../core/time.ts'
import { BatchWriter, type PreparedBatch } from './batch-writer.ts'
import { allocateGauges, gauge } from './gauges.ts'
import { Sealer } from './history/sealer.ts'
import { StoreReader } from './reader/store-reader.ts'
import { LatestReadings, allocateLatest } from './latest.ts'

const folder = mkdtempSync(join(tmpdir(), 'busbar-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let folders = 0

interface Reading {
  readonly point: number
  readonly time: number
  readonly value: number
  readonly quality?: number
}

/** A store whose writer runs in this thread, fed one batch at a time; four points of two devices. */
class Store {
  readonly directory = join(folder, String(++folders))
  readonly gauges = allocateGauges()
  accounts = allocateAccounts()
  latest = new LatestReadings(allocateLatest())
  #writer = this.#open()
  #isDefined = false

  commit(readings: readonly Reading[], notes: readonly number[] = []): void {
    const batch = this.#prepare(readings, notes)
    this.#writer.write(batch)
    this.#writer.settle(batch)
  }

  #prepare(readings: readonly Reading[], notes: readonly number[]): PreparedBatch {
    const slot = slotsOf(allocateSlots())[0]
    assert.ok(slot !== undefined)
    for (const [row, { point, time, value, quality: bits = 0 }] of readings.entries()) {
      slot.points[row] = point
      slot.times[row] = time
      slot.values[row] = value
      slot.qualities[row] = bits
    }
    slot.notes.set(notes)
    slot.counts.set([readings.length, notes.length / 3])
    const batch = this.#writer.prepare(slot, {
      definitions: this.#isDefined ? undefined : DEFINITIONS,
      evidence: [],
      kept: undefined,
      audit: [],
    })
    this.#isDefined = true
    return batch
  }

  /** A batch that the disk has no room for; returns what nobody has counted yet. */
  refuse(readings: readonly Reading[], notes: readonly number[] = []): number[] {
    const batch = this.#prepare(readings, notes)
    return [...this.#writer.refuse(batch)]
  }

  /** As after a kill: nothing but what was committed is known. */
  crash(): void {
    this.accounts = allocateAccounts()
    this.#writer = this.#open()
  }

  close(): void {
    this.#writer.close()
  }

  /** What is in the journal moves into history; the writer takes it away as it goes on. */
  seal(): void {
    using sealer = new Sealer(this.directory)
    const sealed = sealer.seal()
    if (sealed !== undefined) this.gauges[gauge.sealedJournal] = sealed.journal
  }

  stored(): Reading[] {
    const reader = StoreReader.open(this.directory)
    const all = { device: undefined, quantity: undefined, from: Micros(-1e15), to: Micros(9e15) }
    const readings: Reading[] = []
    for (const { points, times, values, qualities } of reader.readings(all)) {
      for (let row = 0; row < points.length; row++) {
        readings.push({
          point: points[row] as number,
          time: times[row] as number,
          value: values[row] as number,
          quality: qualities[row] as number,
        })
      }
    }
    reader.close()
    return readings
  }

  #open(): BatchWriter {
    mkdirSync(this.directory, { recursive: true })
    const { directory, accounts, gauges } = this
    const latest = allocateLatest()
    this.latest = new LatestReadings(latest)
    return new BatchWriter({ directory, slots: allocateSlots(), accounts, gauges, latest })
  }
}

const DEFINITIONS = {
  devices: [
    { number: 0, name: 'a' },
    { number: 1, name: 'b' },
  ],
  points: [0, 1, 2, 3].map((number) => ({
    number,
    device: number % 2,
    quantity: `voltage.${number}`,
    unit: '',
  })),
}

const T = 1_764_000_000_000_000
const MINUTE = 60_000_000

function at(time: number, value = 1, point = 0): Reading {
  return { point, time, value }
}

describe('what is stored', () => {
  test('readings in their turn, in one row', () => {
    const store = new Store()
    store.commit([at(T), at(T + 1), at(T, 5, 1)])
    assert.deepEqual(
      store.stored().map(({ time, value, point }) => [time - T, value, point]),
      [
        [0, 1, 0],
        [0, 5, 1],
        [1, 1, 0],
      ],
    )
    assert.equal(store.gauges[gauge.rows], 1)
    assert.equal(accountOf(store.accounts, 0).stored, 2)
    assert.equal(accountOf(store.accounts, 1).stored, 1)
  })

  test('an identical reading is dropped and counted, however late it comes', () => {
    const store = new Store()
    store.commit([at(T), at(T)])
    store.commit(Array.from({ length: 20 }, (_, index) => at(T + 1 + index)))
    store.commit([at(T), at(T + 3), at(T + 20)])
    store.crash()
    store.commit([at(T), at(T + 20), at(T + 21)])
    assert.equal(store.stored().length, 22)
    assert.equal(accountOf(store.accounts, 0).duplicates, 6)
  })

  test('of two that contradict each other the first is kept, and flagged', () => {
    const store = new Store()
    store.commit([at(T, 1), at(T, 2)])
    store.commit([at(T, 3)])
    const flagged = quality.questionable | quality.inconsistent
    assert.deepEqual(store.stored(), [{ point: 0, time: T, value: 1, quality: flagged }])
    assert.deepEqual(accountOf(store.accounts, 0).refused, { conflicting: 2 })
    assert.equal(accountOf(store.accounts, 0).received, 3)
  })

  test('a value that is no number is identical to itself', () => {
    const store = new Store()
    store.commit([at(T, NaN)])
    store.commit([at(T, NaN)])
    assert.equal(store.stored().length, 1)
    assert.equal(accountOf(store.accounts, 0).duplicates, 1)
  })

  test('a device with the clock of 1970 does not stretch a row', () => {
    const store = new Store()
    store.commit([at(T), at(0, 7, 1), at(-5, 8, 2), at(T + 3 * MINUTE, 9, 3), at(T + 1)])
    assert.equal(store.stored().length, 5)
    assert.equal(store.gauges[gauge.rows], 3)
    store.commit([at(0, 7, 1), at(-5, 8, 2)])
    assert.equal(store.stored().length, 5)
  })

  test('a clock that is ahead of ours is marked, and one that was never set', () => {
    const store = new Store()
    store.commit([at(Date.now() * 1000 + 3_600_000_000), at(T / 1000), at(T)])
    assert.deepEqual(
      store.stored().map((reading) => reading.quality),
      [quality.clockNotSynchronised, quality.good, quality.clockNotSynchronised],
    )
  })
})

describe('what is remembered', () => {
  test('a batch that was refused is not: its readings are new when they come again', () => {
    const store = new Store()
    store.commit([at(T)])
    const owed = store.refuse([at(T + 1), at(T + 2, 2, 1), at(T)], [0, kindNumber.unreadable, 3])
    const { unreadable, diskFull } = kindNumber
    assert.deepEqual(owed, [0, unreadable, 3, 0, diskFull, 2, 1, diskFull, 1])
    store.commit([at(T), at(T + 1), at(T + 2, 2, 1)], owed)
    assert.equal(store.stored().length, 3)
    const { received, stored, duplicates, refused } = accountOf(store.accounts, 0)
    assert.deepEqual([received, stored, duplicates], [8, 2, 1])
    assert.deepEqual(refused, { unreadable: 3, diskFull: 2 })
  })

  test('refusals survive a crash, with and without readings beside them', () => {
    const store = new Store()
    store.commit([], [0, kindNumber.unreadable, 2])
    store.commit([at(T)], [0, kindNumber.unreadable, 1, 1, kindNumber.badTime, 4])
    const before = [accountOf(store.accounts, 0), accountOf(store.accounts, 1)]
    assert.deepEqual(before[0]?.refused, { unreadable: 3 })
    store.crash()
    assert.deepEqual([accountOf(store.accounts, 0), accountOf(store.accounts, 1)], before)
  })

  test('a clean stop leaves a snapshot; the accounts go on from there', () => {
    const store = new Store()
    store.commit([at(T), at(T)])
    store.close()
    store.crash()
    store.commit([at(T), at(T + 1)])
    assert.deepEqual(accountOf(store.accounts, 0), {
      received: 4,
      stored: 2,
      duplicates: 2,
      refused: {},
    })
  })

  test('a damaged row is passed over, at start and by a lookup, and what it may hold is unchecked', () => {
    const store = new Store()
    store.commit([at(T)])
    store.commit([at(T + 10)])
    store.close()
    const db = new DatabaseSync(join(store.directory, 'journal.db'))
    db.exec('UPDATE journal SET body = zeroblob(length(body)) WHERE number = 1')
    db.close()
    store.crash()
    assert.equal(store.gauges[gauge.damagedRows], 0)
    store.commit([at(T), at(T + 5), at(T + 10)])
    assert.equal(store.gauges[gauge.damagedRows], 1)
    assert.equal(store.gauges[gauge.unchecked], 2)
    assert.equal(accountOf(store.accounts, 0).duplicates, 1)
    assert.deepEqual(
      store.stored().map(({ time }) => time - T),
      [0, 5, 10],
    )
  })

  test('a lookup that would read too much stores the reading and says so', () => {
    const store = new Store()
    const rows = Math.ceil(limits.lateLookupReadings / limits.slotReadings)
    for (let row = 0; row < rows; row++) {
      store.commit(
        Array.from({ length: limits.slotReadings }, (_, index) => at(T + index * 1000 + row)),
      )
    }
    store.commit([at(T + 500_500)])
    assert.equal(store.gauges[gauge.unchecked], 1)
  })
})

test('any mixture of readings, crashes, restarts and sealing gives what came first, once', () => {
  const reading = fc.record({
    point: fc.nat(3),
    time: fc.nat(60).map((step) => T + step * 7_000_000),
    value: fc.nat(2),
  })
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.array(reading, { minLength: 1, maxLength: 40 }) },
    { weight: 2, arbitrary: fc.constantFrom('crash' as const, 'restart' as const) },
    { weight: 3, arbitrary: fc.constant('seal' as const) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 24 }), (steps) => {
      const store = new Store()
      const expected = new Map<string, number>()
      const counts = { stored: 0, duplicates: 0, conflicting: 0 }
      for (const each of steps) {
        if (each === 'seal') {
          store.seal()
          continue
        }
        if (each === 'restart') store.close()
        if (typeof each === 'string') {
          store.crash()
          continue
        }
        store.commit(each)
        for (const { point, time, value } of each) {
          const key = `${time} ${point}`
          const first = expected.get(key)
          if (first === undefined) counts.stored++
          else if (first === value) counts.duplicates++
          else counts.conflicting++
          if (first === undefined) expected.set(key, value)
        }
      }
      const stored = steps.some((each) => typeof each !== 'string') ? store.stored() : []
      assert.deepEqual(
        stored.map(({ time, point, value }) => [`${time} ${point}`, value]),
        [...expected].sort(byTimeThenPoint),
      )
      const latest = new Map<number, readonly [time: number, value: number]>()
      for (const { time, point, value } of stored) latest.set(point, [time, value])
      for (const [point, [time, value]] of latest) {
        assert.deepEqual({ ...store.latest.read(point), quality: 0 }, { time, value, quality: 0 })
      }
      const totals = [0, 1].map((device) => accountOf(store.accounts, device))
      const sum = (pick: (account: (typeof totals)[number]) => number): number =>
        totals.reduce((total, account) => total + pick(account), 0)
      assert.deepEqual(counts, {
        stored: sum(({ stored: readings }) => readings),
        duplicates: sum(({ duplicates }) => duplicates),
        conflicting: sum(({ refused }) => refused.conflicting ?? 0),
      })
    }),
    { numRuns: 100, seed: 61850 },
  )
})

function byTimeThenPoint([a]: [string, number], [b]: [string, number]): number {
  const [timeA = 0, pointA = 0] = a.split(' ').map(Number)
  const [timeB = 0, pointB = 0] = b.split(' ').map(Number)
  return timeA - timeB || pointA - pointB
}
