import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Micros } from '../../core/time.ts'
import type { Retention } from '../history/retention.ts'
import { Sealer } from '../history/sealer.ts'
import { type Thinned, Thinner } from '../history/thinner.ts'
import { StoreReader } from '../reader/store-reader.ts'
import { WrittenJournal } from '../reader/written-journal.test.ts'
import { PastKeeper } from './past-keeper.ts'
import { PastThinner } from './past-thinner.ts'
import { RollupKeeper } from './rollup-keeper.ts'

const MINUTE = 60_000_000
const DAY = 1440 * MINUTE
const DAYS = 40
const NO_LIMIT = {
  budgetBytes: Number.MAX_SAFE_INTEGER,
  rawMs: undefined,
  rollupsMs: undefined,
}

/** Seals, and takes away what has to go at a time. */
function thin(journal: WrittenJournal, retention: Retention, now: number): Thinned {
  const { directory } = journal
  using sealer = new Sealer(directory)
  sealer.seal()
  using past = new PastKeeper(directory, sealer.db)
  const pastThinner = new PastThinner(sealer.db)
  const thinner = new Thinner(sealer.db, {
    directory,
    retention,
    keep: (spans) => past.keep(spans),
    forget: (before) => pastThinner.step(before),
  })
  return thinner.thin(now / 1000)
}

function counts(journal: WrittenJournal, step: number): number[] {
  const range = { device: 'm1', quantity: undefined, from: Micros(0), to: Micros(400 * DAY) }
  const reader = StoreReader.open(journal.directory)
  const windows = { step, aggregate: 'count' } as const
  const found = [...reader.readings({ ...range, windows })].flatMap(({ values }) => [...values])
  reader.close()
  return found
}

function countedWindows(journal: WrittenJournal): unknown {
  using sealer = new Sealer(journal.directory)
  return sealer.db.prepare('SELECT windows FROM thinned_windows WHERE device = 0').get()?.[
    'windows'
  ]
}

/** A reading every half an hour. */
function filled(): WrittenJournal {
  const journal = new WrittenJournal().define('m1/p')
  for (let time = 0; time < DAYS * DAY; time += 30 * MINUTE) journal.row([{ point: 0, time }])
  return journal
}

test('windows go chunk by chunk when their age has come, the finer ones first, and are counted', () => {
  using journal = filled()
  assert.deepEqual(thin(journal, { ...NO_LIMIT, rawMs: 0 }, DAYS * DAY), {
    readings: DAYS * 48,
    windows: 0,
  })
  assert.equal(counts(journal, 30 * MINUTE).length, DAYS * 48)
  const retention = { ...NO_LIMIT, rawMs: 0, rollupsMs: 10 * (DAY / 1000) }
  // Ten days before the 43rd two chunks of 16 days have ended.
  assert.deepEqual(thin(journal, retention, 43 * DAY), { readings: 0, windows: 32 * 48 })
  assert.equal(countedWindows(journal), 32 * 48)
  assert.equal(counts(journal, 30 * MINUTE).length, 8 * 48)
  assert.deepEqual(
    counts(journal, DAY),
    Array.from({ length: DAYS }, () => 48),
  )
  // What comes late finds no chunk to go to but the one of days, and none is made that would lack what went.
  journal.row([{ point: 0, time: 1 }])
  thin(journal, { ...NO_LIMIT, rawMs: 0 }, DAYS * DAY)
  journal.row([{ point: 0, time: 2 }])
  {
    using sealer = new Sealer(journal.directory)
    sealer.seal()
  }
  {
    using keeper = new RollupKeeper(journal.directory, { least: 1 })
    while (keeper.step(4e15));
  }
  assert.equal(counts(journal, DAY)[0], 50)
  thin(journal, { ...retention, rollupsMs: 1 }, 400 * DAY)
  assert.deepEqual(counts(journal, DAY), [])
})

test('where the budget is not met without any readings, windows make room, too', () => {
  using journal = filled()
  const budget = { ...NO_LIMIT, budgetBytes: 1 }
  assert.deepEqual(thin(journal, budget, 0), { readings: DAYS * 48, windows: DAYS * 49 })
  assert.deepEqual(counts(journal, DAY), [])
  assert.equal(countedWindows(journal), DAYS * 49)
})
