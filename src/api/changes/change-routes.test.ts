import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOW, Served } from '../memory-edge.test.ts'

async function post(
  served: Served,
  path: string,
  body: object,
): Promise<{ status: number; text: string }> {
  const { host, port } = served.api.address
  const response = await fetch(`http://${host}:${port}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-busbar-request': '1' },
    body: JSON.stringify(body),
  })
  return { status: response.status, text: await response.text() }
}

test('devices are adopted, and modules deployed and rolled back, by somebody', async () => {
  await using served = await Served.start()
  const { edge } = served
  assert.equal(
    (await post(served, 'devices/m%2F9/adopt', { who: 'ana', kind: 'meter' })).status,
    200,
  )
  assert.equal(
    (await post(served, 'processors', { who: 'bo', package: 'x'.repeat(200_000) })).status,
    200,
  )
  assert.equal((await post(served, 'processors/own/roll-back', { who: 'bo' })).status, 200)
  assert.deepEqual(edge.done, [
    'adopt m/9 meter undefined by ana',
    'deploy 200000 by bo',
    'roll back own by bo',
  ])
})

test('nobody, unknown keys and packages that are too long are refused', async () => {
  await using served = await Served.start()
  for (const [path, body, status] of [
    ['devices/m9/adopt', { kind: 'meter' }, 400],
    ['devices/m9/adopt', { who: 'ana', kind: 'meter', feder: 'f1' }, 400],
    ['processors', { who: 'ana' }, 400],
    ['processors/own/roll-back', {}, 400],
    ['processors', { who: 'ana', package: 'x'.repeat(7_000_000) }, 413],
    ['devices/m9/adopt', { who: 'ana', kind: 'x'.repeat(70_000) }, 413],
  ] as const)
    assert.equal((await post(served, path, body)).status, status, path)
  assert.deepEqual(served.edge.done, [])
})

test('nothing is done from outside', async () => {
  await using served = await Served.start({ clear: async () => [] })
  assert.equal((await post(served, 'devices/m9/adopt', { who: 'ana', kind: 'meter' })).status, 403)
  assert.equal((await post(served, 'processors', { who: 'ana', package: '{}' })).status, 403)
  assert.deepEqual(served.edge.done, [])
})

test('payloads that were refused are told of with their bytes', async () => {
  await using served = await Served.start()
  served.edge.faultList = [
    {
      number: 3,
      device: 'm1',
      time: NOW,
      reason: 'unreadable',
      complaint: 'not JSON',
      bytes: Uint8Array.of(123, 255),
    },
  ]
  const { faults } = (await (await served.get('/api/v1/faults?device=m1&limit=5')).json()) as {
    faults: unknown
  }
  assert.deepEqual(faults, [
    {
      number: 3,
      time: '2026-01-31T12:00:00.000Z',
      device: 'm1',
      reason: 'unreadable',
      complaint: 'not JSON',
      bytes: '7bff',
      isCut: false,
    },
  ])
})
