import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { StoredResult } from '../results/result.ts'
import { putResultsAside, resultsPath } from '../results/results-file.ts'
import { ResultsWriter } from '../results/results-writer.ts'
import { Exports } from './exports.ts'
import { OutboxReader, type OutboxStream } from './outbox-reader.ts'

let directory = ''
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'busbar-outbox-'))))
afterEach(() => rmSync(directory, { recursive: true }))

function open(areSent = true): ResultsWriter {
  return new ResultsWriter({ directory, of: 'built-in', areSent })
}

function result(time: number, more: Partial<StoredResult> = {}): StoredResult {
  const about = { kind: 'event', name: 'dip', subject: 0, key: 0, state: 'start' } as const
  const rest = { end: 0, value: 1, quality: 0, revision: 0, severity: 2, fields: {} }
  return { ...about, ...rest, time, ...more }
}

const SUBJECTS = [{ number: 0, kind: 'device', id: 'm1' }]

function commit(writer: ResultsWriter, ...results: readonly StoredResult[]): void {
  const subjects = writer.subjects().length === 0 ? SUBJECTS : []
  writer.commit({ subjects, ticks: [], processors: [], found: [{ processor: 'p', results }] })
}

function streamNamed(reader: OutboxReader, name: string): OutboxStream {
  return reader.streams().find(({ stream }) => stream === name) ?? assert.fail(name)
}

const ALL = { first: 1, last: 1000, most: 100 }

describe('the outbox', () => {
  test('has what was found under the numbers that the commit gave, and what was renewed once', () => {
    using writer = open()
    using reader = new OutboxReader(directory)
    const derived = result(1, { kind: 'derived', name: 'rocof' })
    const aggregate = result(1, { kind: 'aggregate', name: 'power', end: 900 })
    commit(writer, result(1), derived, aggregate, result(2))
    commit(writer, result(1, { end: 5, state: 'end', revision: 1 }))
    assert.deepEqual(
      reader.streams().map(({ stream, last }) => [stream, last]),
      [
        ['events', 5],
        ['aggregates', 3],
      ],
    )
    const rows = reader.rows('events', ALL)
    assert.deepEqual(
      rows.map(({ sequence, time, state, subject }) => [sequence, time, state, subject.id]),
      [
        [4, 2, 'start', 'm1'],
        [5, 1, 'end', 'm1'],
      ],
    )
    assert.equal(reader.rows('events', { ...ALL, most: 1 }).length, 1)
    assert.deepEqual(reader.waiting('events', [[1, 4]], 5), { rows: 1, oldest: 1 })
  })

  test('is counted within a few hundredths where it is too much to be counted, however unevenly its numbers lie', () => {
    using writer = open()
    using reader = new OutboxReader(directory)
    // First nothing but events, then a storm of readings that stay, then events again.
    for (let time = 1; time <= 60_000; time += 1000) {
      const isStorm = time > 20_000 && time <= 35_000
      const each = Array.from({ length: 1000 }, (_, at) => result(time + at))
      const stays = each.map((own) => ({ ...own, kind: 'derived' as const, name: 'rocof' }))
      commit(writer, ...each, ...(isStorm ? stays : []), ...(isStorm ? stays : []))
    }
    const { last } = streamNamed(reader, 'events')
    const { rows, oldest } = reader.waiting('events', [[1, 500]], last)
    assert.ok(Math.abs(rows - 59_500) < 1500, `${rows} of 59,500`)
    assert.equal(oldest, 501)
  })

  test('is there after any change of what the site file says, and after an edge that knows nothing of it', () => {
    {
      using writer = open()
      commit(writer, result(1))
      writer.acknowledge('events', [[1, 1]])
    }
    const { epoch } = readOnce('events')
    {
      using writer = open(false)
      commit(writer, result(2), result(3))
    }
    const later = readOnce('events')
    assert.deepEqual([later.epoch, later.last, later.acknowledged], [epoch, 3, [[1, 1]]])
    // A file of an earlier version has no such table, and gets it.
    const db = new DatabaseSync(resultsPath(directory, 'built-in'))
    db.exec('DROP TABLE exports')
    db.close()
    using writer = open()
    commit(writer, result(4))
    const anew = readOnce('events')
    assert.deepEqual([anew.last, anew.acknowledged], [4, []])
    using reader = new OutboxReader(directory)
    assert.equal(reader.rows('events', ALL).length, 4)
  })

  test('counts what makes room before it was acknowledged, and nothing else', () => {
    using writer = open()
    commit(writer, ...[1, 2, 3, 4, 5, 6].map((time) => result(time)))
    writer.acknowledge('events', [
      [1, 2],
      [4, 4],
    ])
    using db = new DatabaseSync(resultsPath(directory, 'built-in'))
    new Exports(db, 'built-in').makesRoom('events', 6)
    assert.equal(readOnce('events').lost, 2)
    new Exports(db, 'built-in').makesRoom('derived', 6)
    assert.equal(readOnce('aggregates').lost, 0)
  })

  test('is read anew where another file has taken the place of a damaged one', () => {
    using reader = new OutboxReader(directory)
    {
      using writer = open()
      commit(writer, result(1), result(2))
      assert.equal(streamNamed(reader, 'events').last, 2)
    }
    putResultsAside(directory, 'built-in')
    using writer = open()
    commit(writer, result(3))
    assert.equal(streamNamed(reader, 'events').last, 1)
    assert.deepEqual(
      reader.rows('events', ALL).map(({ time }) => time),
      [3],
    )
  })

  test('begins a new epoch with nothing acknowledged', () => {
    using writer = open()
    commit(writer, result(1))
    writer.acknowledge('events', [[1, 1]])
    const before = readOnce('events')
    writer.renew('events')
    const after = readOnce('events')
    assert.ok(after.epoch > before.epoch)
    assert.deepEqual([after.acknowledged, after.last], [[], 1])
    assert.deepEqual(after.secret, before.secret)
  })
})

function readOnce(name: string): OutboxStream {
  using reader = new OutboxReader(directory)
  return streamNamed(reader, name)
}
