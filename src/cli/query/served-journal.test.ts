import { OPEN_ACCESS, MemoryEdge } from '../../api/memory-edge.test.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EdgeView } from '../../api/ports.ts'
import { type Api, startApi } from '../../api/server.ts'
import { Micros } from '../../core/time.ts'
import { QueryThread } from '../../store/reader/query-thread.ts'
import { StoreReader } from '../../store/reader/store-reader.ts'
import { WrittenJournal } from '../../store/reader/written-journal.test.ts'

export const DAY: number = Date.UTC(2026, 0, 31) * 1000

export function journalOf(): WrittenJournal {
  const journal = new WrittenJournal().define('m1/voltage.a', 'm1/current.a', 'meter "2"/voltage.a')
  journal.row([
    { point: 0, time: DAY, value: 231.25 },
    { point: 2, time: DAY + 1, value: Number.NaN, quality: 1 },
    { point: 1, time: DAY + 500_000, value: 12 },
  ])
  return journal
}

/** The HTTP interface over a written journal. */
export async function serve(
  journal: WrittenJournal,
): Promise<AsyncDisposable & { readonly api: Api }> {
  const entry = new URL('../../edge/query-worker.ts', import.meta.url)
  const thread = new QueryThread({ directory: journal.directory, entry })
  const reader = StoreReader.open(journal.directory)
  const points = [...reader.points()].map((point) => ({ ...point, modelled: true }))
  reader.close()
  const view: EdgeView = {
    health: () => ({ healthy: true, site: 's', uptimeSeconds: 0, problems: [] }),
    site: () => new MemoryEdge().site(),
    accounts: () => [],
    audit: () => ({ entries: [], dropped: 0 }),
    sessions: () => [],
    policyReport: async () => undefined,
    clockSteps: () => [],
    alarms: new MemoryEdge().alarms,
    results: () => [],
    processors: () => [],
    notify: () => undefined,
    notifyTest: async () => ({ kind: 'unknown' }),
    uplink: () => undefined,
    faults: () => [],
    changes: new MemoryEdge().changes,
    points: () => points,
    pointInfo: (point) => points[point],
    latest: () => {
      const latest = StoreReader.open(journal.directory)
      const chunks = [...latest.latest({ device: undefined, quantity: undefined })]
      latest.close()
      return chunks
    },
    readings: (asked) => thread.readings(asked),
    readingsText: (asked, form) => thread.text(asked, form),
    metrics: async () => ({ contentType: 'text/plain', text: '' }),
  }
  const api = await startApi({
    address: { host: '127.0.0.1', port: 0 },
    view,
    access: OPEN_ACCESS,
    border: { passage: () => undefined },
    now: () => Micros(DAY),
  })
  return {
    api,
    [Symbol.asyncDispose]: async () => {
      await api.stop()
      await thread.close()
    },
  }
}

test('a written journal is served', async () => {
  using journal = journalOf()
  await using served = await serve(journal)
  const response = await fetch(`http://127.0.0.1:${served.api.address.port}/api/v1/points`)
  assert.equal(response.status, 200)
})
