import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatAddress } from '../core/address.ts'
import { OPEN_ACCESS, MemoryEdge, NOW } from './memory-edge.test.ts'
import type { ResultInfo } from './ports.ts'
import { startApi } from './server.ts'

const DIP: ResultInfo = {
  kind: 'event',
  processor: 'power-quality',
  name: 'voltage.dip',
  subject: { kind: 'device', id: 'pq1' },
  key: 1,
  time: Date.UTC(2026, 0, 31, 11, 59) * 1000,
  end: 0,
  value: NaN,
  quality: 0,
  revision: 0,
  severity: 2,
  state: 'start',
  fields: { phases: 3, class: 'momentary' },
}

async function ask(edge: MemoryEdge, path: string): Promise<{ status: number; body: unknown }> {
  const api = await startApi({
    address: { host: '127.0.0.1', port: 0 },
    view: edge,
    access: OPEN_ACCESS,
    border: { passage: () => undefined },
    now: () => NOW,
  })
  try {
    const response = await fetch(`http://${formatAddress(api.address)}/api/v1/${path}`)
    return { status: response.status, body: await response.json() }
  } finally {
    await api.stop()
  }
}

test('an event that goes on has no end, and what is no number is null', async () => {
  const edge = new MemoryEdge()
  edge.resultList = [DIP]
  const { body } = await ask(edge, 'events?subject=pq1')
  assert.deepEqual(body, {
    events: [
      {
        subject: 'pq1',
        subjectKind: 'device',
        name: 'voltage.dip',
        processor: 'power-quality',
        key: 1,
        start: '2026-01-31T11:59:00.000Z',
        end: null,
        state: 'start',
        severity: 2,
        value: null,
        quality: 'good',
        revision: 0,
        fields: { phases: 3, class: 'momentary' },
      },
    ],
  })
  assert.deepEqual([edge.resultsAsked[0]?.kind, edge.resultsAsked[0]?.subject], ['event', 'pq1'])
})

test('aggregates are asked for by their width', async () => {
  const edge = new MemoryEdge()
  edge.resultList = [{ ...DIP, kind: 'aggregate', end: DIP.time + 600e6, value: 230 }]
  const { body } = await ask(edge, 'aggregates?width=10m&from=-1d')
  const { aggregates } = body as { aggregates: { value: number; end: string }[] }
  assert.deepEqual(
    aggregates.map(({ value }) => value),
    [230],
  )
  assert.equal(edge.resultsAsked[0]?.widthUs, 600e6)
  const refused = await ask(edge, 'aggregates?width=10min')
  assert.equal(refused.status, 400)
  assert.match(JSON.stringify(refused.body), /width 10min: not a length of time/)
})

test('events are asked for the newest first, and the severe ones alone', async () => {
  const edge = new MemoryEdge()
  await ask(edge, 'events?order=desc&severity=2&limit=5')
  assert.deepEqual([edge.resultsAsked[0]?.order, edge.resultsAsked[0]?.leastSeverity], ['desc', 2])
  for (const path of ['events?order=newest', 'events?severity=high', 'aggregates?order=desc'])
    assert.equal((await ask(edge, path)).status, 400, path)
})
