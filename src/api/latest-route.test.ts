import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, Served, chunkOf } from './memory-edge.test.ts'

test('the latest reading of each point, as JSON or CSV', async () => {
  await using served = await Served.start()
  served.edge.latestList = [chunkOf([[0, NOW, 231.25, 0]]), chunkOf([[1, NOW - 1, 5, 1]])]
  const response = await served.get('/api/v1/latest?device=m1&quantity=voltage.a')
  const { readings } = (await response.json()) as { readings: Record<string, unknown>[] }
  assert.deepEqual(
    readings.map(({ device, value, quality }) => [device, value, quality]),
    [
      ['m1', 231.25, 'good'],
      ['say "x", y', 5, 'invalid'],
    ],
  )
  assert.deepEqual(served.edge.latestAsked, [{ device: 'm1', quantity: 'voltage.a' }])
  const csv = await (await served.get('/api/v1/latest?format=csv')).text()
  assert.equal(csv.split('\n')[1], 'm1,voltage.a,2026-01-31T12:00:00.000Z,231.25,good')
})
